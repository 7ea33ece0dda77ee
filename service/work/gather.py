"""Findings become tasks: all that one household, resident or shop needs is one visit.

A finding is live while its episode is open and no human has settled it. Every live finding belongs to the one open
task of its visit target; a task without live findings ends by itself. Only the targets in the queue (`pending`) are
looked at, some at a time, each step one statement over their tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from service.access.turns import take_planners_turn
from service.access.unit import Unit
from service.tables import findings, rule_versions, tasks
from service.tables.codes import GRADE
from service.tables.places import places_of
from service.tables.tasks import OPEN
from service.work.assign import assign
from service.work.history import tell
from service.work.pending import LIVE, find_tasks, leave_lists, take_targets, taken_now
from service.work.scratch import put, tasks_now

RANK = {grade: rank for rank, grade in enumerate(GRADE)}
TRAVEL = 10
"""Minutes of the way to a visit, whatever is to be done there: an assumption, as the rules' default is."""
MOST_MINUTES = 120
"""What a visit counts for at most: at a large workplace several people are seen to at once."""
BATCH = 2_000
"""Targets in one transaction: about a third of a second on SQLite (bench/city.py), in which nobody else can write."""


@dataclass(frozen=True)
class Gathered:
    """How many tasks a gathering opened, and how many ended because their cause is gone."""

    opened: int = 0
    ended: int = 0

    def plus(self, other: Gathered) -> Gathered:
        """Both together."""
        return Gathered(self.opened + other.opened, self.ended + other.ended)


async def gather(unit: Unit, day: date, limit: int = BATCH) -> Gathered | None:
    """Bring the tasks of up to `limit` queued targets in step: open, join, refresh, place, end; None where none is queued.

    They are given to whoever is on duty on `day`, and whoever's list that touches is queued for planning.
    """
    await take_planners_turn(unit)
    if not await take_targets(unit, limit):
        return None
    await find_tasks(unit)
    opened = await _open_missing(unit)
    await _join(unit)
    which = tasks.c.task_id.in_(select(tasks_now.c.task_id))
    await refresh(unit, which)
    await _place(unit, which)
    await leave_lists(unit)
    ended = await end_idle(unit, which)
    await _blank_words(unit)
    await assign(unit, day, which)
    await leave_lists(unit)
    return Gathered(opened, ended)


def grade_rank(column: ColumnElement[str]) -> ColumnElement[int]:
    """0 for the most urgent grade, rising."""
    return case(RANK, value=column, else_=len(RANK))


async def end_idle(unit: Unit, which: ColumnElement[bool]) -> int:
    """End every open task of `which` that has no live finding left.

    `closed` where something was settled or passed on by a human, or resolved in the records; `withdrawn` where nothing
    applied.
    """
    mine = findings.c.task_id == tasks.c.task_id
    idle = and_(OPEN, ~exists().where(mine, LIVE), which)
    f = findings.c
    achieved = exists().where(
        mine, or_(f.outcome.is_not(None), f.held.is_not(None), f.clearing == "resolved")
    )
    await tell(unit, "closed", and_(idle, achieved))
    await tell(unit, "withdrawn", and_(idle, ~achieved))
    state = case((achieved, "closed"), else_="withdrawn")
    ended = await unit.connection.execute(update(tasks).where(idle).values(state=state, closed_at=unit.now))
    return ended.rowcount


async def _open_missing(unit: Unit) -> int:
    last = (await unit.connection.execute(select(func.max(tasks.c.task_id)))).scalar() or 0
    f = findings.c
    has_task = exists().where(OPEN, tasks.c.target_kind == f.target_kind, tasks.c.target_id == f.target_id)
    targets = (
        select(f.target_kind, f.target_id, literal("normal"), literal("waiting"), func.min(f.since_on))
        .where(LIVE, taken_now(f.target_kind, f.target_id), ~has_task)
        .group_by(f.target_kind, f.target_id)
        .order_by(f.target_kind, f.target_id)
    )
    columns = ["target_kind", "target_id", "grade", "state", "opened_on"]
    opened = await unit.connection.execute(insert(tasks).from_select(columns, targets))
    new = tasks.c.task_id > last
    await put(unit, tasks_now, select(tasks.c.task_id).where(new))
    await tell(unit, "opened", new)
    return opened.rowcount


