"""The compiled rules against the best hand-written SQL, on the reference data of a million residents, in turn.

Both fill one temporary table with (subject, target, verdict, grade, due), the matches and whoever cannot be decided, and
the rows have to be the same. A second figure compares with hand-written SQL that asks for the matches alone, which is
less than the compiled rules answer. The order within a round changes from round to round; the first is not counted.
Preparing a compiled statement (the look at the size of the tables, and making the statement) is told apart.

    python -m bench.scan_speed [--residents 1000000] [--rounds 5] [--scan]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.schema import CreateTable

from bench import handwritten
from bench.filling import fill
from bench.made_city import City, Sizes
from bench.places import TODAY, both_databases
from rules import LIBRARY, CheckedRule, Moment, check_pack, load_pack, verdicts
from service.access.unit import House, Unit
from service.calendar import WorkingDays
from service.engine import publish, scan
from service.engine.estimates import population
from service.engine.reconcile import verdicts_now
from service.tables.catalogue import CATALOGUE

GOAL = 1.15
WHO = ("compiled", "by hand", "matches by hand")
PLACE = "330102003057"


async def measure(residents: int, rounds: int, whole_scan: bool) -> None:
    """Print the ratios for SQLite and for PostgreSQL."""
    async with both_databases() as houses:
        started = time.perf_counter()
        await fill(City(Sizes(residents), TODAY), [house.database for house in houses])
        print(f"{residents} residents in both databases: {time.perf_counter() - started:.0f} s")
        for house in houses:
            await _compare(house, rounds)
            if whole_scan:
                await _whole_scan(house)


async def _compare(house: House, rounds: int) -> None:
    pack = load_pack()
    rules = check_pack(pack, CATALOGUE)
    moment = Moment(TODAY, pack.parameters.at(TODAY, PLACE), WorkingDays().after)
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    counts: dict[str, tuple[int, int]] = {}
    prepared: list[float] = []
    for number in range(rounds + 1):
        for name in handwritten.RULES:
            turn = number % len(WHO)
            found = {}
            for who in (*WHO[turn:], *WHO[:turn]):
                async with house.write() as unit:
                    preparing, seconds = await _timed(unit, rules[name], name, who, moment)
                    if number:
                        times[who, name].append(seconds)
                        if who == "compiled":
                            prepared.append(preparing)
                    else:
                        rows = await unit.connection.execute(select(verdicts_now))
                        found[who] = {tuple(row) for row in rows}
            if not number:
                counts[name] = _same(name, found)
    _show(house.database.dialect, rounds, times, counts)
    print(
        f"  preparing one compiled statement, statistics included: {statistics.median(prepared) * 1000:.1f} ms"
    )


def _same(name: str, found: dict[str, set[Any]]) -> tuple[int, int]:
    """How many match and how many cannot be decided; ends the run where the answers differ."""
    matching = {row for row in found["compiled"] if row[3] == "match"}
    for who, wanted in (("by hand", found["compiled"]), ("matches by hand", matching)):
        if found[who] != wanted:
            raise SystemExit(f"{name}, {who}: {len(found[who] ^ wanted)} rows differ")
    return len(matching), len(found["compiled"]) - len(matching)


def _show(
    dialect: str, rounds: int, times: dict[tuple[str, str], list[float]], counts: dict[str, tuple[int, int]]
) -> None:
    print(f"\n{dialect}: median of {rounds} rounds, milliseconds")
    heads = ("matches", "unknown", "compiled", "by hand", "ratio", "matches by hand", "ratio")
    print(f"  {'rule':30}" + "".join(f"{head:>{max(10, len(head) + 2)}}" for head in heads))
    total = dict.fromkeys(WHO, 0.0)
    for name in handwritten.RULES:
        taken = {who: statistics.median(times[who, name]) * 1000 for who in WHO}
        total = {who: total[who] + taken[who] for who in WHO}
        print(_line(name, *counts[name], taken))
    matched, unknown = (sum(each) for each in zip(*counts.values(), strict=True))
    reached = "reached" if total["compiled"] <= GOAL * total["by hand"] else "not reached"
    print(_line("total", matched, unknown, total) + f"   goal {GOAL}: {reached}")


def _line(name: str, matched: int, unknown: int, taken: dict[str, float]) -> str:
    ours, hand, less = (taken[who] for who in WHO)
    return f"  {name:30}{matched:>10}{unknown:>10}{ours:>10.1f}{hand:>10.1f}{ours / hand:>10.2f}{less:>17.1f}{ours / less:>10.2f}"


async def _prepared(
    unit: Unit, rule: CheckedRule, name: str, who: str, moment: Moment
) -> tuple[Any, dict[str, date]]:
    """A statement that fills the table, and its binds."""
    columns = [column.name for column in verdicts_now.columns]
    if who == "compiled":
        size = await population(unit, CATALOGUE, rule.document.subject)
        asked = verdicts(rule, CATALOGUE, moment, dialect=unit.dialect, population=size)
        return insert(verdicts_now).from_select(columns, asked), {}
    asking = handwritten.whole if who == "by hand" else handwritten.matches
    statement = asking(name, unit.dialect, TODAY)
    wanted = {key: value for key, value in handwritten.binds(TODAY).items() if f":{key}" in statement}
    return text(f"INSERT INTO verdicts_now ({', '.join(columns)}) {statement}"), wanted


async def _timed(unit: Unit, rule: CheckedRule, name: str, who: str, moment: Moment) -> tuple[float, float]:
    """Seconds of preparing, and seconds in the database."""
    await unit.connection.execute(CreateTable(verdicts_now, if_not_exists=True))
    await unit.connection.execute(delete(verdicts_now))
    started = time.perf_counter()
    statement, wanted = await _prepared(unit, rule, name, who, moment)
    ready = time.perf_counter()
    await unit.connection.execute(statement, wanted)
    return ready - started, time.perf_counter() - ready


async def _whole_scan(house: House) -> None:
    async with house.write() as unit:
        await publish.publish(unit, LIBRARY)
    for which in ("first", "second"):
        async with house.write() as unit:
            scan_id = await scan.begin(unit, as_of=TODAY)
        started = time.perf_counter()
        done = await scan.run(house, scan_id)
        opened = sum(rule.opened for rule in done.rules)
        taken = time.perf_counter() - started
        print(
            f"  {which} whole scan, {len(done.rules)} rules, with findings: {taken:.1f} s, {opened} findings opened"
        )


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--residents", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--scan", action="store_true", help="also a whole scan of the shipped library, with findings"
    )
    given = parser.parse_args()
    asyncio.run(measure(given.residents, given.rounds, given.scan))


if __name__ == "__main__":
    main()
