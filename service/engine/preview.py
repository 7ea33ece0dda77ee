"""Who would match on another day, by today's records: a scan that keeps nothing."""

from __future__ import annotations

import time
from datetime import date

from rules import verdicts
from service.access.unit import Unit
from service.engine.reconcile import counts, fill
from service.engine.rulebook import basis
from service.engine.scan import RuleResult, Scan, wanted_versions
from service.tables.catalogue import CATALOGUE


async def preview(unit: Unit, *, as_of: date, only_rule: str | None = None) -> Scan:
    """What each rule would find on `as_of`, by today's records; nothing is kept."""
    results: list[RuleResult] = []
    ground = await basis(unit)
    for version in await wanted_versions(unit, only_rule):
        started = time.perf_counter()
        matched, unknown = 0, 0
        if version.effective(as_of):
            await fill(
                unit,
                verdicts(ground.checked(version), CATALOGUE, ground.moment(as_of), dialect=unit.dialect),
            )
            matched, unknown = await counts(unit)
        results.append(
            RuleResult(
                version.rule,
                version.title,
                "done",
                matched,
                unknown,
                None,
                0,
                0,
                0,
                None,
                round((time.perf_counter() - started) * 1000),
            )
        )
    return Scan(0, as_of, "preview", results)
