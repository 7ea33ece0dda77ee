"""Duties that one process at a time may have, on either database.

On PostgreSQL the duty is an advisory lock of a connection, beside SQLite a lock on a file next to the database. Both are
given back by the operating system when their process dies, however it dies.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Literal

from filelock import AsyncFileLock
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from service.tables.database import Database

Duty = Literal["leading", "scanning"]
KEYS: dict[Duty, int] = {"leading": 0x5A54_0010, "scanning": 0x5A54_0011}
"""Of the PostgreSQL advisory locks."""
POLL = {"leading": 1.0, "scanning": 0.05}
"""Seconds between two looks at what somebody else holds. Nobody waits in the database: a statement that waits there keeps its
snapshot, and with it every dead row of the database, for as long as it waits."""


class Held:
    """A duty somebody has, or a line somebody listens on. On SQLite it cannot be lost; on PostgreSQL it goes with its
    connection."""

    def __init__(self, connection: AsyncConnection | None = None) -> None:
        self._connection = connection

    async def still(self) -> bool:
        """Whether nobody else can have got it meanwhile, and every word was heard."""
        if self._connection is None:
            return True
        try:
            await self._connection.execute(text("SELECT 1"))
        except (DBAPIError, OSError):
            return False
        return True

    async def listen(self, channel: str, heard: Callable[[], None]) -> None:
        """Call `heard` whenever a transaction commits that notified this channel; never on SQLite."""
        if self._connection is None:
            return
        driver: Any = (await self._connection.get_raw_connection()).driver_connection
        await driver.add_listener(channel, lambda *_: heard())


@asynccontextmanager
async def alone(database: Database, duty: Duty) -> AsyncIterator[Held]:
    """Wait until nobody else has the duty, in this process or another, and have it until the block is left."""
    holding = _by_connection if database.dialect == "postgresql" else _by_file
    context: AbstractAsyncContextManager[Held] = holding(database, duty)
    async with context as held:
        yield held


@asynccontextmanager
async def listening(database: Database) -> AsyncIterator[Held]:
    """A line to listen on, without any duty; on PostgreSQL a connection of its own, outside of any transaction."""
    if database.dialect == "postgresql":
        async with _apart(database) as connection:
            yield Held(connection)
    else:
        yield Held()


@asynccontextmanager
async def _by_file(database: Database, duty: Duty) -> AsyncIterator[Held]:
    file = f"{database.url.database}.{duty}"
    lock = AsyncFileLock(file, poll_interval=POLL[duty], preserve_lock_file=True, fallback_to_soft=False)
    await lock.acquire()
    try:
        yield Held()
    finally:
        await asyncio.shield(lock.release(force=True))


@asynccontextmanager
async def _by_connection(database: Database, duty: Duty) -> AsyncIterator[Held]:
    while True:
        async with _apart(database) as connection:
            if await _got(connection, duty):
                yield Held(connection)
                return
        await asyncio.sleep(POLL[duty])


@asynccontextmanager
async def _apart(database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection that is not given back to others: it goes, and its locks and whoever listens on it go with it."""
    async with database.connection() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            yield connection
        finally:
            with suppress(DBAPIError, OSError):
                await asyncio.shield(connection.invalidate())


async def _got(connection: AsyncConnection, duty: Duty) -> bool:
    tried = await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEYS[duty]})
    return bool(tried.scalar_one())
