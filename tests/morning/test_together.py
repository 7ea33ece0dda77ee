"""Scans, plans, answers and changing records at the same time: nothing is lost, doubled, or given to who cannot see it."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import pytest
from mornings import TODAY, settings_in
from sqlalchemy import and_, exists, func, not_, or_, select, text, update

from service.access import accounts as registry
from service.access.actors import Actor, prefix_of
from service.access.unit import House
from service.engine import scan
from service.engine.wording import rewrite_words
from service.errors import Conflict, InvalidInput, NotFound
from service.settings import Settings
from service.settling import plan_day
from service.tables import certificates, findings, outcomes, residents, tasks
from service.tables.tasks import OPEN
from service.work import outcomes as answering
from service.work import tasks as reading
from service.work.outcomes import Answer
from service.work.plan import loads

ROUNDS = 4
LIVE = and_(findings.c.cleared_on.is_(None), findings.c.outcome.is_(None))
SAID = ("done", "declined", "not_found", "later", "moved", "already_has")


@pytest.mark.parametrize("seed", [1, 2])
async def test_everybody_at_once_leaves_the_work_whole(morning: House, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    settings = settings_in(tmp_path)
    workers = await _workers(morning)
    assert len(workers) >= 2
    await asyncio.gather(
        _scans(morning),
        _scans(morning),
        _plans(morning, settings),
        _changes(morning, dice),
        *(_answers(morning, worker, random.Random(seed + number)) for number, worker in enumerate(workers)),
    )
    await plan_day(morning, settings)
    assert await _broken(morning) == {}
    await _sees_what_is_counted(morning, workers)


async def _scans(house: House) -> None:
    for _ in range(ROUNDS):
        async with house.write() as unit:
            scan_id = await scan.begin(unit, as_of=TODAY)
        done = await scan.run(house, scan_id)
        assert done.state == "done", [rule.error for rule in done.rules]


async def _plans(house: House, settings: Settings) -> None:
    for _ in range(ROUNDS):
        await plan_day(house, settings)


async def _changes(house: House, dice: random.Random) -> None:
    """Certificates run out and are renewed, people move house and grid."""
    for _ in range(ROUNDS):
        async with house.write() as unit:
            homes = (
                (await unit.connection.execute(select(residents.c.household_id).distinct())).scalars().all()
            )
            grids = (await unit.connection.execute(select(residents.c.grid_code).distinct())).scalars().all()
            people = (await unit.connection.execute(select(residents.c.resident_id))).scalars().all()
            for person in dice.sample(people, 8):
                moved = {"household_id": dice.choice(homes), "grid_code": dice.choice(grids)}
                await unit.connection.execute(
                    update(residents).where(residents.c.resident_id == person).values(**moved)
                )
                await unit.connection.execute(
                    update(certificates)
                    .where(certificates.c.resident_id == person)
                    .values(valid_to=TODAY + timedelta(days=dice.randint(-60, 400)))
                )


async def _answers(house: House, worker: Actor, dice: random.Random) -> None:
    for _ in range(ROUNDS):
        try:
            async with house.write(worker) as unit:
                page = await reading.page(unit, limit=20)
                standing = [(task, finding) for task in page for finding in task.findings if finding.live]
                if not standing:
                    return
                task, finding = dice.choice(standing)
                said = dice.choice(SAID)
                later = TODAY + timedelta(days=dice.randint(1, 9)) if said == "later" else None
                if dice.random() < 0.5:
                    await reading.start(unit, task.task_id)
                await answering.settle(
                    unit, task.task_id, [Answer(finding.finding_id, said, revisit_on=later)]
                )
                await rewrite_words(unit, task.task_id)
        except (Conflict, InvalidInput, NotFound):
            continue  # somebody was quicker: the worker is told, and nothing is written


async def _workers(house: House) -> list[Actor]:
    async with house.read() as unit:
        ids = await unit.connection.execute(
            select(tasks.c.account_id).where(OPEN, tasks.c.account_id.is_not(None)).distinct()
        )
        found = [await registry.by_id(unit, account_id) for account_id in sorted(ids.scalars())]
    return [account.actor for account in found if account is not None][:4]


async def _broken(house: House) -> dict[str, int]:
    """Every law that does not hold, with how often."""
    home = and_(
        OPEN,
        tasks.c.task_id == findings.c.task_id,
        tasks.c.target_kind == findings.c.target_kind,
        tasks.c.target_id == findings.c.target_id,
    )
    standing = exists().where(findings.c.task_id == tasks.c.task_id, LIVE)
    again = (
        select(outcomes.c.finding_id)
        .where(outcomes.c.outcome != "later")
        .group_by(outcomes.c.finding_id)
        .having(func.count() > 1)
    )
    laws = {
        "a live finding without the open task of its target": select(findings.c.finding_id).where(
            LIVE, ~exists().where(home)
        ),
        "an open task with nothing to do": select(tasks.c.task_id).where(OPEN, not_(standing)),
        "a finding settled twice": again,
        "a task on today's list and waiting": select(tasks.c.task_id).where(
            tasks.c.state == "waiting", tasks.c.planned_on <= TODAY
        ),
        "a task nobody holds on a list": select(tasks.c.task_id).where(
            OPEN,
            tasks.c.account_id.is_(None),
            or_(tasks.c.planned_on.is_not(None), tasks.c.state != "waiting"),
        ),
    }
    async with house.read() as unit:
        found = {name: len((await unit.connection.execute(law)).all()) for name, law in laws.items()}
        strays = await unit.connection.execute(
            text(
                "SELECT t.division_code, a.division_code FROM tasks t JOIN accounts a ON a.account_id = t.account_id "
                "WHERE t.state IN ('waiting', 'planned', 'started')"
            )
        )
        found["a task outside its holder's area"] = sum(
            not place.startswith(prefix_of(area)) for place, area in strays
        )
    return {name: count for name, count in found.items() if count}


async def _sees_what_is_counted(house: House, workers: list[Actor]) -> None:

    for worker in workers:
        async with house.read(worker) as unit:
            shown = await reading.page(unit, on=TODAY, limit=200)
            counted = await loads(unit, TODAY, worker.account_id)
        assert sum(load.visits for load in counted) == len(shown)
        assert sum(load.urgent for load in counted) == sum(task.grade == "urgent" for task in shown)
