"""A scan killed at any moment loses and doubles nothing: a real process, a real kill -9."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import made
import pytest
from sqlalchemy import func, insert, select

from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.tables import findings, residents, scan_rules, scans, task_events, tasks
from service.tables.database import Database
from service.tables.schema import upgrade

RULES = 4
PEOPLE = 900
SECONDS = 60


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path / 'zhitui.db'}"


@pytest.fixture
async def town(url: str, clock: SetClock, vault: Vault) -> AsyncIterator[House]:
    """PEOPLE residents, a third of them eighty, and RULES rules that each match that third."""
    house = House(Database(url), clock, vault)
    await upgrade(house.database)
    rows = [
        {
            "name": "陈", "id_number": "x", "id_number_index": str(number), "grid_code": made.GRID,
            "birth_date": date(1940 + 20 * (number % 3), 1, 1),
        }
        for number in range(PEOPLE)
    ]  # fmt: skip
    async with house.write() as unit:
        await unit.connection.execute(insert(residents), rows)
        for number in range(RULES):
            await made.rule_version(unit, f"rule-{number:02d}")
    yield house
    await house.database.close()


async def test_a_scan_killed_at_any_rule_ends_as_an_undisturbed_one(
    town: House, url: str, key_text: str, tmp_path: Path
) -> None:
    for killed_after in (0, 1):
        await _scan_until(town, url, key_text, tmp_path, killed_after)
    finished = await _command(url, key_text, tmp_path)
    await finished.wait()
    assert finished.returncode == 0, (await finished.stderr.read()).decode() if finished.stderr else ""
    async with town.read() as unit:
        by_rule = (
            await unit.connection.execute(
                select(func.count(), func.count(findings.c.subject_id.distinct())).group_by(findings.c.rule)
            )
        ).all()
        states = (await unit.connection.execute(select(scans.c.state).distinct())).scalars().all()
        opened = (await unit.connection.execute(select(func.sum(scan_rules.c.opened)))).scalar()
        visits = (await unit.connection.execute(select(func.count()).select_from(tasks))).scalar()
        told = (
            await unit.connection.execute(
                select(func.count()).select_from(task_events).where(task_events.c.kind == "opened")
            )
        ).scalar()
    assert [tuple(row) for row in by_rule] == [(PEOPLE // 3, PEOPLE // 3)] * RULES
    assert states == ["done"]
    assert opened == RULES * PEOPLE // 3
    assert visits == told == PEOPLE // 3


async def _scan_until(town: House, url: str, key_text: str, home: Path, rules_done: int) -> None:
    """Run a scan in a process of its own and kill it when so many further rules have a result."""
    before = await _results(town)
    process = await _command(url, key_text, home)
    async with asyncio.timeout(SECONDS):
        while await _results(town) - before <= rules_done and process.returncode is None:
            await asyncio.sleep(0.005)
    if process.returncode is None:
        os.kill(process.pid, signal.SIGKILL)
    await process.wait()


async def _results(town: House) -> int:
    async with town.read() as unit:
        return (await unit.connection.execute(select(func.count()).select_from(scan_rules))).scalar_one()


async def _command(url: str, key_text: str, home: Path) -> asyncio.subprocess.Process:
    environment = os.environ | {"ZHITUI_DATABASE": url, "ZHITUI_KEY": key_text, "ZHITUI_HOME": str(home)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "service", "scan", "--as-of", "2026-11-23",
        env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
