"""What came of a visit, one tap per finding.

A settled finding stays quiet: until its condition clears, or until the rule's `again` (or the date the worker gave)
has passed. "later" settles nothing; it moves the finding to another day. "needs_department" settles nothing either: the
finding lies with the department until that answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Row, and_, insert, or_, select, update

from rules import RuleDocument, load
from service.access.unit import Unit
from service.calendar import WorkingDays
from service.errors import Conflict, InvalidInput
from service.tables import employments, findings, outcomes, rule_versions, tasks
from service.tables.tasks import LATER_REASON, OPEN, OUTCOME
from service.work.free_text import without_numbers
from service.work.gather import end_idle, refresh
from service.work.history import tell
from service.work.later import check_day, check_times
from service.work.pending import LIVE
from service.work.quiet import quiet_until
from service.work.returns import RETURN_DAYS, send
from service.work.tasks import Task, get, own_open


@dataclass(frozen=True)
class Answer:
    """What the worker says of one finding; `reason` is why it is put off."""

    finding_id: int
    outcome: str
    revisit_on: date | None = None
    wrong_field: str | None = None
    note: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Learned:
    """A fact the visit established, for the records: a field of a record, or a service a resident was given."""

    entity: str
    record_id: int
    field: str | None = None
    value: date | None = None
    service: str | None = None


@dataclass(frozen=True)
class Settlement:
    """The task after the answers, and what the records should learn from them."""

    task: Task
    learned: list[Learned]


Teach: TypeAlias = Callable[[Unit, list[Learned]], Awaitable[list[int]]]
"""Writes into the records what a visit established; gives the keys of the changesets."""


async def _teach_nobody(unit: Unit, learned: list[Learned]) -> list[int]:
    return []


FACT_OF = {
    ("resident", "died"): "death_on",
    ("resident", "moved"): "moved_out_on",
    ("employment", "died"): "death_on",
    ("employment", "moved"): "ended_on",
}
"""Outcomes that are facts: the field that takes the day of the visit. Who left a job has not moved house."""
GONE = ("death_on", "moved_out_on")
"""Facts after which nothing else about the person is to be done here."""


async def settle(
    unit: Unit,
    task_id: int,
    answers: list[Answer],
    teach: Teach = _teach_nobody,
    *,
    department_by: date | None = None,
    facts: dict[str, list[str]] | None = None,
) -> Settlement:
    """Write the answers, quiet the findings, end the task when nothing is left.

    `teach` writes what they establish into the records, in the same transaction. `department_by` is until when a
    department has to answer for what needs it. `facts` tells which fields were corrected of which finding, for the
    history. NotFound outside the actor's sight, Conflict when the task or a finding is already settled or was put off
    as often as may be, InvalidInput for an answer that lacks a date or has one that cannot be.
    """
    task = await own_open(unit, task_id)
    open_findings = await _open_findings(unit, task_id)
    if len({answer.finding_id for answer in answers}) < len(answers):
        raise InvalidInput("同一件事只能选一个结果，请删去重复的。")
    for answer in answers:
        _check(unit, answer, open_findings)
    await check_times(unit, [answer.finding_id for answer in answers if answer.outcome == "later"])
    learned: list[Learned] = []
    written = []
    for answer in answers:
        row = open_findings[answer.finding_id]
        written.append(await _write(unit, task_id, answer, row))
        learned += _learned(answer, row, unit.today)
        if answer.outcome == "needs_department":
            due = department_by or WorkingDays().after(unit.today, RETURN_DAYS)
            await send(unit, answer.finding_id, _document(row).department, task, due, answer.note)
    gone = await _withdraw_gone(unit, learned)
    told = _told(answers, open_findings) | {"outcome_ids": written, "withdrawn": [row[0] for row in gone]}
    told |= {"changesets": await teach(unit, learned)} | ({"facts": facts} if facts else {})
    await tell(unit, "outcome", tasks.c.task_id == task_id, told)
    touched = tasks.c.task_id.in_([task_id, *(row[1] for row in gone if row[1] is not None)])
    await refresh(unit, touched)
    await _put_off(unit, task_id)
    await end_idle(unit, touched)
    return Settlement(await get(unit, task_id), learned)


async def _withdraw_gone(unit: Unit, learned: list[Learned]) -> list[tuple[int, int | None]]:
    """Withdraw what else stands open on whoever died or moved away; returns the findings, each with its task."""
    withdrawn: list[tuple[int, int | None]] = []
    for fact in learned:
        if fact.field not in GONE:
            continue
        about = and_(findings.c.subject_kind == "resident", findings.c.subject_id == fact.record_id)
        if fact.field == "death_on":
            theirs = select(employments.c.employment_id).where(employments.c.resident_id == fact.record_id)
            about = or_(
                about, and_(findings.c.subject_kind == "employment", findings.c.subject_id.in_(theirs))
            )
        rows = await unit.connection.execute(
            select(findings.c.finding_id, findings.c.task_id).where(LIVE, about)
        )
        withdrawn += [(row.finding_id, row.task_id) for row in rows]
        await unit.connection.execute(
            update(findings).where(LIVE, about).values(cleared_on=unit.today, clearing="withdrawn")
        )
    return withdrawn


def _check(unit: Unit, answer: Answer, open_findings: dict[int, Row[Any]]) -> None:
    if answer.outcome not in OUTCOME:
        raise InvalidInput(f"处理结果只能是：{'、'.join(OUTCOME)}。")
    if answer.finding_id not in open_findings:
        raise Conflict("其中一项已经处理过或不属于这项任务，请刷新后再提交。")
    if answer.outcome == "later" and answer.revisit_on is None:
        raise InvalidInput("选择“稍后再办”时请填写 revisit_on（再次走访日期）。")
    if answer.revisit_on is not None and answer.revisit_on <= unit.today:
        raise InvalidInput("revisit_on 必须晚于今天。")
    if answer.reason is not None and (answer.outcome != "later" or answer.reason not in LATER_REASON):
        raise InvalidInput(f"reason 只用于“稍后再办”，只能是：{'、'.join(LATER_REASON)}。")
    if answer.outcome == "later" and answer.revisit_on is not None:
        check_day(answer.revisit_on, open_findings[answer.finding_id].due_on, unit.today)
    without_numbers(answer.note)


async def _open_findings(unit: Unit, task_id: int) -> dict[int, Row[Any]]:
    rows = await unit.connection.execute(
        select(findings, rule_versions.c.document, employments.c.resident_id.label("employee_id"))
        .join(rule_versions, rule_versions.c.version_id == findings.c.version_id)
        .outerjoin(
            employments,
            and_(
                findings.c.subject_kind == "employment", employments.c.employment_id == findings.c.subject_id
            ),
        )
        .where(findings.c.task_id == task_id, LIVE)
    )
    return {row.finding_id: row for row in rows}


async def _write(unit: Unit, task_id: int, answer: Answer, row: Row[Any]) -> int:
    """Write one answer and what it makes of the finding; returns the key of the answer."""
    reason = (answer.reason or "other") if answer.outcome == "later" else None
    added = await unit.connection.execute(
        insert(outcomes)
        .values(
            finding_id=answer.finding_id,
            task_id=task_id,
            outcome=answer.outcome,
            wrong_field=answer.wrong_field,
            revisit_on=answer.revisit_on,
            reason=reason,
            note=answer.note,
            account_id=unit.actor.account_id,
            at=unit.now,
        )
        .returning(outcomes.c.outcome_id)
    )
    await unit.connection.execute(
        update(findings)
        .where(findings.c.finding_id == answer.finding_id)
        .values(**_values(answer, row, unit.today))
    )
    return int(added.scalar_one())


def _values(answer: Answer, row: Row[Any], today: date) -> dict[str, Any]:
    if answer.outcome == "later":
        return {"visit_from": answer.revisit_on}
    if answer.outcome == "needs_department":
        return {"held": "department"}
    return {
        "outcome": answer.outcome,
        "settled_on": today,
        "quiet_until": answer.revisit_on or quiet_until(answer.outcome, _document(row), today),
    }


def _document(row: Row[Any]) -> RuleDocument:
    return load(row.document, file=row.rule)


def _learned(answer: Answer, row: Row[Any], day: date) -> list[Learned]:
    person = row.subject_id if row.subject_kind == "resident" else row.employee_id
    field = FACT_OF.get((row.subject_kind, answer.outcome))
    if field == "ended_on":
        return [Learned("employment", row.subject_id, field=field, value=day)]
    if field is not None:
        return [Learned("resident", person, field=field, value=day)]
    given = _document(row).done
    if answer.outcome == "done" and given is not None and person is not None:
        return [Learned("resident", person, service=given.event)]
    return []


async def _put_off(unit: Unit, task_id: int) -> None:
    """A task whose every live finding was put off goes back to waiting until the earliest of their dates."""
    await unit.connection.execute(
        update(tasks)
        .where(tasks.c.task_id == task_id, OPEN, tasks.c.visit_from > unit.today)
        .values(state="waiting", planned_on=None)
    )


def _told(answers: list[Answer], before: dict[int, Row[Any]]) -> dict[str, Any]:
    """What the history keeps: the answers, and from which days visits were put off, so that they can be taken back."""
    put_off = [answer.finding_id for answer in answers if answer.outcome == "later"]
    return {
        "outcomes": {str(answer.finding_id): answer.outcome for answer in answers},
        "visit_from": {str(key): _iso(before[key].visit_from) for key in put_off},
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
