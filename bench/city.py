"""A made-up city of any size: how long scans, tasks and previews take in it, as ratios within one run.

Into each database a city is loaded, and then, in this order:

creation    the findings of the six reference rules, by a first scan and by one hand-written INSERT … SELECT a rule, in turn
reference   delta scans of the six rules after days that changed more and more, each followed by a full scan of the
            same state, which must find nothing left to change
shipped     the same for all shipped rules; the first scan also with somebody else writing to SQLite meanwhile
equal       delta scans after equally many changes, whatever the size of the city, and after none
tasks       a task for every visit, and the day's lists
preview     what each rule would find under other parameters

Every scan runs in a process of its own, of which the peak memory is told. With several sizes the exponents follow by
which the figures grow with the city.

    python -m bench.city [--residents 1000000 ...] [--on sqlite postgresql] [--parts creation ...] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sqlite3
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bench import city_work, creating, handwritten
from bench.bystander import bystander
from bench.day_changes import change
from bench.figures import Figures, keep, show_growth
from bench.filling import fill
from bench.made_city import City, Sizes
from bench.places import SERVER, TODAY, databases
from bench.scanning import Scanned, load_rules, scanned, verdicts_alone
from service.access.unit import House

PARTS = ("creation", "reference", "shipped", "equal", "tasks", "preview")
SHARES = (0.001, 0.01, 0.05, 0.1)
EQUAL = (1_000, 10_000)
ROUNDS = 3
FASTER = {"sqlite": 25, "postgresql": 10}
"""RULES §6: how many times as fast as a full scan a delta is to be after a day that changed one resident in a hundred."""
SIX, ALL = "six rules", "all rules"


class CityRun:
    """One city in one database, day after day."""

    def __init__(self, house: House, residents: int, shares: Sequence[float], rounds: int) -> None:
        self.house = house
        self.residents = residents
        self.shares = shares
        self.rounds = rounds
        self.day = TODAY
        self.figures = Figures(house.database.dialect, residents)

    async def creation(self) -> None:
        """First scans and hand-written statements in turn; what both wrote has to be the same."""
        hand, first, second = [], [], []
        for _ in range(self.rounds):
            taken, _count = await creating.by_hand(self.house, self.day)
            wanted = await creating.found(self.house)
            await creating.forget_everything(self.house)
            done = await scanned(self.house, self.day)
            if await creating.found(self.house) != wanted:
                raise SystemExit("the first scan found otherwise than the hand-written statements")
            again = await scanned(self.house, self.day, whole=True)
            _unchanged(again)
            hand, first, second = [*hand, taken], [*first, done.seconds], [*second, again.seconds]
            if _ + 1 < self.rounds:
                await creating.forget_everything(self.house)
        say = self.figures.say
        say(f"{SIX}: findings by hand", statistics.median(hand), f"{wanted[0]:,} findings")
        say(
            f"{SIX}: first scan",
            statistics.median(first),
            f"{done.total('unknown'):,} undecided, {done.memory:.0f} MB",
        )
        say(f"{SIX}: second full scan", statistics.median(second))
        self.figures.compare(
            "creating findings", f"{SIX}: first scan", f"{SIX}: findings by hand", 1.3, faster=False
        )

    async def deltas(self, rules: str) -> None:
        """Days that changed more and more, with a full scan after each."""
        for share in self.shares:
            self.day += timedelta(days=1)
            count = await change(self.house, round(self.residents * share), self.day)
            name = f"{rules}: delta, {share:.1%} changed and a day"
            delta = await self._delta(name, count)
            full = await scanned(self.house, self.day, whole=True)
            _unchanged(full)
            self.figures.say(f"{name}: full scan", full.seconds)
            if share == 0.01:
                self.figures.compare(
                    name, name, f"{name}: full scan", FASTER[self.figures.dialect], faster=True
                )
            else:
                self.figures.note(f"ratio: {name}", full.seconds / delta.seconds)
                print(f"  → {name}: {full.seconds / delta.seconds:.2f} times as fast")

    async def first(self) -> None:
        """All shipped rules over everybody: verdicts alone, with findings, and once more."""
        in_force = await load_rules(self.house)
        await creating.forget_everything(self.house)
        if self.house.database.dialect == "sqlite":
            with bystander(str(self.house.database.url.database)) as waits:
                beside = await scanned(self.house, self.day)
            self.figures.say("longest write of somebody else during a first scan", waits.longest / 1000,
                             f"of {len(waits.taken)} writes; 99 % within {waits.share(0.99):.0f} ms; "
                             f"the scan took {beside.seconds:.1f} s beside them")  # fmt: skip
            await creating.forget_everything(self.house)
        alone = await verdicts_alone(self.house, self.day)
        self.figures.say(f"{ALL}: verdicts alone", sum(alone.values()), f"{in_force} rules")
        done = await scanned(self.house, self.day)
        self.figures.say(
            f"{ALL}: first scan", done.seconds,
            f"{done.total('opened'):,} findings, {done.total('unknown'):,} undecided",
        )  # fmt: skip
        self.figures.note("memory of a first scan", done.memory)
        print(f"  peak memory of a first scan: {done.memory:.0f} MB (goal: 300)")
        for rule in sorted(done.rules, key=lambda rule: -rule.milliseconds)[:5]:
            print(
                f"    {rule.rule:40}{rule.milliseconds:>8,} ms, {rule.opened:,} opened; verdicts {alone.get(rule.rule, 0) * 1000:,.0f} ms"
            )
        again = await scanned(self.house, self.day, whole=True)
        _unchanged(again)
        self.figures.say(f"{ALL}: second full scan", again.seconds)

    async def equal(self) -> None:
        """The same number of changes in a city of any size, within a day and over one; and nothing at all."""
        for count in EQUAL:
            changed = await change(self.house, count, self.day)
            await self._delta(f"{ALL}: delta, {count:,} changes within a day", changed)
        quiet = await scanned(self.house, self.day)
        self.figures.say(f"{ALL}: delta, nothing changed", quiet.seconds)
        self.day += timedelta(days=1)
        await self._delta(f"{ALL}: delta, a day gone", 0)
        self.day += timedelta(days=1)
        changed = await change(self.house, EQUAL[-1], self.day)
        await self._delta(f"{ALL}: delta, {EQUAL[-1]:,} changes and a day", changed)
        _unchanged(await scanned(self.house, self.day, whole=True))

    async def _delta(self, name: str, changed: int) -> Scanned:
        done = await scanned(self.house, self.day)
        moved = " ".join(
            f"{done.total(what):,} {what}" for what in ("opened", "resolved", "withdrawn", "updated")
        )
        self.figures.say(
            name, done.seconds,
            f"{changed:,} changes, {done.total('candidates'):,} candidates; {moved}; {done.modes['full']} rules full; "
            f"{done.memory:.0f} MB; took in {done.beginning * 1000:.0f} ms",
        )  # fmt: skip
        self.figures.note(f"memory: {name}", done.memory)
        for rule in sorted(done.rules, key=lambda rule: -rule.milliseconds)[:4]:
            print(
                f"    {rule.rule:40}{rule.milliseconds:>8,} ms  {rule.mode} {rule.why_full or ''} "
                f"{rule.candidates or 0:,} candidates, {rule.opened + rule.resolved + rule.withdrawn + rule.updated:,} changed"
            )
        return done


def _unchanged(full: Scanned) -> None:
    """A full scan right after a delta has nothing to do, or the delta was wrong."""
    for rule in full.rules:
        changed = {what: getattr(rule, what) for what in ("opened", "resolved", "withdrawn", "updated")}
        if any(changed.values()):
            raise SystemExit(f"{rule.rule}: the full scan after it still found {changed}")


async def measure(
    residents: int, on: Sequence[str], parts: Sequence[str], shares: Sequence[float], rounds: int
) -> list[Figures]:
    """Load a city of this size into each database, and measure the parts that are wanted."""
    measured = []
    async with databases(on, SERVER) as houses:
        filled = await fill(City(Sizes(residents), TODAY), [house.database for house in houses])
        rows = sum(filled.rows.values())
        print(f"\n{residents:,} residents, {rows:,} rows in {' and '.join(on)}: {rows / filled.loading:,.0f} rows/s, "
              f"then {filled.indexing:.0f} s of indexes and statistics", flush=True)  # fmt: skip
        for house in houses:
            print(f"\n{house.database.dialect}, {residents:,} residents", flush=True)
            run = CityRun(house, residents, shares, rounds)
            measured.append(run.figures)
            await _parts(run, parts)
    return measured


async def _parts(run: CityRun, parts: Sequence[str]) -> None:
    if "creation" in parts or "reference" in parts:
        await load_rules(run.house, handwritten.RULES)
    if "creation" in parts:
        await run.creation()
    if "reference" in parts:
        await run.deltas(SIX)
    if {"shipped", "equal", "tasks", "preview"} & set(parts):
        await run.first()
    if "tasks" in parts:
        await city_work.tasks(run.house, run.day, run.figures)
    if "shipped" in parts:
        await run.deltas(ALL)
    if "equal" in parts:
        await run.equal()
    if "preview" in parts:
        await city_work.previews(run.house, run.day, run.figures)


def facts() -> str:
    """The machine, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    server = ", ".join(f"{name} {value}" for name, value in SERVER.items())
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GB memory, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, PostgreSQL with {server}"
    )


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--residents", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--on", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--shares", type=float, nargs="+", default=list(SHARES), help="of residents changed")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of creating findings; the median counts")
    parser.add_argument("--json", type=Path, help="where to write the figures as well")
    given = parser.parse_args()
    print(facts())
    measured: list[Figures] = []
    started = time.perf_counter()
    for residents in given.residents:
        measured += asyncio.run(measure(residents, given.on, given.parts, given.shares, given.rounds))
        if given.json:
            keep(measured, given.json)
    show_growth(measured)
    print(f"\n{time.perf_counter() - started:.0f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()
