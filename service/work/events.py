"""Reading the history of tasks: what happened to one, and what has happened since to all in sight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, and_, or_, select

from service.access.actors import Actor, prefix_of, visible
from service.access.permissions import Role
from service.access.unit import Unit
from service.tables import accounts, task_events, tasks
from service.work.tasks import in_sight, require_in_sight

Kind: TypeAlias = Literal[
    "opened", "assigned", "planned", "started", "outcome", "closed", "expired", "withdrawn", "handed_over", "facts",
    "undone", "reopened", "answered", "objected", "decided", "escalated",
]  # fmt: skip
GIVEN = ("assigned", "handed_over")
"""Events that say who has the task from then on."""
MANY = 2_000
"""Events of which nobody asks whom they concern: a morning's plan concerns everybody."""


@dataclass(frozen=True)
class TaskEvent:
    """One thing that happened to a task: who did it (None: the service) and, where it was given to somebody, to whom."""

    task_event_id: int
    task_id: int
    kind: Kind
    at: datetime
    actor_id: int | None
    to_id: int | None


@dataclass(frozen=True)
class Told:
    """An event with what it tells and the names of those concerned; `detail` as `history.tell` was given it."""

    event: TaskEvent
    by: str | None
    to: str | None
    detail: Mapping[str, Any]


async def of_task(unit: Unit, task_id: int, *, after: int | None = None, limit: int = 50) -> list[Told]:
    """What happened to a task, oldest first; NotFound unless it is in the actor's sight."""
    await require_in_sight(unit, task_id)
    who, whom = accounts.alias(), accounts.alias()
    e = task_events.c
    rows = await unit.connection.execute(
        select(*_columns(), who.c.name.label("by"), whom.c.name.label("to"), e.detail)
        .outerjoin(who, who.c.account_id == e.actor_id)
        .outerjoin(whom, whom.c.account_id == e.to_id)
        .where(e.task_id == task_id, e.task_event_id > (after or 0))
        .order_by(e.task_event_id)
        .limit(limit)
    )
    return [Told(TaskEvent(*row[:-3]), row.by, row.to, row.detail or {}) for row in rows]


async def between(unit: Unit, after: int, upto: int, limit: int) -> list[TaskEvent]:
    """The events with `after` < key <= `upto` of tasks in sight, in the order of their keys.

    Who had a task until it was handed over is told that it was, though it is in sight no more.
    """
    key = task_events.c.task_event_id
    rows = await unit.connection.execute(
        select(*_columns())
        .join(tasks, tasks.c.task_id == task_events.c.task_id)
        .where(key > after, key <= upto, _told(unit.actor))
        .order_by(key)
        .limit(limit)
    )
    return [TaskEvent(*row) for row in rows]


@dataclass(frozen=True)
class Touched:
    """Whom a piece of the history concerns: accounts that have the tasks or had them, and places. Everybody where None.

    It only spares whoever is not concerned a look: what is told to whom is said by the query of `between`.
    """

    accounts: frozenset[int]
    places: frozenset[str] | None

    def concerns(self, actor: Actor) -> bool:
        """Whether there may be something for an actor."""
        if self.places is None or actor.everywhere:
            return True
        if actor.role is Role.WORKER:
            return actor.account_id in self.accounts
        area = prefix_of(actor.division) if actor.division else None
        return area is not None and any(place.startswith(area) for place in self.places)


EVERYBODY = Touched(frozenset(), None)


async def touched(unit: Unit, after: int, upto: int) -> Touched:
    """Whom the events with `after` < key <= `upto` concern; everybody where they are many."""
    if upto - after > MANY:
        return EVERYBODY
    given = task_events.alias()
    key = task_events.c.task_event_id
    rows = await unit.connection.execute(
        select(tasks.c.division_code, tasks.c.account_id, given.c.to_id)
        .select_from(task_events)
        .join(tasks, tasks.c.task_id == task_events.c.task_id)
        .outerjoin(given, and_(given.c.task_id == tasks.c.task_id, given.c.kind.in_(GIVEN)))
        .where(key > after, key <= upto)
        .distinct()
    )
    found = rows.all()
    people = frozenset(account for row in found for account in row[1:] if account is not None)
    return Touched(people, frozenset(row[0] for row in found))


async def missed_since(unit: Unit, after: int) -> timedelta | None:
    """How long ago the first event behind a place happened; None where there is none."""
    key = task_events.c.task_event_id
    first = select(task_events.c.at).where(key > after).order_by(key).limit(1)
    at = (await unit.connection.execute(first)).scalar()
    return None if at is None else unit.now - at


def _columns() -> list[ColumnElement[Any]]:
    return [task_events.c[name] for name in TaskEvent.__dataclass_fields__]


def _told(actor: Actor) -> ColumnElement[bool]:
    """Events of tasks in sight; of a worker also the hand-overs to others, as far as the task lies in the worker's area."""
    if actor.role is not Role.WORKER:
        return in_sight(actor)
    before = task_events.alias()
    holder = (
        select(before.c.to_id)
        .where(
            before.c.task_id == task_events.c.task_id,
            before.c.task_event_id < task_events.c.task_event_id,
            before.c.kind.in_(GIVEN),
        )
        .order_by(before.c.task_event_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    left = and_(task_events.c.kind == "handed_over", holder == actor.account_id)
    return or_(in_sight(actor), and_(visible(actor, tasks.c.division_code), left))
