"""Meaning to normal form: dates folded, functions moved off the fields, negation pushed to the leaves.

In the result every leaf compares a bare field, its length or a count with a constant or a bare field, and `Not`
stands on leaves only. `<` of an empty cell that is a fact is false and so is `>=`, so a negated leaf keeps its `Not`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import assert_never

from sqlalchemy import Numeric

from rules import dates
from rules.checking.terms import constant
from rules.fold import fold, fold_choices, fold_date, fold_int, fold_number, fold_text
from rules.interpret import test
from rules.kinds import Kind, Scalar, Value
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

SMALLEST, LARGEST = -(2**63), 2**63 - 1
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
            return _join(not negated, [_normal(item, moment, negated=negated) for item in items])
        case Or(items):
            return _join(negated, [_normal(item, moment, negated=negated) for item in items])
        case Compare("!=", left, right):
            return _normal(Compare("==", left, right), moment, negated=not negated)
        case Truth() | Compare() | Within() | Empty() | TextTest() | Anniversary() | Exists() | Recorded():
            leaf = _leaf(formula, moment)
            return _negative(leaf) if negated else leaf
        case _:
            assert_never(formula)


def _join(every: bool, items: Sequence[Formula]) -> Formula:
    """All or any of the items, flat, without the constants that decide nothing."""
    kind = And if every else Or
    if Truth(not every) in items:
        return Truth(not every)
    flat: list[Formula] = []
    for item in items:
        flat.extend(item.items if isinstance(item, kind) else () if item == Truth(every) else (item,))
    distinct = tuple(dict.fromkeys(flat))
    return distinct[0] if len(distinct) == 1 else kind(distinct) if distinct else Truth(every)


def _negative(formula: Formula) -> Formula:
    match formula:
        case Truth(value):
            return Truth(not value)
        case And(items):
            return _join(False, [_negative(item) for item in items])
        case Or(items):
            return _join(True, [_negative(item) for item in items])
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


def solve(sign: str, term: Term, bound: Value, moment: Moment) -> Formula:
    """Turn `term sign bound` round until a bare field stands on the left."""
    match term:
        case Column():
            return _bounded(sign, term, bound)
        case Length():
            return _length(sign, term, bound)
        case Plus(left, plus, right) if isinstance(bound, int | Decimal):
            return solve(sign, left, bound - plus * fold_number(right, moment), moment)
        case Shift() | Edge() if isinstance(bound, date):
            return _dated(sign, term, bound.toordinal(), moment)
        case Age(birth) if isinstance(bound, int | Decimal):
            return _aged(sign, birth, bound, moment)
        case Year(day) if isinstance(bound, int | Decimal):
            return _yeared(sign, day, bound, moment)
        case Plus() | Shift() | Edge() | Age() | Year():
            raise TypeError(f"{term!r} cannot be compared with {bound!r}")
        case Constant() | Today() | Parameter() | Count() | Items() | Choice():
            raise TypeError(f"nothing to solve: {term!r}")
        case _:
            assert_never(term)


def _bounded(sign: str, column: Column, bound: Value) -> Formula:
    places = _places(column)
    if isinstance(bound, Decimal) and places is not None:
        near = _rounded(bound, places, ROUND_CEILING if sign in ("<", ">=") else ROUND_FLOOR)
        if sign == "==" and near != bound:
            return Recorded(column, False)
        bound = near
    if isinstance(bound, int) and not SMALLEST <= bound <= LARGEST:
        return Recorded(column, (bound > 0) == (sign in ("<", "<=")) and sign != "==")
    return Compare(sign, column, Constant(bound))


def _places(column: Column) -> int | None:
    """Digits after the point a column keeps; None where that is not declared."""
    if column.kind is Kind.INT:
        return 0
    kept = column.field.column.type
    return kept.scale if isinstance(kept, Numeric) else None


def _rounded(number: Decimal, places: int, how: str) -> int | Decimal:
    """The nearest number a column can hold: SQLite compares floats, which tell no finer ones apart."""
    near = number.quantize(Decimal(1).scaleb(-places), rounding=how, context=EXACT)
    return near if places else int(near)


def _length(sign: str, length: Length, bound: Value) -> Formula:
    if isinstance(bound, int) and not SMALLEST <= bound <= LARGEST and isinstance(length.text, Column):
        return _bounded(sign, length.text, bound)
    return Compare(sign, length, Constant(bound))


def _dated(sign: str, term: Term, bound: int, moment: Moment) -> Formula:
    """A date term against an ordinal, which may lie outside the calendar."""
    match term:
        case Column():
            return _ordinal(sign, term, bound)
        case Shift(inner, direction, count, unit):
            days = direction * fold_int(count, moment) * (7 if unit == "weeks" else 1)
            return _moved(sign, inner, bound, days, moment)
        case Edge(function, inner):
            return _edged(sign, function, inner, bound, moment)
        case _:
            raise TypeError(f"no date: {term!r}")


def _moved(sign: str, inner: Term, bound: int, days: int, moment: Moment) -> Formula:
    """A moved day stays within the calendar (`dates.nearest`), whose ends therefore stand for all beyond them."""
    if sign == "==":
        sign = {dates.FIRST: "<=", dates.LAST: ">="}.get(bound, sign)
        return _dated(sign, inner, bound - days, moment) if _in_calendar(bound) else _nowhere(inner)
    turning = bound + (sign in (">", "<="))  # the first day on which `sign` answers otherwise
    if dates.FIRST < turning <= dates.LAST:
        return _dated(sign, inner, bound - days, moment)
    return _nowhere(inner, outcome=(turning > dates.LAST) == (sign in ("<", "<=")))


def _in_calendar(ordinal: int) -> bool:
    return dates.FIRST <= ordinal <= dates.LAST


def _ordinal(sign: str, column: Column, bound: int) -> Formula:
    if _in_calendar(bound):
        return Compare(sign, column, Constant(date.fromordinal(bound)))
    return Recorded(column, (bound > dates.LAST) == (sign in ("<", "<=")) and sign != "==")


def _edged(sign: str, function: str, inner: Term, bound: int, moment: Moment) -> Formula:
    """`edge(d)` never falls as `d` grows, so each comparison is a half-open range of `d`."""
    start, end = dates.earliest(function, bound), dates.earliest(function, bound + 1)
    match sign:
        case ">=":
            return _dated(">=", inner, start, moment)
        case ">":
            return _dated(">=", inner, end, moment)
        case "<":
            return _dated("<", inner, start, moment)
        case "<=":
            return _dated("<", inner, end, moment)
        case _:
            after, before = _dated(">=", inner, start, moment), _dated("<", inner, end, moment)
            return _join(True, [after, before])


def _aged(sign: str, birth: Term, bound: int | Decimal, moment: Moment) -> Formula:
    """`age(d) >= n` holds up to the last birth date that has completed n years."""
    if bound != int(bound):
        if sign == "==":
            return _join(
                True, [_aged(">=", birth, int(bound), moment), _aged("<", birth, int(bound), moment)]
            )
        sign, bound = (">=", _above(bound)) if sign in (">", ">=") else ("<", _above(bound))
    years = int(bound) + (sign in (">", "<="))
    latest = dates.latest_birth(moment.as_of, years)
    match sign:
        case ">=" | ">":
            return _dated("<=", birth, latest, moment)
        case "<" | "<=":
            return _dated(">", birth, latest, moment)
        case _:
            eldest = dates.latest_birth(moment.as_of, years + 1)
            return _join(True, [_dated("<=", birth, latest, moment), _dated(">", birth, eldest, moment)])


def _yeared(sign: str, day: Term, bound: int | Decimal, moment: Moment) -> Formula:
    """`year(d) >= n` holds from the first of January of n on."""
    if bound != int(bound):
        if sign == "==":
            return _nowhere(day)
        sign, bound = (">=" if sign in (">", ">=") else "<"), _above(bound)
    start, end = (dates.first_of_year(int(bound) + more) for more in (0, 1))
    match sign:
        case ">=" | "<":
            return _dated(sign, day, start, moment)
        case ">" | "<=":
            return _dated(">=" if sign == ">" else "<", day, end, moment)
        case _:
            return _join(True, [_dated(">=", day, start, moment), _dated("<", day, end, moment)])


def _above(number: int | Decimal) -> int:
    return int(number) + (number > int(number))


def _within(item: Term, choices: tuple[Value, ...], moment: Moment) -> Formula:
    if isinstance(item, Column):
        return Within(item, Constant(tuple(_possible(item, choices))))
    if choices:
        return _join(False, [solve("==", item, choice, moment) for choice in choices])
    return _nowhere(item)


def _possible(column: Column, choices: Iterable[Value]) -> Iterator[Scalar]:
    """The choices a column can hold."""
    for choice in choices:
        match _bounded("==", column, choice):
            case Compare(_, _, Constant(bool() | int() | Decimal() | str() | date() as value)):
                yield value


def _nowhere(item: Term, *, outcome: bool = False) -> Formula:
    """What is the same for every value, such as membership of nothing: `outcome` where the field is recorded."""
    match item:
        case Column():
            return Recorded(item, outcome)
        case Length(inner) | Age(inner) | Year(inner) | Edge(_, inner) | Shift(inner) | Plus(inner):
            return _nowhere(inner, outcome=outcome)
        case _:
            return Truth(False)


def _text(function: str, text: Column, part: str) -> Formula:
    return TextTest(function, text, Constant(part)) if part else Recorded(text, True)


def _anniversary(start: Column, first: date, last: date) -> Formula:
    if first > last or dates.latest_birth(last, 1) < dates.FIRST:
        return Recorded(start, False)
    return Anniversary(start, Constant(first), Constant(last))
