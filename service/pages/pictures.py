"""Pictures drawn on the server: the QR code of a sign-in code."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import segno

QUIET_ZONE = 4  # modules around the code, ISO/IEC 18004 §5.3.8


@dataclass(frozen=True)
class Picture:
    """A QR code as the path of an SVG, in modules; `size` is its side with the quiet zone."""

    size: int
    path: str


def qr_code(text: str) -> Picture:
    """Dark modules of `text`, row by row."""
    matrix = segno.make(text, error="m", micro=False).matrix
    runs = [run for y, row in enumerate(matrix, QUIET_ZONE) for run in _dark_runs(row, y)]
    return Picture(len(matrix) + 2 * QUIET_ZONE, "".join(runs))


def _dark_runs(row: bytes | bytearray, y: int) -> list[str]:
    runs, x = [], QUIET_ZONE
    for dark, modules in groupby(row):
        length = len(list(modules))
        if dark:
            runs.append(f"M{x} {y}h{length}v1h-{length}z")
        x += length
    return runs
