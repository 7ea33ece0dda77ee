"""Handing visits over: a worker to a colleague, a supervisor many at once; and whom they may be given to.

What was handed over stays with who got it, whatever the posts say, as long as that colleague is on duty there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, literal, select, update

from service.access.actors import lies_in, visible
from service.access.turns import take_workers_turn
from service.access.unit import Unit
from service.errors import Conflict, InvalidInput, NotFound
from service.tables import accounts, tasks
from service.tables.columns import Key
from service.tables.tasks import OPEN
from service.work.assign import covers, on_duty
from service.work.free_text import without_numbers
from service.work.history import tell
from service.work.pending import queue_lists
from service.work.tasks import get, in_sight, own_open

LONGEST_NOTE = 200
MOST_TASKS = 200
"""Visits that change hands at once."""


@dataclass(frozen=True)
class Colleague:
    """Somebody a task may be given to."""

    account_id: int
    name: str


async def colleagues(unit: Unit, task_id: int) -> list[Colleague]:
    """Who else is on duty today where a task in sight lies, by name."""
    task = await get(unit, task_id)
    rows = await unit.connection.execute(
        select(accounts.c.account_id, accounts.c.name)
        .join(tasks, tasks.c.task_id == task_id)
        .where(on_duty(unit.today), covers(), accounts.c.account_id.is_distinct_from(task.account_id))
        .order_by(accounts.c.name, accounts.c.account_id)
    )
    return [Colleague(row.account_id, row.name) for row in rows]


async def on_duty_below(unit: Unit, division: str | None, limit: int) -> list[Colleague]:
    """Who is on duty today with an area in the actor's, and in `division` where one is given, by name."""
    a = accounts.c
    here = [on_duty(unit.today), visible(unit.actor, a.division_code)]
    if division is not None:
        here.append(lies_in(a.division_code, division))
    rows = await unit.connection.execute(
        select(a.account_id, a.name).where(*here).order_by(a.name, a.account_id).limit(limit)
    )
    return [Colleague(row.account_id, row.name) for row in rows]


async def hand_over(unit: Unit, task_id: int, account_id: int, note: str | None) -> None:
    """Give one's own open task to a colleague on duty there; it leaves one's list and sight at once.

    NotFound outside the actor's sight, Conflict when another answers for it or it is over, InvalidInput for somebody
    who is not on duty there, and for a note with numbers of a person.
    """
    await own_open(unit, task_id)
    await _give(unit, [task_id], account_id, without_numbers(note))


async def hand_over_many(unit: Unit, task_ids: Sequence[int], account_id: int, note: str | None) -> int:
    """Give open tasks of the actor's area to one worker, all or none; returns how many changed hands.

    Whoever has a task already keeps it. NotFound where one is out of sight, Conflict where one is over, InvalidInput as
    `hand_over`.
    """
    wanted = sorted(set(task_ids))
    await take_workers_turn(unit, *wanted)
    rows = await unit.connection.execute(
        select(tasks.c.task_id, OPEN.label("open"), tasks.c.account_id).where(
            tasks.c.task_id.in_(wanted), in_sight(unit.actor)
        )
    )
    found = rows.all()
    if len(found) < len(wanted):
        raise NotFound()
    over = [str(row.task_id) for row in found if not row.open]
    if over:
        raise Conflict(f"这些任务已经结束：{'、'.join(over)}。没有移交任何任务，请刷新后再试。")
    moving = [row.task_id for row in found if row.account_id != account_id]
    if moving:
        await _give(unit, moving, account_id, without_numbers(note))
    return len(moving)


async def _give(unit: Unit, task_ids: list[int], account_id: int, note: str | None) -> None:
    which = tasks.c.task_id.in_(task_ids)
    await _require_on_duty(unit, which, len(task_ids), account_id, unit.today)
    await queue_lists(unit, which)
    await tell(unit, "handed_over", which, {"note": note}, to=literal(account_id, Key))
    begun = tasks.c.state == "started"
    await unit.connection.execute(
        update(tasks)
        .where(which)
        .values(
            account_id=account_id,
            handed_to=account_id,
            note=note,
            state=case((begun, "planned"), else_=tasks.c.state),
        )
    )
    await queue_lists(unit, which)


async def _require_on_duty(
    unit: Unit, which: ColumnElement[bool], count: int, account_id: int, day: date
) -> None:
    served = (
        select(tasks.c.task_id)
        .join(accounts, and_(accounts.c.account_id == account_id, on_duty(day), covers()))
        .where(which, tasks.c.account_id.is_distinct_from(account_id))
    )
    if len((await unit.connection.execute(served)).all()) < count:
        raise InvalidInput(
            "只能交给今天在岗、负责这片区域的其他同事。",
            errors=[{"field": "account_id", "message": "不在岗，或不负责这片区域"}],
        )
