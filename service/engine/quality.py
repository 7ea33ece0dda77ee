"""How right each rule is, as visits showed it: precision, waste and age, by version and, where it can be told, by condition.

Numbers about rules. Nothing here reads who visited, so nothing can be told about anybody who did.

An outcome counts for the version that was in force on the day it was reported: every scan holds open findings against that
version. What was a "check this fact" finding says nothing of whether the rule was right and is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from rules import CannotEvaluate, Judge, RuleErrors
from service.access.actors import sees_all_numbers, visible
from service.access.unit import Unit
from service.engine.measures import ENOUGH, GROUP, Age, Measured
from service.engine.rulebook import Basis, Version, active, basis, rule_in_force, versions
from service.errors import NotFound
from service.tables import findings, outcomes, rule_activations, tasks, undecided

WINDOW = timedelta(days=365)
"""How far back is looked; rules and records change."""


@dataclass(frozen=True)
class WrongField:
    """A field that workers said was wrong when somebody was not eligible, and how often."""

    field: str
    times: int


@dataclass(frozen=True)
class Doubted:
    """A condition of the version in force, and how often a field it reads was wrong."""

    part: str
    source: str
    chinese: str
    wrong: int


@dataclass(frozen=True)
class VersionQuality:
    """What came of the visits while a version was in force; `clauses` are told of the version in force now."""

    version: int
    from_on: date | None
    to_on: date | None
    measured: Measured
    settled: Age
    wrong_fields: list[WrongField]
    clauses: list[Doubted]


@dataclass(frozen=True)
class Quality:
    """One rule as its visits showed it since a day; newest version first.

    `open` is of what waits for somebody. `undecided` and its share of all who were found or could not be decided are
    None where the actor sees a part of the city only.
    """

    rule: str
    title: str
    department: str
    since: date
    measured: Measured
    settled: Age
    open: Age
    undecided: int | None
    undecided_share: float | None
    versions: list[VersionQuality]


@dataclass(frozen=True)
class _Spell:
    """From which day to which (exclusive) a version was in force."""

    version_id: int
    from_on: date | None
    to_on: date | None

    def holds(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day < self.to_on)


@dataclass(frozen=True)
class _Settled:
    """So many findings that were found and settled on the same days with the same outcome."""

    outcome: str
    since_on: date
    settled_on: date
    count: int


async def measure(unit: Unit, rule: str) -> Quality:
    """The quality of a rule in force, within the actor's sight: NotFound for another department's rule."""
    version = await rule_in_force(unit, rule, unit.today)
    seen = _seen(unit, version.department)
    since = unit.today - WINDOW
    settled = await _settled(unit, rule, since, seen)
    waiting = await _open_ages(unit, rule, seen)
    whole = _whole(unit, version.department)
    lacking, found = (await _undecided(unit, rule)) if whole else (None, 0)
    return Quality(
        rule,
        version.title,
        version.department,
        since,
        _measured(settled),
        _ages(settled),
        waiting,
        lacking,
        lacking / (lacking + found) if lacking is not None and lacking + found >= GROUP else None,
        await _by_version(unit, version, since, seen, settled),
    )


async def imprecise(unit: Unit, limit: int) -> dict[str, Measured]:
    """The rules whose version in force was right in less than `limit` percent of its telling visits, `ENOUGH` or more;
    none for a limit of 0.

    Of everywhere, whoever asks: that a rule is often wrong is said of the rule. A corrected rule begins anew.
    """
    if not limit:
        return {}
    f, a = findings.c, rule_activations.c
    begun = and_(a.rule == f.rule, a.to_on.is_(None))
    counted = (
        select(f.rule, f.outcome, func.count())
        .outerjoin(rule_activations, begun)
        .where(
            f.outcome.is_not(None),
            f.verdict == "match",
            f.settled_on >= unit.today - WINDOW,
            or_(a.from_on.is_(None), f.settled_on >= a.from_on),
        )
        .group_by(f.rule, f.outcome)
    )
    by_rule: dict[str, dict[str, int]] = {}
    for rule, outcome, times in await unit.connection.execute(counted):
        by_rule.setdefault(rule, {})[outcome] = times
    measured = {rule: Measured.of(times) for rule, times in by_rule.items()}
    return {
        rule: one
        for rule, one in sorted(measured.items())
        if one.telling >= ENOUGH and one.precision is not None and one.precision * 100 < limit
    }


async def visible_rules(unit: Unit) -> list[Version]:
    """The rules in force whose quality the actor may see."""
    own = unit.actor.department
    return [version for version in await active(unit) if own is None or version.department == own]


def _whole(unit: Unit, department: str) -> bool:
    """Whether the actor sees a rule's numbers of everywhere."""
    actor = unit.actor
    return sees_all_numbers(actor) or actor.department == department


def _seen(unit: Unit, department: str) -> ColumnElement[bool]:
    """The findings whose numbers the actor may see, of tasks in its area; NotFound for a department that is not its owner."""
    if _whole(unit, department):
        return true()
    if unit.actor.division is None:
        raise NotFound("没有这条生效的规则，请先查看规则列表中的编号。")
    return findings.c.task_id.in_(select(tasks.c.task_id).where(visible(unit.actor, tasks.c.division_code)))


