"""A made-up city of any size: how long scans, tasks and previews take in it, as ratios within one run.

Into each database a city is loaded, and then, in this order:

creation    the findings of the six reference rules, by a first scan and by one hand-written INSERT … SELECT a rule, in turn
reference   delta scans of the six rules after days that changed more and more, each followed by a full scan of the
            same state, which must find nothing left to change
shipped     the same for all shipped rules; the first scan also with somebody else writing to SQLite meanwhile
equal       delta scans after equally many changes, whatever the size of the city, and after none
tasks       a task for every visit and the day's lists, with somebody else writing to SQLite meanwhile; and what follows
            a day's changes
preview     what each of the six rules would find if its text were edited, and who would enter and leave

All of it is done by one process that runs on from day to day, of which the peak memory is told. With several sizes the
exponents follow by which the figures grow with the city.

    python -m bench.city [--residents 1000000 ...] [--on sqlite postgresql] [--parts creation ...] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import handwritten
from bench.apart import apart
from bench.city_days import ALL, SIX, CityDays
from bench.figures import Figures, keep, show_growth
from bench.filling import fill
from bench.made_city import City, Sizes
from bench.places import SERVER, TODAY, databases
from bench.scanning import load_rules
from service.access.unit import House

PARTS = ("creation", "reference", "shipped", "equal", "tasks", "preview")


@dataclass(frozen=True)
class Wishes:
    """On which databases, which parts, after which shares of residents changed, how many rounds of creating findings, and
    which of the shipped rules; None for all."""

    on: Sequence[str] = ("sqlite", "postgresql")
    parts: Sequence[str] = PARTS
    shares: Sequence[float] = (0.001, 0.01, 0.05, 0.1)
    rounds: int = 3
    rules: Sequence[str] | None = None


async def measure(residents: int, wishes: Wishes) -> list[Figures]:
    """Load a city of this size into each database, and measure the parts that are wanted."""
    measured = []
    async with databases(wishes.on, SERVER) as houses:
        filled = await fill(City(Sizes(residents), TODAY), [house.database for house in houses])
        rows = sum(filled.rows.values())
        print(f"\n{residents:,} residents, {rows:,} rows in {' and '.join(wishes.on)}: {rows / filled.loading:,.0f} rows/s, "
              f"then {filled.indexing:.0f} s of indexes and statistics", flush=True)  # fmt: skip
        for house in houses:
            figures = await _measure(house, residents, wishes)
            figures.note("rows loaded in a second", rows / filled.loading)
            measured.append(figures)
    return measured


async def _measure(house: House, residents: int, wishes: Wishes) -> Figures:
    print(f"\n{house.database.dialect}, {residents:,} residents", flush=True)
    async with apart(house) as process:
        days = CityDays(process, house, residents)
        await _live(days, wishes)
        days.end()
    return days.figures


async def _live(days: CityDays, wishes: Wishes) -> None:
    wanted = set(wishes.parts)
    if wanted & {"creation", "reference"}:
        await load_rules(days.house, handwritten.RULES)
        await days.creation(wishes.rounds if "creation" in wanted else 1)
    if "reference" in wanted:
        await days.deltas(SIX, wishes.shares)
    if wanted & {"shipped", "tasks", "equal", "preview"}:
        await days.first(wishes.rules)
    if "shipped" in wanted:
        await days.again()
        await days.deltas(ALL, wishes.shares)
    if "equal" in wanted:
        await days.equal()
    if "tasks" in wanted:
        await days.tasks()
    if "preview" in wanted:
        await days.previews()


def facts() -> str:
    """The machine, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    server = ", ".join(f"{name} {value}" for name, value in SERVER.items())
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GB memory, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, PostgreSQL with {server}; {load()}"
    )


def load() -> str:
    """How many others want the processors."""
    return "load " + " ".join(f"{one:.1f}" for one in os.getloadavg())


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.city",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    standard = Wishes()
    parser.add_argument("--residents", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--on", nargs="+", choices=standard.on, default=standard.on)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=standard.parts)
    parser.add_argument(
        "--shares", type=float, nargs="+", default=standard.shares, help="of residents changed"
    )
    parser.add_argument(
        "--rounds", type=int, default=standard.rounds, help="of creating findings; the median counts"
    )
    parser.add_argument("--rules", nargs="+", help="of the shipped ones; all, if not given")
    parser.add_argument("--json", type=Path, help="where to write the figures as well")
    given = parser.parse_args()
    wishes = Wishes(given.on, given.parts, given.shares, given.rounds, given.rules)
    print(facts())
    measured: list[Figures] = []
    started = time.perf_counter()
    for residents in given.residents:
        measured += asyncio.run(measure(residents, wishes))
        if given.json:
            keep(measured, given.json)
    show_growth(measured)
    print(f"\n{time.perf_counter() - started:.0f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()
