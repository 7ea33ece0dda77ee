"""What is missing where a verdict is unknown, and what the verdict would be for the values it may have."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from rules.catalogue import Field
from rules.holding import Holding
from rules.interpret import test
from rules.kinds import Kind, Scalar
from rules.meaning import And, Column, Compare, Constant, Formula, Not, Or, bare
from rules.normalise import normalise
from rules.wording.atoms import affirmed
from rules.wording.values import say

CODES = 12
"""Codes of a table, or bounds of a range, that are tried one after the other."""
RANGED = (Kind.DATE, Kind.INT, Kind.DECIMAL)


@dataclass(frozen=True)
class Outcome:
    """What the verdict would be, were the fact such."""

    value: str
    verdict: str


@dataclass(frozen=True)
class Missing:
    """A fact nobody has recorded. `path` leads to its record; `on_visit` tells that the rule lets a worker ask for it.

    `outcomes` is empty where the verdict would still not be certain, or where too many values are possible.
    """

    path: tuple[str, ...]
    field: str
    label: str
    on_visit: bool
    outcomes: tuple[Outcome, ...]


def outcomes(
    formula: Formula, subject: str, column: Column, record: Mapping[str, Any], holds: Holding
) -> tuple[Outcome, ...]:
    """The verdict for each value the field may have; empty where none decides."""
    decide = test(formula, holds.moment)

    def verdict(value: Scalar) -> str:
        found = decide({subject: _with(record, column, value)})
        return "unknown" if found is None else "match" if found else "no"

    if column.field.kind in RANGED and not column.field.codes:
        bounds = sorted(set(_bounds(normalise(formula, holds.moment), column)))
        told = tuple(_ranges(column.field, bounds, verdict))
    else:
        told = tuple(Outcome(text, verdict(value)) for text, value in _values(column.field))
    return told if any(outcome.verdict != "unknown" for outcome in told) else ()


def _with(record: Mapping[str, Any], column: Column, value: Scalar) -> dict[str, Any]:
    """The record with one field filled in."""
    changed = dict(record)
    inner = changed
    for hop in column.record.path:
        inner[hop.name] = dict(inner.get(hop.name) or {})
        inner = inner[hop.name]
    inner[column.field.name] = value
    return changed


def _values(field: Field) -> Iterator[tuple[str, Scalar]]:
    """Every value of a yes-or-no or of a short code table."""
    if field.kind is Kind.BOOL:
        yield from ((affirmed(field, value), value) for value in (True, False))
    elif len(field.codes) <= CODES:
        for code, meaning in field.codes.items():
            yield meaning, int(code) if field.kind is Kind.INT else code


def _bounds(formula: Formula, column: Column) -> Iterator[Any]:
    """The constants the field is held against."""
    match bare(formula):
        case And(items) | Or(items):
            for item in items:
                yield from _bounds(item, column)
        case Not(item):
            yield from _bounds(item, column)
        case Compare(sign, found, Constant(value)) if found == column and value is not None:
            yield from _edges(sign, value)
        case _:
            return


def _edges(sign: str, value: Any) -> Iterator[Any]:
    """The first value of the upper of two ranges; `==` and `!=` bound two."""
    above = value + timedelta(days=1) if isinstance(value, date) and value < date.max else value
    if isinstance(value, int):
        above = value + 1
    if isinstance(value, Decimal):
        above = value
    if sign in (">=", "<", "==", "!="):
        yield value
    if sign in (">", "<=", "==", "!="):
        yield above


def _ranges(field: Field, bounds: list[Any], verdict: Callable[[Any], str]) -> Iterator[Outcome]:
    """The ranges between the bounds, neighbours of one verdict together."""
    if not 0 < len(bounds) <= CODES:
        return
    if bounds[0] == date.min:
        return
    below = bounds[0] - (timedelta(days=1) if field.kind is Kind.DATE else 1)
    starts = [None, *bounds]
    verdicts = [verdict(below), *(verdict(bound) for bound in bounds)]
    for found, group in groupby(
        zip(starts, [*bounds, None], verdicts, strict=True), key=lambda part: part[2]
    ):
        ranges = list(group)
        yield Outcome(_range(field, ranges[0][0], ranges[-1][1]), found)


def _range(field: Field, low: Any, high: Any) -> str:
    """`high` is the first value beyond."""
    below, above = ("早于", "不早于") if field.kind is Kind.DATE else ("低于", "不低于")
    if low is None:
        return f"{field.label}{below} {say(high, field)}" if high is not None else f"任何{field.label}"
    start = f"{field.label}{above} {say(low, field)}"
    return start if high is None else f"{start}且{below} {say(high, field)}"
