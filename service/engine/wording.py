"""What a worker reads of each finding: the heading of its group and the line that says why, written when a day is planned.

Lists are read far more often than they change, so the words are kept with the findings of planned tasks; for any other
finding they are made when somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Text, and_, bindparam, exists, or_, select, update

from service.access.unit import House, Unit
from service.engine.explain import reasons
from service.engine.headings import Item, headings
from service.tables import findings, tasks
from service.tables.columns import Key
from service.tables.tasks import OPEN

CHANGED = "记录已有变化，下次扫描后更新"
"""Said of a finding that the records no longer bear out, until the next scan clears it."""


@dataclass(frozen=True)
class Worded:
    """The words of one finding."""

    heading: str
    reason: str


@dataclass(frozen=True)
class Silent:
    """A finding without words, by its keys."""

    finding_id: int
    task_id: int
    version_id: int
    subject_id: int


async def words(unit: Unit, silent: Iterable[Silent], as_of: date) -> Mapping[int, Worded]:
    """Finding → its words. All findings of a task and rule should come together, for the heading counts them."""
    wanted = list(silent)
    lines = await reasons(unit, [(one.finding_id, one.version_id, one.subject_id) for one in wanted], as_of)
    titles = await headings(unit, [Item(one.task_id, one.version_id, one.subject_id) for one in wanted])
    return {
        one.finding_id: Worded(titles[one.task_id, one.version_id], lines.get(one.finding_id, CHANGED))
        for one in wanted
    }


async def write_words(house: House, day: date, whose: ColumnElement[bool], *, anew: bool) -> int:
    """Write the words of the findings on the lists of `day`, of the tasks `whose` holds of; returns how many.

    Of those that lack a finding's words of that day; of all where `anew`, for records change in a day. Made in a read, so
    that nobody waits for it; what somebody changes meanwhile is left as they leave it.
    """
    listed = and_(whose, tasks.c.planned_on == day, OPEN)
    if not anew:
        without = exists().where(
            findings.c.task_id == tasks.c.task_id, _told(day), findings.c.worded_on.is_distinct_from(day)
        )
        listed = and_(listed, without)
    async with house.read() as unit:
        made = await _make(unit, findings.c.task_id.in_(select(tasks.c.task_id).where(listed)), day)
    if made:
        async with house.write() as unit:
            await _keep(unit, made, day)
    return len(made)


async def rewrite_words(unit: Unit, task_id: int) -> None:
    """Write the words of one task anew, after some of its findings were settled."""
    await _keep(unit, await _make(unit, findings.c.task_id == task_id, unit.today), unit.today)


@dataclass(frozen=True)
class _Made:
    """Words, and the heading they are to replace."""

    finding_id: int
    before: str | None
    worded: Worded


def _told(day: date) -> ColumnElement[bool]:
    """Whether a finding is one of those a worker reads on a day."""
    ready = or_(findings.c.visit_from.is_(None), findings.c.visit_from <= day)
    f = findings.c
    return and_(f.cleared_on.is_(None), f.outcome.is_(None), f.held.is_(None), ready)


async def _make(unit: Unit, which: ColumnElement[bool], day: date) -> list[_Made]:
    columns = (findings.c[name] for name in Silent.__dataclass_fields__)
    rows = (
        await unit.connection.execute(select(findings.c.heading, *columns).where(which, _told(day)))
    ).all()
    made = await words(unit, [Silent(*row[1:]) for row in rows], day)
    return [_Made(row.finding_id, row.heading, made[row.finding_id]) for row in rows]


async def _keep(unit: Unit, made: list[_Made], day: date) -> None:
    if not made:
        return
    await unit.connection.execute(
        update(findings)
        .where(
            findings.c.finding_id == bindparam("finding", type_=Key),
            findings.c.heading.is_not_distinct_from(bindparam("before", type_=Text)),
        )
        .values(heading=bindparam("title"), reason=bindparam("line"), worded_on=day),
        [
            {
                "finding": one.finding_id,
                "before": one.before,
                "title": one.worded.heading,
                "line": one.worded.reason,
            }
            for one in made
        ],
    )
