"""Meaning to normal form: dates folded, functions moved off the fields, negation pushed to the leaves.

In the result every leaf compares a bare field, its length or a count with a constant or a bare field, and `Not`
stands on leaves only. `<` of an empty cell that is a fact is false and so is `>=`, so a negated leaf keeps its `Not`.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Context, Decimal
from typing import assert_never

from rules import dates
from rules.checking.terms import constant
from rules.fold import fold, fold_choices, fold_date, fold_number, fold_text
from rules.interpret import test
from rules.kinds import Scalar, Value
from rules.meaning import (
    And,
    Anniversary,
    Column,
    Compare,
    Constant,
    Count,
    Empty,
    Exists,
    Formula,
    Not,
    Or,
    Recorded,
    Rows,
    Said,
    Term,
    TextTest,
    Truth,
    Within,
    join,
)
from rules.moment import Moment
from rules.solving import LARGEST, bounded, nowhere, solve

EXACT = Context(prec=400)  # a parameter may be a float of 309 digits


def normalise(formula: Formula, moment: Moment) -> Formula:
    """Bring a checked formula into normal form for a moment."""
    return _normal(formula, moment, negated=False)


def _normal(formula: Formula, moment: Moment, *, negated: bool) -> Formula:
    match formula:
        case Said(inner):
            return _normal(inner, moment, negated=negated)
        case Not(item):
            return _normal(item, moment, negated=not negated)
        case And(items):
            return join(not negated, [_normal(item, moment, negated=negated) for item in items])
        case Or(items):
            return join(negated, [_normal(item, moment, negated=negated) for item in items])
        case Compare("!=", left, right):
            return _normal(Compare("==", left, right), moment, negated=not negated)
        case Truth() | Compare() | Within() | Empty() | TextTest() | Anniversary() | Exists() | Recorded():
            leaf = _leaf(formula, moment)
            return _negative(leaf) if negated else leaf
        case _:
            assert_never(formula)


def _negative(formula: Formula) -> Formula:
    match formula:
        case Truth(value):
            return Truth(not value)
        case And(items):
            return join(False, [_negative(item) for item in items])
        case Or(items):
            return join(True, [_negative(item) for item in items])
        case Not(item):
            return item
        case _:
            return Not(formula)


def _leaf(formula: Formula, moment: Moment) -> Formula:
    match formula:
        case Compare(sign, Column() as left, Column() as right):
            return Compare(sign, left, right)
        case Compare(sign, Count(rows), right):
            return _count(sign, rows, fold_number(right, moment), moment)
        case Compare(sign, left, right) if not constant(left):
            return solve(sign, left, fold(right, moment), moment)
        case Within(item, choices) if not constant(item):
            return _within(item, fold_choices(item, choices, moment), moment)
        case TextTest(function, Column() as text, part):
            return _text(function, text, fold_text(part, moment))
        case Anniversary(Column() as start, first, last):
            return _anniversary(start, fold_date(first, moment), fold_date(last, moment))
        case Exists(rows):
            return Exists(_rows(rows, moment))
        case Empty() | Truth() | Recorded():
            return formula
        case _:
            return Truth(test(formula, moment)({}) is True)


def _rows(rows: Rows, moment: Moment) -> Rows:
    return Rows(rows.record, rows.relation, rows.variable, normalise(rows.predicate, moment))


def _count(sign: str, rows: Rows, bound: int | Decimal, moment: Moment) -> Formula:
    """A count against a constant; "one or more" and "none" are plain relation tests."""
    inner = _rows(rows, moment)
    bound = min(max(bound, -1), LARGEST)  # no count lies beyond, and no database takes a wider integer
    if sign == "==" and bound != int(bound):
        return Compare("<", Count(inner), Constant(0))
    if (sign, bound) in ((">=", 1), (">", 0)):
        return Exists(inner)
    if (sign, bound) in (("<", 1), ("<=", 0), ("==", 0)):
        return Not(Exists(inner))
    return Compare(sign, Count(inner), Constant(bound))


def _within(item: Term, choices: tuple[Value, ...], moment: Moment) -> Formula:
    if isinstance(item, Column):
        return Within(item, Constant(tuple(_possible(item, choices))))
    if choices:
        return join(False, [solve("==", item, choice, moment) for choice in choices])
    return nowhere(item)


def _possible(column: Column, choices: Iterable[Value]) -> Iterator[Scalar]:
    """The choices a column can hold."""
    for choice in choices:
        match bounded("==", column, choice):
            case Compare(_, _, Constant(bool() | int() | Decimal() | str() | date() as value)):
                yield value


def _text(function: str, text: Column, part: str) -> Formula:
    return TextTest(function, text, Constant(part)) if part else Recorded(text, True)


def _anniversary(start: Column, first: date, last: date) -> Formula:
    if first > last or dates.latest_birth(last, 1) < dates.FIRST:
        return Recorded(start, False)
    return Anniversary(start, Constant(first), Constant(last))
