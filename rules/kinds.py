"""The kinds of value a rule can talk about, each with its name in both languages."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

Scalar: TypeAlias = bool | int | Decimal | str | date
Value: TypeAlias = Scalar | tuple[Scalar, ...] | None


class Kind(StrEnum):
    """What sort of value a term has. ANY is a parameter whose definition is not at hand."""

    INT = "int"
    DECIMAL = "decimal"
    TEXT = "text"
    BOOL = "bool"
    DATE = "date"
    LIST = "list"
    NULL = "null"
    ANY = "any"


CHINESE: dict[Kind, str] = {
    Kind.INT: "整数",
    Kind.DECIMAL: "小数",
    Kind.TEXT: "文字",
    Kind.BOOL: "是或否",
    Kind.DATE: "日期",
    Kind.LIST: "列表",
    Kind.NULL: "null（空）",
    Kind.ANY: "参数",
}
ENGLISH: dict[Kind, str] = {
    Kind.INT: "an integer",
    Kind.DECIMAL: "a decimal",
    Kind.TEXT: "a text",
    Kind.BOOL: "true or false",
    Kind.DATE: "a date",
    Kind.LIST: "a list",
    Kind.NULL: "null",
    Kind.ANY: "a parameter",
}
NUMBERS = frozenset({Kind.INT, Kind.DECIMAL})


def kind_of(value: Value) -> Kind:
    """Name the kind of a Python value; bool before int, because bool is an int in Python."""
    match value:
        case None:
            return Kind.NULL
        case bool():
            return Kind.BOOL
        case int():
            return Kind.INT
        case Decimal():
            return Kind.DECIMAL
        case str():
            return Kind.TEXT
        case date():
            return Kind.DATE
        case tuple():
            return Kind.LIST


def comparable(left: Kind, right: Kind) -> bool:
    """Tell whether `==` between the two kinds has a meaning."""
    return left == right or Kind.ANY in (left, right) or {left, right} <= NUMBERS
