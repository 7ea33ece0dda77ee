"""The clock of the working morning: when the round is due, whether it was missed, and trying again until it succeeds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import date, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from cronsim import CronSim
from sqlalchemy import select

from service.access.unit import House
from service.engine import rulebook, scan
from service.jobs import MORNING, run_day, settle_scan
from service.logs import trace_of
from service.records.importing import close_abandoned
from service.settings import Settings
from service.tables import job_runs

log = structlog.get_logger(__name__)
RETRY = timedelta(minutes=5)
"""How often a morning that failed or was missed is tried again."""


async def missed(house: House, settings: Settings) -> bool:
    """Whether today's morning has passed without a round that succeeded."""
    async with house.read() as unit:
        day, now = unit.today, unit.now.astimezone(settings.zone)
        calendar = await rulebook.working_days(unit)
        state = await unit.connection.execute(
            select(job_runs.c.state).where(job_runs.c.job == MORNING, job_runs.c.day == day)
        )
        succeeded = state.scalar() == "done"
    return calendar.is_working(day) and not succeeded and morning_of(settings, day) <= now


async def catch_up(house: House, settings: Settings) -> None:
    """Close imports and finish scans that were cut off, and run today's round if its morning was missed."""
    async with house.write() as unit:
        await close_abandoned(unit)
    async with house.read() as unit:
        cut_off = await scan.unfinished(unit)
    for scan_id in cut_off:
        await settle_scan(house, settings, scan_id)
    await _if_missed(house, settings)


def morning_of(settings: Settings, day: date) -> datetime:
    """When the round of `day` is due; the end of time when the cron line leaves the day out."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=settings.zone)
    due = next(CronSim(settings.morning, midnight - timedelta(seconds=1)))  # so that midnight itself counts
    return due if due.date() == day else datetime.max.replace(tzinfo=settings.zone)


class CronTrigger(BaseTrigger):  # type: ignore[misc]
    """APScheduler's clock by cronsim, because its own `from_crontab` misreads week days."""

    def __init__(self, line: str) -> None:
        self.line = line

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The first time of the cron line after `now`, in the zone of `now`."""
        return next(CronSim(self.line, now))


def start_clock(house: House, settings: Settings, turn: asyncio.Lock) -> AsyncIOScheduler:
    """Start the clock that runs the round each morning, and tries again while it was missed or failed.

    Whoever else runs rounds in this process holds `turn`. The caller shuts the clock down.
    """
    scheduler = AsyncIOScheduler(timezone=settings.zone)

    async def morning() -> None:
        async with turn:
            await _guarded(run_day(house, settings, house.clock.today()))

    async def again() -> None:
        if turn.locked():
            return
        async with turn:
            await _guarded(_if_missed(house, settings))

    options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
    scheduler.add_job(morning, CronTrigger(settings.morning), id=MORNING, **options)
    scheduler.add_job(again, "interval", seconds=RETRY.total_seconds(), id="again", **options)
    scheduler.start()
    return scheduler


async def _if_missed(house: House, settings: Settings) -> None:
    if await missed(house, settings):
        await run_day(house, settings, house.clock.today())


async def _guarded(work: Awaitable[object]) -> None:
    try:
        await work
    except Exception as error:  # the clock must go on ticking; the round is noted as failed
        log.error("morning_failed", **trace_of(error))
