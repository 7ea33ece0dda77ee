"""Hostile records in two databases, and a way to ask either for the verdicts of a rule."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
from sqlalchemy import Connection, create_engine, event, insert, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql import Executable

from tests.rules import world
from tests.rules.town import Ask, Dialect, Town

Settle: TypeAlias = Callable[[world.Rows], Town]
Run: TypeAlias = Callable[[Callable[[Connection], Any]], Any]


def fill(connection: Connection, rows: world.Rows) -> None:
    """Put these rows into the tables in place of what is there."""
    for table in reversed(world.metadata.sorted_tables):
        connection.execute(table.delete())
    for table in world.metadata.sorted_tables:
        if rows[table.name]:
            connection.execute(insert(table), rows[table.name])


@pytest.fixture(scope="session")
def sqlite_run() -> Iterator[Run]:
    """Run a function with a connection to SQLite, where the tables are."""
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    with engine.connect() as connection:
        world.metadata.create_all(connection)
        yield lambda work: work(connection)
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_run(postgres_url: str) -> Iterator[Run]:
    """The same with a connection to PostgreSQL, in a schema of its own; a refused statement spoils no later one."""
    engine = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with asyncio.Runner() as runner:
        connection = runner.run(engine.connect().start())

        def run(work: Callable[[Connection], Any]) -> Any:
            return runner.run(connection.run_sync(work))

        run(lambda plain: plain.execute(text("CREATE SCHEMA world")))
        run(lambda plain: plain.execute(text("SET search_path TO world")))
        run(world.metadata.create_all)
        yield run
        run(lambda plain: plain.execute(text("DROP SCHEMA world CASCADE")))
        runner.run(connection.close())
        runner.run(engine.dispose())


def asking(run: Run) -> Ask:
    """A way to ask one database."""

    def ask(statement: Executable) -> list[Any]:
        return list(run(lambda connection: connection.execute(statement).all()))

    return ask


@pytest.fixture(scope="session")
def settle(sqlite_run: Run, postgres_run: Run) -> Settle:
    """Settle a population in both databases, in place of the one before."""
    runs: dict[Dialect, Run] = {"sqlite": sqlite_run, "postgresql": postgres_run}

    def settled(rows: world.Rows) -> Town:
        for run in runs.values():
            run(lambda connection: fill(connection, rows))
        return Town(world.nest(rows), {dialect: asking(run) for dialect, run in runs.items()})

    return settled


@pytest.fixture(scope="module")
def town(settle: Settle) -> Town:
    """The one town most tests ask about, in both databases."""
    return settle(world.town(seed=20261123))
