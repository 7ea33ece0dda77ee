"""What a cursor that goes once owes to those who think it went four times."""

from __future__ import annotations

from typing import Any

import aiosqlite
import pytest
from made import row
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from service.access.unit import House
from service.tables import divisions


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to the threads of connections, as it is sent."""
    sent: list[str] = []
    send = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, function: Any, *more: Any, **named: Any) -> Any:
        sent.append(getattr(function, "__name__", str(function)))
        return await send(self, function, *more, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return sent


async def test_a_statement_is_one_trip(sqlite_house: House, trips: list[str]) -> None:
    async with sqlite_house.read() as unit:
        trips.clear()
        assert (await unit.connection.execute(text("SELECT 1"))).scalar_one() == 1
        assert len(trips) == 2, "one to begin the transaction, one for the statement"
        assert (await unit.connection.execute(select(divisions))).all() == []
        assert len(trips) == 3


async def test_counts_keys_and_what_is_returned_arrive(sqlite_house: House) -> None:
    async with sqlite_house.write() as unit:
        many = [
            {"code": f"33010200{n}000", "prefix": f"33010200{n}", "name": "", "level": "street"}
            for n in range(5)
        ]
        await unit.connection.execute(insert(divisions), many)
        changed = await unit.connection.execute(update(divisions).values(name="湖滨街道"))
        assert changed.rowcount == 5
        one = await unit.connection.execute(
            update(divisions)
            .where(divisions.c.code == "330102001000")
            .values(name="一")
            .returning(divisions.c.name)
        )
        assert one.scalar_one() == "一"
        found = await unit.connection.stream(select(divisions.c.code).order_by(divisions.c.code))
        assert [code async for (code,) in found] == [one["code"] for one in many]


async def test_errors_stay_those_of_the_database(sqlite_house: House) -> None:
    async with sqlite_house.read() as unit:
        with pytest.raises(OperationalError):
            await unit.connection.execute(text("SELECT nothing FROM nowhere"))
    with pytest.raises(IntegrityError):
        async with sqlite_house.write() as unit:
            for _ in range(2):
                await row(
                    unit, divisions, code="330102000000", prefix="330102", name="上城区", level="county"
                )
