"""What one process of a database minds: the clock of the working morning and of the weekly check, and records that change.

Whoever leads does; the others wait until it is gone, however it went. When a round is due, whether it was missed, and
trying again until it succeeds are said here, what a round does in `jobs`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import TypeAlias

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from cronsim import CronSim
from sqlalchemy import and_, exists, or_, select

from service.access.unit import House
from service.access.wakes import watching
from service.engine import rulebook
from service.jobs import MORNING, SELF_CHECK, follow_changes, run_day, self_check
from service.logs import trace_of
from service.records.importing import close_abandoned
from service.settings import Settings
from service.settling import settle_touched
from service.tables import job_runs, scans
from service.tables.alone import Held, alone

log = structlog.get_logger(__name__)
Work: TypeAlias = Callable[[], Awaitable[object]]
RETRY = timedelta(minutes=5)
"""How often a morning or a check that failed or was missed is tried again."""
CHECKED_WITHIN = timedelta(days=8)
"""A weekly check that is older was missed."""
REST = 5.0
"""Seconds before somebody who could not lead or not follow a change tries again."""


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
    await follow_changes(house, settings)
    await settle_touched(house, settings)  # a scan may have ended just before its tasks
    await _if_missed(house, settings)


async def unchecked(house: House) -> bool:
    """Whether the weekly check has not succeeded for longer than a week, though there are scans as old, and was not tried today."""
    async with house.read() as unit:
        long_ago = unit.now - CHECKED_WITHIN
        old = exists(select(scans.c.scan_id).where(scans.c.started_at < long_ago))
        checked = exists(
            select(job_runs.c.day).where(
                job_runs.c.job == SELF_CHECK,
                or_(
                    and_(job_runs.c.state == "done", job_runs.c.started_at >= long_ago),
                    job_runs.c.day == unit.today,
                ),
            )
        )
        return bool((await unit.connection.execute(select(and_(old, ~checked)))).scalar_one())


async def lead(house: House, settings: Settings) -> None:
    """Mind clocks and records of this database as soon as no other process does, and for ever. The caller cancels it."""
    while True:
        try:
            async with alone(house.database, "leading") as held:
                log.info("leading")
                await _mind(house, settings, held)
        except Exception as error:  # whatever it is, somebody has to lead
            log.error("leading_failed", **trace_of(error))
        await asyncio.sleep(REST)


async def _mind(house: House, settings: Settings, held: Held) -> None:
    """Until another process may have become the one that leads."""
    turn = asyncio.Lock()
    clock = start_clock(house, settings, turn)
    try:
        async with watching(house, held) as words:
            await _in_turn(turn, "catching_up_failed", lambda: catch_up(house, settings))
            while await held.still():
                if not await _in_turn(turn, "following_failed", lambda: follow_changes(house, settings)):
                    await asyncio.sleep(REST)
                await words.next()
    finally:
        clock.shutdown(wait=False)


async def _in_turn(turn: asyncio.Lock, event: str, work: Work) -> bool:
    async with turn:
        return await _guarded(event, work)


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
    """Start the clock that runs the round each morning and the check each week, and tries again what was missed or failed.

    Whoever else scans in this process holds `turn`. The caller shuts the clock down.
    """
    scheduler = AsyncIOScheduler(timezone=settings.zone)

    async def morning() -> None:
        await _in_turn(turn, "morning_failed", lambda: run_day(house, settings, house.clock.today()))

    async def checking() -> None:
        await _guarded("self_check_failed", lambda: self_check(house))

    async def again() -> None:
        if not turn.locked():
            await _in_turn(turn, "morning_failed", lambda: _if_missed(house, settings))

    async def checking_again() -> None:
        await _guarded("self_check_failed", lambda: _if_unchecked(house))

    options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
    scheduler.add_job(morning, CronTrigger(settings.morning), id=MORNING, **options)
    scheduler.add_job(checking, CronTrigger(settings.self_check), id=SELF_CHECK, **options)
    scheduler.add_job(again, "interval", seconds=RETRY.total_seconds(), id="again", **options)
    scheduler.add_job(
        checking_again, "interval", seconds=RETRY.total_seconds(), id="checking again", **options
    )
    scheduler.start()
    return scheduler


async def _if_missed(house: House, settings: Settings) -> None:
    if await missed(house, settings):
        await run_day(house, settings, house.clock.today())


async def _if_unchecked(house: House) -> None:
    if await unchecked(house):
        await self_check(house)


async def _guarded(event: str, work: Work) -> bool:
    """Whether it succeeded; where not, the event is in the log."""
    try:
        await work()
    except Exception as error:  # the clock must go on ticking; a round is noted as failed
        log.error(event, **trace_of(error))
        return False
    return True
