"""One rule of a scan: whom to judge, the judging, and writing down what came of it.

Reading and judging happen in one snapshot on the scan's own connection, whose temporary tables keep what was found;
writing follows in short transactions, each with the rule's row in `scan_rules`, so nobody else waits long and a process
killed at any moment resumes with what still differs. Only the last transaction says that the rule is done.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from rules import CannotEvaluate, CheckedRule, Moment, RuleDocument
from service.access.turns import take_planners_turn
from service.access.unit import Session, Unit
from service.engine import candidates, reconcile, scan_events
from service.engine.candidates import Since
from service.engine.comparing import Episode, compare
from service.engine.judging import CANDIDATES, counts, judge
from service.engine.missing import missing_counts
from service.engine.progress import Progress, forget, note
from service.engine.reconcile import Part, Tally
from service.engine.rulebook import Basis, Version
from service.engine.taking import Ledger, holds_whole, ledger
from service.tables import findings, scan_rules
from service.tables.upsert import upsert


@dataclass(frozen=True)
class Ground:
    """What all rules of a scan stand on: the day, what they rest on, how far each had come, how many records there are."""

    scan_id: int
    as_of: date
    whole: bool
    basis: Basis
    progress: Mapping[str, Progress]
    rows: Mapping[str, int]
    taken: dict[int, tuple[Ledger, bool]] = field(default_factory=dict)
    """By the scan it starts after: the changes up to this scan, and whether a bulk load is among them."""

    async def changed(self, unit: Unit, after: int) -> tuple[Ledger, bool]:
        """What changed since a scan; read once."""
        if after not in self.taken:
            changes = await ledger(unit, after, self.scan_id)
            self.taken[after] = changes, await holds_whole(unit, after, self.scan_id)
        return self.taken[after]


@dataclass(frozen=True)
class Result:
    """What is written down of one rule in `scan_rules`."""

    rule: str
    version_id: int
    state: str
    mode: str = "full"
    why_full: str | None = None
    candidates: int | None = None
    matched: int = 0
    unknown: int = 0
    missing: dict[str, int] | None = None
    tally: Tally = field(default_factory=Tally)
    error: str | None = None
    milliseconds: int = 0


@dataclass(frozen=True)
class _Found:
    """What the reading part of a rule's scan found out."""

    episode: Episode
    pieces: list[list[Part]]
    result: Result


async def scan_rule(session: Session, ground: Ground, version: Version) -> Progress | None:
    """Bring one rule's findings up to the scan's day; its row in `scan_rules` says what was done.

    Returns its new progress where there was nobody to judge: nothing was written, and the caller notes it.
    """
    started = time.perf_counter()
    if not version.effective(ground.as_of):
        await _withdraw_all(session, ground, version, started)
        return None
    rule = ground.basis.checked(version)
    async with session.read() as unit:
        now = Progress(
            version.rule,
            ground.scan_id,
            version.version_id,
            ground.as_of,
            ground.basis.question(rule, ground.as_of),
        )
        whom = await _whom(unit, ground, version, rule)
        if whom == 0:
            return now
        found = await _read(unit, ground, version, rule, whom)
    await _write(session, ground, found, now, started)
    return None


async def _whom(unit: Unit, ground: Ground, version: Version, rule: CheckedRule) -> str | int:
    """Fill the candidates, and how many they are; or the reason why everyone is judged."""
    known = ground.progress.get(version.rule)
    after = known.scan_id if known else ground.scan_id
    changed, bulk = await ground.changed(unit, after)
    why = "asked" if ground.whole else must_be_full(ground.basis, version, rule, known, ground.as_of)
    why = why or ("whole" if bulk else None)
    if why is None and known is not None:
        since = Since(known, changed, ground.as_of)
        found = await candidates.find(unit, ground.basis, rule, since, ground.rows[rule.document.subject])
        if isinstance(found, int):
            return found
        why = found
    await candidates.wake_everyone(unit, ground.basis, rule, changed)
    return why or "first"


def must_be_full(
    ground: Basis, version: Version, rule: CheckedRule, known: Progress | None, as_of: date
) -> str | None:
    """Why everyone is judged on a day whatever has changed; a key of WHY_FULL."""
    if known is None:
        return "first"
    if known.version_id != version.version_id:
        return "version"
    if known.as_of > as_of:
        return "back"
    if not version.effective(known.as_of) or not _asked_alike(ground, rule, known):
        return "question"
    return None


def _asked_alike(ground: Basis, rule: CheckedRule, known: Progress) -> bool:
    """Whether the rule would ask today of that day what it asked then; not where a parameter has lost its value of that day."""
    try:
        return ground.question(rule, known.as_of) == known.question
    except CannotEvaluate:
        return False


