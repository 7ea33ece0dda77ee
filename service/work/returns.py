"""What is not the community's to do: it lies with the owning department, on nobody's list, until that answers.

The department has its own clock in working days. When that has run out the matter is overdue there; it goes back to the
community only when the department says so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, insert, select, update

from rules import load
from service.access.actors import Actor, lies_in, visible
from service.access.turns import take_targets_turn
from service.access.unit import Unit
from service.errors import Conflict, InvalidInput, NotFound
from service.tables import findings, outcomes, returns, rule_versions, tasks
from service.work.free_text import without_numbers
from service.work.history import tell
from service.work.quiet import quiet_until
from service.work.reopening import bring_back
from service.work.targets import Target, targets_of
from service.work.tasks import Task

RETURN_DAYS = 5
"""Working days a department has, unless the installation sets another number."""
ANSWERS = ("done", "not_eligible", "back")


@dataclass(frozen=True)
class Return:
    """A matter that lies with a department, or lay there. `phone` is left out of the target: nobody visits."""

    return_id: int
    finding_id: int
    rule: str
    title: str
    department: str
    target: Target
    reason: str | None
    returned_on: date
    due_on: date
    note: str | None
    answer: str | None
    answer_reason: str | None


@dataclass(frozen=True)
class Counts:
    """How many matters wait for a department, and how many of them for too long."""

    waiting: int
    overdue: int


def of_department(actor: Actor) -> ColumnElement[bool]:
    """What lies with the actor's department, of the actor's area where it has one."""
    if actor.everywhere:
        return returns.c.return_id.is_not(None)
    if actor.department is None:
        return false()
    own = returns.c.department == actor.department
    if not actor.division:
        return own
    return and_(own, lies_in(returns.c.division_code, actor.division))


WAITING = and_(returns.c.answer.is_(None), findings.c.cleared_on.is_(None))
"""What the department has still to answer: a matter whose cause is gone is over without it."""


async def send(
    unit: Unit, finding_id: int, department: str, task: Task, due_on: date, note: str | None
) -> None:
    """Put a finding before its department; the caller has taken it off the lists."""
    place = select(tasks.c.division_code).where(tasks.c.task_id == task.task_id).scalar_subquery()
    await unit.connection.execute(
        insert(returns).values(
            finding_id=finding_id,
            department=department,
            division_code=place,
            returned_on=unit.today,
            due_on=due_on,
            note=note,
            account_id=unit.actor.account_id,
        )
    )


async def page(
    unit: Unit, *, overdue: bool = False, after: int | None = None, limit: int = 50
) -> list[Return]:
    """What waits for the actor's department, in the order it came; only what is overdue where wanted."""
    statement = _returns().where(of_department(unit.actor), WAITING)
    if overdue:
        statement = statement.where(returns.c.due_on < unit.today)
    if after is not None:
        statement = statement.where(returns.c.return_id > after)
    rows = (await unit.connection.execute(statement.order_by(returns.c.return_id).limit(limit))).all()
    return await _with_targets(unit, rows)


async def due_of(unit: Unit, finding_ids: Collection[int]) -> dict[int, date]:
    """Finding → by when its department has to answer; without those that wait for none. The caller may see the findings."""
    rows = await unit.connection.execute(
        select(returns.c.finding_id, returns.c.due_on).where(
            returns.c.finding_id.in_(finding_ids), returns.c.answer.is_(None)
        )
    )
    return {row.finding_id: row.due_on for row in rows}


async def counts(unit: Unit) -> Counts:
    """How much waits for the actor's department."""
    return await _counts(unit, of_department(unit.actor))


async def _counts(unit: Unit, whose: ColumnElement[bool]) -> Counts:
    late = func.count(returns.c.return_id).filter(returns.c.due_on < unit.today)
    statement = (
        select(func.count(returns.c.return_id), late)
        .join(findings, findings.c.finding_id == returns.c.finding_id)
        .where(whose, WAITING)
    )
    return Counts(*(await unit.connection.execute(statement)).one())


