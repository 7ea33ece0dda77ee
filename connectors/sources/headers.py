"""Where the header of a sheet is and what it says.

Offices put a merged title and a line of remarks above the table, and group columns under a second
header row: ``证件`` over ``发证日期 | 有效期至``. The row (or pair of rows) among the first ten with
the most known names wins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from connectors.sources.cells import Cell, Row, is_blank

Known = Callable[[str], bool]
"""Whether a normalised header text is a column name that the caller understands."""

DEPTH = 10
"""How many rows that hold something are looked at."""
_ENOUGH = 2
_MARK = re.compile(r"(?:[*＊]|\((?:必填|选填|必填项|选填项)\))+$")
_STARRED = re.compile(r"^[*＊]+")
_LONG_NUMBER = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class Header:
    """Normalised names by column ('' where there is none), the number of the header's last row, its score."""

    names: list[str]
    row: int
    score: int

    @property
    def found(self) -> bool:
        return self.score >= _ENOUGH


def normalise(text: str) -> str:
    """Full width to half width (NFKC), no white space, no marks of duty: ``＊证件 号（必填）`` is ``证件号``."""
    folded = "".join(unicodedata.normalize("NFKC", text).split()).replace("\u200b", "").replace("\ufeff", "")
    return _MARK.sub("", _STARRED.sub("", folded))


def top(rows: Iterable[Row]) -> list[Row]:
    """The first rows that hold something, as many as a header is sought in; advances `rows` no further."""
    found: list[Row] = []
    for number, cells in rows:
        if not is_blank(cells):
            found.append((number, cells))
        if len(found) == DEPTH:
            break
    return found


def locate(rows: Sequence[Row], known: Known) -> Header:
    """The best header in the rows of `top`; `Header.found` says whether it is good enough."""
    best = Header([], 0, 0)
    for index, (number, cells) in enumerate(rows):
        names = [_name(cell) for cell in cells]
        best = _better(best, _header(names, number, known))
        for below_number, below in rows[index + 1 : index + 2]:
            lower = [_name(cell) for cell in below]
            pair = _header(_paired(names, lower, known), below_number, known)
            if pair.score > _score(lower, known):
                best = _better(best, pair)
    return best


def likeliest(rows: Sequence[Row]) -> list[str]:
    """The texts a user may have meant as header, for an error message.

    A row with numbers, dates or long digit strings is somebody's record, and so are those below it:
    no message shows them.
    """
    meant = takewhile(lambda row: not _is_record(row[1]), rows)
    return max(
        ([_name(cell) for cell in cells if cell is not None] for _, cells in meant), key=len, default=[]
    )


def _is_record(cells: Sequence[Cell]) -> bool:
    held = [cell for cell in cells if cell is not None]
    return any(not isinstance(cell, str) or _LONG_NUMBER.search(cell) for cell in held)


def _paired(upper: Sequence[str], lower: Sequence[str], known: Known) -> list[str]:
    """Two header rows as one. A group's name stands in its first column and holds to the right of it."""
    names: list[str] = []
    group = ""
    for column in range(max(len(upper), len(lower))):
        over = upper[column] if column < len(upper) else ""
        under = lower[column] if column < len(lower) else ""
        group = over or group
        names.append(_combined(over, group, under, known))
    return names


def _combined(over: str, group: str, under: str, known: Known) -> str:
    if not under:
        return over
    if known(group + under) or not known(under):
        return group + under
    return under


def _name(cell: Cell) -> str:
    return "" if cell is None else normalise(str(cell))


def _score(names: Sequence[str], known: Known) -> int:
    return len({name for name in names if name and known(name)})


def _header(names: list[str], row: int, known: Known) -> Header:
    return Header(_trimmed(names), row, _score(names, known))


def _better(first: Header, second: Header) -> Header:
    return second if second.score > first.score else first


def _trimmed(names: list[str]) -> list[str]:
    end = len(names)
    while end and not names[end - 1]:
        end -= 1
    return names[:end]
