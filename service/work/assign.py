"""Who gets a task: the holder of the grid's post, else the deputy, else the least loaded of the community.

Never a disabled or absent account. Posts are followed in one statement; only what no post covers is dealt out in
Python, in a fixed order, so that the same inputs give the same list.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, case, exists, func, or_, select, update

from service.access.actors import prefix_of
from service.access.unit import Unit
from service.tables import absences, accounts, posts, tasks
from service.tables.columns import Key
from service.tables.tasks import OPEN
from service.work.history import tell

COMMUNITY_DIGITS = 12  # facts/domain §3.2: the statistics code of a community; a grid's begins with it
AREA_DIGITS = (
    2,
    4,
    6,
    9,
    *range(12, 19),
)  # of a province, city, county, street, community, and grids of any length
BATCH = 500


async def assign(unit: Unit, day: date) -> int:
    """Give every open task somebody who is on duty on `day`; returns how many nobody could be found for."""
    await _follow_posts(unit, day)
    return await _deal_out(unit, day)


async def _follow_posts(unit: Unit, day: date) -> None:
    holder = func.coalesce(_holder("main", day), _holder("deputy", day))
    other = and_(OPEN, holder.is_not(None), tasks.c.account_id.is_distinct_from(holder))
    await tell(unit, "handed_over", and_(other, tasks.c.account_id.is_not(None)))
    await tell(unit, "assigned", and_(other, tasks.c.account_id.is_(None)))
    await unit.connection.execute(update(tasks).where(other).values(account_id=holder))


def _holder(role: str, day: date) -> ScalarSelect[int]:
    """The account on duty in the post of the task's division; the lowest id where several hold it."""
    return (
        select(func.min(posts.c.account_id))
        .join(accounts, accounts.c.account_id == posts.c.account_id)
        .where(
            posts.c.division_code == tasks.c.division_code,
            posts.c.role == role,
            posts.c.from_on <= day,
            or_(posts.c.to_on.is_(None), posts.c.to_on >= day),
            _on_duty(day),
        )
        .scalar_subquery()
    )


def _on_duty(day: date) -> ColumnElement[bool]:
    away = exists().where(
        absences.c.account_id == accounts.c.account_id, absences.c.from_on <= day, absences.c.to_on >= day
    )
    return and_(accounts.c.role == "worker", accounts.c.disabled_at.is_(None), ~away)


async def _deal_out(unit: Unit, day: date) -> int:
    """Hand what no post covers to the least loaded worker whose area it is in; returns what is left over.

    Whoever holds a task without being on duty, or whose area it has left, holds it no longer.
    """
    queues = await _loads(unit, day)
    served = exists().where(accounts.c.account_id == tasks.c.account_id, _on_duty(day), _covers())
    orphans = await unit.connection.execute(
        select(tasks.c.task_id, tasks.c.division_code).where(OPEN, ~served).order_by(tasks.c.task_id)
    )
    dealt = [{"task": task_id, "account": _next_of(queues, division)} for task_id, division in orphans]
    await _hand_out(unit, dealt)
    return sum(row["account"] is None for row in dealt)


async def _loads(unit: Unit, day: date) -> dict[str, list[tuple[int, int]]]:
    """Prefix of an area → heap of (open tasks, account) of its workers on duty."""
    rows = await unit.connection.execute(
        select(accounts.c.division_code, func.count(tasks.c.task_id), accounts.c.account_id)
        .select_from(accounts)
        .outerjoin(tasks, and_(tasks.c.account_id == accounts.c.account_id, OPEN))
        .where(_on_duty(day), accounts.c.division_code.is_not(None))
        .group_by(accounts.c.account_id, accounts.c.division_code)
    )
    queues: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for division, load, account in rows:
        heapq.heappush(queues[prefix_of(division)], (load, account))
    return queues


def _next_of(queues: dict[str, list[tuple[int, int]]], division: str) -> int | None:
    """The least loaded account whose area holds `division`, its load counted up."""
    fitting = [queues[division[:length]] for length in AREA_DIGITS if division[:length] in queues]
    if not fitting:
        return None
    queue = min(fitting)
    load, account = queue[0]
    heapq.heapreplace(queue, (load + 1, account))
    return account


def _covers() -> ColumnElement[bool]:
    """Whether the account's area holds the task's place: `prefix_of` in SQL."""
    code = accounts.c.division_code
    prefix = case(
        (func.length(code) != COMMUNITY_DIGITS, code),
        *(
            (func.substr(code, length + 1) == "0" * (COMMUNITY_DIGITS - length), func.substr(code, 1, length))
            for length in (2, 4, 6, 9)
        ),
        else_=code,
    )
    return func.substr(tasks.c.division_code, 1, func.length(prefix)) == prefix


async def _hand_out(unit: Unit, dealt: list[dict[str, int | None]]) -> None:
    for start in range(0, len(dealt), BATCH):
        batch = dealt[start : start + BATCH]
        which = tasks.c.task_id.in_([row["task"] for row in batch])
        await tell(unit, "handed_over", and_(which, tasks.c.account_id.is_not(None)))
        await unit.connection.execute(
            update(tasks)
            .where(tasks.c.task_id == bindparam("task", type_=Key))
            .values(account_id=bindparam("account", type_=Key)),
            batch,
        )
        await tell(unit, "assigned", and_(which, tasks.c.account_id.is_not(None)))
