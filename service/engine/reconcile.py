"""Bringing a rule's findings in step with its verdicts, a few thousand subjects at a time.

`differing` says whose findings have to change (see `comparing`). Between the comparing and the writing others may have
written: every statement asks again whether its finding is still as it has to be.

Whoever's finding changes, the target of its visit is put into `pending_targets` in the same transaction, so that its task
follows however this ends.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from service.access.unit import Unit
from service.engine.comparing import STEPS, Episode, Kept, Step, quiet
from service.engine.judging import UNJUDGED
from service.engine.scratch import differing, lacking_now, verdicts_now
from service.tables import findings, pending_targets, undecided
from service.tables.columns import Key
from service.tables.upsert import add_missing

CHUNK = 10_000
"""Subjects written in one transaction: on SQLite about a quarter of a second, in which nobody else can write."""

_LAST = 2**63 - 1


@dataclass(frozen=True)
class Tally:
    """Counts of one reconciliation; a finding that was closed to be opened anew counts as opened."""

    opened: int = 0
    resolved: int = 0
    withdrawn: int = 0
    updated: int = 0

    def plus(self, step: Step, count: int) -> Tally:
        """With so many more of one step."""
        if step in ("rearmed", "undecided"):
            return self
        return replace(self, **{step: getattr(self, step) + count})


@dataclass(frozen=True)
class Part:
    """The subjects of one step with `after` < key <= `upto`."""

    step: Step
    after: int
    upto: int

    @property
    def subjects(self) -> Select[tuple[int]]:
        """Their keys."""
        d = differing.c
        return select(d.subject_id).where(
            d.step == self.step, d.subject_id > self.after, d.subject_id <= self.upto
        )


async def parts(unit: Unit, counts: Mapping[Step, int]) -> list[list[Part]]:
    """What is to be written, cut into pieces of `CHUNK` subjects: one list for each transaction."""
    if sum(counts.values()) <= CHUNK:
        return [[Part(step, -1, _LAST) for step in STEPS if step in counts]]
    pieces: list[list[Part]] = [[]]
    room = CHUNK
    for step in (step for step in STEPS if step in counts):
        async for part, size in _cut(unit, step):
            if pieces[-1] and size > room:
                pieces.append([])
                room = CHUNK
            pieces[-1].append(part)
            room -= size
    return pieces


async def _cut(unit: Unit, step: Step) -> AsyncIterator[tuple[Part, int]]:
    d, after = differing.c, -1
    while True:
        keys = select(d.subject_id).where(d.step == step, d.subject_id > after).order_by(d.subject_id)
        some = keys.limit(CHUNK).subquery()
        last = select(func.max(some.c.subject_id), func.count())
        upto, size = (await unit.connection.execute(last)).one()
        if upto is None:
            return
        yield Part(step, after, upto), size
        after = upto


async def write(unit: Unit, episode: Episode, part: Part) -> int:
    """Take one step for some subjects; returns how many findings (or notes) changed."""
    await _leave_pending(unit, episode, part)
    match part.step:
        case "resolved" | "withdrawn":
            return await _clear(unit, episode, part, part.step)
        case "rearmed":
            return await _rearm(unit, episode, part)
        case "updated":
            return await _keep(unit, episode, part)
        case "opened":
            return await _open(unit, episode, part)
        case "undecided":
            return await _note(unit, episode, part)


async def withdraw(unit: Unit, rule: str, as_of: date) -> int:
    """Withdraw every open finding of a rule that is not in force, and forget whom it could not decide."""
    gone = await _withdraw(unit, and_(findings.c.rule == rule, findings.c.cleared_on.is_(None)), as_of)
    await unit.connection.execute(delete(undecided).where(undecided.c.rule == rule))
    return gone


async def withdraw_strays(unit: Unit, episode: Episode) -> int:
    """Withdraw what is open of a kind of subjects that the rule was about before, and is not any more."""
    return await _withdraw(unit, episode.strays, episode.as_of)


async def _withdraw(unit: Unit, which: ColumnElement[bool], as_of: date) -> int:
    targets = select(findings.c.target_kind, findings.c.target_id).where(which).distinct()
    await unit.connection.execute(add_missing(unit.dialect, pending_targets, targets))
    gone = update(findings).where(which).values(cleared_on=as_of, clearing="withdrawn")
    return (await unit.connection.execute(gone)).rowcount


async def _leave_pending(unit: Unit, episode: Episode, part: Part) -> None:
    """The targets these subjects' findings have, and will have."""
    f, now = findings.c, verdicts_now.c
    had = select(f.target_kind, f.target_id).where(episode.open, f.subject_id.in_(part.subjects))
    will = select(now.target_kind, now.target_id).where(now.subject_id.in_(part.subjects))
    wanted = {"opened": [will], "updated": [had, will], "undecided": []}.get(part.step, [had])
    for targets in wanted:
        await unit.connection.execute(add_missing(unit.dialect, pending_targets, targets.distinct()))


