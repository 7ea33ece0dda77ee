"""The relational form: two-valued predicates over rows, with a relation test still abstract.

`lower` makes it, `emit` turns it into SQL. Every test is not true where a cell is NULL.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from rules.catalogue import Relation
from rules.kinds import Scalar
from rules.meaning import Anniversary, Column, Constant, Length, Record


@dataclass(frozen=True)
class Always:
    """True or false for every row."""

    value: bool


@dataclass(frozen=True)
class Every:
    """AND"""

    items: tuple["Form", ...]


@dataclass(frozen=True)
class Some:
    """OR"""

    items: tuple["Form", ...]


@dataclass(frozen=True)
class Test:
    """A comparison, not true where a side is NULL."""

    operator: str
    left: Column | Length
    right: Constant | Column


@dataclass(frozen=True)
class OneOf:
    """`column IN (values)`, or NOT IN."""

    column: Column
    values: tuple[Scalar, ...]
    negated: bool


@dataclass(frozen=True)
class TextIs:
    """A text begins with, ends with or contains a part, or does not."""

    function: str
    column: Column
    part: str
    negated: bool


@dataclass(frozen=True)
class Returns:
    """A date returns yearly within a window, or does not."""

    anniversary: Anniversary
    negated: bool


@dataclass(frozen=True)
class Null:
    """The cell, or the record, is absent; or is there."""

    item: Column | Record
    negated: bool


@dataclass(frozen=True)
class Related:
    """Some row of a relation satisfies the form, or none does. `free` names the outer variables it mentions."""

    record: Record
    relation: Relation
    variable: str
    form: "Form"
    negated: bool
    free: frozenset[str]


@dataclass(frozen=True)
class Counted:
    """The number of rows that satisfy the form, compared."""

    operator: str
    record: Record
    relation: Relation
    variable: str
    form: "Form"
    bound: Constant


Form: TypeAlias = Always | Every | Some | Test | OneOf | TextIs | Returns | Null | Related | Counted
NEVER, EVER = Always(False), Always(True)


def every(items: Iterable[Form]) -> Form:
    """AND, flat, without what decides nothing."""
    return _join(Every, EVER, NEVER, items)


def either(items: Iterable[Form]) -> Form:
    """OR, flat, without what decides nothing."""
    return _join(Some, NEVER, EVER, items)


def _join(kind: type[Every] | type[Some], neutral: Form, decisive: Form, items: Iterable[Form]) -> Form:
    flat: list[Form] = []
    for item in items:
        flat.extend(item.items if isinstance(item, kind) else (item,))
    if decisive in flat:
        return decisive
    distinct = tuple(item for item in dict.fromkeys(flat) if item != neutral)
    return distinct[0] if len(distinct) == 1 else kind(distinct) if distinct else neutral
