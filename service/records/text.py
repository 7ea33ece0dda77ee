"""Text as it is compared and stored: half width, trimmed, without the traces spreadsheets leave."""

from __future__ import annotations

import re
import unicodedata

from connectors.sources.cells import Cell
from service.records.issues import Wrong

_SPACES = re.compile(r"[\s\x00-\x1f\x7f\u200b\u200e\u200f\ufeff]+")
_POINT_ZERO = re.compile(r"(\d+)\.0+")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_MARKS = re.compile(r"[\s\-‐–—]")
_EXACT = 10**15  # a spreadsheet keeps 15 significant digits


def clean(text: str) -> str:
    """Full width to half width (NFKC), one space for any white space or control character, none at the ends."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    tidy = text.isprintable() and "  " not in text and text == text.strip()
    return text if tidy else _SPACES.sub(" ", text).strip()


def as_text(cell: Cell) -> str:
    """A cell as cleaned text, '' for a blank one; a number's trailing `.0` goes.

    Raises `Wrong` for a number of more than 15 digits: its last ones are lost.
    """
    if isinstance(cell, str):
        text = clean(cell)
        if text.endswith("0") and (match := _POINT_ZERO.fullmatch(text)):
            return match[1]
        return text
    if cell is None:
        return ""
    if isinstance(cell, float):
        if abs(cell) >= _EXACT:
            raise Wrong("digits_lost")
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return str(cell)


def compact(cell: Cell) -> str:
    """A number or code: as text in upper case, without spaces, hyphens or a leading apostrophe."""
    text = as_text(cell).lstrip("'`").upper()
    return text if text.isalnum() else _MARKS.sub("", text)


def squeezed(cell: Cell) -> str:
    """A name or label: as text, with the spaces between Chinese characters gone (张 三) and one kind of middle dot."""
    text = as_text(cell)
    if " " in text:
        text = _BETWEEN_CHINESE.sub("", text)
    return text.replace("•", "·").replace("・", "·") if not text.isascii() else text
