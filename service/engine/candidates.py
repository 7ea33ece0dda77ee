"""Whom a rule has to judge again since it was last scanned, or why everyone.

The candidates are the subjects reached from what changed in a field the rule reads, those whose day has come, and those
whose quiet time is over. The set may be too large, never too small (RULES §4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Select, and_, func, select, union

from rules import CheckedRule
from rules.dependencies import dependencies
from rules.regions import Region, Valued
from rules.sql.reached import crossed, touched
from rules.windows import EVERYONE, Move, windows
from service.access.unit import Unit
from service.engine.progress import Progress
from service.engine.rulebook import Basis
from service.engine.scratch import candidates, empty, put, woken
from service.engine.taking import Kinds, Ledger
from service.tables import employments, findings

SHARE = 0.05
"""Of all subjects, from which on judging everyone is cheaper: on a million residents a candidate takes fourteen (SQLite) to
thirty-four (PostgreSQL) times as much processor time as one of everybody (docs/performance.md)."""
FEW = 2000
"""Candidates that are always judged alone, however few subjects there are: everyone may be many times as many."""
GONE = {"resident": ((), ("death_on", "moved_out_on")), "employment": (("resident",), ("death_on",))}
"""What an outcome says of a person also ends what rules found that do not ask about it (`work.outcomes`): such a finding
has to be looked at, or it would come back with the next full scan."""


Moved: TypeAlias = Mapping[Region, tuple[Move, ...]]
"""The cells through which the days move somebody, region by region."""


@dataclass(frozen=True)
class Since:
    """What lies between the last scan of a rule and this one."""

    progress: Progress
    ledger: Ledger
    as_of: date


def reads_any(rule: CheckedRule, kinds: Kinds) -> bool:
    """Whether anything of these kinds may change what the rule says of anybody."""
    read = {(each.entity, field) for each in dependencies(rule) for field in (*each.fields, "*", "-")}
    # An old parent is reached through the key column of the rows that left it.
    read |= {
        (each.entity, each.path[-1].remote.name)
        for each in dependencies(rule)
        if each.path and each.path[-1].many
    }
    if rule.document.subject in GONE:
        read |= {("resident", field) for field in GONE[rule.document.subject][1]}
    return not read.isdisjoint(kinds)


async def find(unit: Unit, ground: Basis, rule: CheckedRule, since: Since, population: int) -> str | int:
    """Fill `candidates`, and how many they are; or the reason (a key of WHY_FULL) why everyone has to be judged.

    Where nothing can have moved anybody, which is most rules of most scans, no table is touched.
    """
    sources = [touched(rule, ground.catalogue, since.ledger)] if reads_any(rule, since.ledger.kinds) else []
    sources += _gone(rule, since.ledger)
    if since.as_of != since.progress.as_of:
        days = days_come(unit, ground, rule, since.progress.as_of, since.as_of)
        if days is None:
            return "day"
        sources += days
    if not sources:
        return 0
    await empty(unit, candidates, woken)
    most = max(FEW, round(SHARE * population))
    them = union(*sources).subquery()
    found = await put(unit, candidates, select(*them.c).limit(most + 1))
    if found > most:
        return "many"
    if found:
        await _wake(unit, ground, rule, since.ledger, among=select(candidates.c.subject_id))
    return found


async def wake_everyone(unit: Unit, ground: Basis, rule: CheckedRule, changed: Ledger) -> None:
    """Fill `woken` where everyone is judged."""
    await empty(unit, candidates, woken)
    await _wake(unit, ground, rule, changed, among=None)


def days_come(
    unit: Unit, ground: Basis, rule: CheckedRule, then: date, now: date
) -> list[Select[Any]] | None:
    """Whom the days alone may have changed something for; None where everyone has to be judged.

    CannotEvaluate where no region has all values it needs.
    """
    moved = days_move(ground, rule, then, now)
    return None if moved is None else come(unit, ground, rule, moved, then, now)


def days_move(ground: Basis, rule: CheckedRule, then: date, now: date) -> Moved | None:
    """The cells that a date condition answers otherwise on the one day than on the other; None for everybody's."""
    before, after = ground.regions(rule, then), ground.regions(rule, now)
    if not _alike(before, after):
        return None
    found = {}
    for old, new in zip(before, after, strict=True):
        if not new.missing:
            moves = windows(rule, ground.moment(then, old.values), ground.moment(now, new.values))
            if moves is EVERYONE:
                return None
            found[new.region] = moves
    return found


def come(
    unit: Unit, ground: Basis, rule: CheckedRule, moved: Moved, then: date, now: date
) -> list[Select[Any]]:
    """Who has such a cell, region by region, and whose quiet time is over."""
    found = [
        crossed(rule, ground.catalogue, moves, dialect=unit.dialect, within=region)
        for region, moves in moved.items()
        if moves
    ]
    return [*found, _quiet_over(rule, then, now)]


def _alike(then: list[Valued], now: list[Valued]) -> bool:
    """Whether the same values hold in the same regions."""
    return [(one.region, one.values, one.missing) for one in then] == [
        (one.region, one.values, one.missing) for one in now
    ]


def _quiet_over(rule: CheckedRule, then: date, now: date) -> Select[Any]:
    f = findings.c
    return select(f.subject_id).where(
        f.rule == rule.document.rule,
        f.subject_kind == rule.document.subject,
        f.quiet_until > then,
        f.quiet_until <= now,
    )


def _gone(rule: CheckedRule, changed: Ledger) -> list[Select[Any]]:
    path, fields = GONE.get(rule.document.subject, ((), ()))
    if not any(("resident", field) in changed.kinds for field in fields):
        return []
    people = changed.records("resident", fields)
    if not path:
        return [people]
    return [select(employments.c.employment_id).where(employments.c.resident_id.in_(people))]


async def _wake(
    unit: Unit, ground: Basis, rule: CheckedRule, changed: Ledger, among: Select[Any] | None
) -> None:
    """ "Wrong fact" stays quiet until a fact the rule reads changes, by anybody but the worker who found it wrong."""
    f = findings.c
    wrong = and_(
        f.rule == rule.document.rule,
        f.subject_kind == rule.document.subject,
        f.cleared_on.is_(None),
        func.coalesce(f.outcome, "") == "not_eligible",
    )
    said = select(f.subject_id).where(wrong if among is None else and_(wrong, f.subject_id.in_(among)))
    if (await unit.connection.execute(said.limit(1))).first() is None:
        return
    others = Ledger(changed.after, changed.upto, changed.kinds, visits=False)
    them = touched(rule, ground.catalogue, others).subquery()
    await put(unit, woken, select(them.c.subject_id).where(them.c.subject_id.in_(said)))
