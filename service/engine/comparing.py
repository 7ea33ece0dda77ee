"""What a rule's findings lack to be in step with its verdicts: computed here, applied by `reconcile`, only looked at by `verify`.

A finding is one episode of a rule and a subject, open until it is cleared. The steps are these:

resolved    open, no longer matched, the rule still about the subject: the thing was done
withdrawn   open, no longer matched, and the rule no longer about the subject, or about another kind of subjects
rearmed     settled by a person whose quiet time is over: closed, and opened anew where it still matches
updated     still matched, by another grade, target, due date or version
opened      matched (or, where the rule asks, undecidable) without an open episode
undecided   what is missing of the subject is not what was written down

An open episode that became undecidable stays open: unknown is never silently "no". What cannot be judged for want of a
parameter stays exactly as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)

from service.access.unit import Unit
from service.engine.judging import UNJUDGED, Judged
from service.engine.scratch import candidates, differing, empty, lacking_now, put, verdicts_now, woken
from service.tables import findings, undecided

Step: TypeAlias = Literal["resolved", "withdrawn", "rearmed", "updated", "opened", "undecided"]
STEPS: tuple[Step, ...] = get_args(Step)
"""In the order in which they are taken."""


@dataclass(frozen=True)
class Episode:
    """What is the same for every finding a rule opens on one day.

    `visit_from` is the first day a worker may be sent where somebody else may settle it alone first, and `held_due_on`
    the due date counted from then. Neither holds for what is urgent: that cannot wait.
    """

    rule: str
    version_id: int
    subject_kind: str
    as_of: date
    due_on: date | None
    held_due_on: date | None
    visit_from: date | None
    asks: bool

    @property
    def open(self) -> ColumnElement[bool]:
        """The rule's findings that are not cleared."""
        return and_(self.all, findings.c.cleared_on.is_(None))

    @property
    def all(self) -> ColumnElement[bool]:
        """The rule's findings."""
        return and_(findings.c.rule == self.rule, findings.c.subject_kind == self.subject_kind)

    @property
    def strays(self) -> ColumnElement[bool]:
        """The rule's findings that are not cleared and are of another kind of subject: an earlier version was about that."""
        f = findings.c
        return and_(f.rule == self.rule, f.subject_kind != self.subject_kind, f.cleared_on.is_(None))

    @property
    def ripe(self) -> ColumnElement[bool]:
        """Settled by a person, and no longer quiet: its time is over, or what was wrong about it has changed since."""
        f = findings.c
        again = and_(f.quiet_until.is_not(None), f.quiet_until <= self.as_of)
        changed = and_(
            func.coalesce(f.outcome, "") == "not_eligible", f.subject_id.in_(select(woken.c.subject_id))
        )
        return and_(f.settled_on.is_not(None), or_(again, changed))

    @property
    def wanted(self) -> ColumnElement[bool]:
        """The verdicts that open an episode."""
        return wanted_verdicts(asks=self.asks)


def wanted_verdicts(*, asks: bool) -> ColumnElement[bool]:
    """The verdicts that open an episode: matches, and where the rule asks also who cannot be decided."""
    return verdicts_now.c.verdict.in_(("match", "unknown") if asks else ("match",))


@dataclass(frozen=True)
class Kept:
    """What a finding that still matches should say. What has just become urgent is no longer held back."""

    episode: Episode

    @property
    def urgent(self) -> ColumnElement[bool]:
        """Just now."""
        return and_(verdicts_now.c.grade == "urgent", findings.c.grade != "urgent")

    @property
    def due_on(self) -> ColumnElement[date]:
        """A date of the record, else what it was; counted from today where it became urgent."""
        now = verdicts_now.c
        at_once = func.coalesce(now.due_on, literal(self.episode.due_on, Date()))
        return case((self.urgent, at_once), else_=func.coalesce(now.due_on, findings.c.due_on))

    @property
    def differs(self) -> ColumnElement[bool]:
        """Whether there is anything to update."""
        now = verdicts_now.c
        return or_(
            findings.c.grade != now.grade,
            findings.c.verdict != now.verdict,
            findings.c.target_kind != now.target_kind,
            findings.c.target_id != now.target_id,
            findings.c.version_id != self.episode.version_id,
            findings.c.due_on.is_distinct_from(self.due_on),
        )


