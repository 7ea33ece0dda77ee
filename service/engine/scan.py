"""A scan: every rule in force on a day judged over the whole population, one transaction a rule.

The transaction of a rule holds its findings *and* its row in `scan_rules`, so a process killed at any moment resumes
with the rules that have no row yet, and nothing is lost or doubled. A rule that fails is written down as failed and
keeps its old findings; the others go on. Parameters are read once, when the scan begins or is taken up again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import structlog
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from rules import CannotEvaluate, Moment, RuleDocument, RuleErrors
from service.access.actors import SYSTEM, Actor
from service.access.turns import take_planners_turn
from service.access.unit import House, Unit
from service.engine.judging import judge_everyone
from service.engine.missing import missing_facts
from service.engine.reconcile import Episode, Tally, reconcile, withdraw
from service.engine.rulebook import Basis, Version, basis, in_force, rule_in_force
from service.errors import Conflict, InvalidInput, NotFound, Unavailable
from service.logs import trace_of
from service.tables import findings, rule_versions, scan_rules, scans

log = structlog.get_logger(__name__)
Progress = Callable[[str, int, int], None]
"""Called with (rule, number of rules done, number of rules)."""

SCAN_LOCK = 0x5A54_0001
"""Key of the PostgreSQL advisory lock that lets one rule be reconciled at a time."""


@dataclass(frozen=True)
class RuleResult:
    """What a scan did for one rule."""

    rule: str
    title: str
    state: str
    matched: int
    unknown: int
    missing: dict[str, int] | None
    opened: int
    resolved: int
    withdrawn: int
    error: str | None
    milliseconds: int


@dataclass(frozen=True)
class Scan:
    """A scan and its rules so far. `state`: running, done, incomplete (some rule failed), or preview (not kept)."""

    scan_id: int
    as_of: date
    state: str
    rules: list[RuleResult]


async def begin(unit: Unit, *, as_of: date, only_rule: str | None = None) -> int:
    """Write down that a scan is to be made.

    NotFound for a rule that is not in force, Conflict when none was ever published, InvalidInput for a day that can only be previewed.
    """
    if not await keeps(unit, as_of):
        raise InvalidInput("这一天在将来，或早于最近一次扫描，只能预览，不能写入。")
    await wanted_versions(unit, as_of, only_rule)
    row = await unit.connection.execute(
        insert(scans)
        .values(
            as_of=as_of,
            state="running",
            only_rule=only_rule,
            actor_id=unit.actor.account_id,
            started_at=unit.now,
        )
        .returning(scans.c.scan_id)
    )
    return int(row.scalar_one())


async def keeps(unit: Unit, as_of: date) -> bool:
    """Whether a scan of that day may change findings: not a future one, and none before the newest scan's day.

    An older day would clear what was found since; a future one would open what is not due yet. A scan made under a
    clock that ran ahead does not count.
    """
    past = select(func.max(scans.c.as_of)).where(scans.c.as_of <= unit.today)
    newest = (await unit.connection.execute(past)).scalar()
    return as_of <= unit.today and (newest is None or newest <= as_of)


async def wanted_versions(unit: Unit, as_of: date, only_rule: str | None) -> list[Version]:
    """The rule versions of a day; NotFound for a rule not in force then, Conflict when none was ever published."""
    if only_rule is not None:
        return [await rule_in_force(unit, only_rule, as_of)]
    ever = await unit.connection.execute(select(rule_versions.c.version_id).limit(1))
    if ever.first() is None:
        raise Conflict("还没有任何规则，请先运行 zhitui rules load。")
    return await in_force(unit, as_of)


async def run(house: House, scan_id: int, progress: Progress | None = None, actor: Actor = SYSTEM) -> Scan:
    """Do what is left of a scan, rule by rule, and close it; as failed where a newer day was scanned meanwhile."""
    async with house.read(actor) as unit:
        scan = await get(unit, scan_id)
        only = (
            await unit.connection.execute(select(scans.c.only_rule).where(scans.c.scan_id == scan_id))
        ).scalar()
        versions = [version for version in await in_force(unit, scan.as_of) if only in (None, version.rule)]
        ground = await basis(unit)
    if scan.state == "running" and await _give_up_if_overtaken(house, scan, actor):
        return replace(scan, state="failed")
    done = {result.rule for result in scan.rules}
    for number, version in enumerate(versions):
        if progress:
            progress(version.rule, number, len(versions))
        if version.rule not in done:
            await _scan_rule(house, scan, ground, version, actor)
    async with house.write(actor) as unit:
        if only is None:
            await take_planners_turn(unit)
            await _withdraw_retired(unit, scan.as_of, {version.rule for version in versions})
        await _close(unit, scan_id)
        scan = await get(unit, scan_id)
    if progress:
        progress("", len(versions), len(versions))
    return scan


async def _give_up_if_overtaken(house: House, scan: Scan, actor: Actor) -> bool:
    async with house.write(actor) as unit:
        if await keeps(unit, scan.as_of):
            return False
        ended = update(scans).where(scans.c.scan_id == scan.scan_id)
        await unit.connection.execute(ended.values(state="failed", finished_at=unit.now))
        return True


async def unfinished(unit: Unit) -> list[int]:
    """Scans that were begun and not closed, oldest first."""
    rows = await unit.connection.execute(
        select(scans.c.scan_id).where(scans.c.state == "running").order_by(scans.c.scan_id)
    )
    return list(rows.scalars())


async def get(unit: Unit, scan_id: int) -> Scan:
    """A scan with its rules; NotFound when there is none."""
    row = (await unit.connection.execute(select(scans).where(scans.c.scan_id == scan_id))).first()
    if row is None:
        raise NotFound()
    title = func.coalesce(rule_versions.c.title, scan_rules.c.rule).label("title")
    names = [title if name == "title" else scan_rules.c[name] for name in RuleResult.__dataclass_fields__]
    results = await unit.connection.execute(
        select(*names)
        .outerjoin(rule_versions, rule_versions.c.version_id == scan_rules.c.version_id)
        .where(scan_rules.c.scan_id == scan_id)
        .order_by(scan_rules.c.rule)
    )
    return Scan(row.scan_id, row.as_of, row.state, [RuleResult(*result) for result in results])


async def _scan_rule(house: House, scan: Scan, ground: Basis, version: Version, actor: Actor) -> None:
    started = time.perf_counter()
    try:
        async with house.write(actor) as unit:
            if await _already_done(unit, scan.scan_id, version.rule):
                return
            judged = await _judge_all(unit, ground, scan.as_of, version)
            await _write_result(unit, scan.scan_id, version, started, judged)
    except Unavailable:
        raise
    except DBAPIError as error:
        if error.connection_invalidated:  # the database went away: the scan is taken up again when it is back
            raise
        await _note_failure(house, scan, version, started, error, actor)
    except Exception as error:  # whatever is wrong with one rule must not stop the others (RULES §4)
        await _note_failure(house, scan, version, started, error, actor)


async def _note_failure(
    house: House, scan: Scan, version: Version, started: float, error: Exception, actor: Actor
) -> None:
    log.error("rule_failed", rule=version.rule, version=version.version, **trace_of(error))
    async with house.write(actor) as unit:
        if not await _already_done(unit, scan.scan_id, version.rule):
            await _write_failure(unit, scan.scan_id, version, started, error)


@dataclass(frozen=True)
class _Judged:
    tally: Tally
    missing: dict[str, int]


async def _judge_all(unit: Unit, ground: Basis, as_of: date, version: Version) -> _Judged:
    if not version.effective(as_of):
        await take_planners_turn(unit)
        return _Judged(Tally(withdrawn=await withdraw(unit, version.rule, as_of)), {})
    rule, now = ground.checked(version), ground.moment(as_of)
    asked = await judge_everyone(unit, ground, rule, as_of)
    held_until = _held_until(rule.document, now)
    episode = Episode(
        rule=version.rule,
        version_id=version.version_id,
        subject_kind=rule.document.subject,
        as_of=as_of,
        due_on=_due(rule.document, now, as_of),
        held_due_on=_due(rule.document, now, held_until or as_of),
        visit_from=held_until,
        asks=rule.document.unknown == "ask",
    )
    await take_planners_turn(unit)  # after the long part: nobody waits while a rule is being judged
    tally = await reconcile(unit, episode, asked.still_applies)
    missing = await missing_facts(unit, rule, ground.catalogue) if tally.unknown else {}
    return _Judged(tally, missing | asked.without_value)


def _due(document: RuleDocument, now: Moment, start: date) -> date | None:
    """The due date counted from `start`; None where it stands in a field."""
    due = document.due
    if due.working_days is not None:
        return now.working_day(start, due.working_days)
    return None if due.days is None else start + timedelta(days=due.days)


def _held_until(document: RuleDocument, now: Moment) -> date | None:
    """The day from which a worker may be sent, where somebody else may settle it alone first."""
    waits = [period.working_days for period in document.first.values()]
    return now.working_day(now.as_of, max(waits)) if waits else None


async def _already_done(unit: Unit, scan_id: int, rule: str) -> bool:
    """Wait for one's turn, then look whether another process has taken the same scan up and done this rule."""
    if unit.dialect == "postgresql":
        await unit.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCAN_LOCK})
    done = select(scan_rules.c.scan_rule_id).where(scan_rules.c.scan_id == scan_id, scan_rules.c.rule == rule)
    return (await unit.connection.execute(done)).first() is not None


