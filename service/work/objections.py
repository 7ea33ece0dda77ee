"""Objections: somebody says a finding is wrong about them, and nobody visits until a supervisor has decided.

Upheld, the finding is settled as not eligible and quiet; rejected, or taken back by who noted it, it goes back to work. All
of it stands in the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, insert, select, update

from rules import load
from service.access.actors import Actor, visible
from service.access.permissions import Role
from service.access.turns import take_targets_turn
from service.access.unit import Unit
from service.errors import Conflict, InvalidInput, NotFound
from service.tables import enterprises, findings, objections, outcomes, rule_versions, tasks
from service.work.free_text import without_numbers
from service.work.gather import end_idle, refresh
from service.work.history import tell
from service.work.pending import LIVE
from service.work.quiet import quiet_until
from service.work.reopening import bring_back
from service.work.tasks import in_sight

WAITING = and_(objections.c.decision.is_(None), findings.c.cleared_on.is_(None))
"""What is still to be decided: where the cause is gone nothing is."""


@dataclass(frozen=True)
class Objection:
    """What somebody holds against a finding, and what was decided."""

    objection_id: int
    finding_id: int
    task_id: int | None
    rule: str
    title: str
    reason: str
    at: datetime
    decision: str | None
    note: str | None


async def object_to(unit: Unit, finding_id: int, reason: str) -> Objection:
    """Note an objection to a live finding and take it off the list.

    By the worker who has the task, or by the contact of the enterprise it is about. NotFound for anybody else, Conflict
    when the finding is settled or lies with somebody already.
    """
    why = without_numbers(reason, "reason")
    if why is None:
        raise InvalidInput("请写明异议内容。", errors=[{"field": "reason", "message": "必填"}])
    row = await _finding(unit, finding_id)
    await take_targets_turn(unit, [(row.target_kind, row.target_id)])
    held = await unit.connection.execute(
        update(findings).where(findings.c.finding_id == finding_id, LIVE).values(held="objection")
    )
    if not held.rowcount:
        raise Conflict("这件事已经处理过或正等别人答复，请刷新后再看。")
    added = await unit.connection.execute(
        insert(objections)
        .values(
            finding_id=finding_id,
            division_code=row.division_code,
            reason=why,
            account_id=unit.actor.account_id,
            at=unit.now,
        )
        .returning(objections.c.objection_id)
    )
    here = tasks.c.task_id == row.task_id
    await tell(unit, "objected", here, {"outcomes": {str(finding_id): "objection"}})
    await refresh(unit, here)
    await end_idle(unit, here)
    return await _one(unit, objections.c.objection_id == added.scalar_one())


@dataclass(frozen=True)
class Matter:
    """A finding that somebody may object to."""

    finding_id: int
    rule: str
    title: str
    department: str
    grade: str
    due_on: date | None
    held: str | None


async def of_enterprise(unit: Unit, uscc: str, *, after: int | None = None, limit: int = 50) -> list[Matter]:
    """What stands open of an enterprise and may be objected to by the actor, or has been, in the order it was found; empty
    for any other enterprise."""
    f, v = findings.c, rule_versions.c
    here = select(enterprises.c.enterprise_id).where(enterprises.c.uscc == uscc)
    rows = await unit.connection.execute(
        select(f.finding_id, f.rule, v.title, v.department, f.grade, f.due_on, f.held)
        .join(rule_versions, v.version_id == f.version_id)
        .join(tasks, tasks.c.task_id == f.task_id)
        .where(f.target_kind == "enterprise", f.target_id.in_(here), f.cleared_on.is_(None))
        .where(f.outcome.is_(None), _may_object(unit.actor), f.finding_id > (after or 0))
        .order_by(f.finding_id)
        .limit(limit)
    )
    return [Matter(*row) for row in rows]


async def page(unit: Unit, *, after: int | None = None, limit: int = 50) -> list[Objection]:
    """What waits for a decision in the actor's area, in the order it came."""
    statement = _objections().where(WAITING, visible(unit.actor, objections.c.division_code))
    if after is not None:
        statement = statement.where(objections.c.objection_id > after)
    rows = await unit.connection.execute(statement.order_by(objections.c.objection_id).limit(limit))
    return [_objection(row) for row in rows]


async def count(unit: Unit) -> int:
    """How many wait for a decision in the actor's area."""
    waiting = (
        select(func.count(objections.c.objection_id))
        .join(findings, findings.c.finding_id == objections.c.finding_id)
        .where(WAITING, visible(unit.actor, objections.c.division_code))
    )
    return int((await unit.connection.execute(waiting)).scalar_one())


