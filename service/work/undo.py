"""Taking back one's own answers while they are fresh: the findings are live again, and their task is open.

The history keeps both, what was said and that it was taken back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import Row, and_, exists, insert, or_, select, union, update

from service.access.turns import take_targets_turn
from service.access.unit import Unit
from service.errors import Conflict
from service.tables import findings, retractions, returns, task_events, tasks
from service.work.history import tell
from service.work.reopening import bring_back
from service.work.tasks import Task, get

WITHIN = timedelta(minutes=10)
TakeBack: TypeAlias = Callable[[Unit, list[int]], Awaitable[list[int]]]
"""Takes back what changesets wrote into the records, where nobody changed it since; gives the changesets that do."""
CHANGED = Conflict("这项任务之后又有变化，不能再撤销；请按现在的情况重新登记。")


async def undo(unit: Unit, task_id: int, take_back: TakeBack) -> Task:
    """Take back the actor's last answers to a task, with what the records learned of them; gives the open task.

    NotFound outside the actor's sight. Conflict where there is nothing of the actor's to take back, after ten minutes, or
    when somebody else has acted since.
    """
    await get(unit, task_id)
    event = await _last_answers(unit, task_id)
    await take_targets_turn(unit, await _targets(unit, task_id, event.detail))
    event = await _last_answers(unit, task_id)  # again, for somebody may have been before
    if unit.now - event.at > WITHIN:
        raise Conflict("登记已超过十分钟，不能再撤销；请按现在的情况重新登记。")
    said = event.detail
    await _retract(unit, said.get("outcome_ids", []))
    back = await _restore(unit, said)
    changesets = await take_back(unit, said["changesets"])
    if changesets:  # else no scan would judge them anew, and what was cleared was so for another reason
        back += await _unclear(unit, [*back, *said.get("withdrawn", [])])
    told = {"event": event.task_event_id, "changesets": changesets}
    told |= {"outcomes": dict.fromkeys(said.get("outcomes", {}))}
    await tell(unit, "undone", tasks.c.task_id == task_id, told)
    await bring_back(unit, back)
    return await get(unit, await _home_of(unit, back, task_id))


async def _targets(unit: Unit, task_id: int, said: dict[str, Any]) -> list[tuple[str, int]]:
    """Where the task goes, and all findings that come back, for some are of other tasks and some may have moved."""
    c = tasks.c
    here = select(c.target_kind, c.target_id).where(c.task_id == task_id)
    keys = [*map(int, said.get("outcomes", {})), *said.get("withdrawn", [])]
    f = findings.c
    theirs = select(f.target_kind, f.target_id).where(f.finding_id.in_(keys))
    rows = await unit.connection.execute(union(here, theirs))
    return [(row[0], row[1]) for row in rows]


async def undoable(unit: Unit, task_ids: Collection[int]) -> dict[int, datetime]:
    """Task → until when, on the local clock, the actor may take back the last answers to it; without those of which
    nothing may be."""
    until = {}
    for task_id, rows in groupby(await _events(unit, task_ids), lambda row: int(row.task_id)):
        last = _standing(unit, rows)
        if last is not None and unit.now - last.at <= WITHIN:
            until[task_id] = (last.at + WITHIN).astimezone(unit.clock.zone)
    return until


async def _last_answers(unit: Unit, task_id: int) -> Row[Any]:
    """The latest event of answers or facts by the actor that stands; Conflict where anybody else did something since."""
    rows = await _events(unit, [task_id])
    last = _standing(unit, rows)
    if last is not None:
        return last
    if any(row.actor_id != unit.actor.account_id for row in rows):
        raise CHANGED
    raise Conflict("没有可以撤销的登记。")


async def _events(unit: Unit, task_ids: Collection[int]) -> Sequence[Row[Any]]:
    """What people did with the tasks, of each the latest first."""
    rows = await unit.connection.execute(
        select(task_events)
        .where(task_events.c.task_id.in_(task_ids), task_events.c.actor_id.is_not(None))
        .order_by(task_events.c.task_id, task_events.c.task_event_id.desc())
    )
    return rows.all()


def _standing(unit: Unit, rows: Iterable[Row[Any]]) -> Row[Any] | None:
    """Of the events of one task the latest answers or facts by the actor that stand, unless somebody else did something since."""
    undone: set[int] = set()
    for row in rows:
        if row.actor_id != unit.actor.account_id:
            return None
        if row.kind == "undone":
            undone.add(row.detail["event"])
        elif row.kind in ("outcome", "facts") and row.task_event_id not in undone:
            return row
    return None


async def _retract(unit: Unit, outcome_ids: list[int]) -> None:
    if outcome_ids:
        row = {"account_id": unit.actor.account_id, "at": unit.now}
        await unit.connection.execute(
            insert(retractions), [{"outcome_id": outcome_id, **row} for outcome_id in outcome_ids]
        )


async def _restore(unit: Unit, said: dict[str, Any]) -> list[int]:
    """Take the answers off their findings; returns the keys of these."""
    back = []
    for key, outcome in said.get("outcomes", {}).items():
        finding_id = int(key)
        values: dict[str, Any] = dict.fromkeys(("outcome", "settled_on", "quiet_until", "held"))
        as_said = findings.c.outcome == outcome
        if outcome == "needs_department":
            as_said = findings.c.held == "department"
            await _withdraw_return(unit, finding_id)
        elif outcome == "later":
            as_said = and_(findings.c.outcome.is_(None), findings.c.held.is_(None))
            values = {"visit_from": _day(said["visit_from"][key])}
        changed = await unit.connection.execute(
            update(findings).where(findings.c.finding_id == finding_id, as_said).values(**values)
        )
        if not changed.rowcount:
            raise CHANGED
        back.append(finding_id)
    return back


async def _unclear(unit: Unit, finding_ids: list[int]) -> list[int]:
    """Open again what was cleared meanwhile because of what is now taken back, unless a new episode is open.

    The scan that follows judges them all anew.
    """
    other = findings.alias()
    newer = exists().where(
        other.c.rule == findings.c.rule,
        other.c.subject_kind == findings.c.subject_kind,
        other.c.subject_id == findings.c.subject_id,
        other.c.cleared_on.is_(None),
    )
    cleared = and_(findings.c.finding_id.in_(finding_ids), findings.c.cleared_on.is_not(None), ~newer)
    rows = await unit.connection.execute(select(findings.c.finding_id).where(cleared))
    ids = list(rows.scalars())
    await unit.connection.execute(
        update(findings).where(findings.c.finding_id.in_(ids)).values(cleared_on=None, clearing=None)
    )
    return ids


async def _withdraw_return(unit: Unit, finding_id: int) -> None:
    waiting = and_(returns.c.finding_id == finding_id, returns.c.answer.is_(None))
    taken = await unit.connection.execute(
        update(returns)
        .where(waiting)
        .values(answer="undone", answered_at=unit.now, answered_by=unit.actor.account_id)
    )
    if not taken.rowcount:
        raise CHANGED


async def _home_of(unit: Unit, back: list[int], task_id: int) -> int:
    """The task the findings stand on now."""
    rows = await unit.connection.execute(
        select(findings.c.task_id)
        .join(tasks, tasks.c.task_id == findings.c.task_id)
        .where(
            findings.c.finding_id.in_(back),
            or_(tasks.c.task_id == task_id, tasks.c.account_id == unit.actor.account_id),
        )
        .order_by(tasks.c.task_id != task_id)
    )
    home: int | None = rows.scalar()
    return task_id if home is None else home


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
