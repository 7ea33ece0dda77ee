"""Who matches on another day, by today's records and that day's rules and parameters: a scan that keeps nothing."""

from __future__ import annotations

import time
from datetime import date

from rules import CannotEvaluate, RuleErrors
from service.access.unit import Unit
from service.engine.judging import counts, judge
from service.engine.missing import missing_counts
from service.engine.rulebook import Basis, Version, basis
from service.engine.scan import RuleResult, Scan, wanted_versions


async def preview(unit: Unit, *, as_of: date, only_rule: str | None = None) -> Scan:
    """What each rule would find on `as_of`, by today's records; nothing is kept.

    A past day is judged by the rule versions and parameter values of that day. A rule that cannot be judged is told as
    failed and stops no other.
    """
    ground = await basis(unit)
    results = [
        await _preview(unit, ground, version, as_of)
        for version in await wanted_versions(unit, as_of, only_rule)
    ]
    return Scan(0, as_of, "preview", results)


async def _preview(unit: Unit, ground: Basis, version: Version, as_of: date) -> RuleResult:
    started = time.perf_counter()
    matched, unknown, missing, error = 0, 0, None, None
    try:
        if version.effective(as_of):
            await judge(unit, ground, ground.checked(version), as_of)
            matched, unknown = await counts(unit)
            missing = await missing_counts(unit) if unknown else None
    except (RuleErrors, CannotEvaluate) as found:
        error = str(found)
    return RuleResult(
        rule=version.rule,
        title=version.title,
        state="failed" if error else "done",
        matched=matched,
        unknown=unknown,
        missing=missing,
        opened=0,
        resolved=0,
        withdrawn=0,
        updated=0,
        mode="full",
        why_full=None,
        candidates=None,
        error=error,
        milliseconds=round((time.perf_counter() - started) * 1000),
    )
