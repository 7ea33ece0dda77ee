"""Half past eight in a made-up city: how fast a worker's list is answered, and whether everybody may open it at once.

tasks   GET /tasks against bare handlers that read the same rows (bench/tasks_speed.py)
rush    thousands of workers open their page within a minute, on one process (bench/rush.py)

The city is scanned by every shipped rule and its lists are planned, which takes ten minutes for a million; with --keep
FOLDER it is made once and found again by the next run.

    python -m bench.mornings [--residents 1270000] [--on sqlite postgresql] [--parts tasks rush] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import rush, tasks_speed
from bench.city import facts, load
from bench.figures import Figures, keep
from bench.worked_city import worked_city

PARTS = ("tasks", "rush")


@dataclass(frozen=True)
class Wishes:
    """On which databases, which parts, and how each is measured."""

    on: Sequence[str] = ("sqlite", "postgresql")
    parts: Sequence[str] = PARTS
    tasks: tasks_speed.Wishes = field(default_factory=tasks_speed.Wishes)
    rush: rush.Wishes = field(default_factory=rush.Wishes)


async def measure(residents: int, wishes: Wishes, folder: Path | None = None) -> list[Figures]:
    """Make the city, or open it where it was kept, and measure the parts that are wanted on each database."""
    measured = []
    async with worked_city(residents, wishes.on, folder) as houses:
        for house in houses:
            figures = Figures(house.database.dialect, residents)
            if "tasks" in wishes.parts:
                print(f"\n{house.database.dialect}: GET /tasks; {load()}", flush=True)
                await tasks_speed.compete(house, figures, wishes.tasks)
            if "rush" in wishes.parts:
                print(f"\n{house.database.dialect}: the rush; {load()}", flush=True)
                await rush.storm(house, figures, wishes.rush)
            measured.append(figures)
    return measured


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.mornings",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    tasks, storm = tasks_speed.Wishes(), rush.Wishes()
    parser.add_argument("--residents", type=int, default=1_270_000)
    parser.add_argument("--on", nargs="+", choices=Wishes.on, default=Wishes.on)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--keep", type=Path, help="folder where the city is kept, or was")
    parser.add_argument("--requests", type=int, default=tasks.requests, help="of GET /tasks in one round")
    parser.add_argument("--rounds", type=int, default=tasks.rounds, help="of GET /tasks; the median counts")
    parser.add_argument("--workers", type=int, default=storm.workers, help="who open their page in the rush")
    parser.add_argument("--seconds", type=float, default=storm.seconds, help="within which they do")
    parser.add_argument(
        "--cold", type=float, default=storm.cold, help="share of phones that have no file yet"
    )
    parser.add_argument(
        "--apart", type=float, default=storm.apart, help="seconds within which phones fetch the rest"
    )
    parser.add_argument("--json", type=Path, help="where to write the figures as well")
    given = parser.parse_args()
    wishes = Wishes(
        given.on, given.parts,
        tasks_speed.Wishes(requests=given.requests, rounds=given.rounds),
        rush.Wishes(given.workers, given.seconds, given.cold, given.apart),
    )  # fmt: skip
    print(facts())
    measured = asyncio.run(measure(given.residents, wishes, given.keep))
    if given.json:
        keep(measured, given.json)


if __name__ == "__main__":
    main()