def _open_of(episode: Episode, part: Part) -> ColumnElement[bool]:
    return and_(episode.open, findings.c.subject_id.in_(part.subjects))


async def _clear(unit: Unit, episode: Episode, part: Part, clearing: str) -> int:
    cleared = await unit.connection.execute(
        update(findings).where(_open_of(episode, part)).values(cleared_on=episode.as_of, clearing=clearing)
    )
    return cleared.rowcount


async def _rearm(unit: Unit, episode: Episode, part: Part) -> int:
    closed = await unit.connection.execute(
        update(findings)
        .where(_open_of(episode, part), episode.ripe)
        .values(cleared_on=episode.as_of, clearing="rearmed")
    )
    return closed.rowcount


async def _keep(unit: Unit, episode: Episode, part: Part) -> int:
    """Update grade, target, due date and version of what still matches, where they changed."""
    now, kept = verdicts_now.c, Kept(episode)
    updated = await unit.connection.execute(
        update(findings)
        .where(
            _open_of(episode, part),
            now.subject_id == findings.c.subject_id,
            now.verdict != UNJUDGED,
            kept.differs,
        )
        .values(
            grade=now.grade,
            verdict=now.verdict,
            target_kind=now.target_kind,
            target_id=now.target_id,
            version_id=episode.version_id,
            due_on=kept.due_on,
            visit_from=case((kept.urgent, None), else_=findings.c.visit_from),
        )
    )
    return updated.rowcount


async def _open(unit: Unit, episode: Episode, part: Part) -> int:
    """Open an episode for each new match (and, where the rule asks, each undecidable subject)."""
    now = verdicts_now.c
    same = and_(episode.all, findings.c.subject_id == now.subject_id)
    held_back = exists().where(same, findings.c.cleared_on.is_(None) | quiet(episode))
    due_on = case(
        (now.grade == "urgent", literal(episode.due_on, Date())), else_=literal(episode.held_due_on, Date())
    )
    columns: dict[str, Any] = {
        "rule": literal(episode.rule),
        "version_id": literal(episode.version_id, Key),
        "subject_kind": literal(episode.subject_kind),
        "subject_id": now.subject_id,
        "target_kind": now.target_kind,
        "target_id": now.target_id,
        "verdict": now.verdict,
        "grade": now.grade,
        "since_on": literal(episode.as_of, Date()),
        "due_on": func.coalesce(now.due_on, due_on),
        "visit_from": case((now.grade == "urgent", None), else_=literal(episode.visit_from, Date())),
    }
    rows = select(*columns.values()).where(episode.wanted, now.subject_id.in_(part.subjects), ~held_back)
    opened = await unit.connection.execute(insert(findings).from_select(list(columns), rows))
    return opened.rowcount


async def _note(unit: Unit, episode: Episode, part: Part) -> int:
    """Write down what is missing of whom."""
    u, now = undecided.c, lacking_now.c
    old = delete(undecided).where(u.rule == episode.rule, u.subject_id.in_(part.subjects))
    await unit.connection.execute(old)
    rows = select(literal(episode.rule), now.subject_id, now.fact).where(now.subject_id.in_(part.subjects))
    noted = insert(undecided).from_select(["rule", "subject_id", "fact"], rows)
    return (await unit.connection.execute(noted)).rowcount