async def _read(unit: Unit, ground: Ground, version: Version, rule: CheckedRule, whom: str | int) -> _Found:
    """Judge the candidates, or everyone where there is a reason to, and see whose findings differ."""
    why = whom if isinstance(whom, str) else None
    judged = await judge(unit, ground.basis, rule, ground.as_of, None if why else CANDIDATES)
    episode = episode_of(version, rule, ground.basis.moment(ground.as_of), ground.as_of)
    differ = await compare(unit, episode, judged, everyone=why is not None)
    matched, unknown = await counts(unit)
    result = Result(
        rule=version.rule,
        version_id=version.version_id,
        state="running",
        mode="full" if why else "delta",
        why_full=why,
        candidates=None if isinstance(whom, str) else whom,
        matched=matched,
        unknown=unknown,
        missing=await missing_counts(unit) if unknown else {},
    )
    return _Found(episode, await reconcile.parts(unit, differ), result)


def episode_of(version: Version, rule: CheckedRule, now: Moment, as_of: date) -> Episode:
    """What every finding the rule opens on a day has in common."""
    document = rule.document
    held_until = _held_until(document, now)
    return Episode(
        rule=version.rule,
        version_id=version.version_id,
        subject_kind=document.subject,
        as_of=as_of,
        due_on=_due(document, now, as_of),
        held_due_on=_due(document, now, held_until or as_of),
        visit_from=held_until,
        asks=document.unknown == "ask",
    )


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


async def _write(session: Session, ground: Ground, found: _Found, now: Progress, started: float) -> None:
    """Write piece by piece; the last one says that the rule is done."""
    last = len(found.pieces) - 1
    for number, piece in enumerate(found.pieces):
        if number:
            await session.house.database.give_way()
        async with session.write() as unit:
            await take_planners_turn(unit)
            tally = await _so_far(unit, ground.scan_id, found.result.rule)
            if number == 0 and found.result.mode == "full":
                tally = tally.plus("withdrawn", await reconcile.withdraw_strays(unit, found.episode))
            for part in piece:
                tally = tally.plus(part.step, await reconcile.write(unit, found.episode, part))
            state = "done" if number == last else "running"
            await put_result(unit, ground.scan_id, _ended(found.result, state, tally, started))
            if number == last:
                await note(unit, [now])


def _ended(result: Result, state: str, tally: Tally, started: float) -> Result:
    return Result(**{**vars(result), "state": state, "tally": tally, "milliseconds": since(started)})


async def _so_far(unit: Unit, scan_id: int, rule: str) -> Tally:
    """What this scan has done for the rule already, perhaps before it was cut off."""
    columns = [scan_rules.c[name] for name in Tally.__dataclass_fields__]
    found = await unit.connection.execute(
        select(*columns).where(scan_rules.c.scan_id == scan_id, scan_rules.c.rule == rule)
    )
    row = found.first()
    return Tally() if row is None else Tally(*row)


async def _withdraw_all(session: Session, ground: Ground, version: Version, started: float) -> None:
    """A rule outside its time finds nothing; what is open of it is withdrawn, once."""
    async with session.write() as unit:
        await take_planners_turn(unit)
        open_ones = select(findings.c.finding_id).where(
            findings.c.rule == version.rule, findings.c.cleared_on.is_(None)
        )
        some = (await unit.connection.execute(open_ones.limit(1))).first()
        if some is None and not ground.whole and version.rule not in ground.progress:
            return
        withdrawn = await reconcile.withdraw(unit, version.rule, ground.as_of)
        await forget(unit, [version.rule])
        tally = Tally(withdrawn=withdrawn)
        result = Result(
            version.rule, version.version_id, "done", tally=tally, missing={}, milliseconds=since(started)
        )
        await put_result(unit, ground.scan_id, result)


async def put_result(unit: Unit, scan_id: int, result: Result) -> None:
    """Write the rule's row of a scan, or write it anew; that it is done or has failed is told."""
    written = {**vars(result), **asdict(result.tally), "scan_id": scan_id}
    del written["tally"]
    changed = [name for name in written if name not in ("scan_id", "rule")]
    await unit.connection.execute(upsert(unit.dialect, scan_rules, ["scan_id", "rule"], changed), [written])
    if result.state != "running":
        kind: scan_events.Kind = "judged" if result.state == "done" else "failed"
        await scan_events.tell(unit, scan_id, kind, result.rule)


def since(started: float) -> int:
    """Milliseconds since a reading of the performance counter."""
    return round((time.perf_counter() - started) * 1000)
