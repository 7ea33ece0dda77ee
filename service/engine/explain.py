"""Why a record matches, and why not: the interpreter over the records, for one finding or for a day's list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from rules import CannotEvaluate, CheckedRule, Judge, Judgement, RuleDocument
from rules.divisions import prefix_of
from rules.files.documents import Cited
from rules.regions import Region, place_of
from service.access.permissions import Permission
from service.access.unit import Unit
from service.engine.origins import Cell, Origin, origins
from service.engine.rulebook import Basis, Version, basis, versions
from service.engine.subjects import Record, records
from service.errors import Conflict, NotFound
from service.tables import divisions, findings
from service.tables import parameters as stored


@dataclass(frozen=True)
class UsedParameter:
    """A parameter value as it stood: its version, from when, where it holds (None: everywhere), and its source."""

    name: str
    label: str
    value: Any
    unit: str
    effective_from: date
    source: Cited | None
    version: int
    division: str | None


@dataclass(frozen=True)
class Explanation:
    """A verdict with everything it rests on; `origins` tells of the facts where they come from."""

    version: Version
    document: RuleDocument
    subject_id: int
    as_of: date
    judgement: Judgement
    parameters: list[UsedParameter]
    origins: Mapping[Cell, Origin]


async def explain(unit: Unit, of: Version, subject_id: int, as_of: date) -> Explanation:
    """Judge one subject with every clause shown; NotFound when there is no such record.

    Whoever may not reveal private fields is not told sensitive values either.
    CannotEvaluate where the subject's division has no verified value of a parameter.
    """
    ground = await basis(unit)
    rule = ground.checked(of)
    reads = with_keys(ground, rule)
    found = await records(unit, ground.catalogue, rule.document.subject, reads, [subject_id])
    record = found.get(subject_id)
    if record is None:
        raise NotFound()
    discreet = not unit.actor.may(Permission.REVEAL)
    judgement = Judge(rule, ground.moment_for(rule, record, as_of), discreet=discreet).judge(record)
    facts = [fact for clause in judgement.clauses for fact in clause.facts]
    return Explanation(
        version=of,
        document=rule.document,
        subject_id=subject_id,
        as_of=as_of,
        judgement=judgement,
        parameters=await _used(unit, ground, rule, place_of(rule, record), as_of),
        origins=await origins(unit, ground.catalogue, facts),
    )


def with_keys(ground: Basis, rule: CheckedRule) -> set[tuple[tuple[str, ...], str]]:
    """What the rule reads, and the key of every record it reads of."""
    reads = set(ground.reads(rule))
    for path, _ in tuple(reads):
        entity = ground.catalogue[rule.document.subject]
        for step in path:
            entity = ground.catalogue.target(entity.relations[step])
        reads.add((path, entity.key.name))
    return reads


async def explain_finding(unit: Unit, finding_id: int) -> Explanation:
    """Why a finding stands today, by the version that made it; the caller checks who may see it.

    Conflict where the parameters it was made with have no value any more.
    """
    row = (
        await unit.connection.execute(
            select(findings.c.version_id, findings.c.subject_id).where(findings.c.finding_id == finding_id)
        )
    ).first()
    if row is None:
        raise NotFound()
    of = (await versions(unit, {row.version_id}))[row.version_id]
    try:
        return await explain(unit, of, row.subject_id, unit.today)
    except CannotEvaluate as error:
        raise Conflict(f"现在说不出这件事的原因：{error}") from error


WITHOUT_VALUE = "规则的参数在这里没有经过核实的值，暂时说不出原因"
"""Said of a finding made while its parameters had values."""


async def reasons(
    unit: Unit,
    ground: Basis,
    rules: Mapping[int, CheckedRule],
    wanted: Iterable[tuple[int, int, int]],
    as_of: date,
) -> dict[int, str]:
    """Finding → one line why, for (finding, version, subject) triples; a few statements per rule, none per person.

    `rules` are the versions that occur. A finding that no longer matches has no line.
    """
    by_version: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for finding_id, version_id, subject_id in wanted:
        by_version[version_id].append((finding_id, subject_id))
    lines: dict[int, str] = {}
    for version_id, pairs in by_version.items():
        rule = rules[version_id]
        keys = sorted({subject for _, subject in pairs})
        found = await records(unit, ground.catalogue, rule.document.subject, ground.reads(rule), keys)
        said = _lines(ground, rule, found, as_of)
        lines |= {finding: said[subject] for finding, subject in pairs if subject in said}
    return lines


def _lines(ground: Basis, rule: CheckedRule, found: Mapping[int, Record], as_of: date) -> dict[int, str]:
    """Subject → line of those that match or may; conditions are made once for each set of parameter values."""
    judges = _judges(ground, rule, as_of)
    lines: dict[int, str] = {}
    for subject, record in found.items():
        place = place_of(rule, record)
        own = next((judge for region, judge in judges if region.holds(place)), None)
        if own is None:
            lines[subject] = WITHOUT_VALUE
        elif (line := own.line(record, refusals=False)).verdict != "no":
            lines[subject] = line.reason
    return lines


def _judges(ground: Basis, rule: CheckedRule, as_of: date) -> list[tuple[Region, Judge]]:
    """Who judges where; nobody where a parameter has no value."""
    try:
        parts = ground.regions(rule, as_of)
    except CannotEvaluate:
        return []
    return [
        (part.region, Judge(rule, ground.moment(as_of, part.values))) for part in parts if not part.missing
    ]


async def _used(unit: Unit, ground: Basis, rule: CheckedRule, place: str, as_of: date) -> list[UsedParameter]:
    known = ground.parameters
    chosen = {name: known.choose(name, as_of, place) for name in sorted(rule.parameters)}
    held = {name: dated for name, dated in chosen.items() if dated is not None}
    numbers = await _versions(unit, set(held))
    named = await _divisions(unit, {dated.division for dated in held.values()} - {""})
    return [
        UsedParameter(
            name=name,
            label=known.defined[name].label,
            value=dated.value,
            unit=known.defined[name].unit,
            effective_from=dated.from_,
            source=dated.source,
            version=numbers.get((name, dated.division, dated.from_), 1),
            division=named.get(dated.division, dated.division or None),
        )
        for name, dated in held.items()
    ]


async def _versions(unit: Unit, names: set[str]) -> dict[tuple[str, str, date], int]:
    c = stored.c
    rows = await unit.connection.execute(
        select(c.name, c.division_code, c.effective_from, c.version).where(c.name.in_(names))
    )
    return {(row.name, prefix_of(row.division_code), row.effective_from): row.version for row in rows}


async def _divisions(unit: Unit, prefixes: set[str]) -> dict[str, str]:
    if not prefixes:
        return {}
    rows = await unit.connection.execute(
        select(divisions.c.prefix, divisions.c.name).where(divisions.c.prefix.in_(prefixes))
    )
    return {row.prefix: row.name for row in rows}
