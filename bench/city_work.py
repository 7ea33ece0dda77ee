"""What follows the scans of the made-up city: tasks and the day's lists, and previews of rules."""

from __future__ import annotations

import asyncio
import time
from datetime import date

from sqlalchemy import func, insert, select

from bench.apart import apart
from bench.figures import Figures
from bench.handwritten import RULES
from bench.made_city import City, Sizes
from bench.people import workers
from bench.places import TODAY
from bench.scanning import address, house_on
from service.access.unit import House
from service.engine import preview, rulebook
from service.settings import Settings
from service.tables import accounts, posts
from service.tables import tasks as task_rows
from service.work import gather, plan

CHUNK = 5_000


async def tasks(house: House, day: date, figures: Figures) -> None:
    """A task for every visit, somebody for every task, and the lists of the day."""
    people = await _employ(house, figures.residents)
    (gathering, again, planning, count), memory = await apart(_tasks, address(house), day)
    figures.say("a task for every visit", gathering, f"{count:,} tasks")
    figures.say("tasks once more, nothing changed", again)
    figures.say("somebody for every task, and a day for it", planning, f"{people:,} workers; {memory:.0f} MB")
    figures.note("memory of tasks and lists", memory)


async def _employ(house: House, residents: int) -> int:
    """A worker for every grid; gives how many."""
    made = list(workers(City(Sizes(residents), TODAY)))
    async with house.write() as unit:
        for start in range(0, len(made), CHUNK):
            some = made[start : start + CHUNK]
            people = [
                {"account_id": key, "login": login, "name": name, "role": "worker", "division_code": grid, "created_at": unit.now}
                for key, login, name, grid in some
            ]  # fmt: skip
            held = [
                {"account_id": key, "division_code": grid, "role": "main", "from_on": TODAY}
                for key, _, _, grid in some
            ]
            await unit.connection.execute(insert(accounts), people)
            await unit.connection.execute(insert(posts), held)
    return len(made)


def _tasks(url: str, day: date) -> tuple[float, float, float, int]:
    async def run() -> tuple[float, float, float, int]:
        house = house_on(url, day)
        times = []
        for _ in range(2):
            started = time.perf_counter()
            async with house.write() as unit:
                await gather.gather(unit)
            times.append(time.perf_counter() - started)
        started = time.perf_counter()
        async with house.write() as unit:
            await plan.plan(unit, day, await rulebook.working_days(unit), Settings().daily_cap)
        planning = time.perf_counter() - started
        async with house.read() as unit:
            count = (await unit.connection.execute(select(func.count()).select_from(task_rows))).scalar_one()
        await house.database.close()
        return times[0], times[1], planning, int(count)

    return asyncio.run(run())


async def previews(house: House, day: date, figures: Figures) -> None:
    """What each of the six reference rules would find: the longest, and all together."""
    taken, memory = await apart(_previews, address(house), day)
    slowest = max(taken, key=lambda rule: taken[rule])
    figures.say("preview of the slowest of the six rules", taken[slowest], f"{slowest} (goal: one second)")
    figures.say("preview of all six rules", sum(taken.values()), f"{memory:.0f} MB")


def _previews(url: str, day: date) -> dict[str, float]:
    async def run() -> dict[str, float]:
        house, taken = house_on(url, day), {}
        for rule in RULES:
            async with house.read() as unit:
                started = time.perf_counter()
                await preview.preview(unit, as_of=day, only_rule=rule)
                taken[rule] = time.perf_counter() - started
        await house.database.close()
        return taken

    return asyncio.run(run())
