"""How offices write a table down: encodings, workbooks with a title above the header, dates in many forms, labels.

The same rows and the same seed give the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Protocol, TextIO

import xlsxwriter  # type: ignore[import-untyped]

from service.demo.rows import HEADERS, Kind, Plain
from service.tables import codes

Written = str | int | float | None
"""A cell that is no date, as it is put down."""

_LABELS = {
    "性别": codes.SEX, "与户主关系": codes.FAMILY, "婚姻状况": codes.MARITAL, "失能等级": codes.CARE_LEVEL,
    "救助类型": codes.AID_TYPE, "主体类型": codes.ENTERPRISE_KIND, "状态": codes.ENTERPRISE_STATUS | codes.ENROLMENT_STATE,
    "证件类型": codes.CERTIFICATE_KIND, "残疾类别": codes.DISABILITY_KIND, "残疾等级": codes.DISABILITY_GRADE,
    "服务类型": codes.SERVICE_KIND,
}  # fmt: skip
_FORMS: tuple[Callable[[date], str | int], ...] = (
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day.year}/{day.month}/{day.day}",
    date.isoformat,
)
_USUAL = 0.85  # of a file's dates are in the form its clerk prefers
_RARE = (1 - _USUAL) / (len(_FORMS) - 1)
_SERIAL_ZERO = date(1899, 12, 30)


@dataclass(frozen=True)
class Style:
    """A clerk's habits: `form` is the usual way of writing dates (an index), `labels` whether codes are put in words."""

    form: int
    labels: bool


class Table(Protocol):
    """A file being written, row by row."""

    def write(self, row: Sequence[Plain]) -> None: ...

    def close(self) -> None: ...


class CsvTable:
    """A CSV file in some encoding."""

    def __init__(self, path: Path, kind: Kind, encoding: str, style: Style, rng: Random) -> None:
        self._file: TextIO = path.open("w", encoding=encoding, newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(HEADERS[kind])
        self._labels = _labels_of(kind, style)
        self._style, self._rng = style, rng

    def write(self, row: Sequence[Plain]) -> None:
        self._writer.writerow([self._cell(place, value) for place, value in enumerate(row)])

    def close(self) -> None:
        self._file.close()

    def _cell(self, place: int, value: Plain) -> Written:
        if isinstance(value, date):
            return _form(self._rng, self._style)(value)
        return _in_words(self._labels.get(place), value)


class WorkbookTable:
    """An XLSX file of one sheet: a merged title, the header, the rows; most dates as date cells."""

    def __init__(self, path: Path, kind: Kind, title: str, style: Style, rng: Random, made_on: date) -> None:
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self._book.set_properties({"created": datetime.combine(made_on, time())})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheet = self._book.add_worksheet("Sheet1")
        self._sheet.merge_range(0, 0, 0, len(HEADERS[kind]) - 1, title)
        self._sheet.write_row(1, 0, HEADERS[kind])
        self._next = 2
        self._labels = _labels_of(kind, style)
        self._style, self._rng = style, rng

    def write(self, row: Sequence[Plain]) -> None:
        for place, value in enumerate(row):
            if isinstance(value, date):
                self._write_day(place, value)
            else:
                self._put(place, _in_words(self._labels.get(place), value))
        self._next += 1

    def close(self) -> None:
        self._book.close()

    def _put(self, place: int, value: Written) -> None:
        if isinstance(value, str):
            self._sheet.write_string(self._next, place, value)
        elif value is not None:
            self._sheet.write_number(self._next, place, value)

    def _write_day(self, place: int, day: date) -> None:
        draw = self._rng.random()
        if draw < _USUAL:
            self._sheet.write_datetime(self._next, place, day, self._day)
        elif draw < 0.9:
            self._put(place, (day - _SERIAL_ZERO) // timedelta(days=1))
        elif draw < 0.93:
            self._put(place, int(f"{day:%Y%m%d}"))
        else:
            self._put(place, _form(self._rng, self._style)(day))


_WEIGHTS = {
    usual: list(accumulate(_USUAL if form == usual else _RARE for form in range(len(_FORMS))))
    for usual in range(len(_FORMS))
}


def _form(rng: Random, style: Style) -> Callable[[date], str | int]:
    return rng.choices(_FORMS, cum_weights=_WEIGHTS[style.form])[0]


def _labels_of(kind: Kind, style: Style) -> dict[int, dict[str, str]]:
    """The words for the codes of each column that has some, by the column's place."""
    if not style.labels:
        return {}
    return {place: _LABELS[name] for place, name in enumerate(HEADERS[kind]) if name in _LABELS}


def _in_words(labels: dict[str, str] | None, value: Plain) -> Written:
    if isinstance(value, bool):
        return "是" if value else "否"
    assert not isinstance(value, date)
    if labels is None or value is None:
        return value
    return labels[str(value)]
