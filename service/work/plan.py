"""The day's list of each worker: urgent and legally due visits first, then up to the caps, the rest on later days.

Exempt from the caps are tasks that are urgent, begun or due by the day itself. All others come by their turn (see `packing`):
the first fill today's room, the next the following working days. A worker's list depends on nobody else's, so lists are
planned for some workers at a time, and the same inputs give the same lists however they are cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, insert, select, update

from service.access.turns import take_planners_turn
from service.access.unit import Unit
from service.calendar import WorkingDays
from service.tables import tasks
from service.tables.tasks import OPEN
from service.work.gather import RANK
from service.work.history import tell
from service.work.packing import PATIENCE, Most, Visit, lay_out
from service.work.scratch import days_now, empty, tell_size

HORIZON = 60
"""Working days ahead for which a task gets a date; later ones wait without one."""


@dataclass(frozen=True)
class Load:
    """What one worker has on one day. Counts only: it may be sent. `minutes` as the rules state them."""

    account_id: int
    visits: int
    urgent: int
    overdue: int
    minutes: int = 0


@dataclass(frozen=True)
class Plan:
    """A planned day: the load of each worker who has something to do, and what nobody could be found for."""

    day: date
    loads: list[Load]
    unassigned: int


@dataclass(frozen=True)
class Diary:
    """The days that are filled: the first, then the working days after it, each with up to `most` that may wait."""

    days: tuple[date, ...]
    most: Most
    calendar: WorkingDays
    _turns: dict[tuple[date, int], date] = field(default_factory=dict, compare=False, repr=False)

    @property
    def day(self) -> date:
        """The first day."""
        return self.days[0]

    def turn(self, opened_on: date, rank: int) -> date:
        """The day by which a visit of so low a grade comes before whatever is found later."""
        known = self._turns.get((opened_on, rank))
        if known is None:
            known = self._turns[opened_on, rank] = self.calendar.after(opened_on, PATIENCE * rank)
        return known


class _Open(NamedTuple):
    """An open task as it stands; the columns it is read from."""

    task_id: int
    account_id: int
    grade: str
    due_on: date | None
    visit_from: date | None
    opened_on: date
    place: str
    minutes: int
    planned_on: date | None
    state: str


def diary(day: date, calendar: WorkingDays, cap: int, minutes: int = 0) -> Diary:
    """`day` and the working days of the horizon after it; each takes `cap` visits and, unless 0, so many minutes."""
    days = [day]
    for _ in range(HORIZON):
        days.append(calendar.after(days[-1], 1))
    return Diary(tuple(days), Most(cap, minutes or None), calendar)


async def plan_lists(unit: Unit, to_fill: Diary, whose: ColumnElement[bool], *, anew: bool) -> None:
    """Date the open tasks of the accounts `whose` holds of.

    A list made `anew` is filled up to the caps. Otherwise whoever has left the list of the day since, because the visit was
    made or its cause is gone, leaves an empty place: a list does not grow while it is worked on.
    """
    await take_planners_turn(unit)
    await empty(unit, days_now)
    ended = {} if anew else await _ended(unit, to_fill.day, whose)
    differing = [
        change
        for account_id, rows in groupby(await _open(unit, whose), key=lambda row: row.account_id)
        for change in _changes(to_fill, list(rows), ended.get(account_id, Most(0, 0)), anew)
    ]
    if differing:
        await unit.connection.execute(insert(days_now), differing)
        await tell_size(unit, days_now)
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
            func.sum(tasks.c.minutes),
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


async def _open(unit: Unit, whose: ColumnElement[bool]) -> Sequence[_Open]:
    """The open tasks of some accounts, one account after the other."""
    columns = [tasks.c[name] for name in _Open._fields]
    listed = select(*columns).where(OPEN, whose).order_by(tasks.c.account_id, tasks.c.task_id)
    return [_Open._make(row) for row in await unit.connection.execute(listed)]


async def _ended(unit: Unit, day: date, whose: ColumnElement[bool]) -> dict[int, Most]:
    """Account → how many visits of its list of `day` have ended, and their minutes."""
    t = tasks.c
    rows = await unit.connection.execute(
        select(t.account_id, func.count(), func.sum(t.minutes))
        .where(whose, t.planned_on == day, t.state.in_(("closed", "expired", "withdrawn")))
        .group_by(t.account_id)
    )
    return {row[0]: Most(row[1], int(row[2])) for row in rows}


def _changes(to_fill: Diary, rows: Sequence[_Open], ended: Most, anew: bool) -> Iterator[dict[str, Any]]:
    """What of one worker's plan is not yet so; what cannot be visited yet has no date."""
    day = to_fill.day
    visits = [_visit(to_fill, row, anew) for row in rows if _plannable(row, day)]
    on = lay_out(visits, to_fill.days, to_fill.most, _room(to_fill, rows, visits, ended))
    for row in rows:
        planned_on = on.get(row.task_id)
        state = "started" if row.state == "started" else "planned" if planned_on == day else "waiting"
        if row.planned_on != planned_on or row.state != state:
            yield {"task_id": row.task_id, "planned_on": planned_on, "state": state}


def _visit(to_fill: Diary, row: _Open, anew: bool) -> Visit:
    day, rank, due_on = to_fill.day, RANK[row.grade], row.due_on
    turn = to_fill.turn(row.opened_on, rank)
    if due_on is not None and due_on < turn:
        turn = due_on
    must = rank == 0 or row.state == "started" or (due_on is not None and due_on <= day)
    return Visit(row.task_id, row.minutes, turn, rank, row.place, must, not anew and _listed(row, day))


def _room(to_fill: Diary, rows: Sequence[_Open], visits: Sequence[Visit], ended: Most) -> Most:
    """What the first day takes beside what must be: the places of visits that have ended stay empty."""
    listed = [row.minutes for row in rows if _listed(row, to_fill.day)]
    must = [visit.minutes for visit in visits if visit.must]
    most = to_fill.most
    return Most(
        _beside(most.visits, len(listed), len(must), ended.visits),
        None if most.minutes is None else _beside(most.minutes, sum(listed), sum(must), ended.minutes or 0),
    )


def _beside(cap: int, listed: int, must: int, ended: int) -> int:
    return max(0, cap - min(ended, max(0, cap - listed)) - must)


def _listed(row: _Open, day: date) -> bool:
    return row.state in ("planned", "started") and row.planned_on == day


def _plannable(row: _Open, day: date) -> bool:
    return row.visit_from is None or row.visit_from <= day or row.state == "started"


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
