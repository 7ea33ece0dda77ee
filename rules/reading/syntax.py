"""The tree of what was written: unexpanded, frozen, every node with its place in the text.

A place begins with the first character that belongs to the node and ends with the last, inner brackets included;
brackets around the whole node belong to what surrounds it.
"""

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


_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(value: str, quote: str = '"') -> str:
    """A text as a literal in one kind of quote, on one line, with what cannot be seen escaped."""
    pieces = (
        _ESCAPED.get(c) or (f"\\{c}" if c == quote else c if c.isprintable() else _escape(c)) for c in value
    )
    return f"{quote}{''.join(pieces)}{quote}"


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def has_choice(node: Node) -> bool:
    """Tell whether `? :` occurs anywhere in what was written."""
    match node:
        case Conditional():
            return True
        case Literal() | Name():
            return False
        case Select(target):
            return has_choice(target)
        case Unary(_, operand):
            return has_choice(operand)
        case Binary(_, left, right):
            return has_choice(left) or has_choice(right)
        case Logic(_, items) | ListOf(items):
            return any(map(has_choice, items))
        case Call(_, target, arguments):
            return any(map(has_choice, arguments if target is None else (target, *arguments)))
