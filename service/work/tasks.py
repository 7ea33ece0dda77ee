"""Reading tasks within the actor's sight, and starting one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    not_,
    or_,
    select,
    true,
    update,
)

from service.access.actors import Actor, visible
from service.access.permissions import Role
from service.access.turns import take_workers_turn
from service.access.unit import Unit
from service.errors import Conflict, NotFound
from service.tables import accounts, employments, escalations, findings, residents, rule_versions, tasks
from service.tables.tasks import OPEN, OPEN_STATES
from service.work.gather import grade_rank
from service.work.history import tell
from service.work.pending import LIVE
from service.work.targets import Target, targets_of


class Finding(NamedTuple):
    """One thing to be done on a visit; the columns it is read from.

    `person` is whom it is about where that is a person; `heading` and `reason` are None until a planned day wrote them.
    """

    finding_id: int
    rule: str
    version_id: int
    title: str
    department: str
    advice: str
    subject_kind: str
    subject_id: int
    person: str | None
    verdict: str
    grade: str
    since_on: date
    due_on: date | None
    visit_from: date | None
    heading: str | None
    reason: str | None
    outcome: str | None
    held: str | None
    live: bool

    def coming(self, day: date) -> bool:
        """Whether nobody has to come for it on `day` yet."""
        return self.visit_from is not None and self.visit_from > day


@dataclass(frozen=True)
class Task:
    """One visit: to whom, where, why, by when, and by whom."""

    task_id: int
    target: Target
    grade: str
    due_on: date | None
    opened_on: date
    planned_on: date | None
    minutes: int
    state: str
    account_id: int | None
    account_name: str | None
    note: str | None
    findings: list[Finding]

    def day_of(self, today: date) -> date:
        """The day of the visit: the planned one, or today where that has passed or none is planned."""
        return max(today, self.planned_on or today)


# Statements that are the same for everybody are made once: putting one together takes longer than most take to run.
_TASKS = select(
    tasks.c.task_id, tasks.c.target_kind, tasks.c.target_id, tasks.c.grade, tasks.c.due_on, tasks.c.opened_on,
    tasks.c.planned_on, tasks.c.minutes, tasks.c.state, tasks.c.account_id, tasks.c.note,
    accounts.c.name.label("account_name"),
).outerjoin(accounts, accounts.c.account_id == tasks.c.account_id)  # fmt: skip
_OF_FINDINGS = {
    "title": rule_versions.c.title,
    "department": rule_versions.c.department,
    "advice": rule_versions.c.advice,
    "person": residents.c.name.label("person"),
    "live": LIVE.label("live"),
}
"""Of a finding, what is read elsewhere than in its row."""
FINDINGS = (
    select(
        findings.c.task_id, *(_OF_FINDINGS[name] if name in _OF_FINDINGS else findings.c[name] for name in Finding._fields)
    )
    .join(rule_versions, rule_versions.c.version_id == findings.c.version_id)
    .outerjoin(
        employments,
        and_(findings.c.subject_kind == "employment", employments.c.employment_id == findings.c.subject_id),
    )
    .outerjoin(
        residents,
        residents.c.resident_id
        == case(
            (findings.c.subject_kind == "resident", findings.c.subject_id), else_=employments.c.resident_id
        ),
    )
    .join(tasks, tasks.c.task_id == findings.c.task_id)
    .where(
        findings.c.task_id.in_(bindparam("task_ids", expanding=True)),
        or_(findings.c.cleared_on.is_(None), not_(OPEN)),
    )
    .order_by(findings.c.task_id, grade_rank(findings.c.grade), findings.c.finding_id)
)  # fmt: skip
"""The findings of `task_ids`: what stands of an open task, all there ever was of one that is over. Whoever hands it the
keys of tasks has looked whether they are in sight."""


def in_sight(actor: Actor) -> ColumnElement[bool]:
    """Tasks of the actor's area; a worker sees the own ones only."""
    own = tasks.c.account_id == actor.account_id if actor.role is Role.WORKER else true()
    return and_(visible(actor, tasks.c.division_code), own)


async def page(
    unit: Unit,
    *,
    on: date | None = None,
    state: str | None = None,
    account_id: int | None = None,
    escalated: str | None = None,
    which: ColumnElement[bool] | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Task]:
    """Tasks in sight in walking order (address, then key).

    `on` keeps the list of that day, `state` one state (all open ones when None), `account_id` one worker's, `escalated`
    what came to that step, `which` whatever a condition on `tasks` holds of.
    `after` is the key of the last task already seen; its address stays out of the cursor, and so out of URLs.
    """
    statement = page_statement(
        unit.actor,
        on=on,
        state=state,
        account_id=account_id,
        escalated=escalated,
        which=which,
        after=after,
        limit=limit,
    )
    return await _with_findings(unit, (await unit.connection.execute(statement)).all())


