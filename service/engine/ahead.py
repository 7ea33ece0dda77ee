"""A rule's episodes on days to come, in temporary tables: what scans day by day would open if no record changed.

Of each subject the days move, what a scan goes by is copied once out of `findings` (open or not, until when quiet) and
led on from day to day by the steps of `comparing`; the findings themselves stay as they are. So what is resolved on one
of the days and matches again on a later one is a new matter, as it would be for scans.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)

from service.access.unit import Unit
from service.engine.comparing import wanted_verdicts
from service.engine.judging import UNJUDGED, Judged
from service.engine.scratch import (
    candidates,
    clear,
    empty,
    episodes_ahead,
    expected_ahead,
    opened_ahead,
    put,
    verdicts_now,
)
from service.tables import findings
from service.tables.places import division_of


@dataclass(frozen=True)
class Ahead:
    """One rule's episodes, led from day to day; `first` is the first of the days."""

    unit: Unit
    rule: str
    first: date

    async def begin(self) -> None:
        """Forget what the tables held."""
        await empty(self.unit, candidates, episodes_ahead, opened_ahead, expected_ahead)

    async def step(self, judged: Judged, day: date, *, everyone: bool) -> None:
        """Take the candidates, or everyone, to `day`, as `verdicts_now` says, and count what opens."""
        kind = findings.c.subject_kind == judged.rule.document.subject
        among = select(candidates.c.subject_id)
        await self._bring_in(kind if everyone else and_(kind, findings.c.subject_id.in_(among)))
        opening = await put(
            self.unit, opened_ahead, self._to_open(day, asks=judged.rule.document.unknown == "ask")
        )
        await self._clear(judged, day, everyone=everyone)
        if opening:
            await self._open(day)

    async def withdraw(self) -> None:
        """The rule is not in force: nothing is open, and what was settled stays quiet until its time."""
        await self._bring_in(true())
        await self._close(episodes_ahead.c.open, quiet=True)

    async def _bring_in(self, which: ColumnElement[bool]) -> None:
        f = findings.c
        is_open, settled = f.cleared_on.is_(None), f.settled_on.is_not(None)
        quiet = and_(f.clearing == "withdrawn", f.quiet_until >= self.first)
        mine = and_(f.rule == self.rule, or_(is_open, quiet))
        known = exists().where(episodes_ahead.c.subject_id == f.subject_id)
        found = (
            select(
                f.subject_id,
                func.max(case((is_open, 1), else_=0)) == 1,
                func.max(case((and_(is_open, settled), f.quiet_until))),
                func.max(case((quiet, f.quiet_until))),
            )
            .where(mine, which, ~known)
            .group_by(f.subject_id)
        )
        await put(self.unit, episodes_ahead, found)

    def _to_open(self, day: date, *, asks: bool) -> Select[Any]:
        e, now = episodes_ahead.c, verdicts_now.c
        held = or_(and_(e.open, ~_ripe(day)), e.quiet_until > day)
        same = e.subject_id == now.subject_id
        return select(now.subject_id).where(wanted_verdicts(asks=asks), ~exists().where(same, held))

    async def _clear(self, judged: Judged, day: date, *, everyone: bool) -> None:
        """Close whatever is no longer matched, or is to be opened anew."""
        e, now = episodes_ahead.c, verdicts_now.c
        here = true() if everyone else e.subject_id.in_(select(candidates.c.subject_id))
        gone = and_(e.open, here, ~exists().where(now.subject_id == e.subject_id))
        again = exists().where(now.subject_id == e.subject_id, now.verdict != UNJUDGED)
        # Whether the rule is still about somebody matters only where a person has settled it for a time.
        settled = select(e.subject_id).where(gone, e.again_on > day)
        if (await self.unit.connection.execute(settled.limit(1))).first() is not None:
            still = union_all(*judged.still_applies(self.unit, settled)).subquery()
            resolved = e.subject_id.in_(select(still.c.subject_id))
            await self._close(and_(gone, e.again_on > day, ~resolved), quiet=True)
        await self._close(or_(gone, and_(e.open, _ripe(day), again)))

    async def _close(self, which: ColumnElement[bool], *, quiet: bool = False) -> None:
        e = episodes_ahead.c
        later = case(
            (or_(e.quiet_until.is_(None), e.again_on > e.quiet_until), e.again_on), else_=e.quiet_until
        )
        closed = {"open": false(), "again_on": null()} | ({"quiet_until": later} if quiet else {})
        await self.unit.connection.execute(update(episodes_ahead).where(which).values(**closed))

    async def _open(self, day: date) -> None:
        now, new = verdicts_now.c, select(opened_ahead.c.subject_id)
        area = division_of(now.target_kind, now.target_id).label("division_code")
        # Told first and grouped then: PostgreSQL does not see that an expression with values in it is the same twice.
        areas = select(area).where(now.subject_id.in_(new)).subquery().c.division_code
        counted = select(literal(day, Date()), areas, func.count()).group_by(areas)
        await put(self.unit, expected_ahead, counted)
        await self.unit.connection.execute(delete(episodes_ahead).where(episodes_ahead.c.subject_id.in_(new)))
        fresh = select(opened_ahead.c.subject_id, true(), null(), null())
        await put(self.unit, episodes_ahead, fresh)
        await clear(self.unit, opened_ahead)


def _ripe(day: date) -> ColumnElement[bool]:
    return and_(episodes_ahead.c.again_on.is_not(None), episodes_ahead.c.again_on <= day)
