"""Telling who supervises of visits that nobody made: after some working days the community, after twice as many the street.

A row for each step, written once; it is about the task, never about who has it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ColumnElement, Date, Text, and_, func, insert, literal, or_, select

from service.access.unit import Unit
from service.calendar import WorkingDays
from service.tables import escalations, tasks
from service.tables.afterwards import STEP
from service.tables.codes import GRADE
from service.tables.tasks import OPEN
from service.work.history import tell
from service.work.tasks import in_sight, reached

COLUMNS = ["task_id", "step", "on_day"]


async def escalate(unit: Unit, day: date, calendar: WorkingDays, days: Mapping[str, int]) -> int:
    """Note every open task that stands unhandled too long on `day`; returns how many steps were taken.

    `days` are working days by grade: urgent ones counted from when they could first be visited, all others from the day
    after they were due. What is put off to a later day waits.
    """
    taken = 0
    for times, step in enumerate(STEP, start=1):
        late = or_(*(_late(day, calendar, grade, days[grade] * times) for grade in GRADE))
        put_off = and_(tasks.c.visit_from.is_not(None), tasks.c.visit_from > day)
        which = and_(OPEN, late, ~reached(step), ~put_off)
        await tell(unit, "escalated", which, {"step": step})
        rows = select(tasks.c.task_id, literal(step, Text), literal(day, Date)).where(which)
        noted = await unit.connection.execute(insert(escalations).from_select(COLUMNS, rows))
        taken += noted.rowcount
    return taken


async def reached_by(unit: Unit, task_ids: Collection[int]) -> dict[int, str]:
    """Task → how far it was told on that nobody made the visit; without those that were not."""
    rows = await unit.connection.execute(
        select(escalations.c.task_id, escalations.c.step).where(escalations.c.task_id.in_(task_ids))
    )
    order = list(STEP)
    told = sorted(rows.all(), key=lambda row: order.index(row.step))
    return {row.task_id: row.step for row in told}


async def counts(unit: Unit) -> dict[str, int]:
    """How many open tasks in sight stand at each step; one that reached the street counts there alone."""
    street = reached("street")
    rows = await unit.connection.execute(
        select(func.count().filter(and_(reached("supervisor"), ~street)), func.count().filter(street)).where(
            OPEN, in_sight(unit.actor)
        )
    )
    return dict(zip(STEP, rows.one(), strict=True))


def _late(day: date, calendar: WorkingDays, grade: str, days: int) -> ColumnElement[bool]:
    limit = calendar.after(day, -days)
    if grade == "urgent":
        since = func.coalesce(tasks.c.visit_from, tasks.c.opened_on)
        return and_(tasks.c.grade == grade, since <= limit)
    return and_(tasks.c.grade == grade, tasks.c.due_on <= limit)
