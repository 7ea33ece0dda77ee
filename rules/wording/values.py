"""How single values are said in Chinese, and how words are set: lists, quotes, a space beside figures."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from rules.catalogue import Field
from rules.kinds import Value

_QUOTED_OR_JOINT = re.compile(
    "“[^”]*”|([\u3400-\u9fff\U00020000-\U0003ffff])(?=[0-9A-Za-z])|([0-9A-Za-z%])(?=[\u3400-\u9fff])"
)


def spaced(text: str) -> str:
    """A space between Chinese and a figure or Latin letter, as printers set it; quoted texts stay as they are."""
    return _QUOTED_OR_JOINT.sub(lambda found: found[0] + " " if found[1] or found[2] else found[0], text)


def listed(items: Sequence[str], word: str = "或") -> str:
    """`甲、乙或丙`"""
    *first, last = items
    return f"{'、'.join(first)}{word}{last}" if first else last


def figure(number: int | Decimal) -> str:
    """A number without idle zeros: 1138.50 as 1138.5, and never with an exponent."""
    text = f"{number:f}" if isinstance(number, Decimal) else str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def quoted(text: str) -> str:
    """A text as it was written; an empty one as what it is."""
    return f"“{text}”" if text else "空文字"


def say(value: Value, field: Field | None = None) -> str:
    """Say a cell: codes by their meaning, numbers with their unit, an empty cell as what it means."""
    match value:
        case None:
            return _empty(field)
        case bool():
            return "是" if value else "否"
        case date():
            return value.isoformat()
        case tuple():
            return listed([say(item, field) for item in value]) if value else "空列表"
        case int() | Decimal():
            return _number(value, field)
        case str() if field is not None:
            return field.meaning(value) or value
        case str():
            return quoted(value)


def _empty(field: Field | None) -> str:
    if field is None or field.missing == "unknown":
        return "未登记"
    return field.absent or "空"


def _number(value: int | Decimal, field: Field | None) -> str:
    if field is None:
        return figure(value)
    return field.meaning(value) or f"{figure(value)} {field.unit}".rstrip()