async def compare(unit: Unit, episode: Episode, judged: Judged, *, everyone: bool) -> dict[Step, int]:
    """Fill `differing` for all subjects, or for the candidates alone; returns how many stand at each step.

    Strays count among the withdrawn where everyone is asked about; they are not in `differing`, whose keys are of one kind.
    """
    await empty(unit, differing)
    scope = None if everyone else select(candidates.c.subject_id)
    steps = {"opened": _to_open(episode), "undecided": _to_note(episode, scope)}
    any_yet = select(findings.c.finding_id).where(episode.all).limit(1)
    if (await unit.connection.execute(any_yet)).first() is not None:
        open_ones = episode.open if scope is None else and_(episode.open, findings.c.subject_id.in_(scope))
        gone = select(findings.c.subject_id).where(open_ones, ~_judged_now())
        for still in judged.still_applies(unit, gone):
            await put(unit, differing, _at("resolved", still))
        steps |= _of_open(episode, open_ones, gone)
    await put(unit, differing, union_all(*(_at(step, subjects) for step, subjects in steps.items())))
    at = differing.c.step
    counts = {
        row.step: row.n
        for row in await unit.connection.execute(select(at, func.count().label("n")).group_by(at))
    }
    strays = await _strays(unit, episode) if everyone else 0
    if strays:
        counts["withdrawn"] = counts.get("withdrawn", 0) + strays
    return {step: counts[step] for step in STEPS if step in counts}


async def _strays(unit: Unit, episode: Episode) -> int:
    some = select(func.count()).select_from(findings).where(episode.strays)
    return int((await unit.connection.execute(some)).scalar_one())


def _of_open(episode: Episode, open_ones: ColumnElement[bool], gone: Select[Any]) -> dict[str, Select[Any]]:
    f, now = findings.c, verdicts_now.c
    done = exists().where(differing.c.step == "resolved", differing.c.subject_id == f.subject_id)
    judged_too = and_(open_ones, now.subject_id == f.subject_id, now.verdict != UNJUDGED)
    return {
        "withdrawn": gone.where(~done),
        "rearmed": select(f.subject_id).where(judged_too, episode.ripe),
        "updated": select(f.subject_id).where(judged_too, ~episode.ripe, Kept(episode).differs),
    }


def _judged_now() -> ColumnElement[bool]:
    return exists().where(verdicts_now.c.subject_id == findings.c.subject_id)


def _to_open(episode: Episode) -> Select[Any]:
    """What a person settled and the records then withdrew (a household that a file left out for a day) keeps quiet until
    its time; what was resolved and matches again is a new matter."""
    same = and_(episode.all, findings.c.subject_id == verdicts_now.c.subject_id)
    stays_open = and_(findings.c.cleared_on.is_(None), ~episode.ripe)
    return select(verdicts_now.c.subject_id).where(
        episode.wanted, ~exists().where(same, or_(stays_open, quiet(episode)))
    )


def quiet(episode: Episode) -> ColumnElement[bool]:
    """Findings that were settled, then withdrawn, and keep a new episode from being opened."""
    return and_(findings.c.clearing == "withdrawn", findings.c.quiet_until > episode.as_of)


def _to_note(episode: Episode, scope: Select[Any] | None) -> Select[Any]:
    u, now = undecided.c, lacking_now.c
    same = and_(u.subject_id == now.subject_id, u.fact == now.fact, u.rule == episode.rule)
    mine = u.rule == episode.rule if scope is None else and_(u.rule == episode.rule, u.subject_id.in_(scope))
    newly = select(now.subject_id).where(~exists().where(same))
    no_more = select(u.subject_id).where(mine, ~exists(select(now.subject_id).where(same)))
    both = union(newly, no_more).subquery()
    return select(both.c.subject_id)


def _at(step: str, subjects: Select[Any]) -> Select[Any]:
    them = subjects.subquery()
    return select(literal(step), them.c.subject_id)
