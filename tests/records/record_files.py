"""Made-up people and enterprises whose numbers pass every check and belong to nobody (area 330199 was never assigned)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from service.records.identity import check_character, uscc_check_character

COMMUNITY = "330102003057"
TODAY = date(2026, 11, 23)


def id_number(serial: int, born: date = date(1939, 3, 5)) -> str:
    """The `serial`-th person of a birth date; odd serials are men."""
    body = f"330199{born:%Y%m%d}{serial:03d}"
    return body + check_character(body)


def many_id_numbers(count: int) -> list[str]:
    """Different people, a few hundred to a birthday."""
    return [
        id_number(i % 900 + 100 - (i % 900 + 100) % 10 + 1 + i % 9, date(1940, 1, 1) + timedelta(days=i // 9))
        for i in range(count)
    ]


def uscc(serial: int) -> str:
    body = f"92330199MA{serial:07d}"
    return body + uscc_check_character(body)


def write_csv(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[object]], encoding: str = "utf-8"
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def write_xlsx(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[object]], sheet: str = "名单"
) -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy/m/d"})
    page = book.add_worksheet(sheet)
    for number, row in enumerate([header, *rows]):
        page.write_row(number, 0, row)
    book.close()
    return path


def cells_of(path: Path) -> list[list[object]]:
    """Every row of a written table, header first."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [list(row) for row in csv.reader(file)]
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return [[int(cell) if isinstance(cell, float) else cell for cell in row] for row in rows]
