"""The open tasks nobody holds, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from sqlalchemy import case, exists, select

from service.access.unit import Unit
from service.tables import accounts, divisions, tasks
from service.tables.tasks import OPEN
from service.work.assign import covers, on_duty
from service.work.tasks import in_sight

Reason: TypeAlias = Literal["no_place", "nobody", "away", "soon"]
WORDS: Mapping[Reason, str] = {
    "no_place": "没有登记网格和社区",
    "nobody": "这个地方没有社区工作者的账号",
    "away": "这个地方的社区工作者都不在岗",
    "soon": "有人在岗，下次排班分派",
}
"""What each reason is called."""


@dataclass(frozen=True)
class Unassigned:
    """One task without anybody, as far as its area is concerned."""

    task_id: int
    division_code: str
    division_name: str | None
    grade: str
    due_on: date | None
    opened_on: date
    reason: Reason


async def page(unit: Unit, day: date, *, after: int | None = None, limit: int = 50) -> list[Unassigned]:
    """The open tasks in sight that nobody holds, in the order of their keys, with why that is so on `day`."""
    t = tasks.c
    workers = exists().where(accounts.c.role == "worker", accounts.c.disabled_at.is_(None), covers())
    there = exists().where(on_duty(day), covers())
    reason = case((t.division_code == "", "no_place"), (there, "soon"), (workers, "away"), else_="nobody")
    rows = await unit.connection.execute(
        select(t.task_id, t.division_code, divisions.c.name, t.grade, t.due_on, t.opened_on, reason)
        .outerjoin(divisions, divisions.c.prefix == t.division_code)
        .where(OPEN, t.account_id.is_(None), in_sight(unit.actor), t.task_id > (after or 0))
        .order_by(t.task_id)
        .limit(limit)
    )
    return [Unassigned(*row) for row in rows]
