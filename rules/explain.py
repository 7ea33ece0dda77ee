"""Why one record matches, or does not, or cannot be decided: every clause with its facts, and one line for a phone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rules.check import CheckedRule
from rules.documents import Grade
from rules.fold import fold
from rules.interpret import Row, Scope, find, related, test
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
    conjuncts,
)
from rules.moment import Moment
from rules.reasons import reason
from rules.syntax import Span
from rules.words import phrase, say

Verdict = Literal["match", "no", "unknown"]
ROWS = 20  # rows of one relation that an explanation shows


@dataclass(frozen=True)
class Fact:
    """One cell a clause looked at. `path` leads from the subject; `row` numbers the rows of a relation."""

    path: tuple[str, ...]
    field: str
    label: str
    value: Value
    text: str
    missing: bool
    sensitivity: str
    row: int | None


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
class Judgement:
    """The verdict on one record with its explanation. `applies` tells a withdrawn finding from a resolved one."""

    verdict: Verdict
    applies: bool | None
    grade: Grade
    clauses: tuple[Clause, ...]
    reason: str
    missing: tuple[str, ...]


def judge(rule: CheckedRule, record: Mapping[str, Any], moment: Moment) -> Judgement:
    """Judge one record: `{field: value, relation: dict | None | list[dict]}` of the subject.

    What is left out counts as an empty cell, no parent, no rows. CannotEvaluate when a parameter has no value.
    """
    scope: Scope = {rule.document.subject: record}
    clauses = (*_clauses(rule, "applies", scope, moment), *_clauses(rule, "when", scope, moment))
    applies = test(rule.applies, moment)(scope)
    verdict = _verdict(test(And((rule.applies, rule.when)), moment)(scope))
    missing = tuple(dict.fromkeys(label for clause in clauses for label in clause.missing))
    line = f"缺少：{'、'.join(missing)}" if verdict == "unknown" else reason(rule, scope, moment, verdict)
    return Judgement(verdict, applies, _grade(rule, scope, moment), clauses, line, missing)


def _verdict(holds: bool | None) -> Verdict:
    return "unknown" if holds is None else "match" if holds else "no"


def _grade(rule: CheckedRule, scope: Scope, moment: Moment) -> Grade:
    return next((grade for grade, formula in rule.grades if test(formula, moment)(scope)), "normal")


def _clauses(
    rule: CheckedRule, part: Literal["applies", "when"], scope: Scope, moment: Moment
) -> Iterator[Clause]:
    text, formula = (
        (rule.document.applies, rule.applies) if part == "applies" else (rule.document.when, rule.when)
    )
    for item in conjuncts(formula):
        span = item.span if isinstance(item, Said) else Span(0, len(text))
        holds = test(item, moment)(scope)
        facts = tuple(_facts(rule.document.subject, item, scope, {rule.document.subject: ()}, None))
        yield Clause(
            part=part,
            span=span,
            source=text[span.start : span.end],
            chinese=phrase(item, moment),
            facts=facts,
            parameters=tuple(Used(p.name, p.label, fold(p, moment)) for p in dict.fromkeys(_used(item))),
            holds=holds,
            missing=tuple(dict.fromkeys(f.label for f in facts if f.missing)) if holds is None else (),
        )


Paths = Mapping[str, tuple[str, ...]]


def _facts(
    subject: str, part: Formula | Term, scope: Scope, paths: Paths, number: int | None
) -> Iterator[Fact]:
    """Every cell a condition reads, in the order of the text."""
    match part:
        case Column():
            yield _fact(part, scope, paths, number)
        case Empty(Column() as column):
            yield _fact(column, scope, paths, number, asked=True)
        case Empty(Record() as record):
            yield _presence(record, scope, paths, number)
        case Exists(rows) | Count(rows):
            yield from _row_facts(subject, rows, scope, paths)
        case _:
            for inner in children(part):
                yield from _facts(subject, inner, scope, paths, number)


def _row_facts(subject: str, rows: Rows, scope: Scope, paths: Paths) -> Iterator[Fact]:
    row = find(scope, rows.record)
    path = (*_path(rows.record, paths), rows.relation.name)
    if row is None:
        yield Fact(path[:-1], "", rows.record.path[-1].label, None, "未登记", True, "internal", None)
        return
    found = related(row, rows)
    if not found:
        yield Fact(path, "", rows.relation.label, None, "没有", False, "internal", None)
    for number, item in enumerate(found[:ROWS], start=1):
        inner: Scope = {**scope, rows.variable: item}
        yield from _facts(subject, rows.predicate, inner, {**paths, rows.variable: path}, number)


def _fact(column: Column, scope: Scope, paths: Paths, number: int | None, *, asked: bool = False) -> Fact:
    row: Row | None = find(scope, column.record)
    field = column.field
    value: Value = None if row is None else row.get(field.name)
    missing = row is None or (value is None and field.missing == "unknown" and not asked)
    label = "的".join([*(hop.label for hop in column.record.path[-1:]), field.label])
    text = "已登记" if field.encrypted and value is not None else say(value, field)
    shown = None if field.encrypted else value
    return Fact(
        _path(column.record, paths), field.name, label, shown, text, missing, field.sensitivity, number
    )


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


def _used(part: Formula | Term) -> Iterator[Parameter]:
    if isinstance(part, Parameter):
        yield part
    for inner in children(part):
        yield from _used(inner)
