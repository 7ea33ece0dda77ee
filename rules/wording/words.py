"""Conditions in plain Chinese, as an official would say them.

Whatever mixes 且 and 或 stands in brackets, so that a sentence has one meaning.
"""

from collections.abc import Mapping
from typing import assert_never

from rules.meaning import (
    Age,
    And,
    Anniversary,
    Column,
    Compare,
    Empty,
    Exists,
    Formula,
    Not,
    Or,
    Record,
    Recorded,
    Said,
    TextTest,
    Truth,
    Within,
    bare,
)
from rules.moment import Given, Moment
from rules.wording import atoms
from rules.wording.rows import exists
from rules.wording.values import spaced
from rules.wording.voices import Voice


def phrase(
    formula: Formula, moment: Moment | None = None, *, voice: Voice | None = None, negated: bool = False
) -> str:
    """Say a condition in Chinese; with a moment, days and parameters are said as their values."""
    return spaced(_phrase(formula, voice or Voice(_phrase, mixed, moment=moment), negated))


def general(parameters: Mapping[str, Given]) -> Voice:
    """The voice of a rule, of nobody in particular; parameters are said by label and, where known, value."""
    return Voice(_phrase, mixed, parameters=parameters)


def _phrase(formula: Formula, voice: Voice, negated: bool) -> str:
    match formula:
        case Said(inner):
            return _phrase(inner, voice, negated)
        case Not(item):
            return _phrase(item, voice, not negated)
        case And(items):
            return _several("或" if negated else "且", _guarded(items, negated), voice, negated)
        case Or():
            return _alternatives(formula, voice, negated)
        case Truth(value):
            return "总是成立" if value != negated else "从不成立"
        case Compare(sign, left, right):
            return atoms.compare(sign, left, right, voice, negated)
        case Within(item, choices):
            return atoms.within(item, choices, voice, negated)
        case Empty(item):
            return atoms.empty(item, voice, not negated)
        case TextTest():
            return atoms.text(formula, voice, negated)
        case Anniversary():
            return atoms.anniversary(formula, voice, negated)
        case Exists(rows):
            return exists(rows, voice, negated)
        case Recorded(column):
            return atoms.empty(column, voice, negated)
        case _:
            assert_never(formula)


def _several(word: str, items: tuple[Formula, ...], voice: Voice, negated: bool) -> str:
    if len(items) == 1:
        return _phrase(items[0], voice, negated)
    said = [_member(item, voice, negated) for item in items]
    distinct = list(dict.fromkeys(said))
    return (word if voice.tight else f"，{word}").join(distinct)


def _member(item: Formula, voice: Voice, negated: bool) -> str:
    """One of several; in brackets where it is itself several."""
    if mixed(item):
        return f"（{_phrase(item, voice.tightly(), negated)}）"
    return _phrase(item, voice, negated)


def mixed(formula: Formula) -> bool:
    """Whether a condition is said as several joined by 且 or 或."""
    match bare(formula):
        case Not(item):
            return mixed(item)
        case And(items):
            return len(_guarded(items, False)) > 1
        case Or(items) as whole:
            return len(items) > 1 and _or_empty(whole) is None
        case _:
            return False


def _guarded(items: tuple[Formula, ...], negated: bool) -> tuple[Formula, ...]:
    """Leave out that a parent is there where another condition is about that parent."""
    if negated:
        return items
    kept = [item for item in items if not _guards(item, items)]
    return tuple(kept) or items


def _guards(item: Formula, items: tuple[Formula, ...]) -> bool:
    match bare(item):
        case Not(inner):
            match bare(inner):
                case Empty(Record(variable, path)):
                    others = (bare(other) for other in items if other is not item)
                    return any(_about(other, variable, path) for other in others)
    return False


def _about(formula: Formula, variable: str, path: tuple[object, ...]) -> bool:
    match bare(formula):
        case Not(item):
            return _about(item, variable, path)
        case And(items) | Or(items):
            return all(_about(item, variable, path) for item in items)
        case Compare(_, Column(record) | Age(Column(record)), _) | Within(Column(record)):
            return record.variable == variable and record.path[: len(path)] == path
        case Exists(rows):
            return rows.record.variable == variable and rows.record.path[: len(path)] == path
        case _:
            return False


def _alternatives(formula: Or, voice: Voice, negated: bool) -> str:
    choice = _choice(formula)
    if choice is not None:
        first = _member(choice[0], voice, False)
        yes, no = (_member(part, voice, negated) for part in choice[1:])
        return f"（如果{first}，须{yes}；否则须{no}）"
    merged = None if negated else _or_empty(formula)
    if merged is not None:
        column, rest = merged
        absent = "未登记" if column.field.missing == "unknown" else (column.field.absent or "没有")
        return f"{_several('或', rest, voice.tightly(), False)}（{absent}的也算）"
    return _several("且" if negated else "或", formula.items, voice, negated)


def _choice(formula: Or) -> tuple[Formula, Formula, Formula] | None:
    """`test ? yes : no` as the checker writes it out."""
    match [bare(item) for item in formula.items]:
        case [And((test, yes)), And((turned, no))]:
            opposite = bare(turned)
            if isinstance(opposite, Not) and opposite.item == test:
                return test, yes, no
    return None


def _or_empty(formula: Or) -> tuple[Column, tuple[Formula, ...]] | None:
    """`x is empty, or x is such`: the field and what is asked of it where it is filled."""
    first, *rest = formula.items
    match bare(first):
        case Empty(Column() as column) if len(rest) == 1 and _tests(rest[0], column):
            return column, tuple(rest)
        case _:
            return None


def _tests(formula: Formula, column: Column) -> bool:
    match bare(formula):
        case Compare(_, found, _) | Within(found) | TextTest(_, found, _):
            return found == column
        case _:
            return False
