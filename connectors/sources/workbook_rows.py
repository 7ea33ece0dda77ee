"""Rows of workbooks through python-calamine, which holds one sheet at a time in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from connectors.sources.cells import Row, as_cell
from connectors.sources.errors import Damaged, Protected
from connectors.sources.extent import refuse_vast
from connectors.sources.formats import Format


def sheets(path: Path, form: Format) -> Iterator[tuple[str, Iterator[Row]]]:
    """Name and rows of every visible work sheet, in the order of the workbook.

    Raises `Protected`, `Damaged` or `TooLarge`. Row numbers are the workbook's own.
    """
    refuse_vast(path, form)
    with path.open("rb") as file:
        with _translated():
            workbook = CalamineWorkbook.from_filelike(file)
        with workbook:
            for entry in filter(_is_shown, workbook.sheets_metadata):
                with _translated():
                    sheet = workbook.get_sheet_by_name(entry.name)
                yield entry.name, _rows(sheet)


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """Counts from the first row of the sheet, for the iterator begins there even when it is blank."""
    for number, values in enumerate(sheet.iter_rows(), start=1):
        yield number, [as_cell(value) for value in values]


def _is_shown(entry: SheetMetadata) -> bool:
    return entry.typ == SheetTypeEnum.WorkSheet and entry.visible == SheetVisibleEnum.Visible


@contextmanager
def _translated() -> Iterator[None]:
    """A reader written in another language may also fail in ways it declares no error for."""
    try:
        yield
    except PasswordError as error:
        raise Protected from error
    except (CalamineError, OSError, ValueError) as error:
        raise Damaged("工作簿内容不完整", "the content of the workbook is incomplete") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # its class is not exported
            raise
        raise Damaged("工作簿内容不完整", "the content of the workbook is incomplete") from error
