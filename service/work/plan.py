"""The day's list of each worker: urgent and legally due visits first, then up to the cap, the rest on later days.

Exempt from the cap are tasks that are urgent or due by the day itself. All others are ranked by grade, due date, age
and address, so that neighbours stay together; the first fill today's room, the next the following working days. One
UPDATE plans everybody, and the same inputs give the same list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.types import Date

from service.access.turns import take_planners_turn
from service.access.unit import Unit
from service.calendar import WorkingDays
from service.tables import tasks
from service.tables.tasks import OPEN
from service.work.assign import assign
from service.work.gather import grade_rank
from service.work.history import tell

HORIZON = 60
"""Working days ahead for which a task gets a date; later ones wait without one."""


@dataclass(frozen=True)
class Load:
    """What one worker has on one day. Counts only: it may be sent."""

    account_id: int
    visits: int
    urgent: int
    overdue: int


@dataclass(frozen=True)
class Plan:
    """A planned day: the load of each worker who has something to do, and what nobody could be found for."""

    day: date
    loads: list[Load]
    unassigned: int


async def plan(unit: Unit, day: date, calendar: WorkingDays, cap: int) -> Plan:
    """Assign every open task and date it; returns the loads of `day`."""
    await take_planners_turn(unit)
    unassigned = await assign(unit, day)
    await _put_down(unit, _slots(day, cap), [day, *_following(day, calendar)])
    await _set_aside(unit, day)
    return Plan(day, await loads(unit, day), unassigned)


async def loads(unit: Unit, day: date, account_id: int | None = None) -> list[Load]:
    """Visits, urgent ones and overdue ones of each worker on `day`, or of one."""
    whose = tasks.c.account_id.is_not(None) if account_id is None else tasks.c.account_id == account_id
    rows = await unit.connection.execute(
        select(
            tasks.c.account_id,
            func.count(),
            func.sum(case((tasks.c.grade == "urgent", 1), else_=0)),
            func.sum(case((tasks.c.due_on < day, 1), else_=0)),
        )
        .where(whose, of_day(day))
        .group_by(tasks.c.account_id)
        .order_by(tasks.c.account_id)
    )
    return [Load(*row) for row in rows]


def of_day(day: date) -> ColumnElement[bool]:
    """Open tasks that stand on the list of `day`."""
    return and_(tasks.c.state.in_(("planned", "started")), tasks.c.planned_on == day)


def _slots(day: date, cap: int) -> Subquery:
    """(task_id, slot): slot 0 is `day`, slot n the n-th working day after it."""
    exempt = case(
        (or_(tasks.c.grade == "urgent", tasks.c.due_on <= day, tasks.c.state == "started"), 1), else_=0
    )
    order = (
        grade_rank(tasks.c.grade),
        func.coalesce(tasks.c.due_on, literal(date.max, Date())),
        tasks.c.opened_on,
        tasks.c.place,
        tasks.c.task_id,
    )
    ranked = (
        select(
            tasks.c.task_id,
            exempt.label("exempt"),
            func.sum(exempt).over(partition_by=tasks.c.account_id).label("exempts"),
            func.row_number().over(partition_by=(tasks.c.account_id, exempt), order_by=order).label("rank"),
        )
        .where(OPEN, _plannable(day))
        .subquery()
    )
    room = case((ranked.c.exempts >= cap, 0), else_=cap - ranked.c.exempts)
    later = 1 + (ranked.c.rank - 1 - room) // cap
    slot = case((or_(ranked.c.exempt == 1, ranked.c.rank <= room), 0), else_=later)
    return select(ranked.c.task_id, cast(slot, Integer).label("slot")).subquery()


def _plannable(day: date) -> ColumnElement[bool]:
    ready = or_(tasks.c.visit_from.is_(None), tasks.c.visit_from <= day)
    return and_(tasks.c.account_id.is_not(None), or_(ready, tasks.c.state == "started"))


async def _put_down(unit: Unit, slots: Subquery, days: list[date]) -> None:
    """Write day and state of every plannable task."""
    on = case({number: literal(day, Date()) for number, day in enumerate(days)}, value=slots.c.slot)
    state = case((tasks.c.state == "started", "started"), (slots.c.slot == 0, "planned"), else_="waiting")
    today = select(slots.c.task_id).where(slots.c.slot == 0)
    await tell(
        unit, "planned", and_(tasks.c.task_id.in_(today), tasks.c.planned_on.is_distinct_from(days[0]))
    )
    await unit.connection.execute(
        update(tasks)
        .where(
            tasks.c.task_id == slots.c.task_id,
            or_(tasks.c.planned_on.is_distinct_from(on), tasks.c.state != state),
        )
        .values(planned_on=on, state=state)
    )


async def _set_aside(unit: Unit, day: date) -> None:
    """Take the date from what cannot be visited yet or has nobody."""
    await unit.connection.execute(
        update(tasks)
        .where(OPEN, not_(_plannable(day)), or_(tasks.c.planned_on.is_not(None), tasks.c.state != "waiting"))
        .values(planned_on=None, state="waiting")
    )


def _following(day: date, calendar: WorkingDays) -> list[date]:
    days: list[date] = []
    for _ in range(HORIZON):
        day = calendar.after(day, 1)
        days.append(day)
    return days
