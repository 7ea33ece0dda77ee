"""The two databases behave as one."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest
from sqlalchemy import insert, select, text

from service.access.unit import House
from service.errors import DatabaseBusy
from service.tables import divisions, households
from service.tables.database import Database


async def test_a_failed_unit_leaves_nothing_behind(house: House) -> None:
    with pytest.raises(RuntimeError):
        async with house.write() as unit:
            await unit.connection.execute(insert(households).values(number="H1"))
            raise RuntimeError
    async with house.read() as unit:
        assert (await unit.connection.execute(select(households))).all() == []


async def test_many_writers_at_once_all_get_their_turn(house: House) -> None:
    async def write(number: int) -> None:
        async with house.write() as unit:
            await unit.connection.execute(insert(households).values(number=f"H{number}"))

    await asyncio.gather(*(write(number) for number in range(20)))
    async with house.read() as unit:
        assert len((await unit.connection.execute(select(households))).all()) == 20


async def test_foreign_keys_are_enforced(house: House) -> None:
    from sqlalchemy.exc import IntegrityError

    from service.tables import residents

    with pytest.raises(IntegrityError):
        async with house.write() as unit:
            await unit.connection.execute(
                insert(residents).values(id_number="x", id_number_index="x", name="x", household_id=99)
            )


async def test_a_database_locked_by_another_program_says_so(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.tables.database.BUSY_SECONDS", 0.05)
    impatient = Database(str(sqlite_database.url))
    other = sqlite3.connect(str(sqlite_database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        async with impatient.write() as connection:
            await connection.execute(insert(divisions).values(code="1", prefix="1", name="x", level="city"))
    other.execute("ROLLBACK")
    other.close()
    await impatient.close()


async def test_a_connection_that_died_while_it_rested_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect == "sqlite":
        pytest.skip("a file does not hang up")
    monkeypatch.setattr("service.tables.database.RESTED", -1.0)
    await _hang_up(database)
    assert await database.alive()


async def test_a_connection_that_dies_between_two_uses_costs_one_request(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("a file does not hang up")
    await _hang_up(database)
    await database.alive()
    assert await database.alive()


async def _hang_up(database: Database) -> None:
    """The server ends every other connection; one of the pool rests."""
    assert await database.alive()
    other = Database(database.url.render_as_string(hide_password=False))
    async with other.read() as connection:
        ended = await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        assert len(ended.all()) == 1
    await other.close()
