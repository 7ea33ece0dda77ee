"""Puts a made-up city straight into empty tables of both databases at once, then its indexes, then ANALYZE."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from itertools import islice
from typing import Protocol

import asyncpg
from sqlalchemy import Index, Table
from sqlalchemy.schema import CreateIndex, DropIndex

from bench.city import City, Row
from bench.population import COLUMNS, tables
from service.tables import metadata
from service.tables.database import Database

CHUNK = 20_000


class Loader(Protocol):
    """One database being filled."""

    async def load(self, table: str, rows: Sequence[Row]) -> None:
        """Write one chunk."""


async def fill(city: City, databases: Sequence[Database]) -> None:
    """Write every table of `city`; indexes are made afterwards, and the statistics brought up to date."""
    for database in databases:
        await database.close()  # the loaders want the files to themselves
    opened = [_sqlite(one) if one.dialect == "sqlite" else _postgres(one) for one in databases]
    loaders = [await one.__aenter__() for one in opened]
    try:
        for table, rows in tables(city):
            while chunk := list(islice(rows, CHUNK)):
                await asyncio.gather(*(loader.load(table, chunk) for loader in loaders))
    finally:
        await asyncio.gather(*(one.__aexit__(None, None, None) for one in opened))


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
        await asyncio.to_thread(self.connection.executemany, text, rows)


@asynccontextmanager
async def _sqlite(database: Database) -> AsyncIterator[Loader]:
    connection = sqlite3.connect(str(database.url.database), isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000"):
        connection.execute(f"PRAGMA {pragma}")
    _run(connection, (DropIndex(index) for index in _indexes()))
    connection.execute("BEGIN")
    yield _IntoSqlite(connection)
    connection.execute("COMMIT")
    await asyncio.to_thread(_run, connection, [CreateIndex(index) for index in _indexes()])
    connection.execute("ANALYZE")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _run(connection: sqlite3.Connection, statements: Iterator[DropIndex] | Sequence[CreateIndex]) -> None:
    dialect = Database("sqlite+aiosqlite://").url.get_dialect()()
    for statement in statements:
        connection.execute(str(statement.compile(dialect=dialect)))


class _IntoPostgres:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def load(self, table: str, rows: Sequence[Row]) -> None:
        source = BytesIO(await asyncio.to_thread(_copied, rows))
        await self.connection.copy_to_table(table, source=source, columns=COLUMNS[table])


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
        await connection.execute("SET maintenance_work_mem = '256MB'")
        dialect = database.url.get_dialect()()
        for index in _indexes():
            await connection.execute(str(DropIndex(index).compile(dialect=dialect)))
        yield _IntoPostgres(connection)
        for index in _indexes():
            await connection.execute(str(CreateIndex(index).compile(dialect=dialect)))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
