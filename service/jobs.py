"""The working-morning round, the only place that knows the order import → scan → plan → push, and its clock.

A round is keyed by its day in `job_runs`. Every step is safe to repeat: an import is idempotent, a scan resumes at
the first rule without a result, a plan gives the same list, a digest is queued once. So a round that was killed, or a
morning that was missed, is simply run again at the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from cronsim import CronSim
from sqlalchemy import select

from connectors.channels.contract import Channel
from connectors.channels.registry import build, open_session
from service.access import answered
from service.access.actors import SYSTEM, Actor
from service.access.unit import House, Unit
from service.calendar import WorkingDays
from service.engine import rulebook, scan, wording
from service.errors import Problem, Unavailable
from service.logs import trace_of
from service.push import digests
from service.push.deliveries import Waiting, waiting
from service.push.quiet import QuietHours
from service.push.rounds import Tally
from service.push.sender import Sender
from service.records.importing import close_abandoned, import_file
from service.records.kinds import KINDS
from service.records.reports import ImportReport
from service.settings import Settings
from service.tables import job_runs
from service.tables.upsert import upsert
from service.work import gather, plan

log = structlog.get_logger(__name__)
MORNING = "morning"
ANSWERS_KEPT = timedelta(days=2)
"""How long a request may be repeated under its Idempotency-Key."""
RETRY = timedelta(minutes=5)
"""How often a morning that failed or was missed is tried again."""
Progress = Callable[[str, int, int], None]
"""Called with (what is being done, how much is done, how much there is)."""


@dataclass(frozen=True)
class Refused:
    """A file of the drop folder that was not imported, and why."""

    file_name: str
    reason: str


@dataclass(frozen=True)
class Round:
    """What a working-morning round did. `ran` is False on a day off."""

    day: date
    ran: bool
    imports: list[ImportReport] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    scan: scan.Scan | None = None
    gathered: gather.Gathered | None = None
    plan: plan.Plan | None = None
    queued: int = 0


async def run_day(
    house: House, settings: Settings, day: date, *, progress: Progress | None = None, force: bool = False
) -> Round:
    """The whole round of one working day; on a day off nothing happens unless `force`.

    A round that already succeeded on `day` is repeated without doubling anything.
    """
    async with house.read() as unit:
        calendar = await rulebook.working_days(unit)
    if not force and not calendar.is_working(day):
        return Round(day, ran=False)
    await _note(house, day, "running")
    try:
        done = await _round(house, settings, day, progress)
    except BaseException:
        await asyncio.shield(_note(house, day, "failed"))
        raise
    await _note(house, day, "done")
    log.info(
        "morning_done", day=day.isoformat(), queued=done.queued, opened=done.gathered and done.gathered.opened
    )
    return done


async def _round(house: House, settings: Settings, day: date, progress: Progress | None) -> Round:
    imports, refused = await import_drop_folder(house, settings.drop)
    async with house.write() as unit:
        await answered.forget(unit, unit.now - ANSWERS_KEPT)
    scanned = await scan_once(house, day, progress=progress)
    async with house.write() as unit:
        gathered = await gather.gather(unit)
        planned = await plan.plan(unit, day, await rulebook.working_days(unit), settings.daily_cap)
        await wording.write_words(unit, day)
        queued = await push_digests(unit, settings, planned)
    return Round(day, True, imports, refused, scanned, gathered, planned, queued)


async def scan_once(
    house: House,
    as_of: date,
    *,
    only_rule: str | None = None,
    actor: Actor = SYSTEM,
    progress: Progress | None = None,
) -> scan.Scan:
    """Finish any scan that was cut off, then make a new one."""
    async with house.read() as unit:
        cut_off = await scan.unfinished(unit)
    for scan_id in cut_off:
        await scan.run(house, scan_id)
    async with house.write(actor) as unit:
        scan_id = await scan.begin(unit, as_of=as_of, only_rule=only_rule)
    return await scan.run(house, scan_id, progress, actor)


async def settle_scan(house: House, settings: Settings, scan_id: int) -> None:
    """Run a scan that was begun, and bring tasks and lists in step with it."""
    await scan.run(house, scan_id)
    async with house.write() as unit:
        await plan_day(unit, settings)


async def plan_day(unit: Unit, settings: Settings) -> plan.Plan:
    """Gather and plan today, or the next working day where today is none, and write the words of its lists."""
    calendar = await rulebook.working_days(unit)
    day = calendar.on_or_after(unit.today)
    await gather.gather(unit)
    planned = await plan.plan(unit, day, calendar, settings.daily_cap)
    await wording.write_words(unit, day)
    return planned


async def push_digests(unit: Unit, settings: Settings, planned: plan.Plan) -> int:
    """Queue one digest for each worker who has something to do; returns how many are new."""
    wanted = [
        digests.Digest(load.account_id, planned.day, load.visits, load.urgent, load.overdue)
        for load in planned.loads
    ]
    return await digests.queue(
        unit,
        wanted,
        base_url=settings.links_url,
        quiet=quiet_hours(settings, await rulebook.working_days(unit)),
        channels=[settings.channel],
        spread=settings.spread,
    )


@asynccontextmanager
async def open_sender(house: House, settings: Settings) -> AsyncIterator[Sender]:
    """A sender over the console and the configured channel; Misconfigured when a setting is wrong."""
    configs: dict[str, dict[str, Any]] = {"console": {}, settings.channel: settings.channel_config}
    async with AsyncExitStack() as stack:
        channels: dict[str, Channel] = {}
        for name, config in configs.items():
            session = await stack.enter_async_context(open_session(name, config))
            channels[name] = build(name, config, session=session, clock=house.clock)
        async with house.read() as unit:
            calendar = await rulebook.working_days(unit)
        yield Sender(house, channels, quiet=quiet_hours(settings, calendar))


async def send_due(house: House, settings: Settings) -> tuple[Tally, Waiting]:
    """Send everything that is due now; what came of it, and what is still to come."""
    async with open_sender(house, settings) as sender:
        tally = await sender.drain()
    async with house.read() as unit:
        return tally, await waiting(unit)


def quiet_hours(settings: Settings, calendar: WorkingDays) -> QuietHours:
    """When nothing is sent: in the evening and at night, and on days off."""
    return QuietHours(
        settings.quiet_from, settings.quiet_to, settings.zone, lambda day: not calendar.is_working(day)
    )


async def import_drop_folder(house: House, folder: Path) -> tuple[list[ImportReport], list[Refused]]:
    """Import every file of the drop folder whose name begins with a kind; move it to done/ or failed/.

    Any other file stays and is told of; names that end in .part or begin with a dot are still being written. A busy
    database or a full disk is no fault of the file: it stays where it is, and the round fails.
    """
    reports: list[ImportReport] = []
    refused = await asyncio.to_thread(_unnamed_files, folder)
    for path, kind in await asyncio.to_thread(_waiting_files, folder):
        try:
            reports.append(await import_file(house, path, kind, actor=SYSTEM))
        except Unavailable:
            raise
        except Exception as error:  # one file, whatever is wrong with it, must not cost everybody's morning
            log.error("import_failed", kind=kind, **trace_of(error))
            reason = error.detail if isinstance(error, Problem) else "读取时出现意外错误，请联系运维人员。"
            refused.append(Refused(path.name, reason))
            await asyncio.to_thread(_move, path, folder / "failed")
        else:
            await asyncio.to_thread(_move, path, folder / "done")
    return reports, refused


def _waiting_files(folder: Path) -> list[tuple[Path, str]]:
    """Files in the order of KINDS (places and people before what refers to them), then by name."""
    if not folder.is_dir():
        return []
    order = {kind: number for number, kind in enumerate(KINDS)}
    files = [path for path in folder.iterdir() if path.is_file() and not _being_written(path.name)]
    named = [(path, kind) for path in files if (kind := _kind_of(path.name))]
    return sorted(named, key=lambda pair: (order[pair[1]], pair[0].name))


def _unnamed_files(folder: Path) -> list[Refused]:
    """Files nobody will ever import, because their names say nothing."""
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    reason = f"文件名须以数据种类开头（{'、'.join(KINDS)}），如 residents-2026.xlsx；请改名。"
    return [Refused(name, reason) for name in names if not _being_written(name) and _kind_of(name) is None]


def _being_written(name: str) -> bool:
    return name.startswith(".") or name.endswith(".part")


def _kind_of(name: str) -> str | None:
    stem = name.lower().split(".")[0]
    return next((kind for kind in KINDS if stem == kind or stem.startswith(f"{kind}-")), None)


def _move(path: Path, folder: Path) -> None:
    """Move without replacing: a file of the same name gets a number."""
    folder.mkdir(exist_ok=True)
    goal, number = folder / path.name, 1
    while goal.exists():
        number += 1
        goal = folder / f"{path.stem}-{number}{path.suffix}"
    with suppress(FileNotFoundError):  # another process has moved it
        path.replace(goal)


async def _note(house: House, day: date, state: str) -> None:
    running = state == "running"
    changed = ["state", "finished_at", *(["started_at"] if running else [])]
    async with house.write() as unit:
        row = {
            "job": MORNING,
            "day": day,
            "state": state,
            "started_at": unit.now,
            "finished_at": None if running else unit.now,
        }
        await unit.connection.execute(upsert(unit.dialect, job_runs, ["job", "day"], changed), row)


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
    due = next(CronSim(settings.morning, midnight))
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
