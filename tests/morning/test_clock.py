"""The clock that runs the morning: cron lines read as cron means them, and a round when the time comes."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from mornings import settings_in
from sqlalchemy import select, update

from service import clockwork, jobs
from service.access.unit import House
from service.clock import SetClock
from service.tables import job_runs

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("30 8 * * *", datetime(2026, 11, 24, 8, 30, tzinfo=SHANGHAI)),
        (
            "0 9 * * 1",
            datetime(2026, 11, 30, 9, 0, tzinfo=SHANGHAI),
        ),  # 1 is Monday; APScheduler itself says Tuesday
        ("0 9 * * 1-5", datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI)),
        ("15 7 1 * *", datetime(2026, 12, 1, 7, 15, tzinfo=SHANGHAI)),
    ],
)
def test_a_cron_line_means_what_cron_means(line: str, expected: datetime) -> None:
    monday_noon = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
    assert clockwork.CronTrigger(line).get_next_fire_time(None, monday_noon) == expected


async def test_when_the_time_comes_the_round_runs_and_is_noted(morning: House, tmp_path: Path) -> None:
    assert isinstance(morning.clock, SetClock)
    morning.clock.advance(days=1)
    scheduler = clockwork.start_clock(morning, settings_in(tmp_path), asyncio.Lock())
    try:
        scheduler.modify_job(jobs.MORNING, next_run_time=datetime.now(SHANGHAI))
        async with asyncio.timeout(30):
            while await _state(morning, date(2026, 11, 24)) != "done":
                await asyncio.sleep(0.05)
    finally:
        scheduler.shutdown(wait=False)


async def test_a_round_that_fails_leaves_the_clock_running_and_is_noted(
    morning: House, tmp_path: Path
) -> None:
    assert isinstance(morning.clock, SetClock)
    morning.clock.advance(days=1)
    settings = settings_in(tmp_path)
    settings.drop.mkdir()
    (settings.drop / "done").write_text("a file where the folder should be")
    (settings.drop / "divisions.csv").write_text(
        "编码,名称,级别,上级编码\n330102003099,新社区,社区,330102003000\n"
    )
    scheduler = clockwork.start_clock(morning, settings, asyncio.Lock())
    try:
        scheduler.modify_job(jobs.MORNING, next_run_time=datetime.now(SHANGHAI))
        async with asyncio.timeout(30):
            while await _state(morning, date(2026, 11, 24)) != "failed":
                await asyncio.sleep(0.05)
        assert scheduler.get_job(jobs.MORNING).next_run_time > datetime.now(SHANGHAI)
    finally:
        scheduler.shutdown(wait=False)
    assert await clockwork.missed(morning, settings)


async def test_a_morning_that_failed_is_tried_again_without_a_restart(morning: House, tmp_path: Path) -> None:
    async with morning.write() as unit:
        await unit.connection.execute(update(job_runs).values(state="failed"))
    scheduler = clockwork.start_clock(morning, settings_in(tmp_path), asyncio.Lock())
    try:
        scheduler.modify_job("again", next_run_time=datetime.now(SHANGHAI))
        async with asyncio.timeout(30):
            while await _state(morning, date(2026, 11, 23)) != "done":
                await asyncio.sleep(0.05)
    finally:
        scheduler.shutdown(wait=False)


async def _state(house: House, day: date) -> str | None:
    async with house.read() as unit:
        its = select(job_runs.c.state).where(job_runs.c.job == jobs.MORNING, job_runs.c.day == day)
        return (await unit.connection.execute(its)).scalar()
