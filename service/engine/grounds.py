"""What findings rest on: the rule version that made them with its law, the records it reads, and who last wrote those.

Of the records ids and names of fields; values only in a reason, and that only for those who work on such findings. A few
statements for each rule version, none for each finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from rules import CannotEvaluate, CheckedRule, Fact, Judge, Judgement, RuleErrors, load
from rules.files.documents import Cited
from service.access.actors import Actor
from service.access.permissions import Permission
from service.access.unit import Unit
from service.engine.explain import with_keys
from service.engine.origins import Cell, Origin, origins
from service.engine.rulebook import Basis, Version, basis, versions
from service.engine.subjects import records
from service.tables import changesets, imports

FACTS = 10_000
"""Facts in one look for their origins; each is at most one parameter of a statement, of which there may be 32,766."""
GONE = "这条记录已不在库中"
MISFIT = "规则与现在的字段或参数不再相配，说不出当时的依据"
Wanted = tuple[int, int, int]
"""Finding, rule version, subject."""


@dataclass(frozen=True)
class Evidence:
    """A record that was read, and which of its fields, from one origin. `changeset_id` is None where only older is known."""

    entity: str
    label: str
    record_id: int
    fields: list[str]
    origin: str
    changeset_id: int | None


@dataclass(frozen=True)
class Condition:
    """A clause of the rule in words, and whether it holds; None where that cannot be said."""

    chinese: str
    holds: bool | None


@dataclass(frozen=True)
class Ground:
    """What one finding rests on. `silent` says why there is neither verdict nor evidence."""

    version: Version
    sources: Sequence[Cited]
    verdict: str | None = None
    reason: str | None = None
    conditions: Sequence[Condition] = ()
    evidence: Sequence[Evidence] = ()
    silent: str | None = None


@dataclass(frozen=True)
class Changeset:
    """A batch of changes: where it came from, when, by whom, and by which import where it was one."""

    changeset_id: int
    source: str
    recorded_at: datetime
    actor_id: int | None
    import_id: int | None


async def grounds(unit: Unit, wanted: Iterable[Wanted], as_of: date) -> dict[int, Ground]:
    """Finding → what it rests on, judged as on `as_of` by the version that made it, on the records as they are now.

    A reason tells what the records say: only who may see tasks is told it, and sensitive values only who may reveal them.
    """
    by_version: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for finding_id, version_id, subject_id in wanted:
        by_version[version_id].append((finding_id, subject_id))
    ground = await basis(unit)
    known = await versions(unit, set(by_version))
    found: dict[int, tuple[Ground, Sequence[Fact]]] = {}
    for version_id, pairs in by_version.items():
        found |= await _of_version(unit, ground, known[version_id], pairs, as_of)
    told = await _origins(unit, ground, [fact for _, read in found.values() for fact in read])
    return {
        finding_id: replace(one, evidence=_evidence(ground, read, told))
        for finding_id, (one, read) in found.items()
    }


async def changesets_of(unit: Unit, grounds_of: Iterable[Ground]) -> list[Changeset]:
    """The changesets that evidence names, by id."""
    keys = {item.changeset_id for one in grounds_of for item in one.evidence} - {None}
    c = changesets.c
    statement = (
        select(c.changeset_id, c.source, c.recorded_at, c.actor_id, imports.c.import_id)
        .outerjoin(imports, imports.c.changeset_id == c.changeset_id)
        .where(c.changeset_id.in_(keys))
        .order_by(c.changeset_id)
    )
    return [Changeset(*row) for row in await unit.connection.execute(statement)]


async def _of_version(
    unit: Unit, ground: Basis, version: Version, pairs: Sequence[tuple[int, int]], as_of: date
) -> dict[int, tuple[Ground, Sequence[Fact]]]:
    try:
        rule = ground.checked(version)
    except RuleErrors:
        silent = Ground(version, _law(version), silent=MISFIT)
        return {finding_id: (silent, ()) for finding_id, _ in pairs}
    subjects = [subject for _, subject in pairs]
    held = await records(unit, ground.catalogue, rule.document.subject, with_keys(ground, rule), subjects)
    return {
        finding_id: _judged(unit.actor, ground, version, rule, held.get(subject), as_of)
        for finding_id, subject in pairs
    }


def _law(version: Version) -> Sequence[Cited]:
    """What a rule cites that cannot be judged any more; nothing where it cannot even be read."""
    try:
        return load(version.document, file=version.rule).sources
    except RuleErrors:
        return ()


def _judged(
    actor: Actor,
    ground: Basis,
    version: Version,
    rule: CheckedRule,
    record: Mapping[str, object] | None,
    as_of: date,
) -> tuple[Ground, Sequence[Fact]]:
    sources = rule.document.sources
    if record is None:
        return Ground(version, sources, silent=GONE), ()
    discreet = not actor.may(Permission.REVEAL)
    try:
        found = Judge(rule, ground.moment_for(rule, record, as_of), discreet=discreet).judge(record)
    except CannotEvaluate as error:
        return Ground(version, sources, silent=str(error)), ()
    reason = found.reason if actor.may(Permission.WORK) else None
    conditions = [Condition(clause.chinese, clause.holds) for clause in found.clauses]
    return Ground(version, sources, found.verdict, reason, conditions), _facts(found)


async def _origins(unit: Unit, ground: Basis, facts: Sequence[Fact]) -> dict[Cell, Origin]:
    told: dict[Cell, Origin] = {}
    for start in range(0, len(facts), FACTS):
        told |= await origins(unit, ground.catalogue, facts[start : start + FACTS])
    return told


def _facts(found: Judgement) -> list[Fact]:
    return [fact for clause in found.clauses for fact in clause.facts]


def _evidence(ground: Basis, read: Iterable[Fact], told: Mapping[Cell, Origin]) -> list[Evidence]:
    """One line for each record and origin, in the order the rule reads them."""
    lines: dict[tuple[str, int, int | None, str], dict[str, None]] = {}
    for fact in read:
        if fact.key is None:
            continue
        origin = told.get((fact.entity, fact.key, fact.field))
        where = (fact.entity, fact.key, None, "没有登记") if origin is None else (
            fact.entity, fact.key, origin.changeset_id, origin.text
        )  # fmt: skip
        lines.setdefault(where, {})[fact.label] = None
    return [
        Evidence(entity, ground.catalogue[entity].label, key, list(labels), text, changeset_id)
        for (entity, key, changeset_id, text), labels in lines.items()
    ]
