"""The meaning tree compiled to closures over nested dicts: one record's verdict, and the oracle for SQL.

A record is `{field: value, relation: dict | None | list[dict]}`. What is left out is an empty cell, no parent, no
rows. A closure gives True, False or None, where None is unknown; `&&`, `||` and `!` follow Kleene.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias, assert_never

from rules import dates
from rules.checking.terms import constant
from rules.fold import fold, fold_choices, fold_date, fold_int, fold_number, fold_text
from rules.kinds import Scalar
from rules.meaning import (
    Age,
    And,
    Anniversary,
    Choice,
    Column,
    Compare,
    Constant,
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
    Recorded,
    Rows,
    Said,
    Shift,
    Term,
    TextTest,
    Today,
    Truth,
    Within,
    Year,
)
from rules.moment import Moment


class Hidden(Enum):
    """The value of a field nobody has recorded."""

    UNKNOWN = "unknown"


Row: TypeAlias = Mapping[str, Any]
Scope: TypeAlias = Mapping[str, Row]
Known: TypeAlias = Scalar | tuple[Scalar, ...] | None
Test: TypeAlias = Callable[[Scope], bool | None]
Read: TypeAlias = Callable[[Scope], Known | Hidden]

ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def test(formula: Formula, moment: Moment) -> Test:
    """Compile a formula for a moment."""
    match formula:
        case Truth(truth):
            return lambda scope: truth
        case Said(inner):
            return test(inner, moment)
        case And(items):
            return _and([test(item, moment) for item in items])
        case Or(items):
            return _or([test(item, moment) for item in items])
        case Not(item):
            return _not(test(item, moment))
        case Compare(sign, Count(rows), right):
            return _counted(sign, rows, fold_number(right, moment), moment)
        case Compare(sign, left, right):
            return _compare(ORDERS[sign], sign == "!=", value(left, moment), value(right, moment))
        case Within(item, choices):
            return _within(value(item, moment), fold_choices(item, choices, moment))
        case Empty(item):
            return _empty(item)
        case TextTest(function, text, part):
            return _text(function, value(text, moment), fold_text(part, moment))
        case Anniversary(start, first, last):
            return _anniversary(value(start, moment), fold_date(first, moment), fold_date(last, moment))
        case Exists(rows):
            return _exists(rows, moment)
        case Recorded(column, outcome):
            return _compare(lambda a, b: outcome, False, _column(column), lambda scope: True)
        case _:
            assert_never(formula)


def value(term: Term, moment: Moment) -> Read:
    """Compile a term for a moment."""
    if constant(term):
        known = fold(term, moment)
        return lambda scope: known
    match term:
        case Column():
            return _column(term)
        case Length(text):
            return _apply(lambda known: len(str(known)), value(text, moment))
        case Age(birth):
            as_of = moment.as_of
            return _apply(lambda known: dates.completed_years(_date(known), as_of), value(birth, moment))
        case Year(inner):
            return _apply(lambda known: _date(known).year, value(inner, moment))
        case Edge(function, inner):
            return _apply(lambda known: dates.edge(function, _date(known)), value(inner, moment))
        case Shift(inner, sign, count, unit):
            days = sign * fold_int(count, moment) * (7 if unit == "weeks" else 1)
            return _apply(lambda known: dates.nearest(_date(known).toordinal() + days), value(inner, moment))
        case Plus(left, sign, right):
            more = sign * fold_number(right, moment)
            return _apply(lambda known: _number(known) + more, value(left, moment))
        case Constant() | Today() | Parameter() | Items() | Count() | Choice():
            raise TypeError(f"no value by itself: {term!r}")
        case _:
            assert_never(term)


def follow(row: Row | None, path: Iterable[str]) -> Row | None:
    """The record at the end of to-one hops, None where a hop is absent."""
    for name in path:
        if row is None:
            return None
        row = row.get(name)
    return row


def related(row: Row, rows: Rows) -> Sequence[Row]:
    """The rows of a to-many relation, each knowing the record it belongs to."""
    inverse = rows.relation.inverse
    return [{inverse: row, **item} for item in row.get(rows.relation.name) or ()]


def find(scope: Scope, record: Record) -> Row | None:
    """The row a record stands for."""
    return follow(scope[record.variable], (hop.name for hop in record.path))


def _and(tests: Sequence[Test]) -> Test:
    def all_of(scope: Scope) -> bool | None:
        verdict: bool | None = True
        for each in tests:
            found = each(scope)
            if found is False:
                return False
            if found is None:
                verdict = None
        return verdict

    return all_of


def _or(tests: Sequence[Test]) -> Test:
    def any_of(scope: Scope) -> bool | None:
        verdict: bool | None = False
        for each in tests:
            found = each(scope)
            if found is True:
                return True
            if found is None:
                verdict = None
        return verdict

    return any_of


def _not(inner: Test) -> Test:
    def opposite(scope: Scope) -> bool | None:
        found = inner(scope)
        return None if found is None else not found

    return opposite


def _column(column: Column) -> Read:
    name, missing = column.field.name, column.field.missing

    def read(scope: Scope) -> Known | Hidden:
        row = find(scope, column.record)
        if row is None:
            return Hidden.UNKNOWN
        found: Known = row.get(name)
        return Hidden.UNKNOWN if found is None and missing == "unknown" else found

    return read


def _apply(function: Callable[[Scalar], Scalar], inner: Read) -> Read:
    def read(scope: Scope) -> Known | Hidden:
        found = inner(scope)
        if found is None or isinstance(found, Hidden | tuple):
            return found
        return function(found)

    return read


def _date(known: Scalar) -> date:
    if not isinstance(known, date):
        raise TypeError(f"not a date: {known!r}")
    return known


def _number(known: Scalar) -> int | Decimal:
    if not isinstance(known, int | Decimal):
        raise TypeError(f"not a number: {known!r}")
    return known


def _compare(order: Callable[[Any, Any], bool], negative: bool, left: Read, right: Read) -> Test:
    """An empty cell that is a fact compares false, so `!=` with it is true; an unrecorded one is unknown."""

    def compare(scope: Scope) -> bool | None:
        a, b = left(scope), right(scope)
        if a is None or b is None:
            return negative
        if isinstance(a, Hidden) or isinstance(b, Hidden):
            return None
        return order(a, b)

    return compare


def _within(item: Read, choices: tuple[Scalar, ...]) -> Test:
    return _compare(lambda a, b: a in choices, False, item, lambda scope: True)


def _text(function: str, text: Read, part: str) -> Test:
    tests: dict[str, Callable[[Any, Any], bool]] = {
        "startsWith": str.startswith,
        "endsWith": str.endswith,
        "contains": operator.contains,
    }
    return _compare(tests[function], False, text, lambda scope: part)


def _anniversary(start: Read, first: date, last: date) -> Test:
    return _compare(
        lambda a, b: dates.has_anniversary(_date(a), first, last), False, start, lambda scope: True
    )


def _empty(item: Column | Record) -> Test:
    match item:
        case Column(record, field):
            owner, name = record, field.name
        case Record(variable, path, _):
            owner, name = Record(variable, path[:-1], ""), path[-1].name

    def empty(scope: Scope) -> bool | None:
        row = find(scope, owner)
        return None if row is None else row.get(name) is None

    return empty


def _exists(rows: Rows, moment: Moment) -> Test:
    inner = test(rows.predicate, moment)

    def exists(scope: Scope) -> bool | None:
        row = find(scope, rows.record)
        if row is None:
            return None
        found = {inner({**scope, rows.variable: item}) for item in related(row, rows)}
        return True if True in found else None if None in found else False

    return exists


def _counted(sign: str, rows: Rows, bound: int | Decimal, moment: Moment) -> Test:
    """Compare a count that unknown rows leave between a least and a most."""
    inner, order = test(rows.predicate, moment), ORDERS[sign]

    def counted(scope: Scope) -> bool | None:
        row = find(scope, rows.record)
        if row is None:
            return None
        found = [inner({**scope, rows.variable: item}) for item in related(row, rows)]
        least = found.count(True)
        verdicts = {order(number, bound) for number in range(least, least + found.count(None) + 1)}
        return verdicts.pop() if len(verdicts) == 1 else None

    return counted
