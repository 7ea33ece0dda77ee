"""Who runs when, what is measured, and that everybody's matches are the same.

Every round runs everyone once in one process, beginning with another one each time. A time goes from the question to a
set of (rule, key) in Python: fetching, handing over and judging. Compiling the rules is left out for those who do it
once; ours looks at the tables and makes its statements each time, which is in its times. A round in which anybody's
matches differ from those of the compiled rules in SQLite ends the run.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.filling import fill
from bench.made_city import City, Sizes
from bench.peers import records
from bench.peers.bounds import OF_RESIDENT
from bench.peers.business_variables import BusinessRules
from bench.peers.cel import PythonCel, RustCel
from bench.peers.columns import Numpy
from bench.peers.json_rules import JsonLogic
from bench.peers.ours import Ours
from bench.peers.records import Match
from bench.peers.rule_engine_rules import RuleEngine
from bench.peers.zen_expressions import Zen
from bench.places import TODAY, both_databases

ONE_BY_ONE: tuple[Callable[[], Any], ...] = (Zen, RustCel, RuleEngine, JsonLogic, BusinessRules, PythonCel)
"""The engines that judge a record at a time, by the class that compiles the rules for one."""
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
MEASURE = "Zhitui, the answer, SQLite"
"""Whose time is 1."""


@dataclass
class Entrant:
    """One way to the matches. `before` is not measured; `after` gives matches that `run` left somewhere."""

    name: str
    note: str
    run: Callable[[], Awaitable[Collection[Match] | None]]
    version: str = ""
    before: Callable[[], Awaitable[None]] | None = None
    after: Callable[[], Awaitable[set[Match]]] | None = None
    seconds: list[float] = field(default_factory=list)

    async def turn(self) -> set[Match] | None:
        """Run once and keep the time; gives the matches, None from one that judges nobody."""
        if self.before:
            await self.before()
        gc.collect()
        started = time.perf_counter()
        matches = await self.run()
        self.seconds.append(time.perf_counter() - started)
        if self.after:
            return await self.after()
        return None if matches is None else set(matches)

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Race:
    """A run in a city of this size: how often a rule judged a record, how many matched, and everyone's times."""

    residents: int
    judgements: int
    matches: dict[str, int]
    entrants: list[Entrant]


async def race(residents: int, rounds: int, *, one_by_one: bool) -> Race:
    """Fill both databases and let everyone run; without `one_by_one` only those who take everybody at once."""
    async with both_databases() as houses:
        await fill(City(Sizes(residents), TODAY), [house.database for house in houses])
        ours = [Ours(house) for house in houses]
        for one in ours:
            await one.publish()
        file = Path(str(houses[0].database.url.database))
        entrants = [entrant for one in ours for entrant in _ways_of_ours(one)] + _others(file, one_by_one)
        wanted = await ours[0].answer()
        for number in range(rounds):
            turn = number * len(entrants) // rounds
            for entrant in (*entrants[turn:], *entrants[:turn]):
                same(entrant.name, wanted, await entrant.turn())
            print(f"  round {number + 1} of {rounds} is over", file=sys.stderr, flush=True)
        return Race(residents, judgements(file), dict(Counter(rule for rule, _ in wanted)), entrants)


def same(name: str, wanted: set[Match], found: set[Match] | None) -> None:
    """End the run where somebody's matches differ, with the rules and how many are too many and too few."""
    if found is None or found == wanted:
        return
    many = Counter(rule for rule, _ in found - wanted)
    few = Counter(rule for rule, _ in wanted - found)
    told = [f"{rule}: {many[rule]} too many, {few[rule]} missing" for rule in sorted({*many, *few})]
    raise SystemExit(f"{name} found otherwise than the compiled rules\n  " + "\n  ".join(told))


def judgements(file: Path) -> int:
    """How often the six rules judge a record."""
    connection = sqlite3.connect(file)
    try:
        counted = {
            table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in ("residents", "employments", "enterprises")
        }
    finally:
        connection.close()
    return counted["residents"] * len(OF_RESIDENT) + counted["employments"] + counted["enterprises"]


def _ways_of_ours(ours: Ours) -> Iterator[Entrant]:
    place = DATABASES[ours.house.database.dialect]
    scanned = "every finding kept, with its visit and due date, and what the undecided lack"
    yield Entrant(
        f"Zhitui, the answer, {place}", "and who is undecided, whom to visit, how urgent", ours.answer
    )
    yield Entrant(f"Zhitui, first scan, {place}", scanned, ours.scan, before=ours.forget, after=ours.found)
    yield Entrant(f"Zhitui, later full scan, {place}", "everybody anew, compared with the findings kept",
                  ours.scan, after=ours.found)  # fmt: skip


def _others(file: Path, one_by_one: bool) -> list[Entrant]:
    columns = Numpy()
    entrants = [Entrant(columns.name, columns.note, _at_once(columns, file), version(columns.package))]
    if one_by_one:
        entrants.append(Entrant("nobody", "fetching the records alone", _fetching(file)))
        for engine in (compiling() for compiling in ONE_BY_ONE):
            entrants.append(Entrant(engine.name, engine.note, _each(engine, file), version(engine.package)))
    return entrants


def _at_once(columns: Numpy, file: Path) -> Callable[[], Awaitable[Collection[Match]]]:
    async def run() -> Collection[Match]:
        return set(columns.found(file))

    return run


def _each(engine: Any, file: Path) -> Callable[[], Awaitable[Collection[Match]]]:
    async def run() -> Collection[Match]:
        batches = records.batches(file, sparse=engine.sparse)
        return {match for batch in batches for match in engine.matches(batch)}

    return run


def _fetching(file: Path) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        for _ in records.batches(file, sparse=True):
            pass

    return run
