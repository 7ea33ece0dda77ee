"""Findings that come back to work: their task, though it may be over, is open again, or they join the one that is.

Used where an answer is taken back, a department sends a matter back, or an objection is rejected. The caller has the turn
of the targets (`take_targets_turn`) and has made the findings live.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, case, exists, func, null, select, update

from service.access.unit import Unit
from service.tables import findings, tasks
from service.tables.tasks import OPEN, OPEN_STATES
from service.work.gather import refresh
from service.work.history import tell
from service.work.pending import LIVE, queue_lists, queue_of


async def bring_back(unit: Unit, finding_ids: Collection[int]) -> None:
    """Give live findings an open task again, as the next gathering would, and have the lists planned anew.

    What is planned for today stays so. A target that is now another is left to the next gathering.
    """
    back = and_(LIVE, findings.c.finding_id.in_(finding_ids))
    await _reopen(unit, back)
    home = (
        select(tasks.c.task_id)
        .where(OPEN, tasks.c.target_kind == findings.c.target_kind, tasks.c.target_id == findings.c.target_id)
        .scalar_subquery()
    )
    await unit.connection.execute(
        update(findings)
        .where(back, home.is_not(None), findings.c.task_id.is_distinct_from(home))
        .values(task_id=home)
    )
    touched = tasks.c.task_id.in_(select(findings.c.task_id).where(back))
    await refresh(unit, touched)
    await queue_of(unit, back)
    await queue_lists(unit, touched)


async def _reopen(unit: Unit, back: ColumnElement[bool]) -> None:
    """Open the tasks again that the findings had, of each target that has no open one the latest."""
    same = and_(tasks.c.target_kind == findings.c.target_kind, tasks.c.target_id == findings.c.target_id)
    open_one = tasks.alias()
    has_open = exists().where(
        open_one.c.target_kind == findings.c.target_kind,
        open_one.c.target_id == findings.c.target_id,
        open_one.c.state.in_(OPEN_STATES),
    )
    latest = (
        select(func.max(tasks.c.task_id))
        .join(findings, and_(findings.c.task_id == tasks.c.task_id, same))
        .where(back, ~has_open)
        .group_by(tasks.c.target_kind, tasks.c.target_id)
    )
    ids = list((await unit.connection.execute(latest)).scalars())
    which, today = tasks.c.task_id.in_(ids), tasks.c.planned_on == unit.today
    await tell(unit, "reopened", which)
    await unit.connection.execute(
        update(tasks)
        .where(which)
        .values(
            state=case((today, "planned"), else_="waiting"),
            planned_on=case((today, tasks.c.planned_on), else_=null()),
            closed_at=null(),
        )
    )
