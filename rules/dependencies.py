"""What makes a rule look again at a subject: the fields it reads, by the way that leads to them from the subject."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TypeAlias

from rules.catalogue import Relation
from rules.check import CheckedRule
from rules.meaning import Column, Record, Rows

Path: TypeAlias = tuple[Relation, ...]
"""Hops from the subject, to-one and to-many ones."""
Scope: TypeAlias = Mapping[str, Path]
"""Variable → the way from the subject to the records it stands for."""


@dataclass(frozen=True)
class Dependency:
    """What a rule reads of the records at the end of one way: names of fields, and of the key columns of hops."""

    path: Path
    entity: str
    fields: frozenset[str]


def dependencies(rule: CheckedRule) -> tuple[Dependency, ...]:
    """What `applies`, `when`, the grades, visit, due date and place read, one entry a way, the subject's own first.

    Only a change in these, a new row or a deleted one at the end of such a way can change verdict, grade, target or
    due date of a subject on one day. A to-one hop reads the key column of the record it starts from, a to-many hop that
    of the rows it leads to; a record that nothing is read of, such as one that is passed on the way, has no entry.
    """
    subject = rule.document.subject
    parts = (rule.applies, rule.when, rule.grades, rule.visit, rule.due, rule.place)
    read: dict[Path, set[str]] = {(): set()}
    for path, name in _reads(parts, {subject: ()}):
        read.setdefault(path, set()).add(name)
    return tuple(
        Dependency(path, path[-1].target if path else subject, frozenset(names))
        for path, names in sorted(read.items(), key=lambda item: len(item[0]))
    )


def leading_to(record: Record, scope: Scope) -> Path:
    """The way from the subject to a record."""
    return scope[record.variable] + record.path


def of_rows(rows: Rows, scope: Scope) -> tuple[Path, Scope]:
    """The way from the subject to the rows of a relation, and what their predicate may speak of."""
    path = (*leading_to(rows.record, scope), rows.relation)
    return path, {**scope, rows.variable: path}


def _reads(part: object, scope: Scope) -> Iterator[tuple[Path, str]]:
    """Way and name of everything a part of the tree reads."""
    match part:
        case Column(record, field):
            path = leading_to(record, scope)
            yield from _keys(path)
            yield path, field.name
        case Record():
            yield from _keys(leading_to(part, scope))
        case Rows():
            path, inner = of_rows(part, scope)
            yield from _keys(path)
            yield from _reads(part.predicate, inner)
        case tuple():
            for item in part:
                yield from _reads(item, scope)
        case _ if is_dataclass(part):
            for item in fields(part):
                yield from _reads(getattr(part, item.name), scope)
        case _:
            return


def _keys(path: Path) -> Iterator[tuple[Path, str]]:
    """The key columns that make the way: whose change leads elsewhere."""
    for number, hop in enumerate(path):
        yield (path[: number + 1], hop.remote.name) if hop.many else (path[:number], hop.local.name)
