"""OLE containers, the files within a file of old office programs ([MS-CFB])."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA  # sector numbers beyond mean: end, free, table
_STREAM, _ROOT = 2, 5


class Broken(ValueError):
    """The container's own structure is not whole."""


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


class Compound:
    """The streams of a container held in memory, by name, wherever they are in its tree."""

    def __init__(self, content: bytes) -> None:
        try:
            self._open(content)
        except (struct.error, UnicodeDecodeError, IndexError) as error:
            raise Broken from error

    def _open(self, content: bytes) -> None:
        self._content = content
        shift, small_shift = struct.unpack_from("<2H", content, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise Broken
        self._sector = 1 << shift
        self._cutoff, small_table = struct.unpack_from("<2I", content, 56)
        self._table = self._numbers(b"".join(map(self._sector_at, self._table_sectors())))
        entries = list(self._entries(self._chained(struct.unpack_from("<I", content, 48)[0])))
        root = next((entry for entry in entries if entry.kind == _ROOT), None)
        if root is None:
            raise Broken
        self._small_table = self._numbers(self._chained(small_table))
        self._small = self._chained(root.start)
        # an embedded document repeats names; the reader, too, takes the first
        self._streams = {entry.name: entry for entry in reversed(entries) if entry.kind == _STREAM}

    @property
    def names(self) -> set[str]:
        return set(self._streams)

    def read(self, name: str) -> bytes:
        """The whole stream. Raises `Broken` when part of it is missing, KeyError when there is none."""
        entry = self._streams[name]
        data = self._chained(entry.start) if entry.size >= self._cutoff else self._small_chained(entry.start)
        if len(data) < entry.size:
            raise Broken
        return data[: entry.size]

    def _small_chained(self, start: int) -> bytes:
        """Short streams share the root's stream, in pieces of 64 bytes."""
        pieces = _chain(self._small_table, start, len(self._small) // 64 + 1)
        return b"".join(self._small[64 * piece : 64 * (piece + 1)] for piece in pieces)

    def _table_sectors(self) -> Iterator[int]:
        yield from _real(struct.unpack_from("<109I", self._content, 76))
        further, count = struct.unpack_from("<2I", self._content, 68)
        for _ in range(min(count, len(self._content) // self._sector)):
            numbers = self._numbers(self._sector_at(further))
            yield from _real(numbers[:-1])
            further = numbers[-1]

    def _sector_at(self, number: int) -> bytes:
        begin = (number + 1) * self._sector
        return self._content[begin : begin + self._sector]

    def _chained(self, start: int) -> bytes:
        longest = len(self._content) // self._sector
        return b"".join(map(self._sector_at, _chain(self._table, start, longest)))

    @staticmethod
    def _numbers(data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

    @staticmethod
    def _entries(directory: bytes) -> Iterator[_Entry]:
        for begin in range(0, len(directory) - 127, 128):
            entry = directory[begin : begin + 128]
            length, kind = struct.unpack_from("<HB", entry, 64)
            start, size = struct.unpack_from("<2I", entry, 116)
            if kind:
                yield _Entry(entry[: max(length - 2, 0)].decode("utf-16-le"), kind, start, size)


def _real(numbers: tuple[int, ...]) -> Iterator[int]:
    return (number for number in numbers if number < _LAST)


def _chain(table: tuple[int, ...], start: int, longest: int) -> Iterator[int]:
    """Sector numbers from `start` on; a chain of more sectors than there are runs in a circle."""
    number = start
    for _ in range(longest + 1):
        if number >= _LAST:
            return
        if number >= len(table):
            raise Broken
        yield number
        number = table[number]
    raise Broken
