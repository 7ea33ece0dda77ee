"""Whom a rule has to judge again since it was last scanned, or why everyone.

The candidates are the subjects reached from what changed in a field the rule reads, those whose day has come, and those
whose quiet time is over. The set may be too large, never too small (RULES §4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, select, union

from rules import CheckedRule
from rules.dependencies import dependencies
from rules.regions import Valued
from rules.sql.reached import crossing, touched
from rules.windows import EVERYONE
from service.access.unit import Unit
from service.engine.progress import Progress
from service.engine.rulebook import Basis
from service.engine.scratch import candidates, count, empty, put, woken
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


async def find(unit: Unit, ground: Basis, rule: CheckedRule, since: Since, population: int) -> str | None:
    """Fill `candidates`; or the reason (a key of WHY_FULL) why everyone has to be judged."""
    await empty(unit, candidates, woken)
    sources = [touched(rule, ground.catalogue, since.ledger)] if reads_any(rule, since.ledger.kinds) else []
    sources += _gone(rule, since.ledger)
    if since.as_of != since.progress.as_of:
        days = _day_come(unit, ground, rule, since)
        if days is None:
            return "day"
        sources += [*days, _quiet_over(rule, since)]
    if not sources:
        return None
    most = max(FEW, round(SHARE * population))
    them = union(*sources).subquery()
    if await put(unit, candidates, select(*them.c).limit(most + 1)) > most:
        return "many"
    await _wake(unit, ground, rule, since.ledger, among=select(candidates.c.subject_id))
    return None


async def wake_everyone(unit: Unit, ground: Basis, rule: CheckedRule, changed: Ledger) -> None:
    """Fill `woken` where everyone is judged."""
    await empty(unit, candidates, woken)
    await _wake(unit, ground, rule, changed, among=None)


def _day_come(unit: Unit, ground: Basis, rule: CheckedRule, since: Since) -> list[Select[Any]] | None:
    """Whose cells a date condition answers otherwise on this day than on the day of the last scan, region by region."""
    then, now = ground.regions(rule, since.progress.as_of), ground.regions(rule, since.as_of)
    if not _alike(then, now):
        return None
    found = []
    for before, after in zip(then, now, strict=True):
        if after.missing:
            continue
        moments = (
            ground.moment(since.progress.as_of, before.values),
            ground.moment(since.as_of, after.values),
        )
        crossed = crossing(rule, ground.catalogue, *moments, dialect=unit.dialect, within=after.region)
        if crossed is EVERYONE:
            return None
        if crossed is not None:
            found.append(crossed)
    return found


def _alike(then: list[Valued], now: list[Valued]) -> bool:
    """Whether the same values hold in the same regions."""
    return [(one.region, one.values, one.missing) for one in then] == [
        (one.region, one.values, one.missing) for one in now
    ]


def _quiet_over(rule: CheckedRule, since: Since) -> Select[Any]:
    f = findings.c
    return select(f.subject_id).where(
        f.rule == rule.document.rule,
        f.subject_kind == rule.document.subject,
        f.quiet_until > since.progress.as_of,
        f.quiet_until <= since.as_of,
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


async def number(unit: Unit) -> int:
    """How many candidates there are."""
    return await count(unit, candidates)