async def decide(unit: Unit, objection_id: int, decision: str, note: str | None) -> Objection:
    """Uphold or reject an objection; NotFound outside the actor's area, Conflict when it is decided or moot."""
    if decision not in ("upheld", "rejected"):
        raise InvalidInput("裁定只能是 upheld 或 rejected。")
    mine = and_(objections.c.objection_id == objection_id, visible(unit.actor, objections.c.division_code))
    said = await _one(unit, mine)
    await _end(unit, mine, said.finding_id, decision, note)
    return await _one(unit, mine)


async def take_back(unit: Unit, finding_id: int) -> int | None:
    """Withdraw the objection the actor noted to a finding, which goes back to work; the task it is in now.

    NotFound where the actor noted none, Conflict when it is decided or moot.
    """
    noted = and_(objections.c.finding_id == finding_id, objections.c.account_id == unit.actor.account_id)
    last = select(func.max(objections.c.objection_id)).where(noted)
    mine = objections.c.objection_id == last.scalar_subquery()
    await _one(unit, mine)
    await _end(unit, mine, finding_id, "withdrawn", None)
    which = select(findings.c.task_id).where(findings.c.finding_id == finding_id)
    task_id: int | None = (await unit.connection.execute(which)).scalar_one()
    return task_id


async def _end(
    unit: Unit, mine: ColumnElement[bool], finding_id: int, decision: str, note: str | None
) -> None:
    """Write what became of an objection, and of its finding."""
    row = (
        await unit.connection.execute(
            select(findings, rule_versions.c.document)
            .join(rule_versions, rule_versions.c.version_id == findings.c.version_id)
            .where(findings.c.finding_id == finding_id)
        )
    ).one()
    await take_targets_turn(unit, [(row.target_kind, row.target_id)])
    values = {
        "decision": decision,
        "note": without_numbers(note),
        "decided_at": unit.now,
        "decided_by": unit.actor.account_id,
    }
    decided = await unit.connection.execute(
        update(objections).where(mine, objections.c.decision.is_(None)).values(**values)
    )
    standing = and_(
        findings.c.finding_id == row.finding_id,
        findings.c.held == "objection",
        findings.c.cleared_on.is_(None),
    )
    settled: dict[str, Any] = {"held": None}
    if decision == "upheld":
        until = quiet_until("not_eligible", load(row.document, file=row.rule), unit.today)
        settled |= {"outcome": "not_eligible", "settled_on": unit.today, "quiet_until": until}
    freed = await unit.connection.execute(update(findings).where(standing).values(**settled))
    if not decided.rowcount or not freed.rowcount:
        raise Conflict("这条异议已经裁定或撤回，或条件已不再成立，请刷新后再看。")
    await _tell(unit, row, decision)


async def _tell(unit: Unit, row: Any, decision: str) -> None:
    outcome = "not_eligible" if decision == "upheld" else None
    if outcome is not None:
        await unit.connection.execute(
            insert(outcomes).values(
                finding_id=row.finding_id,
                task_id=row.task_id,
                outcome=outcome,
                account_id=unit.actor.account_id,
                at=unit.now,
            )
        )
    told = {"decision": decision, "outcomes": {str(row.finding_id): outcome}}
    await tell(unit, "decided", tasks.c.task_id == row.task_id, told)
    if decision != "upheld":
        await bring_back(unit, [row.finding_id])


async def _finding(unit: Unit, finding_id: int) -> Any:
    rows = await unit.connection.execute(
        select(findings, tasks.c.division_code)
        .join(tasks, tasks.c.task_id == findings.c.task_id)
        .where(findings.c.finding_id == finding_id, _may_object(unit.actor))
    )
    row = rows.first()
    if row is None:
        raise NotFound()
    return row


def _may_object(actor: Actor) -> ColumnElement[bool]:
    """The findings of the worker's own tasks; of a contact those that visit the own enterprise."""
    if actor.role is Role.WORKER:
        return in_sight(actor)
    if actor.enterprise_id is None:
        return false()
    return and_(findings.c.target_kind == "enterprise", findings.c.target_id == actor.enterprise_id)


def _objections() -> Any:
    return (
        select(objections, findings.c.task_id, findings.c.rule, rule_versions.c.title)
        .join(findings, findings.c.finding_id == objections.c.finding_id)
        .join(rule_versions, rule_versions.c.version_id == findings.c.version_id)
    )


async def _one(unit: Unit, which: ColumnElement[bool]) -> Objection:
    row = (await unit.connection.execute(_objections().where(which))).first()
    if row is None:
        raise NotFound()
    return _objection(row)


def _objection(row: Any) -> Objection:
    return Objection(**{name: getattr(row, name) for name in Objection.__dataclass_fields__})
