"""A scan: every rule in force on a day brought up to it, rule by rule.

It begins by taking in the changesets that no scan took before, and judges, rule by rule, whom these and the days since
may have changed; everyone, where that is cheaper or the rule itself has changed (`rule_scan`). A process killed at any
moment resumes with the rules that are not done. A rule that fails is written down as failed, keeps its findings, and
makes up for what it missed in the next scan; the others go on. Parameters are read once, when the scan begins or is
taken up again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import structlog
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from rules import CannotEvaluate, RuleErrors
from service.access.actors import SYSTEM, Actor
from service.access.turns import take_planners_turn
from service.access.unit import House, Session, Unit
from service.engine import scan_events
from service.engine.estimates import row_counts
from service.engine.progress import Progress, forget, note, progress
from service.engine.reconcile import withdraw
from service.engine.rule_scan import Ground, Result, put_result, scan_rule, since
from service.engine.rulebook import Version, basis, in_force, rule_in_force
from service.engine.scratch import lay_out
from service.engine.taking import take_in, taken_after, waiting
from service.errors import Conflict, InvalidInput, NotFound, Unavailable
from service.logs import trace_of
from service.tables import findings, rule_versions, scan_rules, scans
from service.tables.alone import alone
from service.tables.refusals import timed_out

log = structlog.get_logger(__name__)
Report = Callable[[str, int, int], None]
"""Called with (rule, number of rules done, number of rules)."""


@dataclass(frozen=True)
class RuleResult:
    """What a scan did for one rule. `matched`, `unknown` and `missing` count those it judged: everyone, or `candidates`.

    `mode` is full or delta, `why_full` a key of `service.tables.scans.WHY_FULL`.
    """

    rule: str
    title: str
    state: str
    matched: int
    unknown: int
    missing: dict[str, int] | None
    opened: int
    resolved: int
    withdrawn: int
    updated: int
    mode: str
    why_full: str | None
    candidates: int | None
    error: str | None
    milliseconds: int


@dataclass(frozen=True)
class Scan:
    """A scan and its rules so far. `state`: running, done, incomplete (some rule failed), or preview (not kept).

    `untouched` counts the rules without anybody to judge; they have no result.
    """

    scan_id: int
    as_of: date
    state: str
    rules: list[RuleResult]
    untouched: int = 0


async def begin(unit: Unit, *, as_of: date, only_rule: str | None = None, whole: bool = False) -> int:
    """Write down that a scan is to be made, and take in what waits; a `whole` one judges everyone.

    NotFound for a rule that is not in force, Conflict when none was ever published, InvalidInput for a day that can only be previewed.
    """
    # In turn: of two scans the later one must not be begun, and take nothing in, before the earlier one has.
    await take_planners_turn(unit)
    if not await keeps(unit, as_of):
        raise InvalidInput("这一天在将来，或早于最近一次扫描，只能预览，不能写入。")
    await wanted_versions(unit, as_of, only_rule)
    row = await unit.connection.execute(
        insert(scans)
        .values(
            as_of=as_of,
            state="running",
            only_rule=only_rule,
            whole=whole,
            actor_id=unit.actor.account_id,
            started_at=unit.now,
        )
        .returning(scans.c.scan_id)
    )
    scan_id = int(row.scalar_one())
    await take_in(unit, scan_id)
    await scan_events.tell(unit, scan_id, "begun")
    return scan_id


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
    if not await any_rule(unit):
        raise Conflict("还没有任何规则，请先运行 zhitui rules load。")
    return await in_force(unit, as_of)


async def any_rule(unit: Unit) -> bool:
    """Whether any rule was ever published: without one there is nothing to scan by."""
    ever = await unit.connection.execute(select(rule_versions.c.version_id).limit(1))
    return ever.first() is not None


async def run(house: House, scan_id: int, report: Report | None = None, actor: Actor = SYSTEM) -> Scan:
    """Do what is left of a scan, rule by rule, and close it; as failed where a newer day was scanned meanwhile.

    Waits until nobody else scans; a scan that somebody else finished meanwhile is given as it is.
    """
    async with alone(house.database, "scanning"):
        return await _run(house, scan_id, report, actor)


async def _run(house: House, scan_id: int, report: Report | None, actor: Actor) -> Scan:
    async with house.read(actor) as unit:
        scan = await get(unit, scan_id)
        wish = (await unit.connection.execute(select(scans).where(scans.c.scan_id == scan_id))).one()
        versions = [one for one in await in_force(unit, scan.as_of) if wish.only_rule in (None, one.rule)]
        ground = await _ground(unit, scan, wish.whole)
    if scan.state != "running":
        return scan
    if await _give_up_if_overtaken(house, scan, actor):
        return replace(scan, state="failed")
    done = {result.rule for result in scan.rules if result.state != "running"}
    idle: list[Progress] = []
    async with house.session(actor) as session:
        await lay_out(session)
        for number, version in enumerate(versions):
            if report:
                report(version.rule, number, len(versions))
            if version.rule not in done and not _overtaken(ground, version):
                untouched = await _scan_rule(session, ground, version, actor)
                idle += [untouched] if untouched else []
    async with house.write(actor) as unit:
        if wish.only_rule is None:
            await take_planners_turn(unit)
            await _withdraw_retired(unit, ground, {version.rule for version in versions})
        await _close(unit, scan_id, idle)
        scan = await get(unit, scan_id)
    if report:
        report("", len(versions), len(versions))
    return scan


async def _ground(unit: Unit, scan: Scan, whole: bool) -> Ground:
    known = await basis(unit)
    rows = await row_counts(unit, known.catalogue)
    return Ground(scan.scan_id, scan.as_of, whole, known, await progress(unit), rows)


def _overtaken(ground: Ground, version: Version) -> bool:
    """Whether a later scan has done this rule, and with it all that this one took in."""
    known = ground.progress.get(version.rule)
    return known is not None and known.scan_id > ground.scan_id


async def _give_up_if_overtaken(house: House, scan: Scan, actor: Actor) -> bool:
    async with house.write(actor) as unit:
        if await keeps(unit, scan.as_of):
            return False
        ended = update(scans).where(scans.c.scan_id == scan.scan_id)
        await unit.connection.execute(ended.values(state="failed", finished_at=unit.now))
        await scan_events.tell(unit, scan.scan_id, "ended", state="failed")
        return True


async def unfinished(unit: Unit) -> list[int]:
    """Scans that were begun and not closed, oldest first."""
    rows = await unit.connection.execute(
        select(scans.c.scan_id).where(scans.c.state == "running").order_by(scans.c.scan_id)
    )
    return list(rows.scalars())


async def behind(unit: Unit) -> bool:
    """Whether records have changed that no finished scan of all rules has taken in."""
    if await waiting(unit) or await unfinished(unit):
        return True
    newest = select(func.max(scans.c.scan_id)).where(
        scans.c.only_rule.is_(None), scans.c.state.in_(("done", "incomplete"))
    )
    last = (await unit.connection.execute(newest)).scalar()
    return last is not None and await taken_after(unit, last)


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
    return Scan(row.scan_id, row.as_of, row.state, [RuleResult(*result) for result in results], row.untouched)


async def _scan_rule(session: Session, ground: Ground, version: Version, actor: Actor) -> Progress | None:
    started = time.perf_counter()
    try:
        return await scan_rule(session, ground, version)
    except Exception as error:  # whatever is wrong with one rule must not stop the others (RULES §4)
        if ends_all(error):
            raise
        await _note_failure(session, ground, version, started, error)
    return None


def ends_all(error: Exception) -> bool:
    """Whether it is no fault of one rule: the database went away, is full or held; what was begun is taken up again."""
    if isinstance(error, Unavailable):
        return not timed_out(error)
    return isinstance(error, DBAPIError) and error.connection_invalidated


async def _note_failure(
    session: Session, ground: Ground, version: Version, started: float, error: Exception
) -> None:
    log.error("rule_failed", rule=version.rule, version=version.version, **trace_of(error))
    result = Result(
        version.rule, version.version_id, "failed", error=reason_of(error), milliseconds=since(started)
    )
    async with session.write() as unit:
        await put_result(unit, ground.scan_id, result)


def reason_of(error: Exception) -> str:
    """Why a rule failed, as the office is told: a whole sentence without anybody's data."""
    if isinstance(error, RuleErrors | CannotEvaluate):
        return str(error)
    if timed_out(error):
        return "这条规则用时超过了上限，已中止。请运维人员用 zhitui rules cost 查看它的用时和缺少的索引。"
    return f"这条规则未能执行（{type(error).__name__}），请联系运维人员。"


