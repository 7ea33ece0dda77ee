"""Tables in files: CSV, XLSX, XLS and ODS as sheets of numbered rows under one header.

Pure reading: what a column means and whether a value is right is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from connectors.sources import csv_rows, workbook_rows
from connectors.sources.cells import Cell, Row, fitted, is_blank
from connectors.sources.errors import EmptyFile, NoHeader
from connectors.sources.formats import Format, recognise
from connectors.sources.headers import Known, likeliest, locate, top


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    `name`: the sheet's, or the file's for text. `header`: normalised names by column, '' where a
    column has none. `header_row`: the number of the header's last row. `rows`: number (from 1, as
    the user sees it in the file) and cells of every row that holds something, to be read once and
    before the next sheet is asked for; a row has as many cells as the header, or more when it holds
    something beyond it. Reading rows may raise `Damaged`.
    """

    name: str
    header: list[str]
    header_row: int
    rows: Iterator[tuple[int, list[Cell]]]


def sheets(path: Path, known: Known, *, skipped: Callable[[NoHeader], None] | None = None) -> Iterator[Sheet]:
    """The tables of a file, one at a time, streamed.

    `known` says whether a normalised text is a column name. Hidden and empty sheets are passed over.
    A sheet without header is passed over too, and told to `skipped`, if another has one (a sheet of
    instructions beside the table); if none has, `NoHeader` of the first is raised.
    Raises a `SourceError`; OSError when the file cannot be opened.
    """
    without: list[NoHeader] = []
    found = False
    for name, rows in _tables(path, known):
        sheet = _sheet(name, rows, known)
        if isinstance(sheet, Sheet):
            found = True
            yield sheet
        elif sheet is not None:
            without.append(sheet)
            if skipped is not None:
                skipped(sheet)
    if not found:
        raise without[0] if without else EmptyFile


def _tables(path: Path, known: Known) -> Iterator[tuple[str, Iterator[Row]]]:
    form = recognise(path)
    if form is not Format.TEXT:
        yield from workbook_rows.sheets(path, form)
        return
    encoding = csv_rows.encoding_of(path)
    delimiter = csv_rows.delimiter_of(path, encoding, known)
    yield path.stem, csv_rows.rows(path, encoding, delimiter)


def _sheet(name: str, rows: Iterator[Row], known: Known) -> Sheet | NoHeader | None:
    """None when it holds nothing at all."""
    first = top(rows)
    if not first:
        return None
    header = locate(first, known)
    if not header.found:
        return NoHeader(name, likeliest(first))
    return Sheet(name, header.names, header.row, _below(header.row, len(header.names), chain(first, rows)))


def _below(row: int, width: int, rows: Iterator[Row]) -> Iterator[Row]:
    for number, cells in rows:
        if number > row and not is_blank(cells):
            yield number, fitted(cells, width)
