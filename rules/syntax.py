"""The tree of what was written: unexpanded, frozen, every node with its place in the text."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, TypeAlias


class Span(NamedTuple):
    """A stretch of the text, in characters, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True)
class Literal:
    """A number, text, true, false or null."""

    value: int | Decimal | str | bool | None
    span: Span


@dataclass(frozen=True)
class ListOf:
    """`[a, b, c]`"""

    items: tuple["Node", ...]
    span: Span


@dataclass(frozen=True)
class Name:
    """A bare name: a record, a variable or `today`."""

    name: str
    span: Span


@dataclass(frozen=True)
class Select:
    """`target.member`; `at` is the place of the member's name."""

    target: "Node"
    member: str
    at: Span
    span: Span


@dataclass(frozen=True)
class Call:
    """`function(arguments)` or `target.function(arguments)`; `at` is the place of the function's name."""

    function: str
    target: "Node | None"
    arguments: tuple["Node", ...]
    at: Span
    span: Span


@dataclass(frozen=True)
class Unary:
    """`!operand` or `-operand`"""

    operator: str
    operand: "Node"
    span: Span


@dataclass(frozen=True)
class Binary:
    """A comparison, `in`, `+` or `-`; `at` is the place of the operator."""

    operator: str
    left: "Node"
    right: "Node"
    at: Span
    span: Span


@dataclass(frozen=True)
class Logic:
    """`a && b && c` or `a || b || c`, flat, two items or more."""

    operator: str
    items: tuple["Node", ...]
    span: Span


@dataclass(frozen=True)
class Conditional:
    """`test ? yes : no`"""

    test: "Node"
    yes: "Node"
    no: "Node"
    span: Span


Node: TypeAlias = Literal | ListOf | Name | Select | Call | Unary | Binary | Logic | Conditional
