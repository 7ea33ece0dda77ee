"""The worker's list, one visit, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from service import visits
from service.access.permissions import Permission
from service.access.reveal import LONGEST_REASON
from service.access.unit import Unit
from service.api.models import Body, Id, Page, PageQuery, View
from service.api.request import Request
from service.api.routing import Routes
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
        return await _view(unit, await visits.settle(unit, task_id, answers))


class PhoneBody(Body):
    reason: str | None = Field(None, max_length=LONGEST_REASON, description="事由；任务在办时可不填")


class PhoneView(View):
    name: str = Field(description="这是谁的电话")
    phone: str = Field(description="完整号码；请勿保存或转发")


@routes.post("/tasks/{task_id}/phone", permission=Permission.REVEAL)
async def reveal_phone(request: Request, task_id: int, body: PhoneBody) -> PhoneView:
    """Show in full the phone number of whom this visit goes to; every look is audited."""
    async with request.unit() as unit:
        phone = await visits.reveal_phone(unit, task_id, body.reason)
    return PhoneView(name=phone.name, phone=phone.number)


async def _view(unit: Unit, task: tasks.Task) -> TaskView:
    return (await task_views(unit, [task]))[0]


async def task_views(unit: Unit, found: Sequence[tasks.Task]) -> list[TaskView]:
    """Tasks as they are shown, all in words."""
    return [TaskView.model_validate(task) for task in await visits.worded(unit, found)]
