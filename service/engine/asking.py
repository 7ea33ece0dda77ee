"""Which facts a visit may settle: those a finding's rule `ask`s, each with the record it belongs to and its present value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules import Catalogue, CheckedRule, Field
from rules.meaning import Column
from rules.wording.values import say
from service.access.masks import mask_any, mask_phone
from service.access.unit import Unit
from service.engine.rulebook import checked_rules
from service.engine.subjects import Record, records


@dataclass(frozen=True)
class Asked:
    """One field of one record that may be corrected; `path` as the rule writes it, `shown` masked where it is private."""

    path: str
    label: str
    entity: str
    record_id: int
    field: Field
    shown: str


@dataclass(frozen=True)
class Questions:
    """What may be asked for one finding, and path → label of every fact its rule reads."""

    asked: list[Asked] = field(default_factory=list)
    read: Mapping[str, str] = field(default_factory=dict)


async def questions(unit: Unit, wanted: Iterable[tuple[int, int, int]]) -> dict[int, Questions]:
    """Finding → what may be asked, for (finding, version, subject) triples; a few statements per rule."""
    by_version: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for finding_id, version_id, subject_id in wanted:
        by_version[version_id].append((finding_id, subject_id))
    if not by_version:
        return {}
    ground, rules = await checked_rules(unit, set(by_version))
    told: dict[int, Questions] = {}
    for version_id, pairs in by_version.items():
        rule = rules[version_id]
        read = _read(ground.catalogue, rule)
        subjects = {subject for _, subject in pairs}
        columns = _columns(ground.catalogue, rule)
        found = await records(unit, ground.catalogue, rule.document.subject, columns, subjects)
        for finding_id, subject in pairs:
            asked = _asked(unit, ground.catalogue, rule, found[subject]) if subject in found else []
            told[finding_id] = Questions(asked, read)
    return told


def _path(column: Column) -> tuple[str, ...]:
    return tuple(hop.name for hop in column.record.path)


def _columns(known: Catalogue, rule: CheckedRule) -> set[tuple[tuple[str, ...], str]]:
    """What is asked, and the key of each record it is of."""
    wanted = {(_path(column), column.field.name) for column in rule.ask}
    return wanted | {(_path(column), known[column.record.entity].key.name) for column in rule.ask}


def _asked(unit: Unit, known: Catalogue, rule: CheckedRule, record: Record) -> list[Asked]:
    found = []
    for column in rule.ask:
        held: Any = record
        for step in _path(column):
            held = None if held is None else held[step]
        if held is None:
            continue
        entity = known[column.record.entity]
        of_other = f"{entity.label}的" if column.record.path else ""
        found.append(
            Asked(
                path=".".join((rule.document.subject, *_path(column), column.field.name)),
                label=of_other + column.field.label,
                entity=entity.name,
                record_id=held[entity.key.name],
                field=column.field,
                shown=_shown(unit, column.field, held[column.field.name]),
            )
        )
    return found


def _shown(unit: Unit, of: Field, value: Any) -> str:
    if not of.encrypted or value is None:
        return say(value, of)
    clear = unit.vault.open(f"{of.column.table.name}.{of.name}", value)
    return mask_phone(clear) if of.name == "phone" else mask_any(clear)


def _read(known: Catalogue, rule: CheckedRule) -> dict[str, str]:
    """Path → label of the facts the rule reads or asks for."""
    subject = rule.document.subject
    told: dict[str, str] = {}
    for path, name in sorted(rule.reads | {(_path(column), column.field.name) for column in rule.ask}):
        entity = known[subject]
        for step in path:
            entity = known[entity.relations[step].target]
        if name in entity.fields:
            of_other = f"{entity.label}的" if path else ""
            told[".".join((subject, *path, name))] = of_other + entity.fields[name].label
    return told
