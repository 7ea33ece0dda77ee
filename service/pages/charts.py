"""Where the columns of a chart stand; the template draws them, and a table beside it says the same in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 150
LEFT, TOP = 30, 14
"""Room for the figures at the scale, in the units of the drawing."""
TOO_HIGH = 3
"""A line more than so many times as high as the highest column is told in words: drawn, it would flatten them all."""
NICE = (1, 2, 3, 4, 5, 6, 8)


@dataclass(frozen=True)
class Column:
    """One column, in the units of the drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Columns:
    """A whole drawing: columns, the figures of the scale with their heights, and a line of steps, empty where it is left out."""

    columns: list[Column]
    scale: list[tuple[int, float]]
    line: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def columns(values: Sequence[int], line: Sequence[int | None]) -> Columns:
    """Columns as high as `values`, and over them a line as high as `line`, one step a column."""
    highest = max(values, default=0)
    heights = [one for one in line if one is not None]
    drawn = bool(heights) and max(heights) <= TOO_HIGH * max(highest, 1)
    top = nice(max([highest, *heights] if drawn else [highest]))
    step = (WIDTH - LEFT) / max(len(values), 1)
    bars = [
        Column(
            round(LEFT + place * step + step * 0.1, 2),
            _y(value, top),
            round(step * 0.8, 2),
            _height(value, top),
        )
        for place, value in enumerate(values)
    ]
    scale = [(value, _y(value, top)) for value in sorted({0, top // 2 if top % 2 == 0 else 0, top})]
    return Columns(bars, scale, _steps(line, top, step) if drawn else "")


def nice(value: int) -> int:
    """The next number of one digit but 7 and 9, or that with noughts, for the top of a scale."""
    power = 1
    while True:
        for digit in NICE:
            if digit * power >= value:
                return digit * power
        power *= 10


def _height(value: int, top: int) -> float:
    return round((HEIGHT - TOP) * value / top, 2)


def _y(value: int, top: int) -> float:
    return round(HEIGHT - _height(value, top), 2)


def _steps(line: Sequence[int | None], top: int, step: float) -> str:
    """The path of the line."""
    drawn = [
        f"{'M' if place == 0 else 'L'}{LEFT + place * step:.2f} {_y(value or 0, top)}h{step:.2f}"
        for place, value in enumerate(line)
    ]
    return "".join(drawn)
