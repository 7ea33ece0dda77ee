"""Why a record matches, and why not: the interpreter over the records, for one finding or for a day's list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from rules import CheckedRule, Judgement, Parameters, RuleDocument, judge
from rules.documents import Cited
from service.access.unit import Unit
from service.engine.rulebook import Version, basis, versions
from service.engine.subjects import records
from service.errors import NotFound
from service.tables import findings


@dataclass(frozen=True)
class UsedParameter:
    """A parameter value as it stood, with where it came from."""

    name: str
    label: str
    value: Any
    unit: str
    effective_from: date
    source: Cited | None


@dataclass(frozen=True)
class Explanation:
    """A verdict with everything it rests on."""

    version: Version
    document: RuleDocument
    subject_id: int
    as_of: date
    judgement: Judgement
    parameters: list[UsedParameter]


async def explain(unit: Unit, of: Version, subject_id: int, as_of: date) -> Explanation:
    """Judge one subject with every clause shown; NotFound when there is no such record."""
    ground = await basis(unit)
    rule = ground.checked(of)
    record = (await records(unit, rule.document.subject, rule.reads, [subject_id])).get(subject_id)
    if record is None:
        raise NotFound()
    judgement = judge(rule, record, ground.moment(as_of))
    return Explanation(of, rule.document, subject_id, as_of, judgement, _used(rule, ground.parameters, as_of))


async def explain_finding(unit: Unit, finding_id: int) -> Explanation:
    """Why a finding stands today, by the version that made it; the caller checks who may see it."""
    row = (
        await unit.connection.execute(
            select(findings.c.version_id, findings.c.subject_id).where(findings.c.finding_id == finding_id)
        )
    ).first()
    if row is None:
        raise NotFound()
    of = (await versions(unit, {row.version_id}))[row.version_id]
    return await explain(unit, of, row.subject_id, unit.today)


async def reasons(unit: Unit, wanted: Iterable[tuple[int, int, int]], as_of: date) -> dict[int, str]:
    """Finding → one line why, for (finding, version, subject) triples; a few statements per rule, none per person.

    A finding that no longer matches has no line.
    """
    by_version: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for finding_id, version_id, subject_id in wanted:
        by_version[version_id].append((finding_id, subject_id))
    if not by_version:
        return {}
    ground, known = await basis(unit), await versions(unit, set(by_version))
    now = ground.moment(as_of)
    lines: dict[int, str] = {}
    for version_id, pairs in by_version.items():
        rule = ground.checked(known[version_id])
        found = await records(
            unit, rule.document.subject, rule.reads, sorted({subject for _, subject in pairs})
        )
        judged = {subject: judge(rule, record, now) for subject, record in found.items()}
        lines |= {
            finding: judged[subject].reason
            for finding, subject in pairs
            if subject in judged and judged[subject].verdict != "no"
        }
    return lines


def _used(rule: CheckedRule, known: Parameters, as_of: date) -> list[UsedParameter]:
    used: list[UsedParameter] = []
    for name in sorted(rule.parameters):
        chosen, defined = known.choose(name, as_of), known.defined[name]
        if chosen is not None:
            used.append(
                UsedParameter(name, defined.label, chosen.value, defined.unit, chosen.from_, chosen.source)
            )
    return used
