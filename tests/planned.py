"""Tasks and lists brought in step within one transaction, as tests that write findings by hand need it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import true

from service.access.unit import Unit
from service.calendar import WorkingDays
from service.tables import tasks
from service.work import pending
from service.work.assign import assign
from service.work.gather import Gathered, gather
from service.work.plan import Plan, diary, loads, plan_lists


async def gather_all(unit: Unit, day: date | None = None) -> Gathered:
    """Gather the tasks of everybody, whatever changed."""
    await pending.queue_everything(unit)
    done = Gathered()
    while some := await gather(unit, day or unit.today):
        done = done.plus(some)
    return done


async def plan_all(unit: Unit, day: date, cap: int = 12, minutes: int = 0) -> Plan:
    """Give every task to somebody and fill everybody's list anew."""
    unassigned = await assign(unit, day, true())
    held = tasks.c.account_id.is_not(None)
    await plan_lists(unit, diary(day, WorkingDays(), cap, minutes), held, anew=True)
    return Plan(day, await loads(unit, day), unassigned)
