"""The day's list of each worker: urgent and legally due visits first, then up to the cap, the rest on later days.

Exempt from the cap are tasks that are urgent or due by the day itself. All others are ranked by grade, due date, age
and address, so that neighbours stay together; the first fill today's room, the next the following working days. A
worker's list depends on nobody else's, so lists are planned for some workers at a time, and the same inputs give the
same lists however they are cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
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
from service.work.gather import grade_rank
from service.work.history import tell
from service.work.scratch import days_now, empty, put

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


@dataclass(frozen=True)
class Diary:
    """The days that are filled: the first, then the working days after it, each with up to `cap` visits that may wait."""

    days: tuple[date, ...]
    cap: int

    @property
    def day(self) -> date:
        """The first day."""
        return self.days[0]


def diary(day: date, calendar: WorkingDays, cap: int) -> Diary:
    """`day` and the working days of the horizon after it."""
    days = [day]
    for _ in range(HORIZON):
        days.append(calendar.after(days[-1], 1))
    return Diary(tuple(days), cap)


async def plan_lists(unit: Unit, to_fill: Diary, whose: ColumnElement[bool], *, anew: bool) -> None:
    """Date the open tasks of the accounts `whose` holds of.

    A list made `anew` is filled up to the cap. Otherwise whoever has left the list of the day since, because the visit was
    made or its cause is gone, leaves an empty place: a list does not grow while it is worked on.
    """
    await take_planners_turn(unit)
    await empty(unit, days_now)
    differing = _differing(_dated(to_fill, whose, anew), to_fill.day, whose)
    if await put(unit, days_now, differing):
        await _put_down(unit, to_fill.day)


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


async def next_day(unit: Unit, day: date) -> date:
    """The first day from `day` on with something on the actor's own list; `day` where there is none."""
    planned = tasks.c.planned_on.label("planned_on")
    statement = (
        select(planned)
        .where(tasks.c.account_id == unit.actor.account_id, OPEN, tasks.c.planned_on >= day)
        .order_by(planned)
        .limit(1)
    )
    return (await unit.connection.scalar(statement)) or day


def of_day(day: date) -> ColumnElement[bool]:
    """Open tasks that stand on the list of `day`."""
    return and_(tasks.c.state.in_(("planned", "started")), tasks.c.planned_on == day)


def _dated(to_fill: Diary, whose: ColumnElement[bool], anew: bool) -> Subquery:
    """(task_id, planned_on, state) of what can be visited."""
    day = to_fill.day
    slots = _slots(day, to_fill.cap, whose, anew)
    on = case({number: literal(day, Date()) for number, day in enumerate(to_fill.days)}, value=slots.c.slot)
    state = case((slots.c.started, "started"), (slots.c.slot == 0, "planned"), else_="waiting")
    return select(slots.c.task_id, on.label("planned_on"), state.label("state")).subquery()


def _slots(day: date, cap: int, whose: ColumnElement[bool], anew: bool) -> Subquery:
    """(task_id, started, slot): slot 0 is `day`, slot n the n-th working day after it."""
    started = tasks.c.state == "started"
    exempt = case((or_(tasks.c.grade == "urgent", tasks.c.due_on <= day, started), 1), else_=0)
    order = (
        grade_rank(tasks.c.grade),
        func.coalesce(tasks.c.due_on, literal(date.max, Date())),
        tasks.c.opened_on,
        tasks.c.place,
        tasks.c.task_id,
    )
    each = tasks.c.account_id
    ranked = (
        select(
            tasks.c.task_id,
            tasks.c.account_id,
            started.label("started"),
            exempt.label("exempt"),
            func.sum(exempt).over(partition_by=each).label("exempts"),
            func.sum(case((of_day(day), 1), else_=0)).over(partition_by=each).label("listed"),
            func.row_number().over(partition_by=(tasks.c.account_id, exempt), order_by=order).label("rank"),
        )
        .where(OPEN, whose, _plannable(day))
        .subquery()
    )
    left = literal(0) if anew else func.coalesce(_left(day, ranked.c.account_id), 0)
    free = _at_least_0(cap - ranked.c.listed)
    room = _at_least_0(cap - case((left < free, left), else_=free) - ranked.c.exempts)
    placed = select(ranked, room.label("room")).subquery()
    later = 1 + (placed.c.rank - 1 - placed.c.room) // cap
    slot = case((or_(placed.c.exempt == 1, placed.c.rank <= placed.c.room), 0), else_=later)
    return select(placed.c.task_id, placed.c.started, cast(slot, Integer).label("slot")).subquery()


def _left(day: date, account_id: ColumnElement[int]) -> ColumnElement[int]:
    """How many visits of an account's list of `day` have ended."""
    ended = tasks.alias()
    return (
        select(func.count())
        .where(
            ended.c.account_id == account_id,
            ended.c.state.in_(("closed", "expired", "withdrawn")),
            ended.c.planned_on == day,
        )
        .scalar_subquery()
    )


def _at_least_0(number: ColumnElement[int]) -> ColumnElement[int]:
    return case((number > 0, number), else_=0)


def _plannable(day: date) -> ColumnElement[bool]:
    return or_(tasks.c.visit_from.is_(None), tasks.c.visit_from <= day, tasks.c.state == "started")


def _differing(dated: Subquery, day: date, whose: ColumnElement[bool]) -> Select[Any]:
    """What of the plan is not yet so; what cannot be visited yet has no date."""
    on = case((_plannable(day), dated.c.planned_on), else_=null())
    state = case((_plannable(day), dated.c.state), else_="waiting")
    return (
        select(tasks.c.task_id, on, state)
        .outerjoin(dated, dated.c.task_id == tasks.c.task_id)
        .where(OPEN, whose, or_(tasks.c.planned_on.is_distinct_from(on), tasks.c.state != state))
    )


async def _put_down(unit: Unit, day: date) -> None:
    """Write day and state of the tasks in `days_now`."""
    which = tasks.c.task_id.in_(select(days_now.c.task_id))
    now = days_now.c.task_id == tasks.c.task_id
    today = select(days_now.c.task_id).where(days_now.c.planned_on == day)
    fresh = and_(tasks.c.task_id.in_(today), tasks.c.planned_on.is_distinct_from(day))
    await tell(unit, "planned", fresh)
    await unit.connection.execute(
        update(tasks)
        .where(which)
        .values(
            planned_on=select(days_now.c.planned_on).where(now).scalar_subquery(),
            state=select(days_now.c.state).where(now).scalar_subquery(),
        )
    )
