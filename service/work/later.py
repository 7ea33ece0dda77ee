"""Putting a finding off: with a reason, a few times, and never past the day it is due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import func, select

from service.access.unit import Unit
from service.errors import Conflict, InvalidInput
from service.tables import outcomes, retractions

TIMES = 3
"""How often one finding may be put off; who says it a fourth time has to say what came of it."""
FURTHEST = timedelta(days=60)
OVERDUE = timedelta(days=7)
"""How far what is due already may be put off: facts/domain §7 reminds weekly."""


def last_day(due_on: date | None, today: date) -> date:
    """The last day to which a finding may be put off."""
    if due_on is None:
        return today + FURTHEST
    return min(due_on, today + FURTHEST) if due_on > today else today + OVERDUE


def check_day(revisit_on: date, due_on: date | None, today: date) -> None:
    """InvalidInput, with the days that are possible, where the day is too far off."""
    last = last_day(due_on, today)
    if revisit_on > last:
        why = f"这件事 {due_on} 到期" if due_on is not None else f"最多推迟 {FURTHEST.days} 天"
        raise InvalidInput(
            f"{why}，再次走访日期请选 {today + timedelta(days=1)} 到 {last} 之间的一天。",
            errors=[{"field": "revisit_on", "message": f"最晚 {last}"}],
        )


async def check_times(unit: Unit, finding_ids: Collection[int]) -> None:
    """Conflict where one of the findings was put off as often as may be; what was taken back does not count."""
    undone = select(retractions.c.outcome_id)
    often = (
        select(outcomes.c.finding_id)
        .where(
            outcomes.c.finding_id.in_(finding_ids),
            outcomes.c.outcome == "later",
            outcomes.c.outcome_id.not_in(undone),
        )
        .group_by(outcomes.c.finding_id)
        .having(func.count() >= TIMES)
    )
    if finding_ids and (await unit.connection.execute(often)).first() is not None:
        raise Conflict(
            f"这件事已经推迟 {TIMES} 次，请选一个其他结果；找不到人选“未找到”，不归社区办选“需部门处理”。"
        )
