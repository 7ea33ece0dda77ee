"""The tables are the one truth: schema.sql and the migrations say the same."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text

from service.tables import metadata
from service.tables.columns import metadata as declared
from service.tables.database import Database
from service.tables.schema import differences, is_current, schema_sql, upgrade

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    """A database without any table."""
    database = Database(empty_url)
    yield database
    await database.close()


def test_schema_sql_is_what_the_tables_give() -> None:
    assert (ROOT / "schema.sql").read_text() == schema_sql(), "run `make schema` and commit the result"


def test_sqlite_loads_schema_sql() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript((ROOT / "schema.sql").read_text())
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert names >= set(metadata.tables)


async def test_postgresql_loads_schema_sql(empty_postgres_url: str) -> None:
    database = Database(empty_postgres_url)
    async with database.write() as connection:
        for statement in (ROOT / "schema.sql").read_text().split(";\n"):
            if statement.strip():
                await connection.execute(text(statement))
        names = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await database.close()
    assert names == set(metadata.tables)


async def test_migrations_from_empty_give_the_tables(empty: Database) -> None:
    assert not await is_current(empty)
    await upgrade(empty)
    assert await is_current(empty)
    async with empty.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_give_the_same_checks_and_triggers_as_the_tables(empty: Database) -> None:
    await upgrade(empty)
    async with empty.write() as connection:
        migrated = await connection.run_sync(_guards)
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
        made = await connection.run_sync(_guards)
    assert migrated == made
    assert len(migrated["tasks"]) == 3


async def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    await upgrade(empty)
    await upgrade(empty)
    assert await is_current(empty)


def test_every_column_says_what_it_is() -> None:
    unnamed = [
        f"{table.name}.{column.name}"
        for table in declared.tables.values()
        for column in table.columns
        if not column.info.get("label") and not column.primary_key
    ]
    assert unnamed == []


def test_nothing_the_law_forbids_has_a_column() -> None:
    """Check-ins, points, rankings, online time, installs, tracks, read receipts as a duty (DESIGN §1)."""
    forbidden = (
        "check_in",
        "checkin",
        "points",
        "score",
        "rank",
        "online",
        "install",
        "track",
        "photo",
        "latitude",
    )
    columns = [
        f"{table.name}.{column.name}" for table in declared.tables.values() for column in table.columns
    ]
    assert [name for name in columns if any(word in name for word in forbidden)] == []


def _guards(connection: Connection) -> dict[str, Any]:
    """Check constraints of each table, and the names of all triggers."""
    inspector = inspect(connection)
    found: dict[str, Any] = {
        name: sorted(str(check["name"]) for check in inspector.get_check_constraints(name))
        for name in inspector.get_table_names()
        if name in metadata.tables
    }
    if connection.dialect.name == "sqlite":
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        triggers = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    found["triggers"] = sorted(connection.execute(text(triggers)).scalars())
    return found
