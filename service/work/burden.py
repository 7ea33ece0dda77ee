"""What visits cost: visits, estimated minutes, questions and returns of a month, by department or by community.

Numbers about departments and places, never about anybody who works there. A group in which fewer than `GROUP` people
reported visits is told together with others, and where even that is too small, not at all: there is no way to ask for one
person, and none to find one by subtraction.

Minutes are those the rules state, not those anybody took: nobody's time is measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import islice
from typing import Literal, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Join,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    true,
)

from service.access.actors import sees_all_numbers, visible
from service.access.unit import Unit
from service.errors import InvalidInput
from service.tables import divisions, findings, outcomes, retractions, rule_versions, task_events, tasks
from service.work.assign import COMMUNITY_DIGITS
from service.work.gather import MOST_MINUTES, TRAVEL

By: TypeAlias = Literal["department", "community"]
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
GROUP = 5
"""How many people must have reported visits in a group that is told by itself: fewer are all but persons."""
TOGETHER = 500
"""Findings asked about in one statement."""


@dataclass(frozen=True)
class Load:
    """What a department caused, or a community did, in a month. `key` is its name or code."""

    key: str
    name: str
    visits: int
    minutes: int
    questions: int
    returned: int


@dataclass(frozen=True)
class Burden:
    """A month, the largest number of visits first. `others` are `merged` groups together that are too small to be told alone.

    `left_out` groups are told in no number, because even together they are too few people.
    """

    month: date
    by: By
    items: list[Load]
    others: Load | None
    merged: int
    left_out: int


@dataclass
class _Group:
    """A load while it is summed up, and who reported it, which is counted and never told."""

    visits: int = 0
    minutes: Fraction = Fraction(0)
    questions: int = 0
    returned: int = 0
    people: frozenset[int] = frozenset()

    def plus(self, other: _Group) -> _Group:
        return _Group(
            self.visits + other.visits,
            self.minutes + other.minutes,
            self.questions + other.questions,
            self.returned + other.returned,
            self.people | other.people,
        )

    def load(self, key: str, name: str) -> Load:
        return Load(key, name, self.visits, round(self.minutes), self.questions, self.returned)


def month_of(text: str | None, today: date) -> date:
    """The first day of the month `2026-11`, or of the present one; InvalidInput for anything else and for months to come."""
    if text is None:
        return today.replace(day=1)
    if not re.fullmatch(MONTH, text):
        raise InvalidInput("month 请写成 2026-11 的形式。")
    first = date.fromisoformat(f"{text}-01")
    if first > today:
        raise InvalidInput("这个月还没有到。")
    return first


async def burden(unit: Unit, month: date, by: By) -> Burden:
    """The burden of the month that begins on `month`, within the actor's sight."""
    visits = _visits(unit, month, by)
    groups = await _loads(unit, visits)
    for key, people in (await _people(unit, month, by)).items():
        groups[key].people = frozenset(people)
    for key, typed in (await _typed(unit, month, by)).items():
        if key in groups:
            groups[key].questions += typed
    told, rest = split(groups)
    names = await _names(unit, by, told)
    items = [groups[key].load(key, names.get(key) or key) for key in told]
    items.sort(key=lambda load: (-load.visits, load.key))
    together = _together(groups[key] for key in rest)
    enough = len(together.people) >= GROUP
    others = together.load("", "其他") if rest and enough else None
    return Burden(month, by, items, others, len(rest) if enough else 0, 0 if enough else len(rest))


def split(groups: Mapping[str, _Group]) -> tuple[list[str], list[str]]:
    """Which groups are told alone, and which are told together or not at all.

    Those of too few people go together. As long as these are too few as well, the smallest of the others joins them: what is
    left out could otherwise be found as what lacks in a sum.
    """
    order = sorted(groups, key=lambda key: (len(groups[key].people), key))
    rest = [key for key in order if len(groups[key].people) < GROUP]
    told = order[len(rest) :]
    while rest and told and len(_together(groups[key] for key in rest).people) < GROUP:
        rest.append(told.pop(0))
    return told, rest


def _together(groups: Iterable[_Group]) -> _Group:
    whole = _Group()
    for group in groups:
        whole = whole.plus(group)
    return whole


def _reported(unit: Unit, month: date) -> ColumnElement[bool]:
    """What was reported in the month and still stands; what was put off was no visit."""
    o = outcomes.c
    stands = or_(findings.c.outcome == o.outcome, o.outcome == "needs_department")
    taken_back = exists().where(retractions.c.outcome_id == o.outcome_id)
    return and_(_within(unit, month, o.at), o.outcome != "later", stands, ~taken_back, _in_area(unit))


