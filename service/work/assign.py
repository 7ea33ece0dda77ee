"""Who gets a task: the holder of the grid's post, else the deputy, else the least loaded of the community.

Never a disabled or absent account. Posts are followed in one statement; only what no post covers is dealt out in
Python, in a fixed order, so that the same inputs give the same list. Each function takes the tasks to look at, so that
it may be done for some at a time; whoever follows the posts of all first and then deals out in the order of their keys
gets the same however it is cut.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import TypeAlias

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    tuple_,
    update,
)

from service.access.actors import prefix_of
from service.access.unit import Unit
from service.tables import absences, accounts, posts, tasks
from service.tables.tasks import OPEN
from service.work.history import tell
from service.work.scratch import empty, holders_now, put, tell_size

COMMUNITY_DIGITS = 12  # facts/domain §3.2: the statistics code of a community; a grid's begins with it
AREA_DIGITS = (
    2,
    4,
    6,
    9,
    *range(12, 19),
)  # of a province, city, county, street, community, and grids of any length
Heap: TypeAlias = list[tuple[int, int]]
"""(open tasks, account), the least first."""
TOGETHER = 500
"""Accounts asked about in one statement."""


async def assign(unit: Unit, day: date, which: ColumnElement[bool]) -> int:
    """Give every open task of `which` somebody who is on duty on `day`; returns how many nobody could be found for."""
    await follow_posts(unit, day, which)
    return await deal_out(unit, day, which)


async def follow_posts(unit: Unit, day: date, which: ColumnElement[bool]) -> None:
    """Give the open tasks of `which` to who holds the post they lie in, where somebody on duty does."""
    holder = func.coalesce(_holder("main", day), _holder("deputy", day))
    found = select(tasks.c.task_id, tasks.c.account_id.label("before"), holder.label("holder"))
    now = found.where(OPEN, which, or_(tasks.c.handed_to.is_(None), ~_handed(day))).subquery()
    other = and_(now.c.holder.is_not(None), now.c.holder.is_distinct_from(now.c.before))
    await empty(unit, holders_now)
    if await put(unit, holders_now, select(now.c.task_id, now.c.holder).where(other)):
        await _hand_over(unit)


async def deal_out(unit: Unit, day: date, which: ColumnElement[bool]) -> int:
    """Hand what of `which` no post covers to the least loaded worker whose area it is in; returns what is left over.

    Whoever holds a task without being on duty, whose area it has left, or whose post there has ended, holds it no longer; the
    last one of these gets it back only where there is nobody else.
    """
    there = exists().where(accounts.c.account_id == tasks.c.account_id, on_duty(day), covers())
    kept = tasks.c.handed_to.is_not_distinct_from(tasks.c.account_id)
    stays = or_(kept, tuple_(tasks.c.account_id, tasks.c.division_code).not_in(_former(day)))
    orphans = select(tasks.c.task_id, tasks.c.division_code, tasks.c.account_id).where(
        OPEN, which, ~and_(there, stays)
    )
    rows = (await unit.connection.execute(orphans.order_by(tasks.c.task_id))).all()
    if not rows:
        return 0
    queues = await _loads(unit, day, {row.division_code for row in rows})
    gone = await _gone_from(unit, day)
    dealt = [
        (row, _next_of(queues, row.division_code, gone[row.division_code], row.account_id)) for row in rows
    ]
    changed = [
        {"task_id": row.task_id, "account_id": account} for row, account in dealt if account != row.account_id
    ]
    if changed:
        await empty(unit, holders_now)
        await unit.connection.execute(insert(holders_now), changed)
        await tell_size(unit, holders_now)
        await _hand_over(unit)
    return sum(account is None for _, account in dealt)


async def _hand_over(unit: Unit) -> None:
    """Give the tasks of `holders_now` to whom it says; what nobody holds any more is on no list."""
    which = tasks.c.task_id.in_(select(holders_now.c.task_id))
    held = tasks.c.account_id.is_not(None)
    holder = (
        select(holders_now.c.account_id).where(holders_now.c.task_id == tasks.c.task_id).scalar_subquery()
    )
    await tell(unit, "handed_over", and_(which, held), to=holder)
    found = select(holders_now.c.task_id).where(holders_now.c.account_id.is_not(None))
    await tell(unit, "assigned", and_(~held, tasks.c.task_id.in_(found)), to=holder)
    await unit.connection.execute(update(tasks).where(which).values(account_id=holder))
    await unit.connection.execute(
        update(tasks)
        .where(which, ~held, or_(tasks.c.planned_on.is_not(None), tasks.c.state != "waiting"))
        .values(planned_on=null(), state="waiting")
    )


def _holder(role: str, day: date) -> ScalarSelect[int]:
    """The account on duty in the post of the task's division, which its area still holds; the lowest id of several."""
    return (
        select(func.min(posts.c.account_id))
        .join(accounts, accounts.c.account_id == posts.c.account_id)
        .where(
            posts.c.division_code == tasks.c.division_code,
            posts.c.role == role,
            held(day),
            on_duty(day),
            covers(),
        )
        .correlate(tasks)
        .scalar_subquery()
    )


