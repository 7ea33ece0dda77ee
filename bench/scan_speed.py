"""The compiled rules against the best hand-written SQL, on the same database, in turn.

Both fill one temporary table with (subject, target, verdict, grade, due). The compiled rules also find whoever cannot
be decided, which the hand-written statements leave out; the matches of both must be the same set.

    python -m bench.scan_speed [--residents 100000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import delete, select, text
from sqlalchemy.schema import CreateTable

from bench import handwritten
from bench.places import TODAY, both_databases
from rules import LIBRARY, verdicts
from service.access.actors import SYSTEM
from service.access.unit import House, Unit
from service.demo.files import write_files
from service.demo.street import make_street
from service.engine import publish, scan
from service.engine.reconcile import fill, verdicts_now
from service.engine.rulebook import active, basis
from service.records.importing import import_file
from service.tables.catalogue import CATALOGUE

COMMUNITIES = 6


async def measure(residents: int, rounds: int) -> None:
    """Print the ratios for SQLite and for PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        files = write_files(
            make_street(residents_per_community=residents // COMMUNITIES, today=TODAY), Path(folder)
        )
        async with both_databases() as houses:
            for house in houses:
                for path, kind in files:
                    await import_file(house, path, kind, actor=SYSTEM, synthetic=True)
                async with house.write() as unit:
                    await publish.publish(unit, LIBRARY, only=handwritten.RULES)
                await _compare(house, rounds)
                await _whole_scan(house)


async def _compare(house: House, rounds: int) -> None:
    names = list(handwritten.RULES)
    times: dict[tuple[str, str], list[float]] = {
        (who, name): [] for who in ("compiled", "by hand") for name in names
    }
    found: dict[tuple[str, str], set[int]] = {}
    for _ in range(rounds):
        for name in names:
            for who, run in (("compiled", _compiled), ("by hand", _by_hand)):
                async with house.write() as unit:
                    await unit.connection.execute(CreateTable(verdicts_now, if_not_exists=True))
                    seconds = await run(unit, name)
                    times[who, name].append(seconds)
                    matched = select(verdicts_now.c.subject_id).where(verdicts_now.c.verdict == "match")
                    found[who, name] = set((await unit.connection.execute(matched)).scalars())
    print(f"\n{house.database.dialect}: median of {rounds} rounds, milliseconds")
    print(f"  {'rule':32}{'matches':>9}{'compiled':>10}{'by hand':>10}{'ratio':>8}")
    for name in names:
        ours, theirs = (statistics.median(times[who, name]) * 1000 for who in ("compiled", "by hand"))
        same = found["compiled", name] == found["by hand", name]
        print(
            f"  {name:32}{len(found['compiled', name]):>9}{ours:>10.1f}{theirs:>10.1f}{ours / theirs:>8.2f}",
            end="",
        )
        print("" if same else "   THE MATCHES DIFFER")
    ours, theirs = (
        sum(statistics.median(times[who, name]) for name in names) for who in ("compiled", "by hand")
    )
    print(f"  {'total':41}{ours * 1000:>10.1f}{theirs * 1000:>10.1f}{ours / theirs:>8.2f}")


async def _compiled(unit: Unit, name: str) -> float:
    ground = await basis(unit)
    version = next(version for version in await active(unit) if version.rule == name)
    statement = verdicts(ground.checked(version), CATALOGUE, ground.moment(TODAY), dialect=unit.dialect)
    started = time.perf_counter()
    await fill(unit, statement)
    return time.perf_counter() - started


async def _by_hand(unit: Unit, name: str) -> float:
    statement = handwritten.statement(name, unit.dialect, TODAY)
    wanted = {key: value for key, value in handwritten.binds(TODAY).items() if f":{key}" in statement}
    started = time.perf_counter()
    await unit.connection.execute(delete(verdicts_now))
    columns = ", ".join(column.name for column in verdicts_now.columns)
    await unit.connection.execute(text(f"INSERT INTO verdicts_now ({columns}) {statement}"), wanted)
    return time.perf_counter() - started


async def _whole_scan(house: House) -> None:
    for which in ("first", "second"):
        async with house.write() as unit:
            scan_id = await scan.begin(unit, as_of=TODAY)
        started = time.perf_counter()
        done = await scan.run(house, scan_id)
        opened = sum(rule.opened for rule in done.rules)
        print(
            f"  {which} whole scan with findings: {time.perf_counter() - started:.2f} s, {opened} findings opened"
        )


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--residents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    asyncio.run(measure(given.residents, given.rounds))


if __name__ == "__main__":
    main()
