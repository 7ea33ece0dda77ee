"""Real files as offices hand them in, written by other hands than those that read them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from connectors.sources.tabular import Sheet, sheets

COLUMNS = {
    "姓名",
    "身份证号",
    "联系电话",
    "发证日期",
    "有效期至",
    "证号",
    "健康证号",
    "健康证有效期至",
    "住址",
}


def known(text: str) -> bool:
    return text in COLUMNS


def read(path: Path) -> list[tuple[Sheet, list[tuple[int, list[Any]]]]]:
    """Every sheet with all its rows."""
    return [(sheet, list(sheet.rows)) for sheet in sheets(path, known)]


def only(path: Path) -> tuple[Sheet, list[tuple[int, list[Any]]]]:
    (one,) = read(path)
    return one


def xlsx(path: Path, **tables: Sequence[Sequence[Any]]) -> Path:
    """A workbook with one sheet a keyword."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def encrypted(path: Path, plain: Path) -> Path:
    with plain.open("rb") as source, path.open("wb") as target:
        OOXMLFile(source).encrypt("password", target)
    return path


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_MANIFEST = f'<manifest:manifest xmlns:manifest="{_ODF}manifest:1.0">%s</manifest:manifest>'
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def ods(path: Path, rows_xml: str, *, prolog: str = "", manifest: str = "") -> Path:
    """An OpenDocument spreadsheet with one table of these rows."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content xmlns:office="{_ODF}office:1.0" '
        f'xmlns:table="{_ODF}table:1.0" xmlns:text="{_ODF}text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="名册">{rows_xml}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    parts = {"mimetype": _SPREADSHEET, "META-INF/manifest.xml": _MANIFEST % manifest, "content.xml": content}
    return archive(path, parts)


def ods_row(*cells: str, repeated: int = 1) -> str:
    texts = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{texts or "<table:table-cell/>"}</table:table-row>'


def archive(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path


def changed(path: Path, source: Path, part: str, content: bytes) -> Path:
    """A copy of an archive with one part replaced."""
    with zipfile.ZipFile(source) as original:
        parts: dict[str, str | bytes] = {name: original.read(name) for name in original.namelist()}
    return archive(path, {**parts, part: content})


def compound(path: Path, stream: str, content: bytes) -> Path:
    """An OLE container with one stream ([MS-CFB], version 3, sectors of 512 bytes)."""
    content = content.ljust(-(-max(len(content), 4096) // 512) * 512, b"\0")
    length = len(content) // 512
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    chain = [table, end, *range(3, 2 + length), end]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    header += (
        bytes(6)
        + struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0)
        + struct.pack("<109I", 0, *[free] * 108)
    )
    directory = _entry("Root Entry", 5, 1, end, 0) + _entry(stream, 2, free, 2, len(content))
    fat = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    path.write_bytes(header + fat + directory.ljust(512, b"\0") + content)
    return path


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB3I", len(encoded), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def xls(path: Path, rows: Sequence[Sequence[str | float]], *, extra: bytes = b"", shift: int = 0) -> Path:
    """An Excel 97 workbook ([MS-XLS]) with one sheet, as old programs still write them."""
    name = "名册".encode("utf-16-le")
    opening = record(0x809, struct.pack("<4H2I", 0x600, 5, 0, 0, 0, 0))
    size = len(opening) + 4 + 8 + len(name) + 4
    bound = record(0x85, struct.pack("<I2BBB", size + shift, 0, 0, 2, 1) + name)
    cells = b"".join(cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row))
    sheet = record(0x809, struct.pack("<4H2I", 0x600, 0x10, 0, 0, 0, 0)) + cells + extra + record(0x0A, b"")
    return compound(path, "Workbook", opening + bound + record(0x0A, b"") + sheet)


def cell(row: int, column: int, value: str | float) -> bytes:
    if isinstance(value, str):
        text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
        return record(0x204, struct.pack("<3H", row, column, 0) + text)
    return record(0x203, struct.pack("<3Hd", row, column, 0, value))


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<2H", kind, len(body)) + body
