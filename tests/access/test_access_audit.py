"""The audit log tells everything once, and tells when somebody rewrote it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from service.access import audit
from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import House
from service.tables import audit as log
from service.tables.append_only import MESSAGE

CLERK = Actor(7, "王芳", Role.WORKER, division="330102003057")


async def write_rows(house: House, number: int) -> None:
    async with house.write(CLERK) as unit:
        for row in range(number):
            detail = {"字段": "phone", "n": row, "list": [1, 2.5, None]}
            await audit.record(unit, "reveal", "resident", row, reason="电话核实", detail=detail)


async def drop_triggers(house: House) -> None:
    """What somebody with the database's own password can do."""
    on = "" if house.database.dialect == "sqlite" else " ON audit"
    names = ("update", "delete") if house.database.dialect == "sqlite" else ("row", "truncate")
    async with house.write() as unit:
        for name in names:
            await unit.connection.execute(text(f"DROP TRIGGER audit_refuses_{name}{on}"))


async def first_broken(house: House) -> int | None:
    async with house.read() as unit:
        return await audit.verify(unit)


async def test_a_row_says_who_when_what_and_why(house: House) -> None:
    await write_rows(house, 1)
    async with house.read() as unit:
        row = (await unit.connection.execute(select(log))).one()
    assert (row.actor_id, row.action, row.object_kind, row.object_id) == (7, "reveal", "resident", "0")
    assert (row.reason, row.success, row.detail["字段"]) == ("电话核实", "yes", "phone")
    assert row.at == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


async def test_an_untouched_log_verifies(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 3)
    assert await first_broken(house) is None
    await write_rows(house, 8)
    async with house.write(CLERK) as unit:
        await audit.record(unit, "sign_in", "account", 7, success=False)
    assert await first_broken(house) is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor_id": 8},
        {"reason": "随便看看"},
        {"success": "no"},
        {"detail": {"n": 99}},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
    ids=["who", "why", "success", "detail", "when"],
)
async def test_an_altered_row_is_found(house: House, change: dict[str, object]) -> None:
    await write_rows(house, 5)
    await drop_triggers(house)
    async with house.write() as unit:
        await unit.connection.execute(update(log).where(log.c.audit_id == 3).values(change))
    assert await first_broken(house) == 3


async def test_a_removed_row_is_found_at_its_successor(house: House) -> None:
    await write_rows(house, 5)
    await drop_triggers(house)
    async with house.write() as unit:
        await unit.connection.execute(delete(log).where(log.c.audit_id == 2))
    assert await first_broken(house) == 3


async def test_a_row_slipped_in_is_found(house: House) -> None:
    await write_rows(house, 2)
    forged = {
        "at": house.clock.now(), "actor_id": 1, "action": "reveal", "object_kind": "resident", "object_id": "1",
        "success": "yes", "previous": "0" * 64, "digest": "f" * 64,
    }  # fmt: skip
    async with house.write() as unit:
        await unit.connection.execute(insert(log).values(forged))
    assert await first_broken(house) == 3


@pytest.mark.parametrize("statement", [update(log).values(reason="x"), delete(log)], ids=["update", "delete"])
async def test_the_database_itself_refuses_to_rewrite_the_log(house: House, statement: object) -> None:
    await write_rows(house, 2)
    with pytest.raises(DBAPIError, match=MESSAGE):
        async with house.write() as unit:
            await unit.connection.execute(statement)
    async with house.read() as unit:
        assert len((await unit.connection.execute(select(log.c.audit_id))).all()) == 2


async def test_many_writers_at_once_make_one_chain(house: House) -> None:
    async def write(number: int) -> None:
        async with house.write(replace(CLERK, account_id=number)) as unit:
            await audit.record(unit, "reveal", "resident", number)

    await asyncio.gather(*(write(number) for number in range(12)))
    async with house.read() as unit:
        assert len((await unit.connection.execute(select(log.c.audit_id))).all()) == 12
    assert await first_broken(house) is None


async def test_what_is_rolled_back_is_not_in_the_log(house: House) -> None:
    with pytest.raises(RuntimeError):
        async with house.write(CLERK) as unit:
            await audit.record(unit, "reveal", "resident", 1)
            raise RuntimeError
    await write_rows(house, 1)
    assert await first_broken(house) is None
    async with house.read() as unit:
        assert (await unit.connection.execute(select(log.c.object_id))).scalars().all() == ["0"]
