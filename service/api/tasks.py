"""The worker's list, one visit, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from service import answering, visits
from service.access.permissions import Permission
from service.access.reveal import LONGEST_REASON
from service.access.turns import take_targets_turn
from service.access.unit import Unit
from service.api.models import Body, Day, Id, Page, PageQuery, Seen, Tagged, View
from service.api.request import Request
from service.api.routing import Routes
from service.engine.asking import Questions
from service.errors import Conflict, InvalidInput
from service.records.changesets import take_turn
from service.work import tasks
from service.work.outcomes import Answer

routes = Routes()
MOST_FACTS = answering.MOST_FACTS
NOTHING: Mapping[int, Questions] = MappingProxyType({})

State = Literal["waiting", "planned", "started", "closed", "expired", "withdrawn"]
Outcome = Literal[
    "done", "accepted", "declined", "already_has", "not_eligible", "not_found", "moved", "died", "needs_department", "later"
]  # fmt: skip
Grade = Literal["urgent", "important", "normal", "low"]


class TaskQuery(PageQuery):
    on: Day | None = Field(None, description="只看这一天的清单，如 2026-11-23")
    state: State | None = Field(None, description="只看这一状态；不填为全部未结束的任务")
    escalated: Literal["supervisor", "street"] | None = Field(
        None, description="只看超过时限无人办理、已提醒到这一级的"
    )


class TargetView(View):
    kind: Literal["household", "resident", "enterprise"]
    target_id: int
    name: str
    address: str
    phone: str | None = Field(description="已脱敏；完整号码请用 reveal 接口，会留下记录")
    contact: str | None
    members: int
    uscc: str | None = Field(description="单位的统一社会信用代码，可用来查看从业人员名册")


class AskView(View):
    path: str = Field(description="登记时用的名称，如 employment.resident.phone")
    label: str
    kind: Literal["int", "decimal", "text", "bool", "date"]
    codes: dict[str, str] = Field(description="代码 → 中文名称；不是代码项时为空")
    unit: str
    shown: str = Field(description="现在登记的值；电话等已脱敏")


class ReadView(View):
    path: str
    label: str


class QuestionsView(View):
    asked: list[AskView] = Field(description="上门时可以更正的信息，最多三项")
    read: list[ReadView] = Field(description="规则用到的信息；“not_eligible”的 wrong_field 从中选")


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
    held: Literal["department", "objection"] | None = Field(
        description="暂不上门：department 已转部门，objection 异议待定"
    )
    live: bool = Field(description="还等着处理；已有结果、已转部门或已消除的为 false")
    questions: QuestionsView | None = Field(None, description="可以更正什么；只在查看一户时给出")


class TaskView(Tagged):
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


Value = bool | int | float | Annotated[str, Field(max_length=200)] | None


class FactBody(Body):
    path: str = Field(max_length=200, description="questions.asked 里的 path")
    value: Value = Field(description="核实到的值；日期写 2026-11-23，代码写代码或中文名称，null 表示没有")


FactBodies = Annotated[list[FactBody], Field(max_length=MOST_FACTS)]


class AnswerBody(Body):
    finding_id: Id
    outcome: Outcome
    revisit_on: Day | None = Field(None, description="再次走访日期；“later”必填，“declined”可填")
    reason: Literal["nobody_home", "asked", "no_time", "weather", "other"] | None = Field(
        None,
        description="“later”的原因，不填为 other：家里没人、对方约了改日、今天来不及、天气或道路不便、其他",
    )
    wrong_field: str | None = Field(
        None, max_length=200, description="“not_eligible”时，哪项信息有误：questions.read 里的 path 或 label"
    )
    facts: FactBodies = Field([], description="顺便更正的信息，每件事最多三项")
    note: str | None = Field(None, max_length=500, description="备注；请勿填写证件号和电话")


class OutcomesBody(Body):
    outcomes: Annotated[list[AnswerBody], Field(min_length=1, max_length=200, description="每件事一个结果")]


@routes.get("/tasks", permission=Permission.WORK)
async def list_tasks(request: Request, query: TaskQuery) -> Page[TaskView]:
    """List tasks in walking order: a worker's own ones, a supervisor's whole area."""
    async with request.reading() as unit:
        found = await tasks.page(
            unit,
            on=query.on,
            state=query.state,
            escalated=query.escalated,
            after=query.after,
            limit=query.limit + 1,
        )
        return Page.of(await task_views(unit, found), limit=query.limit, key=lambda task: task.task_id)


@routes.get("/tasks/{task_id}", permission=Permission.WORK)
async def show_task(request: Request, task_id: int) -> TaskView:
    """Show one visit with everything to be done there. The ETag stands for all that is shown."""
    async with request.reading() as unit:
        return await _view(unit, await tasks.get(unit, task_id))


@routes.post("/tasks/{task_id}/start", permission=Permission.WORK, idempotent=True, refuses=(Conflict,))
async def start_task(request: Request, task_id: int, seen: Seen) -> TaskView:
    """Start a visit; 409 if someone else holds it or it is over."""
    async with request.unit() as unit:
        await require_seen(unit, task_id, seen)
        return await _view(unit, await tasks.start(unit, task_id))


@routes.post(
    "/tasks/{task_id}/outcomes", permission=Permission.WORK, idempotent=True, refuses=(Conflict, InvalidInput)
)
async def settle_task(request: Request, task_id: int, seen: Seen, body: OutcomesBody) -> TaskView:
    """Say what came of the visit, one outcome per finding; the task ends when nothing is left.

    What the visit established (moved, died, a service given, facts corrected) goes into the records at once.
    """
    answers = [Answer(**answer.model_dump(exclude={"facts"})) for answer in body.outcomes]
    facts = {answer.finding_id: facts_of(answer.facts) for answer in body.outcomes if answer.facts}
    days = request.app_state.settings.return_days
    async with request.unit() as unit:
        await require_seen(unit, task_id, seen, records=True)
        return await _view(unit, await visits.settle(unit, task_id, answers, facts, department_days=days))


class FactsBody(Body):
    finding_id: Id
    facts: Annotated[
        list[FactBody], Field(min_length=1, max_length=MOST_FACTS, description="更正的信息，最多三项")
    ]


@routes.post(
    "/tasks/{task_id}/facts", permission=Permission.WORK, idempotent=True, refuses=(Conflict, InvalidInput)
)
async def correct_task_facts(request: Request, task_id: int, seen: Seen, body: FactsBody) -> TaskView:
    """Correct facts that a finding's rule asks for, without settling it; the scan that follows judges anew."""
    async with request.unit() as unit:
        await require_seen(unit, task_id, seen, records=True)
        return await _view(unit, await visits.correct(unit, task_id, {body.finding_id: facts_of(body.facts)}))