async def counts_below(unit: Unit) -> Counts:
    """How much of the actor's area waits for any department."""
    return await _counts(unit, visible(unit.actor, returns.c.division_code))


async def answer(unit: Unit, return_id: int, said: str, reason: str | None) -> Return:
    """Answer a matter: done, not eligible, or back to the community, which needs a reason.

    NotFound where it lies with another department, Conflict where it is answered or its cause is gone.
    """
    if said not in ANSWERS:
        raise InvalidInput(f"答复只能是：{'、'.join(ANSWERS)}。")
    why = without_numbers(reason, "reason")
    if said == "back" and why is None:
        raise InvalidInput("退回社区须写明理由。", errors=[{"field": "reason", "message": "必填"}])
    found = await _get(unit, return_id)
    await take_targets_turn(unit, [(found.target.kind, found.target.target_id)])
    taken = await unit.connection.execute(
        update(returns)
        .where(returns.c.return_id == return_id, returns.c.answer.is_(None), of_department(unit.actor))
        .values(answer=said, reason=why, answered_at=unit.now, answered_by=unit.actor.account_id)
    )
    standing = and_(
        findings.c.finding_id == found.finding_id,
        findings.c.held == "department",
        findings.c.cleared_on.is_(None),
    )
    freed = await unit.connection.execute(
        update(findings).where(standing).values(**await _values(unit, said, found.finding_id))
    )
    if not taken.rowcount or not freed.rowcount:
        raise Conflict("这件事已经答复过，或条件已不再成立，请刷新后再看。")
    await _tell(unit, found.finding_id, said)
    return await _get(unit, return_id)


async def _values(unit: Unit, said: str, finding_id: int) -> dict[str, Any]:
    """What the answer makes of the finding."""
    if said == "back":
        return {"held": None, "visit_from": None}
    row = await unit.connection.execute(
        select(rule_versions.c.rule, rule_versions.c.document)
        .join(findings, findings.c.version_id == rule_versions.c.version_id)
        .where(findings.c.finding_id == finding_id)
    )
    version = row.one()
    until = quiet_until(said, load(version.document, file=version.rule), unit.today)
    return {"held": None, "outcome": said, "settled_on": unit.today, "quiet_until": until}


async def _tell(unit: Unit, finding_id: int, said: str) -> None:
    task_id = (
        await unit.connection.execute(select(findings.c.task_id).where(findings.c.finding_id == finding_id))
    ).scalar_one()
    if said != "back":
        await unit.connection.execute(
            insert(outcomes).values(
                finding_id=finding_id,
                task_id=task_id,
                outcome=said,
                account_id=unit.actor.account_id,
                at=unit.now,
            )
        )
    told = {"outcomes": {str(finding_id): None if said == "back" else said}}
    await tell(unit, "answered", tasks.c.task_id == task_id, told)
    if said == "back":
        await bring_back(unit, [finding_id])


async def _get(unit: Unit, return_id: int) -> Return:
    rows = await unit.connection.execute(
        _returns().where(returns.c.return_id == return_id, of_department(unit.actor))
    )
    found = await _with_targets(unit, rows.all())
    if not found:
        raise NotFound()
    return found[0]


def _returns() -> Any:
    f, v = findings.c, rule_versions.c
    return (
        select(returns, f.rule, f.target_kind, f.target_id, f.reason.label("why"), v.title)
        .join(findings, f.finding_id == returns.c.finding_id)
        .join(rule_versions, v.version_id == f.version_id)
    )


async def _with_targets(unit: Unit, rows: Any) -> list[Return]:
    targets = await targets_of(unit, [(row.target_kind, row.target_id) for row in rows])
    return [
        Return(
            return_id=row.return_id,
            finding_id=row.finding_id,
            rule=row.rule,
            title=row.title,
            department=row.department,
            target=targets[row.target_kind, row.target_id],
            reason=row.why,
            returned_on=row.returned_on,
            due_on=row.due_on,
            note=row.note,
            answer=row.answer,
            answer_reason=row.reason,
        )
        for row in rows
    ]
