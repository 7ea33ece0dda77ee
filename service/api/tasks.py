"""The worker's list, one visit, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from service.access.permissions import Permission
from service.access.reveal import LONGEST_REASON, reveal
from service.access.unit import Unit
from service.api.models import Body, Id, Page, PageQuery, View
from service.api.request import Request
from service.api.routing import Routes
from service.engine.wording import Silent, Worded, rewrite_words, words
from service.errors import NotFound
from service.records.changesets import correct, record_service
from service.work import outcomes, tasks

routes = Routes()

State = Literal["waiting", "planned", "started", "closed", "expired", "withdrawn"]
Outcome = Literal[
    "done", "accepted", "declined", "already_has", "not_eligible", "not_found", "moved", "died", "needs_department", "later"
]  # fmt: skip
Grade = Literal["urgent", "important", "normal", "low"]


class TaskQuery(PageQuery):
    on: date | None = Field(None, description="只看这一天的清单，如 2026-11-23")
    state: State | None = Field(None, description="只看这一状态；不填为全部未结束的任务")


class TargetView(View):
    kind: Literal["household", "resident", "enterprise"]
    target_id: int
    name: str
    address: str
    phone: str | None = Field(description="已脱敏；完整号码请用 reveal 接口，会留下记录")
    contact: str | None
    members: int
    uscc: str | None = Field(description="单位的统一社会信用代码，可用来查看从业人员名册")


class FindingView(View):
    finding_id: int
    rule: str
    title: str
    heading: str = Field(description="这件事的一句话标题")
    advice: str = Field(description="怎么办")
    department: str = Field(description="责任部门")
    person: str | None = Field(description="涉及的人；不涉及某个人时为空")
    verdict: Literal["match", "unknown"]
    grade: Grade
    since_on: date
    due_on: date | None
    visit_from: date | None = Field(description="约好或规定的最早上门日；空表示随时")
    reason: str = Field(description="为什么找到这个人")
    outcome: Outcome | None
    live: bool = Field(description="还等着处理；已有结果或已消除的为 false")


class TaskView(View):
    task_id: int
    target: TargetView
    grade: Grade
    due_on: date | None
    opened_on: date
    planned_on: date | None
    minutes: int = Field(description="约需多少分钟，按规则估计，连路上")
    state: State
    account_id: int | None
    account_name: str | None
    note: str | None
    findings: list[FindingView]


class AnswerBody(Body):
    finding_id: Id
    outcome: Outcome
    revisit_on: date | None = Field(None, description="再次走访日期；“later”必填，“declined”可填")
    wrong_field: str | None = Field(None, max_length=100, description="“not_eligible”时，哪项信息有误")
    note: str | None = Field(None, max_length=500, description="备注；请勿填写证件号和电话")


class OutcomesBody(Body):
    outcomes: Annotated[list[AnswerBody], Field(min_length=1, max_length=200, description="每件事一个结果")]


@routes.get("/tasks", permission=Permission.WORK)
async def list_tasks(request: Request, query: TaskQuery) -> Page[TaskView]:
    """List tasks in walking order: a worker's own ones, a supervisor's whole area."""
    async with request.reading() as unit:
        found = await tasks.page(
            unit, on=query.on, state=query.state, after=query.after, limit=query.limit + 1
        )
        return Page.of(await task_views(unit, found), limit=query.limit, key=lambda task: task.task_id)


@routes.get("/tasks/{task_id}", permission=Permission.WORK)
async def show_task(request: Request, task_id: int) -> TaskView:
    """Show one visit with everything to be done there."""
    async with request.reading() as unit:
        return await _view(unit, await tasks.get(unit, task_id))


@routes.post("/tasks/{task_id}/start", permission=Permission.WORK, idempotent=True)
async def start_task(request: Request, task_id: int) -> TaskView:
    """Start a visit; 409 if someone else holds it or it is over."""
    async with request.unit() as unit:
        return await _view(unit, await tasks.start(unit, task_id))


@routes.post("/tasks/{task_id}/outcomes", permission=Permission.WORK, idempotent=True)
async def settle_task(request: Request, task_id: int, body: OutcomesBody) -> TaskView:
    """Say what came of the visit, one outcome per finding; the task ends when nothing is left.

    What the visit established (moved, died, a service given) goes into the records at once.
    """
    answers = [outcomes.Answer(**answer.model_dump()) for answer in body.outcomes]
    async with request.unit() as unit:
        settlement = await outcomes.settle(unit, task_id, answers)
        await _teach(unit, settlement.learned)
        await rewrite_words(unit, task_id)
        return await _view(unit, await tasks.get(unit, task_id))


class PhoneBody(Body):
    reason: str | None = Field(None, max_length=LONGEST_REASON, description="事由；任务在办时可不填")


class PhoneView(View):
    name: str = Field(description="这是谁的电话")
    phone: str = Field(description="完整号码；请勿保存或转发")


@routes.post("/tasks/{task_id}/phone", permission=Permission.REVEAL)
async def reveal_phone(request: Request, task_id: int, body: PhoneBody) -> PhoneView:
    """Show in full the phone number of whom this visit goes to; every look is audited."""
    async with request.unit() as unit:
        target = (await tasks.get(unit, task_id)).target
        entity, record_id = (
            ("resident", target.phone_of) if target.phone_of else (target.kind, target.target_id)
        )
        if target.phone is None:
            raise NotFound("没有登记电话。")
        phone = await reveal(unit, entity, record_id, "phone", reason=body.reason)
    return PhoneView(name=target.contact or target.name, phone=phone)


async def _teach(unit: Unit, learned: Sequence[outcomes.Learned]) -> None:
    for fact in learned:
        if fact.field is not None:
            await correct(unit, fact.entity, fact.record_id, {fact.field: fact.value}, observed_on=unit.today)
        if fact.service is not None:
            await record_service(unit, [fact.record_id], fact.service, unit.today)


async def _view(unit: Unit, task: tasks.Task) -> TaskView:
    return (await task_views(unit, [task]))[0]


async def task_views(unit: Unit, found: Sequence[tasks.Task]) -> list[TaskView]:
    """Tasks as they are shown; words that no planned day has written are made now."""
    silent = [
        Silent(finding.finding_id, task.task_id, finding.version_id, finding.subject_id)
        for task in found
        if any(finding.heading is None for finding in task.findings)
        for finding in task.findings
        if finding.live
    ]
    made = await words(unit, silent, unit.today)
    return [_task_view(task, made) for task in found]


def _task_view(task: tasks.Task, made: Mapping[int, Worded]) -> TaskView:
    plain = {
        name: getattr(task, name) for name in TaskView.model_fields if name not in ("target", "findings")
    }
    return TaskView(
        **plain,
        target=TargetView.model_validate(task.target),
        findings=[_finding_view(finding, made.get(finding.finding_id)) for finding in task.findings],
    )


def _finding_view(finding: tasks.Finding, made: Worded | None) -> FindingView:
    plain = {name: getattr(finding, name) for name in FindingView.model_fields}
    plain["heading"] = finding.heading or (made.heading if made else finding.title)
    plain["reason"] = finding.reason or (made.reason if made else "")
    return FindingView(**plain)
