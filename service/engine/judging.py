"""Everybody, or some, judged by one rule: a statement for each region that has parameter values of its own.

Usually there is one region, which is everywhere, and so one statement. All of it has to see one snapshot, or who moves
between two statements would be judged in both regions or in none.

`unjudged` are subjects of a division where a parameter has no value. They count as undecidable, but nothing is asked
of anybody about them, and what is open of theirs stays exactly as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, cast, func, literal, null, select

from rules import CheckedRule, Moment, applying, verdicts
from rules.regions import Region, about_whom
from rules.sql.choose import Mode, Population
from service.access.unit import Unit
from service.engine.estimates import population
from service.engine.missing import note_missing
from service.engine.rulebook import Basis
from service.engine.scratch import candidates, empty, lacking_now, put, verdicts_now

WITHOUT_VALUE = "参数："
"""How the name of a missing parameter begins where missing facts are counted."""
UNJUDGED = "unjudged"
CANDIDATES = select(candidates.c.subject_id)
"""Whom a delta judges."""
REMEMBERED = 500
"""Statements kept in memory: more than the rules of a city have regions."""
_made: dict[tuple[str, date, Region, str], Select[Any]] = {}
"""By what a rule asks (`rules.question`), of which day, where, and of which database."""


@dataclass(frozen=True)
class Judged:
    """What `verdicts_now` was filled with. `still_applies` says of some subjects whether the rule is about them."""

    rule: CheckedRule
    ground: Basis
    parts: Sequence[tuple[Region, Moment]]

    def still_applies(self, unit: Unit, among: Select[tuple[int]]) -> list[Select[Any]]:
        """Selects, region by region, the subjects of `among` that `applies` may hold of."""
        return [
            applying(
                self.rule,
                self.ground.catalogue,
                now,
                dialect=unit.dialect,
                among=among,
                mode="few",
                within=region,
            )
            for region, now in self.parts
        ]


async def judge(
    unit: Unit,
    ground: Basis,
    rule: CheckedRule,
    as_of: date,
    among: Select[tuple[int]] | None = None,
    *,
    reasons: bool = True,
) -> Judged:
    """Fill `verdicts_now` and, for `reasons`, `lacking_now`; CannotEvaluate where no region has all it needs."""
    known = ground.catalogue
    size = await population(unit, known, rule.document.subject) if among is None else None
    mode: Mode = "full" if among is None else "few"
    await empty(unit, verdicts_now, lacking_now)
    parts = [(part, ground.moment(as_of, part.values)) for part in ground.regions(rule, as_of)]
    for part, now in parts:
        if not part.missing:
            await put(unit, verdicts_now, _verdicts(unit, ground, rule, now, part.region, among, mode, size))
    if reasons:
        await note_missing(unit, rule, known)
    for part, now in parts:
        if part.missing:
            whom = about_whom(rule, part.missing)
            them = applying(
                whom, known, now, dialect=unit.dialect, among=among, mode=mode, within=part.region
            )
            await _leave_unjudged(unit, ground, them, rule.document.subject, part.missing)
    return Judged(rule, ground, [(part.region, now) for part, now in parts if not part.missing])


def _verdicts(
    unit: Unit,
    ground: Basis,
    rule: CheckedRule,
    now: Moment,
    region: Region,
    among: Select[tuple[int]] | None,
    mode: Mode,
    size: Population | None,
) -> Select[Any]:
    """The statement; the one about the candidates is made once a day, for every change of a record asks it again."""
    key = (ground.question(rule, now.as_of), now.as_of, region, unit.dialect)
    if among is CANDIDATES and key in _made:
        return _made[key]
    statement = verdicts(
        rule,
        ground.catalogue,
        now,
        dialect=unit.dialect,
        among=among,
        mode=mode,
        within=region,
        population=size,
    )
    if among is CANDIDATES:
        if len(_made) >= REMEMBERED:
            _made.clear()
        _made[key] = statement
    return statement


async def _leave_unjudged(
    unit: Unit, ground: Basis, subjects: Select[Any], subject_kind: str, missing: Sequence[str]
) -> None:
    """Put subjects that cannot be judged for want of parameters into the temporary tables."""
    them = subjects.subquery()
    kind, verdict, grade = literal(subject_kind), literal(UNJUDGED), literal("normal")
    unjudged = select(
        them.c.subject_id, kind, them.c.subject_id.label("target_id"), verdict, grade, cast(null(), Date())
    )
    if not await put(unit, verdicts_now, unjudged):
        return
    for fact in ("", *(_named(ground, name) for name in missing)):
        await put(unit, lacking_now, select(them.c.subject_id, literal(fact)))


def _named(ground: Basis, name: str) -> str:
    return f"{WITHOUT_VALUE}{ground.parameters.defined[name].label}（该区划没有值）"


async def counts(unit: Unit) -> tuple[int, int]:
    """How many of those judged match, and how many cannot be decided (or not be judged)."""
    of_verdict = {
        row.verdict: row.n
        for row in await unit.connection.execute(
            select(verdicts_now.c.verdict, func.count().label("n")).group_by(verdicts_now.c.verdict)
        )
    }
    return of_verdict.get("match", 0), of_verdict.get("unknown", 0) + of_verdict.get(UNJUDGED, 0)