async def _withdraw_retired(unit: Unit, ground: Ground, in_force: set[str]) -> None:
    """Withdraw what is open of rules that are no longer in force."""
    known = set(ground.progress) | await _with_open_findings(unit)
    retired = sorted(known - in_force)
    for rule in retired:
        await withdraw(unit, rule, ground.as_of)
    await forget(unit, retired)


async def _with_open_findings(unit: Unit) -> set[str]:
    """The rules that have an open finding: each looked for by the index, from one to the next."""
    found: set[str] = set()
    last = ""
    while True:
        following = select(func.min(findings.c.rule)).where(
            findings.c.cleared_on.is_(None), findings.c.rule > last
        )
        rule = (await unit.connection.execute(following)).scalar()
        if rule is None:
            return found
        found.add(rule)
        last = rule


async def _close(unit: Unit, scan_id: int, idle: list[Progress]) -> None:
    await note(unit, idle)
    failed = await unit.connection.execute(
        select(func.count())
        .select_from(scan_rules)
        .where(scan_rules.c.scan_id == scan_id, scan_rules.c.state == "failed")
    )
    state: scan_events.State = "incomplete" if failed.scalar_one() else "done"
    await unit.connection.execute(
        update(scans)
        .where(scans.c.scan_id == scan_id)
        .values(state=state, finished_at=unit.now, untouched=len(idle))
    )
    await scan_events.tell(unit, scan_id, "ended", state=state)
