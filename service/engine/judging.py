"""Everybody judged by one rule: a statement for each region that has parameter values of its own.

Usually there is one region, which is everywhere, and so one statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select

from rules import CheckedRule, Moment, applying, verdicts
from rules.regions import Region, about_whom
from service.access.unit import Unit
from service.engine.estimates import population
from service.engine.reconcile import fill, leave_unjudged
from service.engine.rulebook import Basis

WITHOUT_VALUE = "参数："
"""How the name of a missing parameter begins where missing facts are counted."""


@dataclass(frozen=True)
class Asked:
    """What `verdicts_now` was filled with: where `applies` still holds, and who could not be judged for want of what."""

    still_applies: Sequence[Select[Any]]
    without_value: dict[str, int]


async def judge_everyone(unit: Unit, ground: Basis, rule: CheckedRule, as_of: date) -> Asked:
    """Fill `verdicts_now` with the verdicts of one rule; CannotEvaluate where no region has all it needs."""
    known, dialect = ground.catalogue, unit.dialect
    size = await population(unit, known, rule.document.subject)

    def statement(region: Region, now: Moment) -> Select[Any]:
        return verdicts(rule, known, now, dialect=dialect, within=region, population=size)

    parts = [(part, ground.moment(as_of, part.values)) for part in ground.regions(rule, as_of)]
    judged = [(part.region, now) for part, now in parts if not part.missing]
    await fill(unit, *(statement(region, now) for region, now in judged))
    without: Counter[str] = Counter()
    for part, now in parts:
        if part.missing:
            whom = about_whom(rule, part.missing)
            them = applying(whom, known, now, dialect=dialect, within=part.region)
            count = await leave_unjudged(unit, them, rule.document.subject)
            without.update({_named(ground, name): count for name in part.missing if count})
    return Asked(
        [
            applying(rule, known, now, dialect=dialect, within=region, population=size)
            for region, now in judged
        ],
        dict(without),
    )


def _named(ground: Basis, name: str) -> str:
    return f"{WITHOUT_VALUE}{ground.parameters.defined[name].label}（该区划没有值）"
