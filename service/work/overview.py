"""The state of the work in an area: how many visits are open, due, begun, told on and unassigned, by place and by rule.

Numbers about places and rules, never about who works there. What stands behind each number is a list: `Wanted` names it,
and counts the same visits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, not_, select, true

from service.access.actors import lies_in, prefix_of, visible
from service.access.unit import Unit
from service.tables import divisions, findings, rule_versions, tasks
from service.tables.tasks import OPEN
from service.work import tasks as reading
from service.work.assign import AREA_DIGITS, COMMUNITY_DIGITS
from service.work.pending import LIVE
from service.work.tasks import in_sight, reached

Due: TypeAlias = Literal["overdue", "today", "week"]
Only: TypeAlias = Literal["started", "unassigned", "supervisor", "street"]
SUNDAY = 6


@dataclass(frozen=True)
class Tally:
    """Open visits, and how many of them are what. `due_this_week` holds those of today; what was told to the street
    counts there and no longer under `supervisor`."""

    open: int = 0
    overdue: int = 0
    due_today: int = 0
    due_this_week: int = 0
    started: int = 0
    supervisor: int = 0
    street: int = 0
    unassigned: int = 0

    def plus(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))


@dataclass(frozen=True)
class Area:
    """What stands open in one grid, or in the next smaller divisions of a larger area. `name` is None for unknown codes."""

    code: str
    name: str | None
    tally: Tally


@dataclass(frozen=True)
class OfRule:
    """How many open visits a rule is a reason of, and of how many an overdue one. A visit with two rules counts with both."""

    rule: str
    title: str
    visits: int
    overdue: int


@dataclass(frozen=True)
class Overview:
    """The state of the actor's area, by place in the order of codes, by rule the most first. `exact` says that the
    places are grids and not what holds grids."""

    total: Tally
    areas: list[Area]
    rules: list[OfRule]
    exact: bool


@dataclass(frozen=True)
class Wanted:
    """Which open visits: of one rule, below a division or in exactly one grid, due by when, and one kind only."""

    rule: str | None = None
    division: str | None = None
    grid: str | None = None
    due: Due | None = None
    only: Only | None = None

    def holds(self, today: date) -> ColumnElement[bool]:
        """The condition on `tasks`. With a rule, what is due is its finding and not the visit."""
        conditions: list[ColumnElement[bool]] = [true()]
        if self.rule is not None:
            conditions.append(tasks.c.task_id.in_(self._of_rule(today)))
        elif self.due is not None:
            conditions.append(_due(tasks.c.due_on, today)[self.due])
        if self.division is not None:
            conditions.append(lies_in(tasks.c.division_code, self.division))
        if self.grid is not None:
            conditions.append(tasks.c.division_code == self.grid)
        if self.only is not None:
            conditions.append(_kinds()[self.only])
        return and_(*conditions)

    def _of_rule(self, today: date) -> Select[Any]:
        due = true() if self.due is None else _due(findings.c.due_on, today)[self.due]
        return select(findings.c.task_id).where(findings.c.rule == self.rule, LIVE, due)


async def overview(unit: Unit) -> Overview:
    """The state of the actor's area, in four statements however much there is."""
    digits = digits_below(unit.actor.division)
    areas = await _areas(unit, digits)
    total = Tally()
    for area in areas:
        total = total.plus(area.tally)
    return Overview(total, areas, await _rules(unit), exact=digits is None)


async def page(
    unit: Unit, wanted: Wanted, *, after: int | None = None, limit: int = 50
) -> list[reading.Task]:
    """The open visits in sight that are wanted, in walking order; `after` as in `tasks.page`."""
    return await reading.page(unit, which=wanted.holds(unit.today), after=after, limit=limit)


async def count(unit: Unit, wanted: Wanted) -> int:
    """How many they are."""
    found = (
        select(func.count()).select_from(tasks).where(OPEN, in_sight(unit.actor), wanted.holds(unit.today))
    )
    return int((await unit.connection.execute(found)).scalar_one())


