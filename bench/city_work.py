"""What follows the scans of the made-up city: tasks and the day's lists, and previews of edited rules."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, insert, select

from bench.apart import Apart, processor_seconds
from bench.bystander import beside
from bench.figures import Figures
from bench.made_city import City, Sizes
from bench.people import workers
from bench.places import TODAY
from service.access.unit import House
from service.engine import rulebook
from service.engine.comparing import compare
from service.engine.judging import counts, judge
from service.engine.rule_scan import episode_of
from service.engine.scratch import candidates, empty, woken
from service.settings import Settings
from service.settling import plan_day, settle_touched
from service.tables import accounts, posts
from service.tables import tasks as task_rows

CHUNK = 5_000
PREVIEW_GOAL = 1.0
"""Seconds of database time on a million residents (RULES §6)."""
WAIT_GOAL = 1.0
"""Seconds nobody else who writes to SQLite is to wait longer (issue 4)."""
EDITS = {
    "health-certificate-food": ('days(param("health.notice_days"))', "days(60)"),
    "old-age-allowance": ('years(param("high_age.from_age"))', "years(75)"),
    "elder-visits": ('param("elders.from_age")', "65"),
    "severe-disability-nursing": ("d.grade in [1, 2]", "d.grade in [1, 2, 3]"),
    "residence-permit-endorsement": ('today + days(param("residence.notice_days"))', "today + days(45)"),
    "food-licence-renewal": ('working_days(param("food_licence.window_opens"))', "working_days(120)"),
}
"""What somebody edits in the text of each reference rule, and what they put in its place."""


async def tasks(process: Apart, house: House, day: date, figures: Figures) -> None:
    """A task for every visit, somebody for every task, and the lists of the day."""
    people = await employ(house, figures.residents)
    with beside(house, figures, "gathering and planning", WAIT_GOAL):
        opened, _, seconds = await process.run(settle_there, day)
        count = await _count(house)
        figures.say(
            "a task for every visit, and its worker and day", seconds, f"{opened:,} opened, {count:,} tasks"
        )
        *_, seconds = await process.run(settle_there, day)
        figures.say("tasks once more, nothing changed", seconds)
        visits, unassigned, seconds = await process.run(plan_there, day)
        figures.say(
            "every list of a morning anew", seconds,
            f"{people:,} workers, {visits:,} visits on their lists, {unassigned:,} tasks for nobody; {process.memory:.0f} MB",
        )  # fmt: skip


async def follow(process: Apart, day: date, figures: Figures, name: str) -> None:
    """Bring tasks and lists in step with what a scan has just changed."""
    opened, ended, seconds = await process.run(settle_there, day)
    figures.say(f"{name}: tasks and lists", seconds, f"{opened:,} opened, {ended:,} ended")


async def settle_there(house: House) -> tuple[int, int, float]:
    """Tasks opened and ended, and seconds."""
    started = time.perf_counter()
    gathered = await settle_touched(house, Settings())
    return gathered.opened, gathered.ended, time.perf_counter() - started


async def plan_there(house: House) -> tuple[int, int, float]:
    """Visits on the lists of the day, tasks without a worker, and seconds."""
    started = time.perf_counter()
    plan = (await plan_day(house, Settings())).plan
    return sum(load.visits for load in plan.loads), plan.unassigned, time.perf_counter() - started


async def _count(house: House) -> int:
    async with house.read() as unit:
        rows = await unit.connection.execute(select(func.count()).select_from(task_rows))
        return int(rows.scalar_one())


async def employ(house: House, residents: int) -> int:
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


@dataclass(frozen=True)
class Previewed:
    """Seconds of judging everybody by an edited rule and of comparing with its findings, of processor for both; and what
    was found.
    """

    judging: float
    comparing: float
    processor: float
    found: str


async def previews(process: Apart, day: date, figures: Figures) -> None:
    """What each of the six reference rules would find once edited, and who would enter and leave."""
    taken = await process.run(preview_there, day)
    for rule, one in taken.items():
        print(
            f"    {rule:40}{one.judging * 1000:>8,.0f} ms, difference {one.comparing * 1000:,.0f} ms; "
            f"{one.processor * 1000:,.0f} ms of processor; {one.found}"
        )
    slowest = max(taken, key=lambda rule: taken[rule].processor)
    figures.say("whom the slowest edited rule would find", taken[slowest].judging, slowest)
    figures.say("the same, and who enters and leaves", taken[slowest].judging + taken[slowest].comparing)
    figures.hold("the same, and who enters and leaves", PREVIEW_GOAL)
    figures.note("the same, of processor", taken[slowest].processor)
    figures.hold("the same, of processor", PREVIEW_GOAL)


async def preview_there(house: House) -> dict[str, Previewed]:
    """By rule."""
    taken, day = {}, house.clock.today()
    async with house.session() as session, session.read() as unit:
        ground = await rulebook.basis(unit)
        for name, (old, new) in EDITS.items():
            version = await rulebook.rule_in_force(unit, name, day)
            if old not in version.document:
                raise SystemExit(f"{name} no longer says {old}: edit something else (bench/city_work.py)")
            rule = ground.checked(replace(version, document=version.document.replace(old, new, 1)))
            before, started = await processor_seconds(house), time.perf_counter()
            await empty(unit, candidates, woken)
            judged = await judge(unit, ground, rule, day)
            matched, unknown = await counts(unit)
            between = time.perf_counter()
            episode = episode_of(version, rule, ground.moment(day), day)
            steps = await compare(unit, episode, judged, everyone=True)
            ended = time.perf_counter()
            told = ", ".join(f"{count:,} {step}" for step, count in steps.items())
            taken[name] = Previewed(
                between - started, ended - between, await processor_seconds(house) - before,
                f"{matched:,} matched, {unknown:,} undecided: {told}",
            )  # fmt: skip
    return taken
