"""A household with findings that a worker may visit, and everybody who may have a say in it."""

from __future__ import annotations

from datetime import date
from typing import Any

import made
from planned import gather_all, plan_all
from sqlalchemy import select

from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import House
from service.tables import findings, task_events

MONDAY = date(2026, 11, 23)
ASKS = "ask: [resident.phone, resident.birth_date, resident.lives_alone]"


async def visit(house: House, count: int = 1, *, again: str = "never", done: str = ASKS) -> Actor:
    """`count` findings of one household, planned for the worker that is returned."""
    async with house.write() as unit:
        version = await made.rule_version(unit, again=again, done=done)
        home = await made.household(unit)
        for number in range(count):
            person = await made.resident(
                unit,
                f"陈{number}",
                household_id=home,
                address="学士路 1 号",
                phone="19900001234",
                birth_date=date(1940, 1, 1),
            )
            await made.finding(unit, version, person, target_kind="household", target_id=home)
        worker = await made.worker(unit)
        await made.post(unit, worker)
        await gather_all(unit)
        await plan_all(unit, MONDAY)
    return Actor(worker, "w1", Role.WORKER, made.COMMUNITY)


async def another(house: House, role: Role, login: str, **scope: Any) -> Actor:
    """An account of another role, or a colleague."""
    async with house.write() as unit:
        values = {"division_code": made.COMMUNITY, "role": role.value} | scope
        account = await made.worker(unit, login, **values)
    return Actor(
        account,
        login,
        role,
        values["division_code"],
        department=values.get("department"),
        enterprise_id=values.get("enterprise_id"),
    )


async def finding_row(house: House, finding_id: int = 1) -> Any:
    async with house.read() as unit:
        return (
            await unit.connection.execute(select(findings).where(findings.c.finding_id == finding_id))
        ).one()


async def kinds(house: House) -> list[str]:
    """The events of every task, in order."""
    async with house.read() as unit:
        rows = await unit.connection.execute(select(task_events.c.kind).order_by(task_events.c.task_event_id))
        return list(rows.scalars())
