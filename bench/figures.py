"""What a run measured, and how it is shown: milliseconds by name, ratios between them, and how they grow with the city."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Figures:
    """The figures of one city in one database: seconds, counts and MB by name."""

    dialect: str
    residents: int
    values: dict[str, float] = field(default_factory=dict)

    def note(self, name: str, value: float) -> float:
        """Keep a figure."""
        self.values[name] = value
        return value

    def say(self, name: str, seconds: float, besides: str = "") -> None:
        """Keep a time and print it."""
        self.note(name, seconds)
        print(f"  {name:58}{seconds * 1000:>12,.0f} ms   {besides}", flush=True)

    def compare(self, name: str, ours: str, other: str, goal: float | None, *, faster: bool) -> None:
        """Print how many times as long (or, `faster`, how many times as fast) one took as the other, and the goal if any."""
        took, measure = self.values[ours], self.values[other]
        ratio = measure / took if faster else took / measure
        self.note(f"ratio: {name}", ratio)
        told = ""
        if goal is not None:
            reached = ratio >= goal if faster else ratio <= goal
            sign = "at least" if faster else "at most"
            told = f" (goal: {sign} {goal:g}, {'reached' if reached else 'not reached'})"
        print(f"  → {name}: {ratio:.2f}{' times as fast' if faster else ''}{told}", flush=True)

    def hold(self, name: str, goal: float) -> None:
        """Print whether a figure stays within its goal."""
        value = self.values[name]
        told = "reached" if value <= goal else "not reached"
        print(f"  → {name}: {value:,.2f} (goal: at most {goal:g}, {told})", flush=True)


def keep(figures: Sequence[Figures], file: Path) -> None:
    """Write them where a report can read them."""
    told = [{"dialect": one.dialect, "residents": one.residents, **one.values} for one in figures]
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")


def exponents(figures: Sequence[Figures]) -> Mapping[str, float]:
    """name → e, where the figure grows as residents to the power of e, by least squares of the logarithms."""
    shared = set.intersection(*(set(one.values) for one in figures))
    found = {}
    for name in (name for name in figures[0].values if name in shared):
        values = [one.values[name] for one in figures]
        if min(values) > 0:
            across = [math.log(one.residents) for one in figures]
            found[name] = statistics.linear_regression(across, [math.log(value) for value in values]).slope
    return found


def show_growth(figures: Sequence[Figures]) -> None:
    """Print the figures of several sizes side by side, with their exponents."""
    for dialect in dict.fromkeys(one.dialect for one in figures):
        of_one = sorted((one for one in figures if one.dialect == dialect), key=lambda one: one.residents)
        if len(of_one) < 2:
            continue
        print(
            f"\n{dialect}: growth"
            + "".join(f"{one.residents:>14,}" for one in of_one)
            + "   exponent  last/first"
        )
        for name, exponent in exponents(of_one).items():
            cells = "".join(f"{one.values[name]:>14,.3f}" for one in of_one)
            grown = of_one[-1].values[name] / of_one[0].values[name]
            print(f"  {name:58}{cells}{exponent:>10.2f}{grown:>12.2f}")
