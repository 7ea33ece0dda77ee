"""Relational form to a smaller one with the same rows: what another part already says is left out, cheap tests first.

`exists(p && q)` implies `exists(p)`, so of the two in an AND the weaker goes, and in an OR the stronger; of `not exists`
it is the other way round. `implied` tells whether a form holds wherever another does: it may answer no where the truth
is yes, never the reverse. Forms are not true where a cell is NULL, and only their truth counts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from rules.interpret import ORDERS
from rules.kinds import Kind
from rules.meaning import Anniversary, Column, Constant, Length, Record
from rules.sql.forms import (
    Always,
    Counted,
    Every,
    Form,
    Null,
    OneOf,
    Related,
    Returns,
    Some,
    Test,
    TextIs,
    either,
    every,
)

UP, DOWN = (">", ">="), ("<", "<=")
LIKE = "="
"""What the variable is called that both sides of a comparison are given; no rule can name its own so."""


def absorb(form: Form) -> Form:
    """The form without what its other parts imply, the cheapest tests first."""
    match form:
        case Every(items):
            return every(sorted(_kept([absorb(item) for item in items], _implies), key=effort))
        case Some(items):
            return either(sorted(_kept([absorb(item) for item in items], _implied_by), key=effort))
        case Related(form=inner) | Counted(form=inner):
            return replace(form, form=absorb(inner))
        case _:
            return form


def without(form: Form, known: Form) -> Form:
    """The form less the parts of it that hold wherever `known` does."""
    parts = form.items if isinstance(form, Every) else (form,)
    return every(part for part in parts if not implies(known, part))


def shared(forms: Sequence[Form]) -> tuple[Form, list[Form]]:
    """What every one of the forms asks, and what each asks besides."""
    parts = [form.items if isinstance(form, Every) else (form,) for form in forms]
    common = [part for part in parts[0] if all(part in other for other in parts)]
    return every(common), [every(part for part in mine if part not in common) for mine in parts]


def effort(form: Form) -> int:
    """How much a test costs, roughly: a cell of the row itself, a function of it, a row of a parent, rows of a relation."""
    match form:
        case Always():
            return 0
        case Every(items) | Some(items):
            return max(map(effort, items))
        case (
            Test(_, Length(Column(record)), _)
            | TextIs(_, Column(record))
            | Returns(Anniversary(Column(record)))
        ):
            return 1 + _hops(record)
        case Test(_, Column(record), Column(other)):
            return _hops(record) + _hops(other)
        case (
            Test(_, Column(record), _)
            | OneOf(Column(record))
            | Null(Column(record))
            | Null(Record() as record)
        ):
            return _hops(record)
        case Related(form=inner) | Counted(form=inner):
            return 100 + effort(inner)
        case _:
            raise TypeError(f"unknown form: {form!r}")


def implies(one: Form, other: Form) -> bool:
    """Tell whether `other` is true wherever `one` is, as far as can be seen."""
    if one == other or one == Always(False) or other == Always(True):
        return True
    match one, other:
        case Some(items), _:
            return all(implies(item, other) for item in items)
        case _, Every(items):
            return all(implies(one, item) for item in items)
        case Every(items), _:
            return any(implies(item, other) for item in items) or _any(one, other)
        case _, Some(items):
            return any(implies(one, item) for item in items)
        case Related(), Related():
            return _related(one, other)
        case _:
            return _cell(one, other)


def _any(one: Form, other: Form) -> bool:
    return isinstance(other, Some) and any(implies(one, item) for item in other.items)


def _related(one: Related, other: Related) -> bool:
    """`exists(p)` implies `exists(q)` where p implies q; `not exists(q)` implies `not exists(p)`."""
    same = (one.record, one.relation, one.negated) == (other.record, other.relation, other.negated)
    if not same:
        return False
    both = LIKE
    while both in one.free | other.free:  # a comparison around this one goes by that name
        both += LIKE
    here, there = renamed(one.form, one.variable, both), renamed(other.form, other.variable, both)
    return implies(there, here) if one.negated else implies(here, there)


def _cell(one: Form, other: Form) -> bool:
    match one, other:
        case Test(_, Column() as left), Null(Column() as cell, True):
            return left == cell
        case ((OneOf(Column() as left) | TextIs(_, Column() as left)), Null(Column() as cell, True)):
            return left == cell
        case Returns(Anniversary(Column() as left)), Null(Column() as cell, True):
            return left == cell
        case OneOf(left, few, False), OneOf(right, many, False):
            return left == right and set(few) <= set(many)
        case Test("==", Column() as left, Constant(value)), OneOf(right, values, False):
            return left == right and value in values
        case Test(_, left, Constant() as low), Test(_, right, Constant() as high):
            return left == right and left.kind is not Kind.TEXT and _range(one, low.value, other, high.value)
        case _:
            return False


def _range(one: Test, near: Any, other: Test, far: Any) -> bool:
    """Whether a bound lies within another: `d > 10` implies `d > 5` and `d >= 10`."""
    if isinstance(near, bool) or isinstance(far, bool) or near is None or far is None:
        return False
    if one.operator == "==":
        return other.operator in ORDERS and ORDERS[other.operator](near, far)
    for way in (UP, DOWN):
        if one.operator in way and other.operator in way:
            beyond = near > far if way is UP else near < far
            return beyond or (
                near == far and (one.operator == other.operator or other.operator.endswith("="))
            )
    return False


def _kept(items: list[Form], gone: Callable[[Form, Form], bool]) -> list[Form]:
    """The items that no other one makes superfluous; of two that say the same, the first."""
    kept = list(dict.fromkeys(items))
    for item in reversed(tuple(kept)):
        if any(other is not item and gone(other, item) for other in kept):
            kept = [one for one in kept if one is not item]
    return kept


def _implies(other: Form, item: Form) -> bool:
    return implies(other, item)


def _implied_by(other: Form, item: Form) -> bool:
    return implies(item, other)


def _hops(record: Record) -> int:
    return 10 * len(record.path)


def renamed(form: Form, old: str, new: str) -> Form:
    """The form with one variable under another name."""
    match form:
        case Always():
            return form
        case Every(items):
            return Every(tuple(renamed(item, old, new) for item in items))
        case Some(items):
            return Some(tuple(renamed(item, old, new) for item in items))
        case Test(operator, left, right):
            bound = _column(right, old, new) if isinstance(right, Column) else right
            return Test(operator, _operand(left, old, new), bound)
        case OneOf(column) | TextIs(column=column):
            return replace(form, column=_column(column, old, new))
        case Returns(Anniversary(Column() as day) as anniversary):
            return replace(form, anniversary=replace(anniversary, date=_column(day, old, new)))
        case Null(Column() as cell):
            return replace(form, item=_column(cell, old, new))
        case Null(Record() as record):
            return replace(form, item=_record(record, old, new))
        case Related():
            return replace(
                form,
                record=_record(form.record, old, new),
                form=renamed(form.form, old, new),
                free=frozenset(_names(form.free, old, new)),
            )
        case Counted():
            return replace(form, record=_record(form.record, old, new), form=renamed(form.form, old, new))
        case _:
            raise TypeError(f"unknown form: {form!r}")


def _names(free: Iterable[str], old: str, new: str) -> Iterable[str]:
    return (new if name == old else name for name in free)


def _record(record: Record, old: str, new: str) -> Record:
    return replace(record, variable=new) if record.variable == old else record


def _column(column: Column, old: str, new: str) -> Column:
    return replace(column, record=_record(column.record, old, new))


def _operand(left: Column | Length, old: str, new: str) -> Column | Length:
    if isinstance(left, Column):
        return _column(left, old, new)
    return replace(left, text=_column(left.text, old, new)) if isinstance(left.text, Column) else left
