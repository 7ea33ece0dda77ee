"""Tasks and lists brought in step with findings: after each scan what it touched, on a working morning everybody's list.

Both go on in short transactions, some targets, tasks or workers at a time, so that nobody who writes waits long. What is
out of step is queued in the database (`work.pending`): whoever is killed in the middle is followed by whoever settles next.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement

from service.access.unit import House, Unit
from service.engine import rulebook, wording
from service.settings import Settings
from service.tables import tasks
from service.work import pending
from service.work.assign import deal_out, follow_posts
from service.work.gather import Gathered, gather
from service.work.plan import Diary, Plan, diary, loads, plan_lists

TASKS = 2_000
"""Open tasks in one transaction that looks for somebody to do them."""
LISTS = 50
"""Workers in one transaction that plans their lists."""


@dataclass(frozen=True)
class Settled:
    """What gathering opened and ended, and the day as it is planned."""

    gathered: Gathered
    plan: Plan


async def settle_touched(house: House, settings: Settings) -> Gathered:
    """Bring in step what is queued: tasks with their findings, and the lists of those who hold them with the tasks.

    A list that is being worked on does not grow again when visits leave it. Costs nothing where nothing is queued.
    """
    async with house.read() as unit:
        if not await pending.anything(unit):
            return Gathered()
        to_fill = await _diary(unit, settings, None)
    gathered = await _gather(house, to_fill.day)
    async for ids in _groups(house, pending.lists_after):
        await _plan(house, to_fill, ids, anew=False)
    return gathered


async def plan_day(house: House, settings: Settings, day: date | None = None) -> Settled:
    """Gather, give every open task to somebody on duty, and fill everybody's list anew.

    That of `day`, or of today where that is a working day, else of the next one.
    """
    async with house.read() as unit:
        to_fill = await _diary(unit, settings, day)
    gathered = await _gather(house, to_fill.day)
    unassigned = await _assign(house, to_fill.day)
    async for ids in _groups(house, pending.holders_after):
        await _plan(house, to_fill, ids, anew=True)
    async with house.read() as unit:
        planned = Plan(to_fill.day, await loads(unit, to_fill.day), unassigned)
    return Settled(gathered, planned)


async def _diary(unit: Unit, settings: Settings, day: date | None) -> Diary:
    calendar = await rulebook.working_days(unit)
    return diary(
        day or calendar.on_or_after(unit.today), calendar, settings.daily_cap, settings.daily_minutes
    )


async def _gather(house: House, day: date) -> Gathered:
    async with house.write() as unit:
        await pending.queue_due(unit)
    done = Gathered()
    while True:
        async with house.write() as unit:
            some = await gather(unit, day)
        if some is None:
            return done
        done = done.plus(some)
        await house.database.give_way()


async def _assign(house: House, day: date) -> int:
    """Posts are followed for all before anything is dealt out: how much somebody has depends on it."""
    async for part in _parts(house):
        async with house.write() as unit:
            await follow_posts(unit, day, part)
    unassigned = 0
    async for part in _parts(house):
        async with house.write() as unit:
            unassigned += await deal_out(unit, day, part)
    return unassigned


async def _parts(house: House) -> AsyncIterator[ColumnElement[bool]]:
    """The open tasks, some at a time, by ranges of their keys."""
    after = 0
    while True:
        async with house.read() as unit:
            last = await pending.last_of_next(unit, after, TASKS)
        if last is None:
            return
        yield tasks.c.task_id.between(after + 1, last)
        await house.database.give_way()
        after = last


async def _groups(house: House, accounts_after: pending.AccountsAfter) -> AsyncIterator[list[int]]:
    after = 0
    while True:
        async with house.read() as unit:
            ids = await accounts_after(unit, after, LISTS)
        if not ids:
            return
        yield ids
        await house.database.give_way()
        after = ids[-1]


async def _plan(house: House, to_fill: Diary, ids: list[int], *, anew: bool) -> None:
    whose = tasks.c.account_id.in_(ids)
    async with house.write() as unit:
        await pending.take_lists(unit, ids)
        await plan_lists(unit, to_fill, whose, anew=anew)
    await wording.write_words(house, to_fill.day, whose, anew=anew)
