"""Duties that one process at a time has: real files, real connections, a real kill."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from service.tables.alone import KEYS, Duty, alone
from service.tables.database import Database

SECONDS = 30
HOLDER = """
import asyncio, sys
from service.tables.alone import alone
from service.tables.database import Database

async def hold():
    async with alone(Database(sys.argv[1]), "leading"):
        print("held", flush=True)
        await asyncio.sleep(600)

asyncio.run(hold())
"""


async def _hold(database: Database, duty: Duty, inside: list[int], most: list[int]) -> None:
    async with alone(database, duty):
        inside.append(1)
        most.append(len(inside))
        await asyncio.sleep(0)
        inside.pop()


async def test_of_many_who_want_a_duty_one_at_a_time_has_it(database: Database, database_url: str) -> None:
    other = Database(database_url)
    inside: list[int] = []
    most: list[int] = []
    async with asyncio.timeout(SECONDS):
        wanting = (_hold(each, "scanning", inside, most) for each in (database, other) * 4)
        await asyncio.gather(*wanting)
    await other.close()
    assert most == [1] * 8


async def test_one_duty_does_not_wait_for_another(database: Database) -> None:
    async with asyncio.timeout(SECONDS), alone(database, "leading") as held, alone(database, "scanning"):
        assert await held.still()


async def test_who_gave_up_waiting_takes_nothing_along(database: Database) -> None:
    async with alone(database, "leading"):
        waiting = asyncio.create_task(_hold(database, "leading", [], []))
        _, pending = await asyncio.wait([waiting], timeout=0.2)
        assert pending
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(SECONDS), alone(database, "leading"):
        pass


async def test_a_killed_process_gives_its_duty_back(database: Database, database_url: str) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, database_url,
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert holder.stdout is not None
    async with asyncio.timeout(SECONDS):
        assert await holder.stdout.readline() == b"held\n"
        waiting = asyncio.create_task(_hold(database, "leading", [], []))
        _, pending = await asyncio.wait([waiting], timeout=0.2)
        assert pending
        holder.kill()
        await waiting
        await holder.wait()


async def test_a_duty_whose_connection_is_gone_is_not_held_any_more(
    database: Database, database_url: str
) -> None:
    if database.dialect == "sqlite":
        pytest.skip("a lock on a file is not lost")
    other = Database(database_url)
    async with alone(database, "leading") as held:
        lock = text(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key"
        )
        async with other.read() as connection:
            await connection.execute(lock, {"key": KEYS["leading"]})
        assert not await held.still()
        async with asyncio.timeout(SECONDS), alone(other, "leading"):
            pass
    await other.close()
