"""How soon a change is followed: from the commit of a corrected record to the end of the visit it was about.

    python -m bench.at_once [--residents 100000] [--changes 20]

In a made-up city with the six reference rules scanned and the day planned, a leader follows the records while a second
connection corrects birth dates one after the other, each of which makes an allowance no longer due.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from sqlalchemy import select

from bench.filling import fill
from bench.handwritten import RULES
from bench.made_city import City, Sizes
from bench.places import SERVER, TODAY, databases
from bench.scanning import load_rules
from service import clockwork, jobs
from service.access.unit import House
from service.clock import SetClock
from service.records.changesets import correct
from service.settings import Settings
from service.settling import plan_day
from service.tables import findings

RULE = "old-age-allowance"
BORN = date(1990, 1, 1)


async def measure(residents: int, changes: int) -> None:
    """Print for each database how long it took, in milliseconds."""
    async with databases(("sqlite", "postgresql"), SERVER) as houses:
        await fill(City(Sizes(residents), TODAY), [house.database for house in houses])
        for house in houses:
            assert isinstance(house.clock, SetClock)
            taken = sorted(await _followed(house, changes))
            print(
                f"{house.database.dialect}: {residents:,} residents, {changes} changes followed; milliseconds: "
                f"median {statistics.median(taken):,.0f}, longest {taken[-1]:,.0f}"
            )


async def _followed(house: House, changes: int) -> list[float]:
    await load_rules(house, RULES)
    with tempfile.TemporaryDirectory() as folder:
        # The day's round was made already: the clock stands before it is due.
        settings = Settings(home=Path(folder), morning="0 23 * * *")
        await jobs.scan_once(house, house.clock.today())
        await plan_day(house, settings)
        people = await _entitled(house, changes)
        leading = asyncio.create_task(clockwork.lead(house, settings))
        try:
            return [await _one(house, person) for person in people]
        finally:
            leading.cancel()
            await asyncio.gather(leading, return_exceptions=True)


async def _entitled(house: House, count: int) -> list[int]:
    async with house.read() as unit:
        f = findings.c
        wanted = select(f.subject_id).where(f.rule == RULE, f.verdict == "match", f.cleared_on.is_(None))
        return list((await unit.connection.execute(wanted.order_by(f.subject_id).limit(count))).scalars())


async def _one(house: House, person: int) -> float:
    """Milliseconds from the commit until the finding is cleared and on nobody's list."""
    async with house.write() as unit:
        await correct(unit, "resident", person, {"birth_date": BORN}, observed_on=unit.today)
    started = time.perf_counter()
    f = findings.c
    still = select(f.finding_id).where(f.rule == RULE, f.subject_id == person, f.cleared_on.is_(None))
    while True:
        async with house.read() as unit:
            if (await unit.connection.execute(still)).first() is None:
                return (time.perf_counter() - started) * 1000
        await asyncio.sleep(0.005)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--residents", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=20)
    given = parser.parse_args()
    asyncio.run(measure(given.residents, given.changes))


if __name__ == "__main__":
    main()
