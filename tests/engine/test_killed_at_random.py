"""Scanning and settling killed at random statements ends as if nobody had been killed: real processes, real SIGKILL."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any

import made
import pytest
from made_databases import KEY, copy_of, sqlite_with_tables
from sqlalchemy import Table, func, select

from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.engine import scan
from service.records.changesets import correct
from service.tables import (
    findings,
    pending_lists,
    pending_targets,
    scans,
    task_events,
    tasks,
    undecided,
)
from service.tables.database import Database
from service.work import pending
from tests.rules.effort import DEEP

START = date(2026, 11, 23)
EIGHTY = date(1946, 11, 23)
PEOPLE, HOMES, RULES = 120, 50, 3
ROUNDS = 3 if DEEP == 1 else 25
"""On each of the two databases: ten in a usual run, fifty in a deep one."""
FARTHEST = 250
"""Statements up to which a process lives: a part of what the first day takes, and about as many as a later one."""
TESTS = Path(__file__).parents[1]


class Victims:
    """Processes that work on one database, one at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def work(self, day: date, statement: int = 0) -> int:
        """The exit code of a process that scans and settles a day, or is killed at a statement."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{day} {statement}\n".encode())
        await self.process.stdin.drain()
        return int(await self.process.stdout.readline())


@asynccontextmanager
async def _victims(url: str, home: Path) -> AsyncIterator[Victims]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(TESTS / "engine" / "scan_victims.py"), url, str(home),
        env={"PYTHONPATH": f"{TESTS}:{TESTS.parent}"},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    yield Victims(process)
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """Two databases of the same kind: one whose processes are killed, one where nobody is."""
    found = []
    for name in ("killed", "undisturbed"):
        if request.param == "postgresql":
            template = request.getfixturevalue("postgres_template")
            found.append(copy_of(request.getfixturevalue("postgres_url"), template))
        else:
            (tmp_path / name).mkdir()
            found.append(sqlite_with_tables(tmp_path / name))
    return found


async def _settle(url: str) -> None:
    """Households whose members turn eighty one after the other, several rules about them, and who visits them."""
    house = House(Database(url), SetClock.at(START, 8, 30), Vault(KEY))
    async with house.write() as unit:
        for number in range(RULES):
            await made.rule_version(unit, f"rule-{number}")
        for number, grid in enumerate((made.GRID, made.OTHER_GRID)):
            await made.post(unit, await made.worker(unit, f"w{number}"), grid)
        homes = [await made.household(unit, f"H{number}") for number in range(HOMES)]
        for number in range(PEOPLE):
            await made.resident(
                unit, "陈",
                id_number=f"33019919{number:010d}",
                birth_date=EIGHTY + timedelta(days=number % 7 - 3),
                household_id=homes[number % HOMES] if number % 3 else None,
                grid_code=(made.GRID, made.OTHER_GRID)[number % 2],
            )  # fmt: skip
    await house.database.close()


async def _edit(url: str, day: date) -> None:
    """Some people turn out to be younger, and some to live elsewhere: the same on both databases."""
    dice = Random(day.toordinal())
    house = House(Database(url), SetClock.at(day, 8, 0), Vault(KEY))
    async with house.write() as unit:
        for person in dice.sample(range(1, PEOPLE + 1), 30):
            values: dict[str, Any] = {"birth_date": dice.choice([date(1990, 1, 1), EIGHTY, None])}
            if dice.random() < 0.5:
                values = {"grid_code": dice.choice([made.GRID, made.OTHER_GRID])}
            await correct(unit, "resident", person, values, observed_on=day)
    await house.database.close()


async def test_kills_at_random_lose_and_double_nothing(
    urls: list[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    killed, undisturbed = urls
    for url in urls:
        await _settle(url)
    dice, kills, day = Random(request.node.name), 0, START
    phases: Counter[str] = Counter()
    async with _victims(killed, tmp_path) as victims, _victims(undisturbed, tmp_path) as others:
        while kills < ROUNDS:
            while kills < ROUNDS and (code := await victims.work(day, dice.randint(1, FARTHEST))) != 0:
                assert code == -SIGKILL
                kills += 1
                phases[await _phase(killed)] += 1
            assert await victims.work(day) == 0
            assert await others.work(day) == 0
            assert await _state(killed) == await _state(undisturbed), f"on {day}, after {kills} kills"
            day += timedelta(days=1)
            for url in urls:
                await _edit(url, day)
    print(f"{kills} kills in {(day - START).days} days: {dict(phases)}")
    assert DEEP == 1 or {"scanning", "settling"} <= phases.keys()


async def _phase(url: str) -> str:
    """What is left to be done where a process was killed."""
    house = House(Database(url), SetClock.at(START, 8, 30), Vault(KEY))
    async with house.read() as unit:
        cut_off = await scan.unfinished(unit)
        left = await pending.anything(unit)
    await house.database.close()
    return "scanning" if cut_off else "settling" if left else "nothing"


async def _state(url: str) -> dict[str, Any]:
    """All that there is, but for keys and how many scans it took."""
    house = House(Database(url), SetClock.at(START, 8, 30), Vault(KEY))
    f, t, e = findings.c, tasks.c, task_events.c
    async with house.read() as unit:

        async def rows(*columns: Any, join: Any = None) -> Counter[tuple[Any, ...]]:
            statement = select(*columns) if join is None else select(*columns).select_from(join)
            return Counter(tuple(row) for row in await unit.connection.execute(statement))

        async def count(table: Table) -> int:
            return (await unit.connection.execute(select(func.count()).select_from(table))).scalar_one()

        state = {
            "findings": await rows(
                f.rule, f.subject_id, f.verdict, f.grade, f.since_on, f.due_on, f.cleared_on, f.clearing,
                t.target_kind, t.target_id, t.state, join=findings.outerjoin(tasks),
            ),
            "tasks": await rows(
                t.target_kind, t.target_id, t.division_code, t.account_id, t.grade, t.due_on, t.opened_on,
                t.planned_on, t.state,
            ),
            "task events": await rows(t.target_kind, t.target_id, e.kind, join=task_events.join(tasks)),
            "undecided": await rows(undecided.c.rule, undecided.c.subject_id, undecided.c.fact),
            "scans": await rows(scans.c.state),
            "queues": [await count(pending_targets), await count(pending_lists)],
        }  # fmt: skip
    await house.database.close()
    assert state["scans"].keys() == {("done",)}
    assert state["queues"] == [0, 0]
    assert state["findings"]
    return state | {"scans": None}
