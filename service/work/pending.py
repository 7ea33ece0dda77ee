"""What is out of step: visit targets whose task has to follow their findings, and workers whose list has to be planned anew.

Whoever changes a finding or a place leaves its visit target in `pending_targets`, in the same transaction and in the
planners' turn (`service.access.turns`). Gathering takes it out in the transaction that brings the task in step, and leaves
whoever holds the task in `pending_lists`; planning takes that out in the transaction that plans the list. So a process
killed at any moment leaves behind what is still to be done, and nobody has to look at what did not change.

What goes out of step by itself is what was put off and now comes due, for the grade of a task depends on it: the day up
to which that was queued is the `day` of the job "gather".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    union,
)

from service.access.turns import take_planners_turn
from service.access.unit import Unit
from service.tables import findings, job_runs, pending_lists, pending_targets, tasks
from service.tables.tasks import OPEN
from service.tables.upsert import add_missing
from service.work.scratch import empty, put, targets_now, tasks_now

GATHER = "gather"
AccountsAfter: TypeAlias = Callable[[Unit, int, int], Awaitable[list[int]]]
"""Asked with a unit, the key to go on after, and how many at most."""
LIVE = and_(findings.c.cleared_on.is_(None), findings.c.outcome.is_(None), findings.c.held.is_(None))
"""A finding that waits for a worker: its episode is open, no human has settled it, and it lies with nobody else."""


async def anything(unit: Unit) -> bool:
    """Whether a task or a list is out of step."""
    queued = or_(exists(select(pending_targets)), exists(select(pending_lists)))
    if (await unit.connection.execute(select(queued))).scalar_one():
        return True
    return await gathered_up_to(unit) != unit.today


async def gathered_up_to(unit: Unit) -> date | None:
    """The day up to which what comes due was queued; None before the first gathering of an installation."""
    last = select(func.max(job_runs.c.day)).where(job_runs.c.job == GATHER)
    day: date | None = (await unit.connection.execute(last)).scalar()
    return day


async def queue_due(unit: Unit) -> None:
    """Queue the targets of what was put off until a day between the last gathering and today, either way.

    In the first gathering of an installation that is everything: an older one may have been cut off before its tasks.
    """
    before, today = await gathered_up_to(unit), unit.today
    if before == today:
        return
    if before is None:
        await queue_everything(unit)
    else:
        passed = and_(findings.c.visit_from > min(before, today), findings.c.visit_from <= max(before, today))
        await _queue(unit, select(findings.c.target_kind, findings.c.target_id).where(LIVE, passed))
    await unit.connection.execute(delete(job_runs).where(job_runs.c.job == GATHER))
    await unit.connection.execute(
        insert(job_runs).values(
            job=GATHER, day=today, state="done", started_at=unit.now, finished_at=unit.now
        )
    )


async def queue_everything(unit: Unit) -> None:
    """Queue every target that has a live finding or an open task."""
    await _queue(unit, select(findings.c.target_kind, findings.c.target_id).where(LIVE))
    await _queue(unit, select(tasks.c.target_kind, tasks.c.target_id).where(OPEN))


async def queue_of(unit: Unit, which: ColumnElement[bool]) -> None:
    """Queue the targets of the findings `which` holds of."""
    await _queue(unit, select(findings.c.target_kind, findings.c.target_id).where(which))


async def queue_lists(unit: Unit, which: ColumnElement[bool]) -> None:
    """Leave word that the lists of those who hold the open tasks of `which` are to be planned anew."""
    holders = select(tasks.c.account_id).where(OPEN, tasks.c.account_id.is_not(None), which)
    await unit.connection.execute(add_missing(unit.dialect, pending_lists, holders.distinct()))


async def queue_tasks(unit: Unit, which: ColumnElement[bool]) -> None:
    """Queue the targets of the open tasks of `which`, as when somebody else is to have them."""
    await take_planners_turn(unit)
    await _queue(unit, select(tasks.c.target_kind, tasks.c.target_id).where(OPEN, which))


async def _queue(unit: Unit, targets: Select[Any]) -> None:
    await unit.connection.execute(add_missing(unit.dialect, pending_targets, targets.distinct()))


async def take_targets(unit: Unit, limit: int) -> int:
    """Take up to `limit` targets out of the queue into `targets_now`, in key order; returns how many."""
    c = pending_targets.c
    await empty(unit, targets_now)
    first = select(c.target_kind, c.target_id).order_by(c.target_kind, c.target_id).limit(limit)
    taken = await put(unit, targets_now, first)
    # Out of the queue first and looked at afterwards: who changes something meanwhile queues its target again.
    await unit.connection.execute(delete(pending_targets).where(taken_now(c.target_kind, c.target_id)))
    return taken


def taken_now(kind: ColumnElement[str], target_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a target is one of those taken. As IN, because SQLite then begins with them and not with the table."""
    return tuple_(kind, target_id).in_(select(targets_now.c.target_kind, targets_now.c.target_id))


async def find_tasks(unit: Unit) -> None:
    """Put the open tasks of the taken targets into `tasks_now`, and the tasks their live findings stand on so far."""
    await empty(unit, tasks_now)
    theirs = select(tasks.c.task_id).where(OPEN, taken_now(tasks.c.target_kind, tasks.c.target_id))
    so_far = select(findings.c.task_id).where(
        LIVE, findings.c.task_id.is_not(None), taken_now(findings.c.target_kind, findings.c.target_id)
    )
    await put(unit, tasks_now, select(union(theirs, so_far).subquery()))


async def leave_lists(unit: Unit) -> None:
    """Leave word that the lists of those who hold the tasks of `tasks_now` are to be planned anew."""
    await queue_lists(unit, tasks.c.task_id.in_(select(tasks_now.c.task_id)))


async def lists_after(unit: Unit, after: int, limit: int) -> list[int]:
    """The next accounts whose list is to be planned anew, in the order of their keys."""
    c = pending_lists.c.account_id
    rows = await unit.connection.execute(select(c).where(c > after).order_by(c).limit(limit))
    return list(rows.scalars())


async def take_lists(unit: Unit, ids: list[int]) -> None:
    """Take the accounts out of the queue of lists."""
    # In the planners' turn already: whoever leaves word meanwhile must not find it taken with what is planned here.
    await take_planners_turn(unit)
    await unit.connection.execute(delete(pending_lists).where(pending_lists.c.account_id.in_(ids)))


async def holders_after(unit: Unit, after: int, limit: int) -> list[int]:
    """The next accounts that hold an open task, or whose list is to be planned anew, in the order of their keys."""
    held = select(tasks.c.account_id).where(OPEN, tasks.c.account_id > after)
    left = select(pending_lists.c.account_id).where(pending_lists.c.account_id > after)
    both = union(held, left).subquery().c.account_id
    rows = await unit.connection.execute(select(both).order_by(both).limit(limit))
    return list(rows.scalars())


async def last_of_next(unit: Unit, after: int, limit: int) -> int | None:
    """The last key of the next so many open tasks; None where there is none."""
    following = select(tasks.c.task_id).where(OPEN, tasks.c.task_id > after)
    some = following.order_by(tasks.c.task_id).limit(limit).subquery()
    last: int | None = (await unit.connection.execute(select(func.max(some.c.task_id)))).scalar()
    return last
