"""One hostile town in two databases, and a way to ask either for the verdicts of a rule."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, insert
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql import Executable

from tests.rules import world
from tests.rules.town import Ask, Town


def fill(connection: Connection) -> None:
    """Create the tables and put the town in."""
    world.metadata.drop_all(connection)
    world.metadata.create_all(connection)
    rows = world.town(seed=20261123)
    for table in world.metadata.sorted_tables:
        connection.execute(insert(table), rows[table.name])


@pytest.fixture(scope="session")
def sqlite_ask() -> Iterator[Ask]:
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    with engine.connect() as connection:
        fill(connection)
        yield lambda statement: list(connection.execute(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_ask(postgres_url: str) -> Iterator[Ask]:
    engine = create_async_engine(postgres_url)
    with asyncio.Runner() as runner:
        connection = runner.run(engine.connect().start())
        runner.run(connection.run_sync(fill))

        async def ask(statement: Executable) -> list[Any]:
            return list(await connection.execute(statement))

        yield lambda statement: runner.run(ask(statement))
        runner.run(connection.rollback())
        runner.run(connection.close())
        runner.run(engine.dispose())


@pytest.fixture(scope="session")
def town(sqlite_ask: Ask, postgres_ask: Ask) -> Town:
    """The town in both databases."""
    records = world.nest(world.town(seed=20261123))
    return Town(records, {"sqlite": sqlite_ask, "postgresql": postgres_ask})
