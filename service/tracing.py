"""From a message back to its causes: its deliveries and attempts, the tasks it told of, their findings, the rule version
and law behind each, the records that were read, and the changesets that wrote them. Nobody's name is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select

from service.access.actors import traceable
from service.access.unit import Unit
from service.engine.grounds import Changeset, Ground, changesets_of, grounds
from service.push.trail import Told, told_by
from service.tables import findings, tasks

MOST = 500
"""Findings in one trail: many times what a day's list holds."""


class Finding(NamedTuple):
    """A finding of a task; the columns it is read from."""

    finding_id: int
    task_id: int
    version_id: int
    rule: str
    subject_kind: str
    subject_id: int
    verdict: str
    grade: str
    since_on: date
    due_on: date | None
    cleared_on: date | None
    clearing: str | None
    outcome: str | None
    settled_on: date | None


class Task(NamedTuple):
    """A task the message told of, as it stands now; the columns it is read from."""

    task_id: int
    target_kind: str
    target_id: int
    division_code: str
    grade: str
    state: str
    account_id: int | None
    opened_on: date
    due_on: date | None
    planned_on: date | None


@dataclass(frozen=True)
class Trail:
    """A message and all that led to it. `day` is that of the message; `left_off` whether there are more than MOST findings."""

    message: Told
    day: date
    tasks: Sequence[Task]
    findings: dict[int, list[Finding]]
    grounds: dict[int, Ground]
    changesets: Sequence[Changeset]
    left_off: bool


async def trace(unit: Unit, reference: str) -> Trail:
    """What led to a message, by `push.trail.told_by`; NotFound where there is none in the actor's sight.

    Findings are those that stood on the day of the message. Tasks outside the actor's area are left out.
    """
    message = await told_by(unit, reference)
    day = message.created_at.astimezone(unit.clock.zone).date()
    about = await _tasks(unit, message.task_ids)
    found = await _findings(unit, [task.task_id for task in about], day)
    shown = found[:MOST]
    why = await grounds(unit, [(one.finding_id, one.version_id, one.subject_id) for one in shown], day)
    by_task: dict[int, list[Finding]] = defaultdict(list)
    for one in shown:
        by_task[one.task_id].append(one)
    written = await changesets_of(unit, why.values())
    return Trail(message, day, about, dict(by_task), why, written, len(found) > MOST)


async def _tasks(unit: Unit, task_ids: Sequence[int]) -> list[Task]:
    rows = await unit.connection.execute(
        select(*(tasks.c[name] for name in Task._fields))
        .where(tasks.c.task_id.in_(task_ids), traceable(unit.actor, tasks.c.division_code))
        .order_by(tasks.c.task_id)
    )
    return [Task._make(row) for row in rows]


async def _findings(unit: Unit, task_ids: Sequence[int], day: date) -> list[Finding]:
    f = findings.c
    rows = await unit.connection.execute(
        select(*(f[name] for name in Finding._fields))
        .where(
            f.task_id.in_(task_ids),
            f.since_on <= day,
            or_(f.cleared_on.is_(None), f.cleared_on >= day),
            or_(f.settled_on.is_(None), f.settled_on >= day),
        )
        .order_by(f.task_id, f.finding_id)
        .limit(MOST + 1)
    )
    return [Finding._make(row) for row in rows]