def _within(unit: Unit, month: date, at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Instants of the office's month."""
    following = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    start, end = (datetime(day.year, day.month, 1, tzinfo=unit.clock.zone) for day in (month, following))
    return and_(at >= start, at < end)


def _in_area(unit: Unit) -> ColumnElement[bool]:
    """Tasks of the area of whoever has one; a department's own is asked about where findings are told apart."""
    return visible(unit.actor, tasks.c.division_code) if unit.actor.division else true()


def _own(unit: Unit, department: ColumnElement[str]) -> ColumnElement[bool]:
    """Whose numbers the actor may see where no area limits it."""
    actor = unit.actor
    if actor.division or sees_all_numbers(actor):
        return true()
    return department == actor.department if actor.department else false()


def _key(by: By) -> ColumnElement[str]:
    if by == "department":
        return rule_versions.c.department
    return func.substr(tasks.c.division_code, 1, COMMUNITY_DIGITS)


def _visits(unit: Unit, month: date, by: By) -> Subquery:
    """(key, minutes, all_minutes, questions, returned) of each visit: of the key's own findings, and of all of the visit.

    What one visit settled in parts, it settled once.
    """
    key, f, o = _key(by), findings.c, outcomes.c
    each = (
        select(
            o.task_id,
            f.finding_id,
            key.label("key"),
            rule_versions.c.department,
            func.max(rule_versions.c.minutes).label("minutes"),
            func.count(o.wrong_field).label("questions"),
            func.max(_one_if(o.outcome == "needs_department")).label("returned"),
        )
        .select_from(_joined())
        .where(_reported(unit, month))
        .group_by(o.task_id, f.finding_id, key, rule_versions.c.department)
        .subquery()
    )
    visit = (
        select(each, func.sum(each.c.minutes).over(partition_by=each.c.task_id).label("all_minutes"))
    ).subquery()
    return (
        select(
            visit.c.key,
            func.sum(visit.c.minutes).label("minutes"),
            visit.c.all_minutes,
            func.sum(visit.c.questions).label("questions"),
            func.sum(visit.c.returned).label("returned"),
        )
        .where(_own(unit, visit.c.department))
        .group_by(visit.c.task_id, visit.c.key, visit.c.all_minutes)
        .subquery()
    )


async def _loads(unit: Unit, visits: Subquery) -> dict[str, _Group]:
    """Key → its load. Visits that took alike are counted together, so that few rows come back."""
    v = visits.c
    rows = await unit.connection.execute(
        select(
            v.key, v.minutes, v.all_minutes, func.count(), func.sum(v.questions), func.sum(v.returned)
        ).group_by(v.key, v.minutes, v.all_minutes)
    )
    groups: dict[str, _Group] = {}
    for key, own, whole, count, questions, returned in rows:
        minutes = Fraction(int(own), int(whole)) * min(TRAVEL + int(whole), MOST_MINUTES) * count
        some = _Group(count, minutes, int(questions), int(returned))
        groups[key] = groups.get(key, _Group()).plus(some)
    return groups


async def _people(unit: Unit, month: date, by: By) -> dict[str, set[int]]:
    """Key → who reported; only ever counted."""
    rows = await unit.connection.execute(
        select(_key(by), outcomes.c.account_id)
        .select_from(_joined())
        .where(_reported(unit, month), _own(unit, rule_versions.c.department))
        .distinct()
    )
    people: dict[str, set[int]] = {}
    for row in rows:
        people.setdefault(row[0], set()).add(row[1])
    return people


async def _typed(unit: Unit, month: date, by: By) -> dict[str, int]:
    """Key → how many facts were typed on the month's visits, as the history of the tasks has them, finding by finding."""
    e = task_events.c
    visited = select(outcomes.c.task_id).where(_within(unit, month, outcomes.c.at))
    told = select(e.detail).where(
        e.task_id.in_(visited), _within(unit, month, e.at), cast(e.detail, Text).contains('"facts"')
    )
    per_finding: dict[int, int] = {}
    async with unit.connection.stream(told) as rows:
        async for (detail,) in rows:
            for finding_id, fields in detail.get("facts", {}).items():
                per_finding[int(finding_id)] = per_finding.get(int(finding_id), 0) + len(fields)
    typed: dict[str, int] = {}
    ids = iter(per_finding)
    while some := list(islice(ids, TOGETHER)):
        keys = (
            select(findings.c.finding_id, _key(by))
            .join(rule_versions, rule_versions.c.version_id == findings.c.version_id)
            .join(tasks, tasks.c.task_id == findings.c.task_id)
            .where(findings.c.finding_id.in_(some), _in_area(unit), _own(unit, rule_versions.c.department))
        )
        for row in await unit.connection.execute(keys):
            typed[row[1]] = typed.get(row[1], 0) + per_finding[row[0]]
    return typed


async def _names(unit: Unit, by: By, keys: list[str]) -> dict[str, str]:
    if by == "department":
        return {}
    d = divisions.c
    rows = await unit.connection.execute(select(d.prefix, d.name).where(d.prefix.in_(keys)))
    return {row.prefix: row.name for row in rows}


def _joined() -> Join:
    return (
        outcomes.join(findings, findings.c.finding_id == outcomes.c.finding_id)
        .join(rule_versions, rule_versions.c.version_id == findings.c.version_id)
        .join(tasks, tasks.c.task_id == outcomes.c.task_id)
    )


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