async def rule_titles(unit: Unit) -> dict[str, str]:
    """Every rule there ever was, by its newest title."""
    v = rule_versions.c
    rows = await unit.connection.execute(select(v.rule, v.title).order_by(v.rule, v.version))
    return {row.rule: row.title for row in rows}


async def places(unit: Unit) -> list[tuple[str, str]]:
    """What the actor's area may be narrowed to, code and name: the divisions directly below it, or the grids of a
    community with the community itself, where whoever is recorded in no grid is counted."""
    d, digits = divisions.c, digits_below(unit.actor.division)
    which = d.level.in_(("community", "grid")) if digits is None else func.length(d.prefix) == digits
    rows = await unit.connection.execute(
        select(d.prefix, d.name).where(which, visible(unit.actor, d.code)).order_by(d.prefix)
    )
    return [(row.prefix, row.name) for row in rows]


def digits_below(division: str | None) -> int | None:
    """How many digits the divisions directly below one have; None for grids, which are told by their whole code."""
    own = len(prefix_of(division)) if division else COMMUNITY_DIGITS - 1
    return next((digits for digits in AREA_DIGITS if own < digits <= COMMUNITY_DIGITS), None)


async def _areas(unit: Unit, digits: int | None) -> list[Area]:
    code = tasks.c.division_code if digits is None else func.substr(tasks.c.division_code, 1, digits)
    kinds, due = _kinds(), _due(tasks.c.due_on, unit.today)
    held = [due["overdue"], due["today"], due["week"], *(kinds[name] for name in kinds)]
    counted = (
        select(code.label("code"), func.count(), *(func.count().filter(one) for one in held))
        .where(OPEN, in_sight(unit.actor))
        .group_by(code)
        .order_by(code)
    )
    rows = (await unit.connection.execute(counted)).all()
    names = await division_names(unit, [row.code for row in rows])
    return [Area(row.code, names.get(row.code), Tally(*row[1:])) for row in rows]


async def _rules(unit: Unit) -> list[OfRule]:
    f = findings.c
    late = case((_due(f.due_on, unit.today)["overdue"], f.task_id))
    visits = func.count(distinct(f.task_id)).label("visits")
    rows = await unit.connection.execute(
        select(f.rule, visits, func.count(distinct(late)))
        .join(tasks, tasks.c.task_id == f.task_id)
        .where(LIVE, OPEN, in_sight(unit.actor))
        .group_by(f.rule)
        .order_by(visits.desc(), f.rule)
    )
    titles = await rule_titles(unit)
    return [OfRule(row[0], titles.get(row[0]) or row[0], row[1], row[2]) for row in rows]


async def division_names(unit: Unit, prefixes: list[str]) -> dict[str, str]:
    """The names of divisions by the part of their code that all below them share."""
    d = divisions.c
    rows = await unit.connection.execute(select(d.prefix, d.name).where(d.prefix.in_(prefixes)))
    return {row.prefix: row.name for row in rows}


async def division_name(unit: Unit, code: str | None) -> str:
    """The name of the division an account looks after; empty where it has none."""
    known = await division_names(unit, [prefix_of(code)]) if code else {}
    return next(iter(known.values()), "")


def _due(column: ColumnElement[date | None], today: date) -> Mapping[Due, ColumnElement[bool]]:
    sunday = today + timedelta(days=SUNDAY - today.weekday())
    return {"overdue": column < today, "today": column == today, "week": column.between(today, sunday)}


def _kinds() -> Mapping[Only, ColumnElement[bool]]:
    """In the order of `Tally`."""
    street = reached("street")
    return {
        "started": tasks.c.state == "started",
        "supervisor": and_(reached("supervisor"), not_(street)),
        "street": street,
        "unassigned": tasks.c.account_id.is_(None),
    }
