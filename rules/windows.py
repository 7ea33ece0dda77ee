"""Whom the days alone may move: the cells that answer a rule otherwise on one day than on another.

Two normal forms of one rule are held against each other. Where they differ in nothing but the constants of leaves, a
record is judged otherwise only if some leaf answers otherwise of one of its cells, and those cells lie in a window: a
range between the two constants, or a list of values. Even then it is judged alike where a condition beside the leaf is
false on both days, so a window goes with what guards it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import chain
from typing import TypeAlias

from rules import dates
from rules.catalogue import Field
from rules.check import CheckedRule
from rules.dependencies import Path, leading_to
from rules.guards import Guard, Place
from rules.kinds import Kind, Scalar, Value
from rules.meaning import (
    And,
    Anniversary,
    Column,
    Compare,
    Constant,
    Count,
    Exists,
    Formula,
    Not,
    Or,
    Rows,
    Within,
)
from rules.moment import Moment
from rules.normalise import normalise

YEARS = 130
"""Yearly returns that are told day by day; whatever began earlier than so many years ago is taken to return any day."""
MOST_VALUES = 20_000
"""Days that are listed one by one; a statement of SQLite or PostgreSQL takes 32,766 values in all."""


class Everyone(Enum):
    """The days change more than constants, or too many: the rule has to be asked of everyone."""

    EVERYONE = "everyone"


EVERYONE = Everyone.EVERYONE


@dataclass(frozen=True)
class Range:
    """Cells between two values, of which one end is within: `low < cell <= high`, or `low <= cell < high`.

    Without `low` everything up to `high` is within.
    """

    field: Field
    low: Scalar | None
    high: Scalar
    high_within: bool


@dataclass(frozen=True)
class Values:
    """Cells that are one of some values."""

    field: Field
    values: frozenset[Scalar]


Window: TypeAlias = Range | Values
_Alike: TypeAlias = tuple[Path, Field, bool | None]
Pairs: TypeAlias = list[tuple[Formula, Formula]]
"""Conditions as they are on either day."""


@dataclass(frozen=True)
class Move:
    """Cells at the end of a way from the subject, and what guards them."""

    path: Path
    window: Window
    guards: tuple[Guard, ...] = ()


class _Reshaped(Exception):
    """Two normal forms differ in more than the constants of leaves, or by too many days."""


def windows(rule: CheckedRule, then: Moment, now: Moment) -> tuple[Move, ...] | Everyone:
    """The cells through which verdict or grade may differ between two moments.

    Empty where nothing depends on the day. Every subject whose verdict or grade differs reaches a record that lies in
    one of the windows, past its guards; others may. Grades matter of those alone whom the rule finds. EVERYONE where the
    normal forms differ in more than constants, or `now` is the earlier day. CannotEvaluate when a parameter has no value
    at one of the moments.
    """
    if now.as_of < then.as_of:
        return EVERYONE
    place = Place.root(rule.document.subject)
    asked = And((rule.applies, rule.when))
    pair = normalise(asked, then), normalise(asked, now)
    try:
        found = list(_between(*pair, place))
        beside = place.beside(_conditions(*pair))
        for _, formula in rule.grades:
            found += _between(normalise(formula, then), normalise(formula, now), beside)
        return tuple(_together(found))
    except _Reshaped:
        return EVERYONE


def joined(days: Iterable[tuple[Move, ...]]) -> tuple[Move, ...] | Everyone:
    """The windows of several days as one: whoever some of the days moves lies in one of them.

    Guards are kept where they are the same on all days.
    """
    guards: dict[_Alike, set[tuple[Guard, ...]]] = {}
    windows: dict[_Alike, list[Window]] = {}
    for move in chain.from_iterable(days):
        within = move.window.high_within if isinstance(move.window, Range) else None
        key = move.path, move.window.field, within
        guards.setdefault(key, set()).add(move.guards)
        windows.setdefault(key, []).append(move.window)
    found = []
    for key, these in windows.items():
        kept = next(iter(guards[key])) if len(guards[key]) == 1 else ()
        values = [window for window in these if isinstance(window, Values)]
        all_: list[Window] = [*_touching(each for each in these if isinstance(each, Range)), *values]
        found += [Move(key[0], window, kept) for window in all_]
    try:
        return tuple(_together(found))
    except _Reshaped:
        return EVERYONE


def _touching(ranges: Iterable[Range]) -> Iterator[Range]:
    """Ranges of one field, those that touch made one."""
    last: Range | None = None
    for each in sorted(ranges, key=lambda each: (each.low is not None, each.low)):
        if last is None or (each.low is not None and _over(each.low, last.high)):
            if last is not None:
                yield last
            last = each
        elif _over(each.high, last.high):
            last = replace(last, high=each.high)
    if last is not None:
        yield last


def _over(one: Scalar, other: Scalar) -> bool:
    return bool(one > other)  # type: ignore[operator]  # two values of one field


def _conditions(then: Formula, now: Formula) -> Pairs:
    """The conditions that have to hold of whoever is found, each as it is on either day."""
    match then, now:
        case And(ones), And(others):
            same, changed = _paired(ones, others)
            return [*same, *changed]
        case _:
            return [(then, now)]


def _together(found: list[Move]) -> list[Move]:
    """The windows with the values of one field, guarded alike, taken together.

    Values are told once for each guard, so guards are dropped where that makes more of them than a statement takes.
    """
    for moves in (found, [replace(move, guards=()) for move in found]):
        values: dict[tuple[Path, tuple[Guard, ...], Field], frozenset[Scalar]] = {}
        ranges: dict[Move, None] = {}
        for move in moves:
            if isinstance(move.window, Values):
                key = move.path, move.guards, move.window.field
                values[key] = values.get(key, frozenset()) | move.window.values
            else:
                ranges[move] = None
        if sum(map(len, values.values())) <= MOST_VALUES:
            listed = (
                Move(path, Values(field, all_), guards) for (path, guards, field), all_ in values.items()
            )
            return [*ranges, *listed]
    raise _Reshaped


def _between(then: Formula, now: Formula, place: Place) -> Iterator[Move]:
    """The cells of which some leaf of two normal forms answers otherwise; _Reshaped where they are not alike."""
    if then == now:
        return
    match then, now:
        case Not(one), Not(other):
            yield from _between(one, other, place)
        case And(ones), And(others):
            same, changed = _paired(ones, others)
            for number, (one, other) in enumerate(changed):
                neighbours = [*same, *changed[:number], *changed[number + 1 :]]
                yield from _between(one, other, place.beside(neighbours))
        case Or(ones), Or(others):
            for one, other in _paired(ones, others)[1]:
                yield from _between(one, other, place)
        case Exists(rows), Exists(later):
            yield from _rows(rows, later, place)
        case Compare(sign, Count(rows), bound), Compare(other_sign, Count(later), other_bound):
            if (sign, bound) != (other_sign, other_bound):
                raise _Reshaped
            yield from _rows(rows, later, place)
        case _:
            column, found = _leaf(then, now)
            for window in found:
                yield Move(leading_to(column.record, place.scope), window, place.guarding(column.record))


def _paired(ones: tuple[Formula, ...], others: tuple[Formula, ...]) -> tuple[Pairs, Pairs]:
    """What both say, and the rest, each with its fellow; _Reshaped where one has none."""
    left = [item for item in ones if item not in others]
    right = [item for item in others if item not in ones]
    if len(left) != len(right):
        raise _Reshaped
    return [(item, item) for item in ones if item in others], list(zip(left, right, strict=True))


def _rows(rows: Rows, later: Rows, place: Place) -> Iterator[Move]:
    if (rows.record, rows.relation, rows.variable) != (later.record, later.relation, later.variable):
        raise _Reshaped
    yield from _between(rows.predicate, later.predicate, place.among(rows))


def _leaf(then: Formula, now: Formula) -> tuple[Column, list[Window]]:
    match then, now:
        case Compare(sign, Column() as column, Constant(old)), Compare(
            other, Column() as same, Constant(new)
        ):
            if (sign, column) != (other, same):
                raise _Reshaped
            return column, [_compared(sign, column, old, new)]
        case Within(Column() as column, Constant(tuple(old))), Within(Column() as same, Constant(tuple(new))):
            if column != same:
                raise _Reshaped
            moved = frozenset(old) ^ frozenset(new)
            return column, [Values(column.field, moved)] if moved else []
        case Anniversary(Column() as column), Anniversary(Column() as same):
            if column != same:
                raise _Reshaped
            return column, list(_returning(column.field, _days(then), _days(now)))
        case _:
            raise _Reshaped


def _compared(sign: str, column: Column, old: Value, new: Value) -> Window:
    """A comparison answers otherwise between its two bounds; one end counts, by the sign."""
    if isinstance(old, tuple) or isinstance(new, tuple) or old is None or new is None:
        raise _Reshaped
    if sign in ("==", "!="):
        return Values(column.field, frozenset({old, new}))
    low, high = _ordered(column.kind, old, new)
    return Range(column.field, low, high, high_within=sign in ("<=", ">"))


def _ordered(kind: Kind, old: Scalar, new: Scalar) -> tuple[Scalar, Scalar]:
    """The two bounds, the lower first; texts have an order of their own in every database."""
    match old, new:
        case date(), date():
            return (old, new) if old < new else (new, old)
        case ((int() | Decimal()), (int() | Decimal())) if kind is not Kind.BOOL:
            return (old, new) if old < new else (new, old)
        case _:
            raise _Reshaped


def _days(formula: Formula) -> tuple[int, int]:
    """First and last day of the window of a yearly return, as ordinals."""
    match formula:
        case Anniversary(_, Constant(date() as first), Constant(date() as last)):
            return first.toordinal(), last.toordinal()
        case _:
            raise TypeError(f"not in normal form: {formula!r}")


def _returning(field: Field, old: tuple[int, int], new: tuple[int, int]) -> Iterator[Window]:
    """The days whose yearly return enters or leaves when the one stretch of days gives way to the other."""
    moved = list(_apart(old, new))
    if YEARS * sum(last - first + 1 for first, last in moved) > MOST_VALUES:
        raise _Reshaped
    days: set[Scalar] = set()
    for first, last in moved:
        for years in range(1, YEARS + 1):
            days.update(map(date.fromordinal, _begun(first, last, years)))
    if days:
        yield Values(field, frozenset(days))
    eldest = max(dates.latest_birth(date.fromordinal(last), YEARS) for _, last in moved)
    if eldest >= dates.FIRST:
        yield Range(field, None, date.fromordinal(eldest), high_within=True)


def _apart(old: tuple[int, int], new: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The days that lie in one of two stretches and not in the other."""
    if old[1] < new[0] or new[1] < old[0]:
        yield from (old, new)
        return
    for start, end in ((old[0], new[0]), (old[1] + 1, new[1] + 1)):
        if start != end:
            yield min(start, end), max(start, end) - 1


def _begun(first: int, last: int, years: int) -> range:
    """Ordinals of the days that return for the so-many-th time within first..last; two in a year for 1 March."""
    before = dates.FIRST - 1
    if first > dates.FIRST:
        before = dates.latest_birth(date.fromordinal(first - 1), years)
    return range(before + 1, dates.latest_birth(date.fromordinal(last), years) + 1)
