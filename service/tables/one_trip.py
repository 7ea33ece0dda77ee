"""A statement on SQLite in one trip to the thread of its connection.

aiosqlite has a thread for each connection, and SQLAlchemy's cursor goes there four times for one SELECT: to make a cursor,
to run the statement, to fetch the rows, to close the cursor. Each trip wakes two threads that want the same lock of the
interpreter, which takes longer than most statements run. This cursor does all of it on one trip. It also leaves nothing
open when whoever waits for it is cancelled on the way.

Built on what SQLAlchemy 2.1 and aiosqlite 0.22 keep behind an underscore; tests/tables/test_one_trip.py tells when they change.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.engine.interfaces import Dialect


@dataclass(frozen=True)
class _Run:
    """What is left of a cursor that is closed: what SQLAlchemy asks of one."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1

    def close(self) -> None:
        """It is."""


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()
    _awaitable_cursor_close = False

    def _aenter_cursor(self, cursor: Any) -> Any:
        return _Run()  # instead of the trip that would make one

    def _make_new_cursor(self, connection: Any) -> Any:
        return None

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        await self._go(operation, parameters if parameters is not None else (), many=False)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        await self._go(operation, seq_of_parameters, many=True)

    async def _go(self, operation: str, parameters: Any, *, many: bool) -> None:
        connection: Any = self._connection
        async with self._adapt_connection._execute_mutex:
            run, rows = await connection._execute(_run, connection._conn, operation, parameters, many)
        self._cursor, self._rows = run, deque(rows)


def _run(
    connection: sqlite3.Connection, operation: str, parameters: Any, many: bool
) -> tuple[_Run, Sequence[Any]]:
    """In the connection's thread."""
    cursor = connection.cursor()
    try:
        if many:
            cursor.executemany(operation, parameters)
        else:
            cursor.execute(operation, parameters)
        rows = cursor.fetchall() if cursor.description else ()
        return _Run(cursor.description, cursor.rowcount, cursor.lastrowid), rows
    finally:
        cursor.close()


class OneTripConnection(AsyncAdapt_aiosqlite_connection):
    """SQLAlchemy's connection with cursors that go once."""

    __slots__ = ()
    _cursor_cls = _Cursor


def connect(dialect: Dialect, _record: Any, arguments: Any, options: Any) -> OneTripConnection:
    """A listener for the engine event `do_connect`."""
    made: Any = dialect.loaded_dbapi.connect(*arguments, **options)
    return OneTripConnection(dialect.loaded_dbapi, made._connection)