async def _join(unit: Unit) -> None:
    """Link each live finding of the targets to their open task, also when the target moved."""
    home = (
        select(tasks.c.task_id)
        .where(OPEN, tasks.c.target_kind == findings.c.target_kind, tasks.c.target_id == findings.c.target_id)
        .scalar_subquery()
    )
    theirs = taken_now(findings.c.target_kind, findings.c.target_id)
    await unit.connection.execute(
        update(findings).where(LIVE, theirs, findings.c.task_id.is_distinct_from(home)).values(task_id=home)
    )


async def _blank_words(unit: Unit) -> None:
    """Take back the words of whatever may have changed: until they are written anew, they are made when somebody looks."""
    here = findings.c.task_id.in_(select(tasks_now.c.task_id))
    await unit.connection.execute(
        update(findings)
        .where(LIVE, here, findings.c.heading.is_not(None))
        .values(heading=None, reason=None, worded_on=None)
    )


async def refresh(unit: Unit, which: ColumnElement[bool]) -> None:
    """Give each open task of `which` its highest grade, earliest due date, earliest visiting day and minutes.

    What was put off to a later day raises the grade only when there is nothing else.
    """
    rank = grade_rank(findings.c.grade)
    now = or_(findings.c.visit_from.is_(None), findings.c.visit_from <= unit.today)
    best = func.coalesce(_over_live(func.min(case((now, rank)))), _over_live(func.min(rank)))
    due = _over_live(func.min(findings.c.due_on))
    visit = _over_live(func.min(func.coalesce(findings.c.visit_from, findings.c.since_on)))
    minutes = _minutes(unit.today)
    grade = case(dict(enumerate(GRADE)), value=best, else_="normal")
    changed = or_(
        tasks.c.grade != grade,
        tasks.c.due_on.is_distinct_from(due),
        tasks.c.visit_from.is_distinct_from(visit),
        tasks.c.minutes != minutes,
    )
    await unit.connection.execute(
        update(tasks)
        .where(OPEN, which, changed)
        .values(grade=grade, due_on=due, visit_from=visit, minutes=minutes)
    )


async def _place(unit: Unit, which: ColumnElement[bool]) -> None:
    """Take grid and address of each open task of `which` from its target, so that a move moves the task."""
    for kind, place in places_of(tasks.c.target_id).items():
        values = {"division_code": place.division, "place": place.address}
        moved = or_(*(tasks.c[name] != value for name, value in values.items()))
        await unit.connection.execute(
            update(tasks).where(OPEN, which, tasks.c.target_kind == kind, moved).values(**values)
        )


def _minutes(day: date) -> ColumnElement[int]:
    """About how long the visit takes: the way there, and what the rules of its findings state.

    Findings settled on `day` still count, so that a list that is worked on does not seem to have room for more.
    """
    settled = and_(findings.c.cleared_on.is_(None), findings.c.settled_on == day)
    stated = func.sum(rule_versions.c.minutes)
    within = case(
        (stated < MOST_MINUTES - TRAVEL, TRAVEL + stated), (stated.is_not(None), MOST_MINUTES), else_=None
    )
    whole = (
        select(within)
        .join(findings, findings.c.version_id == rule_versions.c.version_id)
        .where(findings.c.task_id == tasks.c.task_id, or_(LIVE, settled))
        .correlate(tasks)
        .scalar_subquery()
    )
    return func.coalesce(whole, tasks.c.minutes)


def _over_live(value: ColumnElement[Any]) -> ScalarSelect[Any]:
    return select(value).where(findings.c.task_id == tasks.c.task_id, LIVE).scalar_subquery()
