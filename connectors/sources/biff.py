"""The reach of the sheets in an Excel 97 workbook, told from its records ([MS-XLS] §2.3) before they are loaded."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from connectors.sources.compound import Broken, Compound
from connectors.sources.errors import Protected, TooLarge

_BOF, _BOUNDSHEET, _FILEPASS = (0x0809, 0x0409, 0x0209, 0x0009), 0x0085, 0x002F
_CELLS = frozenset({0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x00FD, 0x00BD, 0x00BE})
_RUNS = frozenset({0x00BD, 0x00BE})  # several cells of one row; the last column stands at the end
_LAST_COLUMN = 255


def refuse_vast_workbook(container: Compound) -> None:
    """Raises `TooLarge` for a cell beyond column IV, `Protected` for encryption, `Broken` for a crooked directory.

    Within 65,536 rows of 256 columns, the bounds of the format, a sheet fits into memory.
    """
    name = "Workbook" if "Workbook" in container.names else "Book"
    sheets, beginnings = set(), set()
    for place, kind, body in _records(container.read(name)):
        if kind in _CELLS and _column(kind, body) > _LAST_COLUMN:
            raise TooLarge("工作簿")
        if kind == _FILEPASS:
            raise Protected
        if kind == _BOUNDSHEET:
            sheets.add(struct.unpack_from("<I", body)[0])
        if kind in _BOF:
            beginnings.add(place)
    if not sheets <= beginnings:
        raise Broken


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _column(kind: int, body: bytes) -> int:
    if len(body) < 4:
        return 0
    (column,) = struct.unpack_from("<H", body, 2)
    last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind in _RUNS else 0
    return int(max(column, last))
