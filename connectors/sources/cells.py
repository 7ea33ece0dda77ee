"""One cell, and what a blank one is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | None
"""What a cell holds. None: nothing, or white space only."""

Row = tuple[int, list[Cell]]
"""The row's number as the user sees it in the file, from 1, and its cells."""

_EXACT = 10**15  # a workbook keeps 15 significant digits; beyond, the last digits are lost


def as_cell(value: str | float | bool | date | datetime | time | timedelta | None) -> Cell:
    """A workbook's value as a `Cell`.

    Whole numbers of up to 15 digits become int. Longer ones stay float, which tells that their last
    digits are not to be trusted: an identity number typed as a number ends here. Times of day and
    durations become text.
    """
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, time | timedelta):
        return str(value)
    return value


def is_blank(cells: Sequence[Cell]) -> bool:
    """Whether no cell holds anything."""
    return all(cell is None for cell in cells)


def fitted(cells: Sequence[Cell], width: int) -> list[Cell]:
    """Exactly `width` cells, or more when there is something beyond, so that a slipped row is noticed."""
    end = len(cells)
    while end > width and cells[end - 1] is None:
        end -= 1
    return [*cells[:end], *[None] * (width - end)]
