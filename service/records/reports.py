"""What an import came to, for the one who started it; and the list of its issues as a file to work through."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy import select

from service.access.unit import House, Unit
from service.records.issues import Issue
from service.records.merge import Tally
from service.tables import import_errors

SHOWN = 1_000
"""How many issues a report carries itself; `write_report` writes all that were kept."""

_HEADER = ("工作表", "行号", "列", "值（已脱敏）", "程度", "如何处理", "错误代码")
_SEVERITY: Mapping[str, str] = import_errors.c.severity.info["values"]
_WIDTHS = (16, 8, 20, 24, 16, 80, 24)
_PAGE = 1_000


@dataclass(frozen=True)
class ImportReport:
    """Rows: `read = good + bad`. Records: `tallies` by entity, and their sums.

    `warnings`: rows imported that should be looked at. `issues`: the first `SHOWN`; `more_issues` tells how many more
    there were, of which the database keeps up to `ledger.KEPT`. `ignored`: headers that mean nothing to this form.
    `skipped`: sheets without a header. In a dry run the figures are those of the import that was not done.
    """

    import_id: int
    kind: str
    file_name: str
    dry_run: bool
    read: int
    good: int
    bad: int
    warnings: int
    tallies: Mapping[str, Tally]
    issues: tuple[Issue, ...]
    more_issues: int
    ignored: tuple[str, ...]
    skipped: tuple[str, ...]
    changeset_id: int | None

    @property
    def created(self) -> int:
        return sum(tally.created for tally in self.tallies.values())

    @property
    def updated(self) -> int:
        return sum(tally.updated for tally in self.tallies.values())

    @property
    def unchanged(self) -> int:
        return sum(tally.unchanged for tally in self.tallies.values())

    @property
    def duplicates(self) -> int:
        return sum(tally.duplicates for tally in self.tallies.values())


async def issues_of(
    unit: Unit, import_id: int, *, after: int = 0, limit: int = _PAGE
) -> Sequence[tuple[int, Issue]]:
    """A page of an import's issues with their keys, in the order they were found."""
    e = import_errors.c
    statement = (
        select(e.import_error_id, e.sheet, e.row_number, e.column_name, e.value, e.code, e.severity, e.advice)
        .where(e.import_id == import_id, e.import_error_id > after)
        .order_by(e.import_error_id)
        .limit(limit)
    )
    return [(key, Issue(*rest)) for key, *rest in (await unit.connection.execute(statement)).all()]


async def write_report(house: House, report: ImportReport, path: Path) -> int:
    """Write every kept issue to `path`, as CSV where its name ends so, else as XLSX; gives the number of lines."""
    writer = _Csv(path) if path.suffix.lower() == ".csv" else _Workbook(path)
    await asyncio.to_thread(writer.write, [_HEADER])
    written = 0
    async for page in _pages(house, report.import_id):
        await asyncio.to_thread(writer.write, [_line(issue) for issue in page])
        written += len(page)
    await asyncio.to_thread(writer.close)
    return written


async def _pages(house: House, import_id: int) -> AsyncIterator[list[Issue]]:
    after = 0
    while True:
        async with house.read() as unit:
            page = await issues_of(unit, import_id, after=after)
        if not page:
            return
        after = page[-1][0]
        yield [issue for _, issue in page]


def _line(issue: Issue) -> tuple[str | int, ...]:
    severity = _SEVERITY[issue.severity]
    return (issue.sheet, issue.row, issue.column, issue.value, severity, issue.advice, issue.code)


class _Csv:
    """With a byte order mark, so that spreadsheets take it for UTF-8."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)

    def write(self, lines: Sequence[Sequence[Any]]) -> None:
        self._csv.writerows([[_inert(cell) for cell in line] for line in lines])

    def close(self) -> None:
        self._file.close()


class _Workbook:
    """Streamed to disk row by row."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False})
        self._sheet = self._book.add_worksheet("导入问题")
        self._row = 0
        for column, width in enumerate(_WIDTHS):
            self._sheet.set_column(column, column, width)
        self._sheet.freeze_panes(1, 0)

    def write(self, lines: Sequence[Sequence[Any]]) -> None:
        for line in lines:
            self._sheet.write_row(self._row, 0, line)
            self._row += 1

    def close(self) -> None:
        self._book.close()


def _inert(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made plain text (CWE-1236)."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell
