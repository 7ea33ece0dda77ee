"""From a cell to a value: one reader per kind of field. Each gives None for a blank cell and raises `Wrong`.

Every reader takes its own result again and gives the same (a second import of an export changes nothing).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from connectors.sources.cells import Cell
from service.records.identity import Identity, check_uscc, identify, is_identity
from service.records.issues import Noted, Wrong
from service.records.text import as_text, compact, squeezed

Reader = Callable[[Cell], Any]

_YES = frozenset(["是", "有", "1", "TRUE", "Y", "YES", "√", "✓", "✔", "对", "T"])
_NO = frozenset(["否", "无", "0", "FALSE", "N", "NO", "×", "✗", "✘", "X", "没有", "不是", "F"])
_MOBILE = re.compile(r"1\d{10}")
_LANDLINE = re.compile(r"(?:0\d{2,3})?[2-9]\d{6,7}(?:[*#转]\d{1,6})?|[48]00\d{7}|9\d{4,7}|12\d{3}")
_SEVERAL = re.compile(r"[、,;/|]| +")
_PHONE_MARKS = re.compile(r"[\s\-‐–—()]")
_PREFIX = re.compile(r"^(?:\+?0{0,2}86)(?=1\d{10}$)")
_MONEY = re.compile(r"^[¥$]|元$|(?<=\d),(?=\d{3}(?:\D|$))")
_INDUSTRY = re.compile(r"[A-T]?(\d{2,4})")
_LARGEST = Decimal(10) ** 10


def read_text(limit: int) -> Reader:
    """Free text of at most `limit` characters."""

    def read(cell: Cell) -> str | None:
        return _within(squeezed(cell), limit) or None

    return read


def read_number_text(limit: int) -> Reader:
    """A certificate's or household's number: upper case, no spaces."""

    def read(cell: Cell) -> str | None:
        text = as_text(cell).lstrip("'`").upper().replace(" ", "")
        return _within(text, limit) or None

    return read


def read_identity(today: date) -> Callable[[Cell], Identity | None]:
    """An identity number as `Identity`."""

    def read(cell: Cell) -> Identity | None:
        text = compact(cell)
        return identify(text, today) if text else None

    return read


def read_uscc(cell: Cell) -> str | None:
    """A unified social credit code."""
    text = compact(cell)
    return check_uscc(text) if text else None


@lru_cache(maxsize=65_536, typed=True)
def read_division(cell: Cell) -> str | None:
    """A division's code; shorter forms (6 digits of a county) are filled up with zeros to 12."""
    text = compact(cell)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) in (2, 4, 6, 9, 12)):
        raise Wrong("division_unreadable")
    return text.ljust(12, "0")


@lru_cache(maxsize=65_536, typed=True)
def read_grid(cell: Cell) -> str | None:
    """A grid's code: 13 to 18 digits that begin with the 12 of its community, and no identity number that slipped in."""
    text = compact(cell)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 13 <= len(text) <= 18) or is_identity(text):
        raise Wrong("grid_unreadable")
    return text


def read_any_division(cell: Cell) -> str | None:
    """The code of a division of any level, grids included."""
    return read_grid(cell) if len(compact(cell)) > 12 else read_division(cell)


@lru_cache(maxsize=4_096, typed=True)
def read_industry(cell: Cell) -> str | None:
    """GB/T 4754-2017, 2 to 4 digits; the letter of the section in front goes."""
    text = compact(cell)
    match = _INDUSTRY.fullmatch(text)
    if text and not match:
        raise Wrong("industry_unreadable")
    return match[1] if match else None


@lru_cache(maxsize=4_096, typed=True)
def read_yes_no(cell: Cell) -> bool | None:
    """是 否 有 无 1 0 √ × Y N."""
    if isinstance(cell, bool):
        return cell
    text = compact(cell)
    if not text:
        return None
    if text in _YES or text in _NO:
        return text in _YES
    raise Wrong("yes_no_unreadable")


def read_code(codes: Mapping[str, str], synonyms: Mapping[str, str], *, number: bool = False) -> Reader:
    """A code of a table, written as the code, its Chinese name or a synonym; `number` gives it as int."""
    known = {squeezed(name).upper(): code for code, name in codes.items()} | dict(synonyms)
    known |= {code.upper(): code for code in codes}

    @lru_cache(maxsize=4_096, typed=True)
    def read(cell: Cell) -> str | int | None:
        text = squeezed(cell).upper()
        if not text:
            return None
        code = known.get(text) or known.get(text.split("-")[0].strip())
        if code is None:
            raise Wrong("code_unknown", choices="、".join(codes.values()))
        return int(code) if number else code

    return read


def read_phone(cell: Cell) -> str | Noted | None:
    """Digits only, the national prefix gone; of several numbers the first, with a warning."""
    text = as_text(cell).replace("'", "")
    if not text:
        return None
    whole = _phone(text)
    if whole is not None:
        return whole
    for part in _SEVERAL.split(text):
        found = _phone(part)
        if found is not None and len(found) >= 7:
            return Noted(found, "phone_several")
    raise Wrong("phone_unreadable")


def read_amount(cell: Cell) -> Decimal | None:
    """An amount of money in yuan, in cents: 3,500.00 or ¥3500 or 3500元."""
    text = (
        ""
        if cell is None
        else str(cell)
        if isinstance(cell, int | float)
        else _MONEY.sub("", as_text(cell).replace(" ", ""))
    )
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise Wrong("number_unreadable") from None
    return _fitting(amount).quantize(Decimal("0.01"))


def read_count(cell: Cell) -> int | None:
    """A whole number of things."""
    amount = read_amount(cell)
    if amount is None:
        return None
    if amount != amount.to_integral_value():
        raise Wrong("number_unreadable")
    return int(amount)


def _phone(text: str) -> str | None:
    if _MOBILE.fullmatch(text):
        return text
    digits = _PREFIX.sub("", _PHONE_MARKS.sub("", text))
    return digits if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) else None


def _within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise Wrong("text_too_long", limit=limit)
    return text


def _fitting(amount: Decimal) -> Decimal:
    if not amount.is_finite():
        raise Wrong("number_unreadable")
    if amount < 0:
        raise Wrong("number_negative")
    if amount >= _LARGEST:
        raise Wrong("number_too_large")
    return amount