def page_statement(
    actor: Actor,
    *,
    on: date | None = None,
    state: str | None = None,
    account_id: int | None = None,
    escalated: str | None = None,
    which: ColumnElement[bool] | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Select[Any]:
    """The SELECT of `page`, without findings and targets."""
    statement = _TASKS.where(in_sight(actor), OPEN if state is None else tasks.c.state == state)
    if on is not None:
        statement = statement.where(tasks.c.planned_on == on)
    if account_id is not None:
        statement = statement.where(tasks.c.account_id == account_id)
    if escalated is not None:
        statement = statement.where(reached(escalated))
    if which is not None:
        statement = statement.where(which)
    if after is not None:
        seen = tasks.alias()
        place = select(seen.c.place).where(seen.c.task_id == after).scalar_subquery()
        statement = statement.where(
            or_(tasks.c.place > place, and_(tasks.c.place == place, tasks.c.task_id > after))
        )
    return statement.order_by(tasks.c.place, tasks.c.task_id).limit(limit)


def reached(step: str) -> ColumnElement[bool]:
    """Whether it was told on to a step that nobody made the visit."""
    return exists().where(escalations.c.task_id == tasks.c.task_id, escalations.c.step == step)


async def get(unit: Unit, task_id: int) -> Task:
    """One task in sight; NotFound otherwise, whether it exists elsewhere or not."""
    row = (
        await unit.connection.execute(_TASKS.where(tasks.c.task_id == task_id, in_sight(unit.actor)))
    ).first()
    if row is None:
        raise NotFound()
    return (await _with_findings(unit, [row]))[0]


async def own(unit: Unit, task_id: int) -> Task:
    """A task the actor answers for, kept from everybody else's changes until the transaction ends.

    NotFound outside the actor's sight, Conflict when another answers for it.
    """
    await take_workers_turn(unit, task_id)
    task = await get(unit, task_id)
    if task.account_id != unit.actor.account_id:
        raise Conflict("这项任务由其他同事负责，请刷新列表。")
    return task


async def own_open(unit: Unit, task_id: int) -> Task:
    """As `own`; Conflict also when it is over."""
    task = await own(unit, task_id)
    if task.state not in OPEN_STATES:
        raise Conflict("这项任务已经结束，请刷新列表。")
    return task


async def start(unit: Unit, task_id: int) -> Task:
    """Begin a visit. Beginning one's own again changes nothing; Conflict when it is over or another's."""
    task = await own(unit, task_id)
    if task.state == "started":
        return task
    which = and_(tasks.c.task_id == task_id, tasks.c.state.in_(("waiting", "planned")))
    begun = await unit.connection.execute(
        update(tasks).where(which).values(state="started", planned_on=unit.today)
    )
    if begun.rowcount == 0:
        raise Conflict("这项任务已经结束，请刷新列表。")
    await tell(unit, "started", tasks.c.task_id == task_id)
    return await get(unit, task_id)


async def require_in_sight(unit: Unit, task_id: int) -> None:
    """NotFound unless the task is in the actor's sight."""
    mine = select(tasks.c.task_id).where(tasks.c.task_id == task_id, in_sight(unit.actor))
    if (await unit.connection.execute(mine)).first() is None:
        raise NotFound()


async def require_finding_in_sight(unit: Unit, finding_id: int) -> None:
    """NotFound unless the finding belongs to a task in the actor's sight."""
    seen = await unit.connection.execute(
        select(findings.c.finding_id)
        .join(tasks, tasks.c.task_id == findings.c.task_id)
        .where(findings.c.finding_id == finding_id, in_sight(unit.actor))
    )
    if seen.first() is None:
        raise NotFound()


async def _with_findings(unit: Unit, rows: Sequence[Any]) -> list[Task]:
    targets = await targets_of(unit, [(row.target_kind, row.target_id) for row in rows])
    found = await _findings_of(unit, [row.task_id for row in rows])
    return [
        Task(
            task_id=row.task_id,
            target=targets[row.target_kind, row.target_id],
            grade=row.grade,
            due_on=row.due_on,
            opened_on=row.opened_on,
            planned_on=row.planned_on,
            minutes=row.minutes,
            state=row.state,
            account_id=row.account_id,
            account_name=row.account_name,
            note=row.note,
            findings=found.get(row.task_id, []),
        )
        for row in rows
    ]


async def _findings_of(unit: Unit, task_ids: list[int]) -> dict[int, list[Finding]]:
    """What stands of an open task, and all there ever was of one that is over."""
    found: dict[int, list[Finding]] = {}
    for task_id, *columns in await unit.connection.execute(FINDINGS, {"task_ids": task_ids}):
        found.setdefault(task_id, []).append(Finding._make(columns))
    return found
