"""Values that are the same for every record, computed once a moment."""

from datetime import date
from decimal import Decimal
from typing import assert_never

from rules import dates
from rules.errors import CannotEvaluate
from rules.kinds import CHINESE, Kind, Scalar, Value, comparable, kind_of
from rules.meaning import (
    Age,
    Choice,
    Column,
    Constant,
    Count,
    Edge,
    Items,
    Length,
    Parameter,
    Plus,
    Shift,
    Term,
    Today,
    Year,
)
from rules.moment import Moment


def constant(item: Term) -> bool:
    """Tell whether a value is the same for every record."""
    match item:
        case Constant() | Today() | Parameter():
            return True
        case Column() | Count() | Choice():
            return False
        case Length(inner) | Age(inner) | Year(inner) | Edge(_, inner):
            return constant(inner)
        case Shift(moved, _, count):
            return constant(moved) and constant(count)
        case Plus(left, _, right):
            return constant(left) and constant(right)
        case Items(items):
            return all(map(constant, items))


def fold(term: Term, moment: Moment) -> Value:
    """Compute a term without fields; CannotEvaluate when the calendar or the parameters give out."""
    match term:
        case Constant(value):
            return value
        case Today():
            return moment.as_of
        case Parameter(name, kind=kind):
            return _fitting(moment.parameter(name), kind)
        case Age(birth):
            return dates.completed_years(fold_date(birth, moment), moment.as_of)
        case Year(inner):
            return fold_date(inner, moment).year
        case Edge(function, inner):
            return dates.edge(function, fold_date(inner, moment))
        case Shift():
            return _shift(term, moment)
        case Length(text):
            return _length(fold(text, moment))
        case Plus():
            return _plus(fold(term.left, moment), term.sign, fold(term.right, moment))
        case Items(items):
            return tuple(fold_scalar(item, moment) for item in items)
        case Column() | Count() | Choice():
            raise TypeError(f"not constant: {term!r}")
        case _:
            assert_never(term)


def fold_date(term: Term, moment: Moment) -> date:
    """Compute a date."""
    value = fold(term, moment)
    if not isinstance(value, date):
        raise _unfit(value, "日期")
    return value


def fold_int(term: Term, moment: Moment) -> int:
    """Compute an integer."""
    value = fold(term, moment)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _unfit(value, "整数")
    return value


def fold_number(term: Term, moment: Moment) -> int | Decimal:
    """Compute a number."""
    value = fold(term, moment)
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise _unfit(value, "数字")
    return value


def fold_text(term: Term, moment: Moment) -> str:
    """Compute a text."""
    value = fold(term, moment)
    if not isinstance(value, str):
        raise _unfit(value, "文字")
    return value


def fold_scalar(term: Term, moment: Moment) -> Scalar:
    """Compute a single value that is there."""
    value = fold(term, moment)
    if value is None or isinstance(value, tuple):
        raise _unfit(value, "单个值")
    return value


def fold_choices(item: Term, choices: Term, moment: Moment) -> tuple[Scalar, ...]:
    """Compute the list an item is looked for in; the items of a list parameter have to be of its kind."""
    values = fold(choices, moment)
    if not isinstance(values, tuple):
        raise _unfit(values, "列表")
    for value in values:
        _fitting(value, item.kind)
    return values


def _fitting(value: Value, kind: Kind) -> Value:
    if comparable(kind_of(value), kind):
        return value
    raise _unfit(value, CHINESE[kind])


def _unfit(value: Value, wanted: str) -> CannotEvaluate:
    return CannotEvaluate(
        f"参数值 {value!r} 不是{wanted}。", f"The parameter value {value!r} is of the wrong kind."
    )


def _shift(term: Shift, moment: Moment) -> date:
    start, count = fold_date(term.date, moment), term.sign * fold_int(term.count, moment)
    match term.unit:
        case "days":
            return dates.day(start.toordinal() + count)
        case "weeks":
            return dates.day(start.toordinal() + 7 * count)
        case "months":
            return dates.add_months(start, count)
        case "years":
            return dates.add_months(start, 12 * count)
        case _:
            return moment.working_day(start, count)


def _length(value: Value) -> int:
    if isinstance(value, str | tuple):
        return len(value)
    raise _unfit(value, "文字或列表")


def _plus(left: Value, sign: int, right: Value) -> Value:
    match left, right:
        case (int() | Decimal(), int() | Decimal()):
            return left + sign * right
        case (str(), str()):
            return left + right
        case (tuple(), tuple()):
            return left + right
        case _:
            raise _unfit(right, "同类的值")
