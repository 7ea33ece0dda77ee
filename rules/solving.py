"""Comparisons turned round until a bare field stands on the left: functions moved off it, bounds it can hold."""

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import assert_never

from sqlalchemy import Numeric

from rules import dates
from rules.fold import fold_int, fold_number
from rules.kinds import Kind, Value
from rules.meaning import (
    Age,
    Choice,
    Column,
    Compare,
    Constant,
    Count,
    Edge,
    Formula,
    Items,
    Length,
    Parameter,
    Plus,
    Recorded,
    Shift,
    Term,
    Today,
    Truth,
    Year,
    join,
)
from rules.moment import Moment

SMALLEST, LARGEST = -(2**63), 2**63 - 1
EXACT = Context(prec=400)  # a parameter may be a float of 309 digits


def solve(sign: str, term: Term, bound: Value, moment: Moment) -> Formula:
    """Turn `term sign bound` round until a bare field stands on the left."""
    match term:
        case Column():
            return bounded(sign, term, bound)
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


def bounded(sign: str, column: Column, bound: Value) -> Formula:
    """A field against a bound brought to what its column can hold; decided at once where nothing lies beyond."""
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
        return bounded(sign, length.text, bound)
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
        return _dated(sign, inner, bound - days, moment) if _in_calendar(bound) else nowhere(inner)
    turning = bound + (sign in (">", "<="))  # the first day on which `sign` answers otherwise
    if dates.FIRST < turning <= dates.LAST:
        return _dated(sign, inner, bound - days, moment)
    return nowhere(inner, outcome=(turning > dates.LAST) == (sign in ("<", "<=")))


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
            return join(True, [after, before])


def _aged(sign: str, birth: Term, bound: int | Decimal, moment: Moment) -> Formula:
    """`age(d) >= n` holds up to the last birth date that has completed n years."""
    if bound != int(bound):
        if sign == "==":
            return join(True, [_aged(">=", birth, int(bound), moment), _aged("<", birth, int(bound), moment)])
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
            return join(True, [_dated("<=", birth, latest, moment), _dated(">", birth, eldest, moment)])


def _yeared(sign: str, day: Term, bound: int | Decimal, moment: Moment) -> Formula:
    """`year(d) >= n` holds from the first of January of n on."""
    if bound != int(bound):
        if sign == "==":
            return nowhere(day)
        sign, bound = (">=" if sign in (">", ">=") else "<"), _above(bound)
    start, end = (dates.first_of_year(int(bound) + more) for more in (0, 1))
    match sign:
        case ">=" | "<":
            return _dated(sign, day, start, moment)
        case ">" | "<=":
            return _dated(">=" if sign == ">" else "<", day, end, moment)
        case _:
            return join(True, [_dated(">=", day, start, moment), _dated("<", day, end, moment)])


def _above(number: int | Decimal) -> int:
    return int(number) + (number > int(number))


def nowhere(item: Term, *, outcome: bool = False) -> Formula:
    """What is the same for every value, such as membership of nothing: `outcome` where the field is recorded."""
    match item:
        case Column():
            return Recorded(item, outcome)
        case Length(inner) | Age(inner) | Year(inner) | Edge(_, inner) | Shift(inner) | Plus(inner):
            return nowhere(inner, outcome=outcome)
        case _:
            return Truth(False)
