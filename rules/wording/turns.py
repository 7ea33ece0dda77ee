"""The days to come on which a condition may turn, when nothing but the day changes.

Between two such days nothing turns, so asking on each of them finds the first day on which a condition holds.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from rules.checking.terms import constant
from rules.dates import anniversary, completed_years, nearest
from rules.errors import CannotEvaluate
from rules.fold import fold, fold_date
from rules.interpret import ORDERS, Hidden, Scope, find, related, test, value
from rules.meaning import (
    Age,
    And,
    Anniversary,
    Compare,
    Count,
    Edge,
    Exists,
    Formula,
    Items,
    Not,
    Or,
    Plus,
    Rows,
    Shift,
    Term,
    Today,
    Within,
    Year,
    bare,
)
from rules.moment import Moment

HORIZON = timedelta(days=366 * 60)
"""How far ahead is looked: from the beginning of a working life to the greatest age a rule asks for."""
SEASONS = 13
"""Months in which conditions that return with the year are looked at: all of them, the present one twice."""
NEAR = timedelta(days=800)
"""A window about today is left within this time after the day it waits for."""
ONE_DAY = timedelta(days=1)


def turning_days(formula: Formula, scope: Scope, moment: Moment, until: date | None) -> set[date]:
    """The days after the moment's, up to `until`, on which the condition may turn."""
    return set(_turns(formula, scope, moment, _last(moment, until)))


def first_day(
    formulas: Sequence[Formula], days: Collection[date], scope: Scope, moment: Moment
) -> date | None:
    """The first of the days on which all the conditions hold, nothing else changing; None when there is none."""
    for day in sorted(days):
        then = replace(moment, as_of=day)
        try:
            if all(test(formula, then)(scope) is True for formula in formulas):
                return day
        except CannotEvaluate:
            return None
    return None


def _last(moment: Moment, until: date | None) -> date:
    room = date.max - moment.as_of
    last = moment.as_of + min(HORIZON, room)
    return last if until is None else min(last, until)


def _turns(formula: Formula, scope: Scope, moment: Moment, last: date) -> Iterator[date]:
    match bare(formula):
        case And(items) | Or(items):
            for item in items:
                yield from _turns(item, scope, moment, last)
        case Not(item):
            yield from _turns(item, scope, moment, last)
        case Exists(rows) | Compare(_, Count(rows)):
            yield from _row_turns(rows, scope, moment, last)
        case Compare(_, left, right) if moves(left) or moves(right):
            yield from _compared(left, right, scope, moment, last)
        case Within(item, Items(choices)):
            for choice in choices:
                if moves(item) or moves(choice):
                    yield from _compared(item, choice, scope, moment, last)
        case Anniversary(start, first, end):
            day = _value(start, moment, scope)
            if isinstance(day, date) and (moves(first) or moves(end)):
                yield from _returns(day, first, end, moment, last)
        case _:
            return


def _row_turns(rows: Rows, scope: Scope, moment: Moment, last: date) -> Iterator[date]:
    row = find(scope, rows.record)
    for item in () if row is None else related(row, rows):
        yield from _turns(rows.predicate, {**scope, rows.variable: item}, moment, last)


def moves(item: Term) -> bool:
    """Whether a value changes with the day."""
    match item:
        case Today() | Age():
            return True
        case Shift(inner) | Edge(_, inner) | Year(inner):
            return moves(inner)
        case Plus(left, _, right):
            return moves(left) or moves(right)
        case _:
            return False


def _compared(left: Term, right: Term, scope: Scope, moment: Moment, last: date) -> Iterator[date]:
    """Where one side stands still, the other never goes back; so each order turns once at most."""
    still = [None if moves(side) else _value(side, moment, scope) for side in (left, right)]
    if any(known is None and not moves(side) for known, side in zip(still, (left, right), strict=True)):
        return
    for sign in (">=", ">"):
        order = ORDERS[sign]

        def holds(day: date, order: Callable[[Any, Any], bool] = order) -> bool | None:
            then = replace(moment, as_of=day)
            try:
                a = _value(left, then, scope) if still[0] is None else still[0]
                b = _value(right, then, scope) if still[1] is None else still[1]
            except CannotEvaluate:
                return None
            return None if a is None or b is None else order(a, b)

        if moves(left) and moves(right):
            yield from _by_month(holds, moment.as_of, last)
        else:
            yield from _bisected(holds, moment.as_of, last)


def _value(item: Term, moment: Moment, scope: Scope) -> Any:
    """The value, or None where it is empty or not recorded."""
    found = fold(item, moment) if constant(item) else value(item, moment)(scope)
    return None if isinstance(found, Hidden) else found


def _bisected(holds: Callable[[date], bool | None], low: date, high: date) -> Iterator[date]:
    before, after = holds(low), holds(high)
    if before is None or after is None or before == after:
        return
    while (high - low).days > 1:
        middle = low + (high - low) // 2
        if holds(middle) == before:
            low = middle
        else:
            high = middle
    yield high


def _by_month(holds: Callable[[date], bool | None], first: date, last: date) -> Iterator[date]:
    """Where both sides move with the day, a year of months: within a month each order turns once at most."""
    start = first
    for _ in range(SEASONS):
        begins = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        if begins > last:
            return
        yield from _bisected(holds, start, begins - ONE_DAY)
        yield from _bisected(holds, begins - ONE_DAY, begins)
        start = begins


def _returns(start: date, first: Term, end: Term, moment: Moment, last: date) -> Iterator[date]:
    """The days on which the next yearly returns enter the window and leave it."""
    past = max(completed_years(start, fold_date(first, moment)), 0)
    for years in range(past, past + 4):
        day = anniversary(start, years)

        def entered(on: date, day: date = day) -> bool:
            return fold_date(end, replace(moment, as_of=on)) >= day

        def left(on: date, day: date = day) -> bool:
            return fold_date(first, replace(moment, as_of=on)) > day

        beyond = min(last, nearest(max(day, moment.as_of).toordinal() + NEAR.days))
        yield from _bisected(entered, moment.as_of, beyond)
        yield from _bisected(left, moment.as_of, beyond)
