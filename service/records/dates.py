"""Dates in every form offices write them.

2024-03-05, 2024.3.5, 2024/3/5, 2024年3月5日, 20240305, each with or without a time of day behind it; date cells; and
the serial day numbers of spreadsheets (GB and ECMA-376 agree: 1 is 1900-01-01, counted with a 29 February 1900).
A year or a month alone is refused rather than completed.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from connectors.sources.cells import Cell
from service.records.issues import Wrong
from service.records.text import as_text, clean

FOREVER = date(9999, 12, 31)
"""What 长期 is stored as: later than any date a rule compares with."""

_FOREVER_WORDS = frozenset({"长期", "永久", "长期有效", "永久有效", "无期限", "无固定期限", "9999-12-31"})
_FORMS = (
    re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_TIME = re.compile(r"(?<=[\d日])(?:T|\s+)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?$", re.IGNORECASE)
_MARKS = re.compile(r"\s*([-./年月日])\s*")
_PARTIAL = re.compile(r"\d{4}年?|\d{4}[-./]?\d{1,2}|\d{4}年\d{1,2}月")
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range(3_000, 99_999)  # from 1908 on; smaller numbers are years somebody typed alone
_YEARS = range(1900, 2101)


def read_date(cell: Cell) -> date | None:
    """The civil day a cell means, None for a blank one. Raises `Wrong`."""
    if isinstance(cell, datetime):
        return _in_range(cell.date())
    if isinstance(cell, date):
        return _in_range(cell)
    if isinstance(cell, bool):
        raise Wrong("date_unreadable")
    if isinstance(cell, float):
        return _from_text(str(int(cell)))
    return None if cell is None else _from_text(str(cell))


def read_expiry(cell: Cell) -> date | None:
    """As `read_date`, and 长期 is the day that never comes, `FOREVER`."""
    if isinstance(cell, str) and clean(cell) in _FOREVER_WORDS:
        return FOREVER
    return FOREVER if cell == FOREVER else read_date(cell)


@lru_cache(maxsize=65_536)
def _from_text(raw: str) -> date | None:
    text = as_text(raw)
    if not text:
        return None
    text = _MARKS.sub(r"\1", _TIME.sub("", text))
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            return _civil(*map(int, match.groups()))
    if _SERIAL.fullmatch(text) and int(float(text)) in _SERIALS:
        return _in_range(_SERIAL_ZERO + timedelta(days=int(float(text))))
    raise Wrong("date_incomplete" if _PARTIAL.fullmatch(text) else "date_unreadable")


def _civil(year: int, month: int, day: int) -> date:
    try:
        return _in_range(date(year, month, day))
    except Wrong:
        raise
    except ValueError:
        raise Wrong("date_impossible") from None


def _in_range(day: date) -> date:
    if day.year not in _YEARS:
        raise Wrong("date_out_of_range")
    return day
