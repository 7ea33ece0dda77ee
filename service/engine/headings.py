"""The line a worker reads first for each thing to be done at one address: the rule's own title with its holes filled."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rules import CheckedRule
from service.access.unit import Unit
from service.engine.rulebook import Basis
from service.engine.subjects import Read, Record, records

HOLE = re.compile(r"\{([^{}]*)\}")


class Item(NamedTuple):
    """A finding, by what a heading needs to know of it."""

    task_id: int
    version_id: int
    subject_id: int


async def headings(
    unit: Unit, ground: Basis, rules: Mapping[int, CheckedRule], items: Iterable[Item]
) -> dict[tuple[int, int], str]:
    """(task, version) → heading, `{count}` being the number of its findings; a few statements per rule.

    `rules` are the versions that occur.
    """
    groups: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        groups[item.version_id][item.task_id].append(item.subject_id)
    lines: dict[tuple[int, int], str] = {}
    for version_id, by_task in groups.items():
        rule = rules[version_id]
        holes = {
            hole: _read_of(rule, hole) for hole in HOLE.findall(rule.document.task.title) if hole != "count"
        }
        firsts = sorted({subjects[0] for subjects in by_task.values()})
        found = await records(unit, ground.catalogue, rule.document.subject, set(holes.values()), firsts)
        for task_id, subjects in by_task.items():
            lines[task_id, version_id] = _filled(rule, holes, found.get(subjects[0], {}), len(subjects))
    return lines


def _read_of(rule: CheckedRule, hole: str) -> Read:
    """Where a hole reads: a path from the subject, or from whom is visited."""
    first, *steps, name = hole.split(".")
    start = () if first == rule.document.subject else tuple(hop.name for hop in rule.visit.path)
    return (*start, *steps), name


def _filled(rule: CheckedRule, holes: dict[str, Read], record: Record, count: int) -> str:
    values = {"count": str(count)} | {hole: _value(record, read) for hole, read in holes.items()}
    return HOLE.sub(lambda match: values[match.group(1)], rule.document.task.title)


def _value(record: Record | None, read: Read) -> str:
    for step in read[0]:
        record = record.get(step) if record else None
    value = record.get(read[1]) if record else None
    return "（未登记）" if value is None else str(value)