@routes.post("/tasks/{task_id}/undo", permission=Permission.WORK, idempotent=True, refuses=(Conflict,))
async def undo_task(request: Request, task_id: int, seen: Seen) -> TaskView:
    """Take back one's own last answers within ten minutes, with what the records learned of them.

    409 later, or when somebody else has acted since. The answer is the task that is open again.
    """
    async with request.unit() as unit:
        await require_seen(unit, task_id, seen, records=True)
        return await _view(unit, await visits.undo(unit, task_id))


def facts_of(given: Sequence[FactBody]) -> dict[str, Any]:
    """Path → value; InvalidInput for a path that comes twice."""
    if len({fact.path for fact in given}) < len(given):
        raise InvalidInput("同一项信息只能填一次，请删去重复的。")
    return {fact.path: fact.value for fact in given}


class PhoneBody(Body):
    reason: str | None = Field(None, max_length=LONGEST_REASON, description="事由；任务在办时可不填")


class PhoneView(View):
    name: str = Field(description="这是谁的电话")
    phone: str = Field(description="完整号码；请勿保存或转发")


@routes.post("/tasks/{task_id}/phone", permission=Permission.REVEAL, refuses=(InvalidInput,))
async def reveal_phone(request: Request, task_id: int, body: PhoneBody) -> PhoneView:
    """Show in full the phone number of whom this visit goes to; every look is audited."""
    async with request.unit() as unit:
        phone = await visits.reveal_phone(unit, task_id, body.reason)
    return PhoneView(name=phone.name, phone=phone.number)


async def require_seen(unit: Unit, task_id: int, seen: Seen, *, records: bool = False) -> None:
    """Outdated where the client says what it has seen of a task and that is not what is there now.

    Whoever could change it waits until the transaction ends. `records` is for what writes into these too: it waits for an
    import first, as `answering` does.
    """
    if seen.tags is None:
        return
    if records:
        await take_turn(unit, shared=True)
    task = await tasks.get(unit, task_id)
    await take_targets_turn(unit, [(task.target.kind, task.target.target_id)])
    seen.require(await _view(unit, await tasks.get(unit, task_id)))


async def _view(unit: Unit, task: tasks.Task) -> TaskView:
    """A task with what may be asked of its live findings."""
    return (await task_views(unit, [task], await visits.asked_of(unit, [task])))[0]


async def task_views(
    unit: Unit, found: Sequence[tasks.Task], asked: Mapping[int, Questions] = NOTHING
) -> list[TaskView]:
    """Tasks as they are shown, all in words."""
    return [_task_view(task, asked) for task in await visits.worded(unit, found)]


def _task_view(task: tasks.Task, asked: Mapping[int, Questions]) -> TaskView:
    view = TaskView.model_validate(task)
    if not asked:
        return view
    return view.model_copy(update={"findings": [_with_questions(one, asked) for one in view.findings]})


def _with_questions(finding: FindingView, asked: Mapping[int, Questions]) -> FindingView:
    if finding.finding_id not in asked:
        return finding
    return finding.model_copy(update={"questions": questions_view(asked[finding.finding_id])})


def questions_view(asked: Questions) -> QuestionsView:
    """What may be asked, and what the rule reads."""
    return QuestionsView(
        asked=[
            AskView(
                path=fact.path,
                label=fact.label,
                kind=fact.field.kind.value,
                codes=dict(fact.field.codes),
                unit=fact.field.unit,
                shown=fact.shown,
            )
            for fact in asked.asked
        ],
        read=[ReadView(path=path, label=label) for path, label in asked.read.items()],
    )