async def _settled(unit: Unit, rule: str, since: date, seen: ColumnElement[bool]) -> list[_Settled]:
    f = findings.c
    rows = await unit.connection.execute(
        select(f.outcome, f.since_on, f.settled_on, func.count())
        .where(f.rule == rule, f.outcome.is_not(None), f.verdict == "match", f.settled_on >= since, seen)
        .group_by(f.outcome, f.since_on, f.settled_on)
    )
    return [_Settled(*row) for row in rows]


async def _open_ages(unit: Unit, rule: str, seen: ColumnElement[bool]) -> Age:
    f = findings.c
    waiting = and_(f.rule == rule, f.cleared_on.is_(None), f.outcome.is_(None), seen)
    rows = await unit.connection.execute(select(f.since_on, func.count()).where(waiting).group_by(f.since_on))
    days = Counter[int]()
    for since_on, count in rows:
        days[_days(since_on, unit.today)] += count
    return Age.of(days)


async def _undecided(unit: Unit, rule: str) -> tuple[int, int]:
    """How many cannot be decided, and how many stand as matches."""
    lacking = select(func.count(func.distinct(undecided.c.subject_id))).where(undecided.c.rule == rule)
    f = findings.c
    found = select(func.count()).where(f.rule == rule, f.cleared_on.is_(None), f.verdict == "match")
    return (
        int((await unit.connection.execute(lacking)).scalar_one()),
        int((await unit.connection.execute(found)).scalar_one()),
    )


async def _by_version(
    unit: Unit, current: Version, since: date, seen: ColumnElement[bool], settled: list[_Settled]
) -> list[VersionQuality]:
    spells = await _spells(unit, current)
    wrong = await _wrong_fields(unit, current.rule, since, seen)
    known = await versions(unit, {spell.version_id for spell in spells})
    ground = await basis(unit)
    found = []
    for spell in spells:
        version = known[spell.version_id]
        some = [one for one in settled if spell.holds(one.settled_on)]
        fields = Counter[str]()
        for (field, day), times in wrong.items():
            if spell.holds(day):
                fields[field] += times
        if not some and spell.version_id != current.version_id:
            continue
        clauses = _doubted(ground, version, fields, unit.today) if version == current else []
        named = [WrongField(field, times) for field, times in sorted(fields.items())]
        found.append(
            VersionQuality(
                version.version, spell.from_on, spell.to_on, _measured(some), _ages(some), named, clauses
            )
        )
    return found


async def _spells(unit: Unit, current: Version) -> list[_Spell]:
    """When each version was in force, newest first; what came before the first activation counts for its version."""
    a = rule_activations.c
    rows = (
        await unit.connection.execute(
            select(a.version_id, a.from_on, a.to_on)
            .where(a.rule == current.rule, or_(a.to_on.is_(None), a.from_on < a.to_on))
            .order_by(a.from_on, a.activation_id)
        )
    ).all()
    if not rows:
        return [_Spell(current.version_id, None, None)]
    first = _Spell(rows[0].version_id, None, rows[0].to_on)
    return [first, *(_Spell(*row) for row in rows[1:])][::-1]


async def _wrong_fields(
    unit: Unit, rule: str, since: date, seen: ColumnElement[bool]
) -> dict[tuple[str, date], int]:
    """(field, day) → how many findings were settled that day because the field was wrong."""
    f, o = findings.c, outcomes.c
    rows = await unit.connection.execute(
        select(o.wrong_field, f.settled_on, func.count(func.distinct(f.finding_id)))
        .join(outcomes, and_(o.finding_id == f.finding_id, o.outcome == f.outcome))
        .where(
            f.rule == rule,
            f.outcome == "not_eligible",
            f.verdict == "match",
            f.settled_on >= since,
            o.wrong_field.is_not(None),
            seen,
        )
        .group_by(o.wrong_field, f.settled_on)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _doubted(ground: Basis, version: Version, fields: Mapping[str, int], day: date) -> list[Doubted]:
    """The conditions of a version that read a wrong field; none of a version that no longer fits the records."""
    if not fields:
        return []
    try:
        rule = ground.checked(version)
        conditions = Judge(rule, ground.moment(day)).conditions
    except (RuleErrors, CannotEvaluate):
        return []
    counted = [
        (one, sum(times for field, times in fields.items() if field.split(".")[-1] in one.fields))
        for one in conditions
    ]
    return [Doubted(one.part, one.source, one.chinese, times) for one, times in counted if times]


def _measured(settled: Iterable[_Settled]) -> Measured:
    counted = Counter[str]()
    for one in settled:
        counted[one.outcome] += one.count
    return Measured.of(counted)


def _ages(settled: Iterable[_Settled]) -> Age:
    days = Counter[int]()
    for one in settled:
        days[_days(one.since_on, one.settled_on)] += one.count
    return Age.of(days)


def _days(since: date, until: date) -> int:
    """Days between; 0 where something was found by a scan ahead of its day."""
    return max(0, (until - since).days)