def _handed(day: date) -> ColumnElement[bool]:
    """Whether somebody gave the task to who holds it, who is on duty and in whose area it lies: then posts do not matter."""
    served = exists().where(accounts.c.account_id == tasks.c.account_id, on_duty(day), covers())
    return and_(tasks.c.handed_to.is_not_distinct_from(tasks.c.account_id), served)


def held(day: date) -> ColumnElement[bool]:
    """Whether a post is somebody's on `day`."""
    return and_(posts.c.from_on <= day, or_(posts.c.to_on.is_(None), posts.c.to_on >= day))


def on_duty(day: date) -> ColumnElement[bool]:
    """Whether an account is a worker's who works on `day`."""
    away = exists().where(
        absences.c.account_id == accounts.c.account_id, absences.c.from_on <= day, absences.c.to_on >= day
    )
    return and_(accounts.c.role == "worker", accounts.c.disabled_at.is_(None), ~away)


async def _loads(unit: Unit, day: date, divisions: set[str]) -> dict[str, Heap]:
    """Prefix of an area → heap of (open tasks there, account) of its workers on duty, of areas one of `divisions` is in."""
    wanted = {division[:length] for division in divisions for length in AREA_DIGITS}
    rows = await unit.connection.execute(
        select(accounts.c.account_id, accounts.c.division_code).where(
            on_duty(day), accounts.c.division_code.is_not(None)
        )
    )
    areas = {row.account_id: prefix_of(row.division_code) for row in rows}
    queues: dict[str, Heap] = defaultdict(list)
    for some in _parts(account for account, area in areas.items() if area in wanted):
        for account, load in await _open_counts(unit, day, some):
            heapq.heappush(queues[areas[account]], (load, account))
    return queues


def _former(day: date) -> Select[tuple[int, str]]:
    """(account, division) of posts that have ended, where the account has not taken another one since."""
    now = posts.alias()
    again = exists().where(
        now.c.account_id == posts.c.account_id,
        now.c.division_code == posts.c.division_code,
        or_(now.c.to_on.is_(None), now.c.to_on >= day),
    )
    return select(posts.c.account_id, posts.c.division_code).where(posts.c.to_on < day, ~again)


async def _gone_from(unit: Unit, day: date) -> dict[str, set[int]]:
    """Division → who held a post there that has ended."""
    gone: dict[str, set[int]] = defaultdict(set)
    for row in await unit.connection.execute(_former(day)):
        gone[row.division_code].add(row.account_id)
    return gone


def _parts(ids: Iterable[int]) -> Iterator[list[int]]:
    left = iter(ids)
    while part := list(islice(left, TOGETHER)):
        yield part


async def _open_counts(unit: Unit, day: date, ids: list[int]) -> list[tuple[int, int]]:
    """Account → open tasks in its area. What it is about to lose, with the area or the post, is not counted."""
    stays = tuple_(tasks.c.account_id, tasks.c.division_code).not_in(_former(day))
    theirs = and_(tasks.c.account_id == accounts.c.account_id, OPEN, covers(), stays)
    rows = await unit.connection.execute(
        select(accounts.c.account_id, func.count(tasks.c.task_id))
        .select_from(accounts)
        .outerjoin(tasks, theirs)
        .where(accounts.c.account_id.in_(ids))
        .group_by(accounts.c.account_id)
    )
    return [(row[0], row[1]) for row in rows]


def _next_of(queues: dict[str, Heap], division: str, gone: Collection[int], holder: int | None) -> int | None:
    """The least loaded account whose area holds `division`, its load counted up.

    Those `gone` from there only where there is nobody else, and then the `holder`, so that nothing goes to and fro.
    """
    fitting = [queues[division[:length]] for length in AREA_DIGITS if division[:length] in queues]
    aside: list[tuple[Heap, tuple[int, int]]] = []
    for queue in fitting:
        while queue and queue[0][1] in gone:
            aside.append((queue, heapq.heappop(queue)))
    staying = [queue for queue in fitting if queue]
    found = None
    if staying:
        queue = min(staying)
        load, found = queue[0]
        heapq.heapreplace(queue, (load + 1, found))
    elif aside:
        there = [account for _, (_, account) in aside]
        found = holder if holder in there else min(item for _, item in aside)[1]
    for queue, (load, account) in aside:
        heapq.heappush(queue, (load + (account == found), account))
    return found


def covers() -> ColumnElement[bool]:
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
