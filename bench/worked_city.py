"""A made-up city on a working morning: scanned by every shipped rule, a task for every visit, everybody's list planned.

A city takes many minutes to get there, so it may be kept in a folder and opened again.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import exists, func, select, text

from bench.city_work import employ
from bench.filling import fill
from bench.made_city import City, Sizes
from bench.places import SERVER, TODAY, databases
from bench.scanning import load_rules
from service import jobs
from service.access.unit import House
from service.settings import Settings
from service.settling import plan_day
from service.tables import residents as people
from service.tables import tasks
from service.tables.tasks import OPEN


@asynccontextmanager
async def worked_city(
    residents: int, kinds: Sequence[str], folder: Path | None = None
) -> AsyncIterator[list[House]]:
    """A house on each of these databases, with such a city in it; in a `folder` it is made once and kept."""
    async with databases(kinds, SERVER, folder) as houses:
        new = [house for house in houses if not await _worked(house)]
        if new:
            await fill(City(Sizes(residents), TODAY), [house.database for house in new])
        for house in new:
            await _work(house, residents)
        for house in houses:
            print(f"{house.database.dialect}: {await _told(house)}", flush=True)
        yield houses


async def _work(house: House, residents: int) -> None:
    """What a first morning brings."""
    started = time.perf_counter()
    await load_rules(house)
    await employ(house, residents)
    await jobs.scan_once(house, TODAY)
    await plan_day(house, Settings(), TODAY)
    if house.database.dialect == "postgresql":  # it would by itself, but not at a time one knows
        async with house.database.connection() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))
    print(f"{house.database.dialect}: first morning in {time.perf_counter() - started:.0f} s", flush=True)


async def _worked(house: House) -> bool:
    async with house.read() as unit:
        return bool(await unit.connection.scalar(select(exists().where(tasks.c.planned_on == TODAY))))


async def _told(house: House) -> str:
    async with house.read() as unit:
        count = select(func.count())
        everybody = await unit.connection.scalar(count.select_from(people))
        opened = await unit.connection.scalar(count.select_from(tasks).where(OPEN))
        workers = await unit.connection.scalar(
            select(func.count(tasks.c.account_id.distinct())).where(tasks.c.planned_on == TODAY)
        )
    return f"{everybody:,} residents, {opened:,} open tasks, {workers:,} workers with visits today"
