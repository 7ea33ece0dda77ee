"""What a worker reads of each finding: the heading of its group and the line that says why, written when a day is planned.

Lists are read far more often than they change, so the words are kept with the findings of planned tasks; for any other
finding they are made when somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Text, and_, bindparam, exists, select, update

from service.access.unit import House, Unit
from service.engine.explain import reasons
from service.engine.headings import Item, headings
from service.engine.rulebook import checked_rules
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
    """A finding without words, by its keys; `coming` where nobody has to come for it yet."""

    finding_id: int
    task_id: int
    version_id: int
    subject_id: int
    coming: bool = False


async def words(unit: Unit, silent: Iterable[Silent], as_of: date) -> Mapping[int, Worded]:
    """Finding → its words.

    All findings of a task and rule should come together, for the heading counts them: those that are due, and those to
    come by themselves.
    """
    wanted = list(silent)
    if not wanted:
        return {}
    ground, rules = await checked_rules(unit, {one.version_id for one in wanted})
    triples = [(one.finding_id, one.version_id, one.subject_id) for one in wanted]
    lines = await reasons(unit, ground, rules, triples, as_of)
    made: dict[int, Worded] = {}
    for coming in (False, True):
        some = [one for one in wanted if one.coming is coming]
        items = [Item(one.task_id, one.version_id, one.subject_id) for one in some]
        titles = await headings(unit, ground, rules, items)
        for one in some:
            line = lines.get(one.finding_id, CHANGED)
            made[one.finding_id] = Worded(titles[one.task_id, one.version_id], line)
    return made


async def write_words(house: House, day: date, whose: ColumnElement[bool], *, anew: bool) -> int:
    """Write the words of the findings on the lists of `day`, of the tasks `whose` holds of; returns how many.

    Also those nobody has to come for yet: they are shown with the others, and making them then would cost everybody who
    opens the list. Of tasks that lack a finding's words of that day; of all where `anew`, for records change in a day. Made in a read, so
    that nobody waits for it; what somebody changes meanwhile is left as they leave it.
    """
    listed = and_(whose, tasks.c.planned_on == day, OPEN)
    if not anew:
        without = exists().where(
            findings.c.task_id == tasks.c.task_id, _LIVE, findings.c.worded_on.is_distinct_from(day)
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


_LIVE = and_(findings.c.cleared_on.is_(None), findings.c.outcome.is_(None), findings.c.held.is_(None))
"""Whether somebody still has to hear of a finding, today or later."""


async def _make(unit: Unit, which: ColumnElement[bool], day: date) -> list[_Made]:
    f = findings.c
    rows = (
        await unit.connection.execute(
            select(f.heading, f.finding_id, f.task_id, f.version_id, f.subject_id, f.visit_from).where(
                which, _LIVE
            )
        )
    ).all()
    silent = [Silent(*row[1:-1], coming=row.visit_from is not None and row.visit_from > day) for row in rows]
    made = await words(unit, silent, day)
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
