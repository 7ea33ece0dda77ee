"""Records that change are followed at once by whoever leads: a renewed certificate closes its visit, wherever it came in."""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mornings import TODAY, settings_in
from sqlalchemy import func, select, update

from service import clockwork, jobs
from service.access import wakes
from service.access.actors import SYSTEM
from service.access.unit import House
from service.records.importing import import_file
from service.tables import employments, findings, job_runs, residents, scans, tasks
from service.tables.database import Database
from service.work.pending import LIVE

SECONDS = 60
RULE = "health-certificate-food"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who could not lead or follow tries again soon, and nobody finds a change by looking now and then."""
    monkeypatch.setattr(clockwork, "REST", 0.1)
    monkeypatch.setattr(wakes, "LOOK_AFTER", {"sqlite": 600.0, "postgresql": 600.0})


@asynccontextmanager
async def _leading(house: House, folder: Path) -> AsyncIterator[asyncio.Task[None]]:
    leader = asyncio.create_task(clockwork.lead(house, settings_in(folder)))
    try:
        yield leader
    finally:
        leader.cancel()
        await asyncio.gather(leader, return_exceptions=True)


async def _until(holds: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    async with asyncio.timeout(SECONDS):
        while not await holds():
            await asyncio.sleep(0.02)


async def _shop_visit(house: House) -> tuple[int, list[str]]:
    """A task that is there for health certificates alone, and the identity numbers of the people it is about."""
    async with house.read() as unit:
        only = func.count().filter(findings.c.rule != RULE) == 0
        visits = select(findings.c.task_id).where(LIVE).group_by(findings.c.task_id).having(only)
        rows = await unit.connection.execute(
            select(findings.c.task_id, residents.c.id_number)
            .join(employments, employments.c.employment_id == findings.c.subject_id)
            .join(residents, residents.c.resident_id == employments.c.resident_id)
            .where(LIVE, findings.c.rule == RULE, findings.c.task_id.in_(visits))
            .order_by(findings.c.task_id)
        )
        people: dict[int, list[str]] = {}
        for task_id, sealed in rows:
            people.setdefault(task_id, []).append(unit.vault.open("residents.id_number", sealed))
    task_id = min(people, key=lambda task: (len(people[task]), task))
    return task_id, people[task_id]


def _renewed(path: Path, people: list[str]) -> Path:
    until = TODAY + timedelta(days=400)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["证件种类", "持有人证件号", "证件编号", "有效期至"])
        for number, person in enumerate(people):
            rows.writerow(["HEALTH_FOOD", person, f"新证{number}", until.isoformat()])
    return path


async def _closed(house: House, task_id: int) -> bool:
    async with house.read() as unit:
        state = await unit.connection.execute(select(tasks.c.state).where(tasks.c.task_id == task_id))
        return state.scalar_one() == "closed"


async def _scans(house: House) -> int:
    async with house.read() as unit:
        return int((await unit.connection.execute(select(func.count()).select_from(scans))).scalar_one())


async def test_a_renewed_certificate_closes_its_visit_at_once(morning: House, tmp_path: Path) -> None:
    task_id, people = await _shop_visit(morning)
    async with _leading(morning, tmp_path):
        report = await import_file(
            morning, _renewed(tmp_path / "c.csv", people), "certificates", actor=SYSTEM
        )
        assert report.good == len(people)
        await _until(lambda: _closed(morning, task_id))


async def test_so_does_one_that_came_in_through_another_process(
    morning: House, morning_url: str, key_text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if morning.database.dialect == "sqlite":  # nobody tells there
        monkeypatch.setattr(wakes, "LOOK_AFTER", {"sqlite": 0.5})
    task_id, people = await _shop_visit(morning)
    file = _renewed(tmp_path / "c.csv", people)
    environment = os.environ | {
        "ZHITUI_DATABASE": morning_url, "ZHITUI_KEY": key_text, "ZHITUI_HOME": str(tmp_path),
    }  # fmt: skip
    async with _leading(morning, tmp_path):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "service", "import", str(file), "--as", "certificates",
            env=environment, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert await process.wait() == 0
        await _until(lambda: _closed(morning, task_id))


async def test_whoever_waits_leads_when_the_leader_is_gone(
    morning: House, morning_url: str, tmp_path: Path
) -> None:
    other = House(Database(morning_url), morning.clock, morning.vault)
    task_id, people = await _shop_visit(morning)
    async with _leading(morning, tmp_path) as first, _leading(other, tmp_path):
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await import_file(morning, _renewed(tmp_path / "c.csv", people), "certificates", actor=SYSTEM)
        await _until(lambda: _closed(morning, task_id))
    await other.database.close()


async def test_nothing_is_scanned_while_nothing_changes(morning: House, tmp_path: Path) -> None:
    async with _leading(morning, tmp_path):
        _, people = await _shop_visit(morning)
        await import_file(morning, _renewed(tmp_path / "c.csv", people), "certificates", actor=SYSTEM)
        await _until(lambda: _followed(morning))
        before = await _scans(morning)
        for _ in range(3):  # commits that change no record
            async with morning.write() as unit:
                await unit.connection.execute(update(job_runs).values(detail=None))
            await asyncio.sleep(0.2)
        assert await _scans(morning) == before


async def test_what_a_scan_left_to_be_settled_is_settled_though_nothing_changes_any_more(
    morning: House, tmp_path: Path
) -> None:
    """Somebody scanned and was gone before the tasks followed."""
    task_id, people = await _shop_visit(morning)
    await import_file(morning, _renewed(tmp_path / "c.csv", people), "certificates", actor=SYSTEM)
    await jobs.scan_once(morning, TODAY)
    assert not await _closed(morning, task_id)
    assert await jobs.follow_changes(morning, settings_in(tmp_path)) is None
    assert await _closed(morning, task_id)


async def _followed(house: House) -> bool:
    async with house.read() as unit:
        return not await jobs.scan.behind(unit)


async def test_a_weekly_check_that_was_missed_is_made_up_for(morning: House, tmp_path: Path) -> None:
    assert not await clockwork.unchecked(morning)
    async with morning.write() as unit:
        await unit.connection.execute(update(scans).values(started_at=unit.now - timedelta(days=9)))
    assert await clockwork.unchecked(morning)
    found = await jobs.self_check(morning)
    assert found.equal
    assert not found.unverified
    assert found.verified >= 6
    assert not await clockwork.unchecked(morning)
    async with morning.read() as unit:
        kept = select(job_runs.c.detail).where(job_runs.c.job == jobs.SELF_CHECK)
        assert (await unit.connection.execute(kept)).scalar_one()["differences"] == {}
