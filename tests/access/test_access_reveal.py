"""A private field is shown in full only in scope, for a task or a reason, and never unnoticed."""

from __future__ import annotations

from datetime import date

import pytest
from access.people import DONGPO, ID_NUMBER, PHONE, STREET, USCC, WUSHAN, add_account, settle
from sqlalchemy import insert, select

from service.access import audit as log
from service.access.actors import Actor
from service.access.permissions import Permission, Role
from service.access.reveal import reveal
from service.access.unit import House
from service.errors import InvalidInput, NotAllowed, NotFound
from service.tables import audit, residents, tasks


@pytest.fixture
async def worker(house: House) -> Actor:
    await settle(house)
    account_id = await add_account(house, Role.WORKER)
    return Actor(account_id, "李伟", Role.WORKER, division=DONGPO)


async def look(
    house: House,
    actor: Actor,
    record_id: int,
    field: str = "phone",
    reason: str | None = None,
    entity: str = "resident",
) -> str:
    async with house.write(actor) as unit:
        return await reveal(unit, entity, record_id, field, reason=reason)


async def give_task(house: House, actor: Actor, kind: str, target_id: int, state: str = "started") -> None:
    async with house.write() as unit:
        await unit.connection.execute(
            insert(tasks).values(
                target_kind=kind, target_id=target_id, account_id=actor.account_id, grade="normal", state=state,
                opened_on=date(2026, 11, 20), division_code=DONGPO,
            )
        )  # fmt: skip


async def looks(house: House) -> list[tuple[str, str, str | None, object]]:
    async with house.read() as unit:
        rows = await unit.connection.execute(select(audit).where(audit.c.action == "reveal"))
        assert await log.verify(unit) is None
        return [(row.object_kind, row.object_id, row.reason, row.detail) for row in rows]


async def test_a_typed_reason_opens_one_field_and_is_kept(house: House, worker: Actor) -> None:
    assert await look(house, worker, 1, reason=" 电话核实 ") == PHONE
    assert await looks(house) == [("resident", "1", "电话核实", {"field": "phone", "task": None})]


@pytest.mark.parametrize(("kind", "target"), [("resident", 1), ("household", 1)])
async def test_an_open_task_is_reason_enough(house: House, worker: Actor, kind: str, target: int) -> None:
    await give_task(house, worker, kind, target)
    assert await look(house, worker, 1, "id_number") == ID_NUMBER
    assert await looks(house) == [("resident", "1", None, {"field": "id_number", "task": 1})]


@pytest.mark.parametrize("reason", [None, "", "看看", "   x   "])
async def test_without_a_task_a_reason_must_be_typed(house: House, worker: Actor, reason: str | None) -> None:
    await give_task(house, worker, "resident", 1, state="closed")
    await give_task(house, worker, "enterprise", 1)
    with pytest.raises(InvalidInput):
        await look(house, worker, 1, reason=reason)
    assert await looks(house) == []


async def test_anothers_task_is_no_reason(house: House, worker: Actor) -> None:
    colleague = Actor(await add_account(house, Role.WORKER, "other"), "王芳", Role.WORKER, division=DONGPO)
    await give_task(house, colleague, "resident", 1)
    with pytest.raises(InvalidInput):
        await look(house, worker, 1)
    assert await look(house, colleague, 1) == PHONE


async def test_another_community_does_not_exist(house: House, worker: Actor) -> None:
    with pytest.raises(NotFound):
        await look(house, worker, 2, reason="电话核实")
    with pytest.raises(NotFound):
        await look(house, worker, 999, reason="电话核实")
    neighbour = Actor(worker.account_id, "李伟", Role.WORKER, division=WUSHAN)
    assert await look(house, neighbour, 2, reason="电话核实") == PHONE


async def test_a_street_wide_worker_sees_all_its_communities(house: House, worker: Actor) -> None:
    wide = Actor(worker.account_id, "李伟", Role.WORKER, division=STREET)
    assert [await look(house, wide, n, reason="电话核实") for n in (1, 2)] == [PHONE, PHONE]


async def test_ones_own_task_brings_a_person_who_lives_elsewhere_into_scope(
    house: House, worker: Actor
) -> None:
    await give_task(house, worker, "resident", 2)
    assert await look(house, worker, 2) == PHONE


async def test_a_shops_phone_needs_the_same(house: House, worker: Actor) -> None:
    assert await look(house, worker, 1, reason="预约体检", entity="enterprise") == PHONE
    with pytest.raises(NotFound):
        await look(house, worker, 2, reason="预约体检", entity="enterprise")
    with pytest.raises(InvalidInput):
        await look(house, worker, 1, field="uscc", reason="预约体检", entity="enterprise")
    assert [(kind, number) for kind, number, *_ in await looks(house)] == [("enterprise", "1")]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.WORKER])
async def test_no_other_role_sees_private_fields(house: House, worker: Actor, role: Role) -> None:
    with pytest.raises(NotAllowed):
        await look(house, Actor(1, "某人", role, division=STREET, enterprise_id=1), 1, reason="电话核实")


async def test_a_token_without_the_permission_sees_none_either(house: House, worker: Actor) -> None:
    narrowed = Actor(1, "李伟", Role.WORKER, division=DONGPO, narrowed=frozenset({Permission.WORK}))
    with pytest.raises(NotAllowed):
        await look(house, narrowed, 1, reason="电话核实")


async def test_what_nobody_recorded_is_not_shown(house: House, worker: Actor) -> None:
    async with house.write() as unit:
        await unit.connection.execute(residents.update().values(phone=None))
    with pytest.raises(NotFound, match="没有登记"):
        await look(house, worker, 1, reason="电话核实")


def test_the_settled_street_uses_the_unassigned_area() -> None:
    assert USCC[2:8] == ID_NUMBER[:6] == "330199"
