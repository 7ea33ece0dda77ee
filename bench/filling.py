"""Puts a made-up city straight into empty tables of both databases at once, then its indexes, then ANALYZE.

The next chunk is made while the databases write the last one.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

import asyncpg
from sqlalchemy import Index, Table
from sqlalchemy.schema import CreateIndex, DropIndex

from bench.made_city import City, Row
from bench.population import COLUMNS, chunks
from service.tables import metadata
from service.tables.database import Database

CHUNK = 20_000
MEMORY = "'512MB'"
"""What PostgreSQL may take to make an index."""


@dataclass(frozen=True)
class Filled:
    """Rows of each table; seconds of making and writing them, and of indexes and statistics afterwards."""

    rows: dict[str, int]
    loading: float
    indexing: float


class Loader(Protocol):
    """One database being filled."""

    async def load(self, table: str, rows: Sequence[Row]) -> None:
        """Write one chunk."""

    async def finish(self) -> None:
        """Make the indexes, and bring the statistics up to date."""


async def fill(city: City, databases: Sequence[Database]) -> Filled:
    """Write every table of `city`; indexes are made afterwards, and the statistics brought up to date."""
    for database in databases:
        await database.close()  # the loaders want the files to themselves
    counted: Counter[str] = Counter()
    started = time.perf_counter()
    async with AsyncExitStack() as opened:
        loaders = [
            await opened.enter_async_context(_sqlite(one) if one.dialect == "sqlite" else _postgres(one))
            for one in databases
        ]
        made = chunks(city, CHUNK)
        following = asyncio.create_task(asyncio.to_thread(next, made, None))
        while chunk := await following:
            following = asyncio.create_task(asyncio.to_thread(next, made, None))
            table, rows = chunk
            counted[table] += len(rows)
            await asyncio.gather(*(loader.load(table, rows) for loader in loaders))
        loaded = time.perf_counter()
        await asyncio.gather(*(loader.finish() for loader in loaders))
    return Filled(dict(counted), loaded - started, time.perf_counter() - loaded)


def _indexes() -> list[Index]:
    return [
        index for name in COLUMNS for index in sorted(_table(name).indexes, key=lambda one: str(one.name))
    ]


def _table(name: str) -> Table:
    return metadata.tables[name]


class _IntoSqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    async def load(self, table: str, rows: Sequence[Row]) -> None:
        columns = COLUMNS[table]
        text = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        await asyncio.to_thread(self._write, text, rows)

    def _write(self, text: str, rows: Sequence[Row]) -> None:
        # Closed here: given up later in another thread, the cursor would reset the statement while it runs again.
        self.connection.executemany(text, rows).close()

    async def finish(self) -> None:
        self.connection.execute("COMMIT")
        await asyncio.to_thread(_run, self.connection, [CreateIndex(index) for index in _indexes()])
        await asyncio.to_thread(self.connection.execute, "ANALYZE")
        self.connection.execute("PRAGMA journal_mode=WAL")


@asynccontextmanager
async def _sqlite(database: Database) -> AsyncIterator[Loader]:
    connection = sqlite3.connect(str(database.url.database), isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    _run(connection, (DropIndex(index) for index in _indexes()))
    connection.execute("BEGIN")
    try:
        yield _IntoSqlite(connection)
    finally:
        connection.close()


def _run(connection: sqlite3.Connection, statements: Iterator[DropIndex] | Sequence[CreateIndex]) -> None:
    dialect = Database("sqlite+aiosqlite://").url.get_dialect()()
    for statement in statements:
        connection.execute(str(statement.compile(dialect=dialect)))


class _IntoPostgres:
    def __init__(self, connection: asyncpg.Connection, database: Database) -> None:
        self.connection = connection
        self.dialect = database.url.get_dialect()()

    async def load(self, table: str, rows: Sequence[Row]) -> None:
        source = BytesIO(await asyncio.to_thread(_copied, rows))
        await self.connection.copy_to_table(table, source=source, columns=COLUMNS[table])

    async def finish(self) -> None:
        for index in _indexes():
            await self.connection.execute(str(CreateIndex(index).compile(dialect=self.dialect)))
        for table, columns in COLUMNS.items():
            await self.connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{columns[0]}'), max({columns[0]})) FROM {table}"
            )
        await self.connection.execute("VACUUM ANALYZE")


def _copied(rows: Sequence[Row]) -> bytes:
    """The rows in COPY's text form; no cell holds a tab, line end or backslash."""
    lines = ("\t".join("\\N" if cell is None else str(cell) for cell in row) for row in rows)
    return ("\n".join(lines) + "\n").encode()


@asynccontextmanager
async def _postgres(database: Database) -> AsyncIterator[Loader]:
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")  # references hold by construction
        await connection.execute(f"SET maintenance_work_mem = {MEMORY}")
        into = _IntoPostgres(connection, database)
        for index in _indexes():
            await connection.execute(str(DropIndex(index).compile(dialect=into.dialect)))
        yield into
    finally:
        await connection.close()
