"""Rows of delimited text, streamed: the file is read once to tell its encoding and once for its rows."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from connectors.sources.cells import Cell, Row
from connectors.sources.errors import Damaged, UnknownEncoding
from connectors.sources.headers import DEPTH, Known, locate, top

_CHUNK = 1 << 18
_DELIMITERS = (",", "\t", ";")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONVINCING = 8  # so many characters of several bytes make a text UTF-8: GB18030 never passes so far


@dataclass(frozen=True, slots=True)
class _Break:
    """Where decoding failed, and how many characters of several bytes had been read until then."""

    line: int
    wide: int


def encoding_of(path: Path) -> str:
    """The codec that reads the whole file: by byte order mark, else UTF-8, else GB18030.

    Nothing is guessed from frequencies: guessing takes short Chinese lists for Korean.
    Raises `UnknownEncoding`, or `Damaged` for zero bytes and for broken UTF-8. Memory: one chunk.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((codec for mark, codec in _BOMS if head.startswith(mark)), None)
    broken = _break(path, marked or "utf-8")
    if broken is None:
        return marked or "utf-8"
    if marked or broken.wide >= _CONVINCING:
        raise Damaged("有无法识别的字符", "it holds characters that cannot be read", broken.line)
    broken = _break(path, "gb18030")
    if broken is None:
        return "gb18030"
    raise UnknownEncoding(broken.line)


def _break(path: Path, codec: str) -> _Break | None:
    """Decode the whole file, keeping nothing; None when it is sound. Raises `Damaged` for a zero character."""
    decoder = codecs.getincrementaldecoder(codec)()
    line, wide = 1, 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                sound = error.object[: error.start].decode(codec, "ignore")
                return _Break(line + sound.count("\n"), wide + _wide(sound))
            if "\0" in text:
                row = line + text[: text.index("\0")].count("\n")
                raise Damaged("含有空字节", "it holds zero bytes", row)
            line += text.count("\n")
            wide += _wide(text) if wide < _CONVINCING else 0
            if not chunk:
                return None


def _wide(text: str) -> int:
    return 0 if text.isascii() else sum(char > "\x7f" for char in text)


def delimiter_of(path: Path, encoding: str, known: Known) -> str:
    """The delimiter under which the first rows show the most known names, then the most columns."""
    return max(_DELIMITERS, key=lambda mark: _fit(path, encoding, mark, known))


def _fit(path: Path, encoding: str, delimiter: str, known: Known) -> tuple[int, int]:
    first = list(islice(_sound(rows(path, encoding, delimiter)), 2 * DEPTH))
    return locate(top(first), known).score, max((len(cells) for _, cells in first), default=0)


def _sound(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows before the first broken one."""
    with suppress(Damaged):
        yield from rows


def rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Every record with its number. Raises `Damaged` for an unclosed quotation mark rather than swallow rows."""
    number = 0
    with path.open(encoding=encoding, newline="") as file:
        try:
            for number, record in enumerate(csv.reader(file, delimiter=delimiter, strict=True), start=1):
                yield number, [_cell(text) for text in record]
        except csv.Error as error:
            raise Damaged("引号没有成对", "a quotation mark is not closed", number + 1) from error


def _cell(text: str) -> Cell:
    return text if text.strip() else None
