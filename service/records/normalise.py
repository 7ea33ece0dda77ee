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
from service.tables.industries import INDUSTRY

Reader = Callable[[Cell], Any]

_YES = frozenset(["是", "有", "1", "TRUE", "Y", "YES", "√", "✓", "✔", "对", "T"])
_NO = frozenset(["否", "无", "0", "FALSE", "N", "NO", "×", "✗", "✘", "X", "没有", "不是", "F"])
_MOBILE = re.compile(r"1\d{10}")
_LANDLINE = re.compile(r"(?:0\d{2,3})?[2-9]\d{6,7}(?:[*#转]\d{1,6})?|[48]00\d{7}|9\d{4,7}|12\d{3}")
_SEVERAL = re.compile(r"[、,;/|]| +")
_PHONE_MARKS = re.compile(r"[\s\-‐–—()]")
_PREFIX = re.compile(r"^(?:\+?0{0,2}86)(?=1\d{10}$)")
_MONEY = re.compile(r"^[¥$]|元$|(?<=\d),(?=\d{3}(?:\D|$))")
_INDUSTRY = re.compile(r"[A-T]?(\d{2,4})[^0-9A-Z]*")
_YEAR = re.compile(r"((?:19|20|21)\d{2})年?度?")
_MONTHS = re.compile(r"个?月$")
_PERCENT = re.compile(r"(?:百分之)?([\d.,]+)(%|个?百分点|PERCENT)?")
_INDUSTRY_NAMES = {
    written: code for code, name in INDUSTRY.items() for written in (name.removesuffix("业"), name)
}
_LARGEST = Decimal(10) ** 10
_DIGITS = 15
_LARGEST_EXACT = Decimal(10) ** _DIGITS
_HIGHEST_RATIO = 10  # what a column of four decimals and a digit before them holds


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
    """GB/T 4754-2017, 2 to 4 digits that begin with a division of it, or a division's name.

    The letter of the section in front and a name behind (F5212, 52零售业) go.
    """
    text = compact(cell)
    if not text:
        return None
    if text in _INDUSTRY_NAMES:
        return _INDUSTRY_NAMES[text]
    match = _INDUSTRY.fullmatch(text)
    if not match:
        raise Wrong("industry_unreadable")
    if match[1][:2] not in INDUSTRY:
        raise Wrong("industry_unknown")
    return match[1]


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
        raise Wrong("number_not_whole")
    return int(amount)


def read_whole(cell: Cell) -> int | None:
    """A whole number of either sign."""
    number = read_decimal(cell)
    if number is not None and number != number.to_integral_value():
        raise Wrong("number_not_whole")
    return None if number is None else int(number)


def read_decimal(cell: Cell) -> Decimal | None:
    """A number of either sign, exactly as written, of at most 15 significant digits.

    So many a spreadsheet keeps and both databases compare alike; what a spreadsheet calculated is rounded to them.
    """
    text = f"{cell:.15g}" if isinstance(cell, float) else _MONEY.sub("", as_text(cell).replace(" ", ""))
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Wrong("number_unreadable") from None
    if not number.is_finite():
        raise Wrong("number_unreadable")
    if abs(number) >= _LARGEST_EXACT:
        raise Wrong("number_too_large")
    number = (number + 0).normalize()
    _, digits, exponent = number.as_tuple()
    if len(digits) > _DIGITS or int(exponent) < -_DIGITS:
        raise Wrong("number_too_precise")
    return number


def read_months(cell: Cell) -> int | None:
    """A number of months: 12 or 12个月."""
    return read_count(_MONTHS.sub("", as_text(cell)) if isinstance(cell, str) else cell)


def read_year(cell: Cell) -> int | None:
    """A calendar year from 1900: 2026, 2026年 or 2026年度."""
    text = compact(cell)
    if not text:
        return None
    match = _YEAR.fullmatch(text)
    if not match:
        raise Wrong("year_unreadable")
    return int(match[1])


def read_ratio(cell: Cell) -> Decimal | None:
    """A share to four decimals: 0.45, 45%, 45％ or 百分之45.

    A bare number above 1 is refused: whether 45 means 45 per cent, and 1.2 120 per cent, only its writer knows.
    """
    if isinstance(cell, Decimal):
        return cell
    text = f"{cell:.6f}" if isinstance(cell, float) else as_text(cell).upper().replace(" ", "")
    if not text:
        return None
    match = _PERCENT.fullmatch(text)
    if not match:
        raise Wrong("ratio_unreadable")
    try:
        number = Decimal(match[1].replace(",", ""))
    except InvalidOperation:
        raise Wrong("ratio_unreadable") from None
    if match[2] or text.startswith("百分之"):
        number /= 100
    elif number > 1:
        raise Wrong("ratio_unreadable")
    if number >= _HIGHEST_RATIO:
        raise Wrong("number_too_large")
    return number.quantize(Decimal("0.0001"))


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
