"""The working-morning round, the only place that knows the order import → scan → plan → push; and what comes between
two mornings: records that change are followed at once, and once a week deltas are held against a full scan.

A round is keyed by its day in `job_runs`. Every step is safe to repeat: an import is idempotent, a scan resumes at
the first rule without a result, a plan gives the same list, a digest is queued once. So a round that was killed, or a
morning that was missed, is simply run again at the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import structlog

from service.access import answered
from service.access.actors import SYSTEM, Actor
from service.access.unit import House, Unit
from service.engine import forecast, rulebook, scan
from service.engine.verify import Verification, verify
from service.logs import trace_of
from service.push import archive, digests
from service.records.drop import Refused, import_drop_folder
from service.records.reports import ImportReport
from service.sending import quiet_hours
from service.settings import Settings
from service.settling import plan_day, settle_touched
from service.tables import job_runs
from service.tables.upsert import upsert
from service.work.escalate import escalate
from service.work.gather import Gathered
from service.work.plan import Plan, of_day

log = structlog.get_logger(__name__)
MORNING, SELF_CHECK = "morning", "self_check"
ANSWERS_KEPT = timedelta(days=2)
"""How long a request may be repeated under its Idempotency-Key."""
Progress = Callable[[str, int, int], None]
"""Called with (what is being done, how much is done, how much there is)."""


@dataclass(frozen=True)
class Round:
    """What a working-morning round did. `ran` is False on a day off."""

    day: date
    ran: bool
    imports: list[ImportReport] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    scan: scan.Scan | None = None
    gathered: Gathered | None = None
    plan: Plan | None = None
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
    async with _noted(house, MORNING, day) as told:
        done = await _round(house, settings, day, progress)
        told |= _told(done)
    (log.warning if any(told[name] for name in TROUBLES) else log.info)(
        "morning_done", day=day.isoformat(), **told
    )
    return done


TROUBLES = ("refused_files", "rejected_rows", "failed_rules", "unassigned")


def _told(done: Round) -> dict[str, Any]:
    """What a round did, in numbers and names of files, for the log and for `job_runs`."""
    return {
        "queued": done.queued,
        "opened": done.gathered.opened if done.gathered else 0,
        "imported_files": len(done.imports),
        "refused_files": {file.file_name: file.reason for file in done.refused},
        "rejected_rows": {report.file_name: report.bad for report in done.imports if report.bad},
        "failed_rules": [rule.rule for rule in done.scan.rules if rule.state == "failed"]
        if done.scan
        else [],
        "unassigned": done.plan.unassigned if done.plan else 0,
    }


async def _round(house: House, settings: Settings, day: date, progress: Progress | None) -> Round:
    imports, refused = await import_drop_folder(house, settings.drop)
    async with house.write() as unit:
        await answered.forget(unit, unit.now - ANSWERS_KEPT)
    scanned = await scan_once(house, day, progress=progress)
    settled = await plan_day(house, settings, day)
    await tell_on(house, settings, day)
    async with house.write() as unit:
        queued = await push_digests(unit, settings, settled.plan)
    await look_ahead(house)
    await archive.move_finished(house, settings.archive_days)
    return Round(day, True, imports, refused, scanned, settled.gathered, settled.plan, queued)


async def tell_on(house: House, settings: Settings, day: date) -> int:
    """Tell who supervises of the visits that nobody made in time; returns how many steps were taken."""
    async with house.write() as unit:
        return await escalate(unit, day, await rulebook.working_days(unit), settings.escalate_days)


async def look_ahead(house: House) -> None:
    """Bring the forecast up to the newest scan; one that fails is written into the log and stops nothing."""
    try:
        await forecast.bring_up(house)
    except Exception as error:  # nobody's list depends on it
        log.error("forecast_failed", **trace_of(error))


async def scan_once(
    house: House,
    as_of: date,
    *,
    only_rule: str | None = None,
    whole: bool = False,
    actor: Actor = SYSTEM,
    progress: Progress | None = None,
) -> scan.Scan:
    """Finish any scan that was cut off, then make a new one: of what has changed, or of everyone where `whole`."""
    async with house.read() as unit:
        cut_off = await scan.unfinished(unit)
    for scan_id in cut_off:
        await scan.run(house, scan_id)
    async with house.write(actor) as unit:
        scan_id = await scan.begin(unit, as_of=as_of, only_rule=only_rule, whole=whole)
    return await scan.run(house, scan_id, progress, actor)


async def follow_changes(house: House, settings: Settings) -> scan.Scan | None:
    """Scan what has changed since the last scan, and bring tasks and lists in step; None where nothing has.

    What an earlier scan left to be settled, because it or its settling was cut off, is settled too.
    """
    async with house.read() as unit:
        behind = await scan.behind(unit) and await scan.any_rule(unit)
    done = await scan_once(house, house.clock.today()) if behind else None
    await settle_touched(house, settings)
    return done


async def self_check(house: House) -> Verification:
    """Hold every rule's findings against a full scan, and write down what came of it. What differs stands in the log as an error."""
    async with _noted(house, SELF_CHECK, house.clock.today()) as told:
        found = await verify(house)
        told |= {
            "verified": found.verified,
            "differences": found.differences,
            "unverified": sorted(found.unverified),
        }
    return found


async def settle_scan(house: House, settings: Settings, scan_id: int) -> None:
    """Run a scan that was begun, and bring tasks and lists in step with it."""
    await scan.run(house, scan_id)
    await settle_touched(house, settings)


async def push_digests(unit: Unit, settings: Settings, planned: Plan) -> int:
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
        about=of_day(planned.day),
    )


@asynccontextmanager
async def _noted(house: House, job: str, day: date) -> AsyncIterator[dict[str, Any]]:
    """Keep in `job_runs` that a job runs, and how it ended; what is put into the dictionary is kept with it."""
    told: dict[str, Any] = {}
    await _note(house, job, day, "running")
    try:
        yield told
    except BaseException:
        await asyncio.shield(_note(house, job, day, "failed"))
        raise
    await _note(house, job, day, "done", told)


async def _note(house: House, job: str, day: date, state: str, detail: dict[str, Any] | None = None) -> None:
    running = state == "running"
    changed = ["state", "finished_at", "detail", *(["started_at"] if running else [])]
    async with house.write() as unit:
        row = {
            "job": job,
            "day": day,
            "state": state,
            "started_at": unit.now,
            "finished_at": None if running else unit.now,
            "detail": detail,
        }
        await unit.connection.execute(upsert(unit.dialect, job_runs, ["job", "day"], changed), row)
