"""What came of a visit, one tap per finding.

A settled finding stays quiet: until its condition clears, or until the rule's `again` (or the date the worker gave)
has passed. "later" settles nothing; it moves the finding to another day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update

from rules import RuleDocument, load
from rules.dates import add_months
from service.access.turns import take_workers_turn
from service.access.unit import Unit
from service.errors import Conflict, InvalidInput
from service.tables import employments, findings, outcomes, rule_versions, tasks
from service.tables.tasks import OPEN, OPEN_STATES, OUTCOME
from service.work.gather import end_idle, refresh
from service.work.history import tell
from service.work.pending import LIVE
from service.work.tasks import Task, get


@dataclass(frozen=True)
class Answer:
    """What the worker says of one finding."""

    finding_id: int
    outcome: str
    revisit_on: date | None = None
    wrong_field: str | None = None
    note: str | None = None


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


MONTHS = {"M": 1, "Y": 12}
LOOK_AGAIN = timedelta(days=7)  # facts/domain §7: reminders are weekly
FACT_OF = {
    ("resident", "died"): "death_on",
    ("resident", "moved"): "moved_out_on",
    ("employment", "died"): "death_on",
    ("employment", "moved"): "ended_on",
}
"""Outcomes that are facts: the field that takes the day of the visit. Who left a job has not moved house."""
GONE = ("death_on", "moved_out_on")
"""Facts after which nothing else about the person is to be done here."""


async def settle(unit: Unit, task_id: int, answers: list[Answer]) -> Settlement:
    """Write the answers, quiet the findings, end the task when nothing is left.

    NotFound outside the actor's sight, Conflict when the task or a finding is already settled, InvalidInput for an
    answer that lacks a date or names a finding of another task.
    """
    await take_workers_turn(unit, task_id)
    task = await get(unit, task_id)
    if task.account_id != unit.actor.account_id:
        raise Conflict("这项任务由其他同事负责，请刷新列表。")
    if task.state not in OPEN_STATES:
        raise Conflict("这项任务已经结束，请刷新列表。")
    open_findings = await _open_findings(unit, task_id)
    if len({answer.finding_id for answer in answers}) < len(answers):
        raise InvalidInput("同一件事只能选一个结果，请删去重复的。")
    for answer in answers:
        _check(unit, answer, open_findings)
    learned: list[Learned] = []
    for answer in answers:
        row = open_findings[answer.finding_id]
        await _write(unit, task_id, answer, row)
        learned += _learned(answer, row, unit.today)
    await tell(unit, "outcome", tasks.c.task_id == task_id, _told(answers))
    touched = tasks.c.task_id.in_([task_id, *await _withdraw_gone(unit, learned)])
    await refresh(unit, touched)
    await _put_off(unit, task_id)
    await end_idle(unit, touched)
    return Settlement(await get(unit, task_id), learned)


async def _withdraw_gone(unit: Unit, learned: list[Learned]) -> list[int]:
    """Withdraw what else stands open on whoever died or moved away; returns the tasks it stood on."""
    touched: list[int] = []
    for fact in learned:
        if fact.field not in GONE:
            continue
        about = and_(findings.c.subject_kind == "resident", findings.c.subject_id == fact.record_id)
        if fact.field == "death_on":
            theirs = select(employments.c.employment_id).where(employments.c.resident_id == fact.record_id)
            about = or_(
                about, and_(findings.c.subject_kind == "employment", findings.c.subject_id.in_(theirs))
            )
        rows = await unit.connection.execute(select(findings.c.task_id).where(LIVE, about))
        touched += [row.task_id for row in rows if row.task_id is not None]
        await unit.connection.execute(
            update(findings).where(LIVE, about).values(cleared_on=unit.today, clearing="withdrawn")
        )
    return touched


def _check(unit: Unit, answer: Answer, open_findings: dict[int, Row[Any]]) -> None:
    if answer.outcome not in OUTCOME:
        raise InvalidInput(f"处理结果只能是：{'、'.join(OUTCOME)}。")
    if answer.finding_id not in open_findings:
        raise Conflict("其中一项已经处理过或不属于这项任务，请刷新后再提交。")
    if answer.outcome == "later" and answer.revisit_on is None:
        raise InvalidInput("选择“稍后再办”时请填写 revisit_on（再次走访日期）。")
    if answer.revisit_on is not None and answer.revisit_on <= unit.today:
        raise InvalidInput("revisit_on 必须晚于今天。")


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


async def _write(unit: Unit, task_id: int, answer: Answer, row: Row[Any]) -> None:
    await unit.connection.execute(
        insert(outcomes).values(
            finding_id=answer.finding_id,
            task_id=task_id,
            outcome=answer.outcome,
            wrong_field=answer.wrong_field,
            revisit_on=answer.revisit_on,
            note=answer.note,
            account_id=unit.actor.account_id,
            at=unit.now,
        )
    )
    values: dict[str, Any]
    if answer.outcome == "later":
        values = {"visit_from": answer.revisit_on}
    else:
        values = {
            "outcome": answer.outcome,
            "settled_on": unit.today,
            "quiet_until": answer.revisit_on or _quiet_until(answer, _document(row), unit.today),
        }
    await unit.connection.execute(
        update(findings).where(findings.c.finding_id == answer.finding_id).values(**values)
    )


def _document(row: Row[Any]) -> RuleDocument:
    return load(row.document, file=row.rule)


def _quiet_until(answer: Answer, document: RuleDocument, day: date) -> date | None:
    """Whoever was not found is looked for again, whatever the rule says of the others."""
    again = _again(document, day)
    if answer.outcome != "not_found":
        return again
    return min(again or date.max, day + LOOK_AGAIN)


def _again(document: RuleDocument, day: date) -> date | None:
    """Until when a settled finding stays quiet: None means until its condition clears."""
    if document.again == "never":
        return None
    count, unit = int(document.again[1:-1]), document.again[-1]
    return day + timedelta(days=count) if unit == "D" else add_months(day, count * MONTHS[unit])


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


def _told(answers: list[Answer]) -> dict[str, Any]:
    return {"outcomes": {str(answer.finding_id): answer.outcome for answer in answers}}
