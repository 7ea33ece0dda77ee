"""The clauses of a rule as they stand for one record: each condition with the facts it looked at."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rules.fold import fold
from rules.holding import Holding
from rules.interpret import Row, Scope, find, related
from rules.kinds import Value
from rules.meaning import (
    Age,
    And,
    Anniversary,
    Column,
    Compare,
    Count,
    Edge,
    Empty,
    Exists,
    Formula,
    Items,
    Length,
    Not,
    Or,
    Parameter,
    Plus,
    Record,
    Rows,
    Said,
    Shift,
    Term,
    TextTest,
    Within,
    Year,
)
from rules.reading.syntax import Span
from rules.wording.values import say

ROWS = 20  # rows of one relation that an explanation shows


@dataclass(frozen=True)
class Fact:
    """One cell a clause looked at. `path` leads from the subject; `row` numbers the rows of a relation.

    `entity` and `key` are the record it is of, where the record came with its key. Private values are not shown.
    """

    path: tuple[str, ...]
    field: str
    label: str
    value: Value
    text: str
    missing: bool
    sensitivity: str
    row: int | None
    entity: str = ""
    key: int | None = None


@dataclass(frozen=True)
class Used:
    """A parameter a clause used, and its value."""

    name: str
    label: str
    value: Value


@dataclass(frozen=True)
class Clause:
    """One condition of the rule as it stands for one record; `holds` is None where it cannot be decided."""

    part: Literal["applies", "when"]
    span: Span
    source: str
    chinese: str
    facts: tuple[Fact, ...]
    parameters: tuple[Used, ...]
    holds: bool | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A condition as it is written and said, the same for every record of a day."""

    part: Literal["applies", "when"]
    formula: Formula
    span: Span
    source: str
    chinese: str
    parameters: tuple[Used, ...]

    def of(self, subject: str, scope: Scope, holds: Holding) -> Clause:
        """The condition as it stands for one record."""
        found = holds(self.formula, scope)
        facts = tuple(_once(_facts(self.formula, scope, {subject: ()}, None)))
        missing = tuple(dict.fromkeys(f.label for f in facts if f.missing)) if found is None else ()
        return Clause(self.part, self.span, self.source, self.chinese, facts, self.parameters, found, missing)

    @property
    def fields(self) -> frozenset[str]:
        """Names of the fields it reads, of whichever record."""
        return frozenset(_field_names(self.formula))


def _field_names(part: Formula | Term) -> Iterator[str]:
    if isinstance(part, Column):
        yield part.field.name
    elif isinstance(part, Empty) and isinstance(part.item, Column):
        yield from _field_names(part.item)
    for inner in children(part):
        yield from _field_names(inner)


def used(formula: Formula, holds: Holding) -> tuple[Used, ...]:
    """The parameters a condition uses, with their values."""
    found = dict.fromkeys(_parameters(formula))
    return tuple(Used(one.name, one.label, fold(one, holds.moment)) for one in found)


Paths = Mapping[str, tuple[str, ...]]


def _facts(part: Formula | Term, scope: Scope, paths: Paths, number: int | None) -> Iterator[Fact]:
    """Every cell a condition reads, in the order of the text."""
    match part:
        case Column():
            yield _fact(part, scope, paths, number)
        case Empty(Column() as column):
            yield _fact(column, scope, paths, number, asked=True)
        case Empty(Record() as record):
            yield _presence(record, scope, paths, number)
        case Exists(rows) | Count(rows):
            yield from _row_facts(rows, scope, paths, number)
        case _:
            for inner in children(part):
                yield from _facts(inner, scope, paths, number)


def _once(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Each cell of a known record, and each relation without rows, once, however often a condition reads it."""
    seen: set[Fact] = set()
    for fact in facts:
        if fact not in seen or (fact.key is None and fact.field):
            yield fact
        seen.add(fact)


def _row_facts(rows: Rows, scope: Scope, paths: Paths, holder: int | None) -> Iterator[Fact]:
    """The cells of a relation's rows; that there are none is told of the row that holds them."""
    row = find(scope, rows.record)
    path = (*_path(rows.record, paths), rows.relation.name)
    if row is None:
        yield Fact(path[:-1], "", rows.record.path[-1].label, None, "未登记", True, "internal", holder)
        return
    found = related(row, rows)
    if not found:
        yield Fact(path, "", rows.relation.label, None, "没有", False, "internal", holder)
    for number, item in enumerate(found[:ROWS], start=1):
        inner: Scope = {**scope, rows.variable: item}
        yield from _facts(rows.predicate, inner, {**paths, rows.variable: path}, number)


def _fact(column: Column, scope: Scope, paths: Paths, number: int | None, *, asked: bool = False) -> Fact:
    row: Row | None = find(scope, column.record)
    field = column.field
    value: Value = None if row is None else row.get(field.name)
    hidden = field.encrypted or field.sensitivity == "private"
    label = "的".join([*(hop.label for hop in column.record.path[-1:]), field.label])
    return Fact(
        path=_path(column.record, paths),
        field=field.name,
        label=label,
        value=None if hidden else value,
        text="已登记" if hidden and value is not None else say(value, field),
        missing=row is None or (value is None and field.missing == "unknown" and not asked),
        sensitivity=field.sensitivity,
        row=number,
        entity=column.record.entity,
        key=None if row is None else row.get(key_name(column)),
    )


def key_name(column: Column) -> str:
    """The key of the table a field is kept in."""
    (key,) = column.field.column.table.primary_key.columns
    return str(key.name)


def _presence(record: Record, scope: Scope, paths: Paths, number: int | None) -> Fact:
    there = find(scope, record) is not None
    label = record.path[-1].label
    return Fact(_path(record, paths), "", label, there, "有" if there else "没有", False, "internal", number)


def _path(record: Record, paths: Paths) -> tuple[str, ...]:
    return (*paths[record.variable], *(hop.name for hop in record.path))


def children(part: Formula | Term) -> tuple[Formula | Term, ...]:
    """The parts directly inside a condition or value, those inside a relation's predicate included."""
    match part:
        case Said(inner) | Not(inner) | Age(inner) | Year(inner) | Edge(_, inner) | Length(inner):
            return (inner,)
        case And(items) | Or(items) | Items(items):
            return items
        case Compare(_, left, right) | Within(left, right) | TextTest(_, left, right) | Plus(left, _, right):
            return (left, right)
        case Shift(moved, _, count):
            return (moved, count)
        case Anniversary(start, first, last):
            return (start, first, last)
        case Exists(rows) | Count(rows):
            return (rows.predicate,)
        case _:
            return ()


def _parameters(part: Formula | Term) -> Iterator[Parameter]:
    if isinstance(part, Parameter):
        yield part
    for inner in children(part):
        yield from _parameters(inner)