async def _write_result(unit: Unit, scan_id: int, version: Version, started: float, judged: _Judged) -> None:
    await unit.connection.execute(
        insert(scan_rules).values(
            scan_id=scan_id,
            rule=version.rule,
            version_id=version.version_id,
            state="done",
            missing=judged.missing,
            milliseconds=_since(started),
            **asdict(judged.tally),
        )
    )


async def _write_failure(
    unit: Unit, scan_id: int, version: Version, started: float, error: Exception
) -> None:
    known = isinstance(error, RuleErrors | CannotEvaluate)
    reason = str(error) if known else f"这条规则未能执行（{type(error).__name__}），请联系运维人员。"
    await unit.connection.execute(
        insert(scan_rules).values(
            scan_id=scan_id,
            rule=version.rule,
            version_id=version.version_id,
            state="failed",
            error=reason,
            milliseconds=_since(started),
        )
    )


async def _withdraw_retired(unit: Unit, as_of: date, in_force: set[str]) -> None:
    rows = await unit.connection.execute(
        select(findings.c.rule).where(findings.c.cleared_on.is_(None)).distinct()
    )
    for rule in set(rows.scalars()) - in_force:
        await withdraw(unit, rule, as_of)


async def _close(unit: Unit, scan_id: int) -> None:
    failed = await unit.connection.execute(
        select(func.count())
        .select_from(scan_rules)
        .where(scan_rules.c.scan_id == scan_id, scan_rules.c.state == "failed")
    )
    state = "incomplete" if failed.scalar_one() else "done"
    await unit.connection.execute(
        update(scans).where(scans.c.scan_id == scan_id).values(state=state, finished_at=unit.now)
    )


def _since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
