"""Whoever is cancelled in mid-write leaves no lock behind."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, insert, select

from service.access.unit import House
from service.tables import households


async def test_a_write_cancelled_at_any_moment_gives_the_database_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.tables.database.BUSY_SECONDS", 2)
    cancelled = 0

    async def write(number: int) -> None:
        async with house.write() as unit:
            await unit.connection.execute(insert(households).values(number=f"H{number}"))
            await unit.connection.execute(select(func.count()).select_from(households))

    for moment in range(60):
        torn = asyncio.create_task(write(moment))
        await asyncio.sleep(0.0001 * moment)  # another moment each time; which one it hits does not matter
        torn.cancel()
        (result,) = await asyncio.gather(torn, return_exceptions=True)
        cancelled += isinstance(result, asyncio.CancelledError)
        await write(1000 + moment)
    assert cancelled > 5
    async with house.read() as unit:
        numbers = set(await unit.connection.scalars(select(households.c.number)))
    assert {f"H{1000 + moment}" for moment in range(60)} <= numbers
