"""How far the sheets of a workbook reach, told before they are loaded.

The reader lays a sheet out as a full rectangle from its first to its last cell. One stray cell in
the far corner, put there by mistake or by malice, would ask for hundreds of gigabytes and end the
whole process (python-calamine 0.9 aborts). So the corners are looked up first, in a stream.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from connectors.sources.biff import refuse_vast_workbook
from connectors.sources.compound import Compound
from connectors.sources.errors import Damaged, TooLarge
from connectors.sources.formats import BROKEN_ARCHIVE, Format

MAX_CELLS = 27_500_000
"""Cells in the rectangle: a full-length sheet of 26 columns, under 1 GB in memory."""
MAX_BYTES = 2_000_000_000
"""Unpacked size of a workbook."""

_CHUNK = 1 << 20
_FAR = re.compile(rb' r="[A-Za-z](?:[A-Za-z]|[0-9]{7})')  # beyond column Z or row 999,999
_ODD = (b"='", b" =", b"= ", b"\t", b"\nr=", b"\n=", b"=\n", b"\rr=", b"\r=", b"=\r")  # what _FAR overlooks
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)([0-9]+)""")
_OVERLAP = 64

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "


def refuse_vast(path: Path, form: Format) -> None:
    """Raises `TooLarge` when a sheet spans too many cells, `Damaged` when that cannot be told."""
    try:
        if form is Format.XLS:
            refuse_vast_workbook(Compound(path.read_bytes()))
            return
        with zipfile.ZipFile(path) as archive:
            _measure(archive, form)
    except (*BROKEN_ARCHIVE, expat.ExpatError) as error:
        raise Damaged("工作簿内容不完整", "the content of the workbook is incomplete") from error


def _measure(archive: zipfile.ZipFile, form: Format) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
        raise TooLarge("工作簿")
    if form is Format.ODS:
        _refuse_vast_tables(archive)
        return
    for name in archive.namelist():
        if name.startswith("xl/") and name.endswith(".xml") and _is_far(archive, name):
            _refuse_vast_sheet(archive, name)


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            yield chunk


def _windows(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Chunks that overlap, so that nothing hides on a border."""
    tail = b""
    for chunk in _chunks(archive, name):
        yield tail + chunk
        tail = chunk[-_OVERLAP:]


def _is_far(archive: zipfile.ZipFile, name: str) -> bool:
    """A quick look that lets ordinary sheets pass; it may take a near sheet for a far one."""
    return any(
        _FAR.search(window) or any(odd in window for odd in _ODD) for window in _windows(archive, name)
    )


def _refuse_vast_sheet(archive: zipfile.ZipFile, name: str) -> None:
    width = height = 0
    for window in _windows(archive, name):
        for letters, digits in set(_REFERENCE.findall(window)):
            width, height = max(width, _column(letters)), max(height, int(digits[:9]))
        if width * height > MAX_CELLS:
            raise TooLarge(name.rpartition("/")[2])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + letter - 64
    return number


def _refuse_vast_tables(archive: zipfile.ZipFile) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    spread = _Spread()
    parser.StartElementHandler = spread.open
    parser.EndElementHandler = spread.close
    parser.StartDoctypeDeclHandler = spread.refuse
    for chunk in _chunks(archive, "content.xml"):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


class _Spread:
    """Follows the rows and cells of OpenDocument tables, whose repetitions stand in attributes.

    Document types are refused, and with them entities that grow when read.
    """

    def __init__(self) -> None:
        self._name = ""
        self._row = self._column = self._reach = self._width = self._repeat = 0

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _TABLE + "table":
            self._name = attributes.get(_TABLE + "name", "")
            self._row = self._width = 0
        elif tag == _TABLE + "table-row":
            self._column = self._reach = 0
            self._repeat = int(attributes.get(_TABLE + "number-rows-repeated", "1"))
        elif tag in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            self._column += int(attributes.get(_TABLE + "number-columns-repeated", "1"))
            if _OFFICE + "value-type" in attributes or _TABLE + "formula" in attributes:
                self._reach = self._column

    def close(self, tag: str) -> None:
        if tag != _TABLE + "table-row":
            return
        self._row += self._repeat
        self._width = max(self._width, self._reach)
        if self._reach and self._row * self._width > MAX_CELLS:
            raise TooLarge(self._name)

    def refuse(self, *_: object) -> None:
        raise Damaged("含有不允许的文档类型声明", "it declares a document type")
