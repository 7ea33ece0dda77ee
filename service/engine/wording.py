"""What a worker reads of each finding: the heading of its group and the line that says why, written when a day is planned.

Lists are read far more often than they change, so the words are kept with the findings of planned tasks; for any other
finding they are made when somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update

from service.access.unit import Unit
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


async def write_words(unit: Unit, day: date) -> int:
    """Write the words of every finding on the lists of `day`, also those written before: records change in a day."""
    listed = select(tasks.c.task_id).where(tasks.c.planned_on == day, OPEN)
    return await _write(unit, findings.c.task_id.in_(listed), day)


async def rewrite_words(unit: Unit, task_id: int) -> None:
    """Write the words of one task anew, after some of its findings were settled."""
    await _write(unit, findings.c.task_id == task_id, unit.today)


async def _write(unit: Unit, which: ColumnElement[bool], day: date) -> int:
    live = and_(
        findings.c.cleared_on.is_(None),
        findings.c.outcome.is_(None),
        or_(findings.c.visit_from.is_(None), findings.c.visit_from <= day),
    )
    columns = (findings.c[name] for name in Silent.__dataclass_fields__)
    rows = await unit.connection.execute(select(*columns).where(which, live))
    made = await words(unit, [Silent(*row) for row in rows], day)
    if made:
        await unit.connection.execute(
            update(findings)
            .where(findings.c.finding_id == bindparam("finding", type_=Key))
            .values(heading=bindparam("title"), reason=bindparam("line"), worded_on=day),
            [
                {"finding": finding, "title": worded.heading, "line": worded.reason}
                for finding, worded in made.items()
            ],
        )
    return len(made)
