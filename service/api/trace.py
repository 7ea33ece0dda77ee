"""From a message back to its causes, for those who oversee: ids, codes and texts of rules, nobody's name."""

from __future__ import annotations

import datetime
from typing import Any

from pydantic import Field

from service import tracing
from service.access.permissions import Permission
from service.api.findings import SOURCE, SourceView
from service.api.models import View
from service.api.request import Request
from service.api.routing import Routes
from service.engine.grounds import Ground

routes = Routes()


class AttemptView(View):
    started_at: datetime.datetime
    milliseconds: int
    outcome: str
    code: str | None
    reason: str | None
    provider_ref: str | None = Field(description="渠道给的编号，可凭它向渠道查询")


class WayView(View):
    delivery_id: int
    step: int = Field(description="级次：0 为首选渠道")
    channel: str
    status: str
    due_at: datetime.datetime
    code: str | None
    reason: str | None
    accepted_at: datetime.datetime | None
    delivered_at: datetime.datetime | None
    read_at: datetime.datetime | None
    attempts: list[AttemptView]


class EvidenceView(View):
    entity: str
    label: str
    record_id: int
    fields: list[str] = Field(description="规则读了哪些信息；值不在这里")
    origin: str = Field(description="来自哪里、哪一天")
    changeset_id: int | None = Field(description="由哪个变更批次写入；只知道更早的为空")


class ConditionView(View):
    chinese: str = Field(description="规则的一条条件")
    holds: bool | None = Field(description="true 成立，false 不成立，null 无法判断")


class TracedFindingView(View):
    finding_id: int
    rule: str
    version: int = Field(description="由规则的第几版提出")
    title: str
    department: str
    subject_kind: str
    subject_id: int
    grade: str
    since_on: datetime.date
    due_on: datetime.date | None
    cleared_on: datetime.date | None
    clearing: str | None
    outcome: str | None
    settled_on: datetime.date | None
    verdict: str | None = Field(
        description="按消息那天、现在的记录，用那一版规则再判断的结论：match、no、unknown"
    )
    reason: str | None = Field(description="为什么找到这个人；只给能看这些任务的人")
    conditions: list[ConditionView] = Field(description="那一版规则的各条条件，不含记录的值")
    silent: str | None = Field(description="说不出依据时，为什么")
    sources: list[SourceView]
    records: list[EvidenceView]


class TracedTaskView(View):
    task_id: int
    target_kind: str
    target_id: int
    division_code: str
    grade: str
    state: str = Field(description="现在的状态")
    account_id: int | None
    opened_on: datetime.date
    due_on: datetime.date | None
    planned_on: datetime.date | None
    findings: list[TracedFindingView]


class ChangesetView(View):
    changeset_id: int
    source: str
    recorded_at: datetime.datetime
    actor_id: int | None
    import_id: int | None
    later: bool = Field(description="在消息之后写入：消息所依据的值可能与现在不同")


class TrailView(View):
    notification_id: int
    account_id: int
    login: str
    topic: str
    subject: str
    urgent: bool
    created_at: datetime.datetime
    expires_at: datetime.datetime
    archived: bool
    deliveries: list[WayView] = Field(description="这条消息的全部投递，按级次")
    tasks: list[TracedTaskView] = Field(description="消息所说的任务；范围以外的不列")
    changesets: list[ChangesetView]
    left_off: bool = Field(description=f"还有更多发现没有列出；最多列 {tracing.MOST} 个")


@routes.get("/trace/{message}", permission=Permission.TRACE)
async def trace_message(request: Request, message: str) -> TrailView:
    """Trace a message to its causes: deliveries, attempts, tasks, findings, rule versions, records, changesets.

    By the number of a delivery of it, or by the id it carried to its receiver (a webhook's `webhook-id`).
    """
    async with request.reading() as unit:
        return trail_view(await tracing.trace(unit, message))


def trail_view(found: tracing.Trail) -> TrailView:
    """A trail as the API and the command line show it."""
    told = found.message
    return TrailView.model_validate(
        {name: getattr(told, name) for name in TrailView.model_fields if hasattr(told, name)}
        | {
            "deliveries": [WayView.model_validate(way) for way in told.ways],
            "tasks": [_task(task, found) for task in found.tasks],
            "changesets": [
                one.__dict__ | {"later": one.recorded_at > told.created_at} for one in found.changesets
            ],
            "left_off": found.left_off,
        }
    )


def _task(task: tracing.Task, found: tracing.Trail) -> dict[str, Any]:
    findings = found.findings.get(task.task_id, [])
    return task._asdict() | {"findings": [_finding(one, found.grounds[one.finding_id]) for one in findings]}


def _finding(one: tracing.Finding, ground: Ground) -> dict[str, Any]:
    version = ground.version
    return one._asdict() | {
        "version": version.version,
        "title": version.title,
        "department": version.department,
        "verdict": ground.verdict,
        "reason": ground.reason,
        "conditions": [ConditionView.model_validate(one) for one in ground.conditions],
        "silent": ground.silent,
        "sources": [
            source.model_dump(include=SOURCE) | {"date": str(source.date)} for source in ground.sources
        ],
        "records": [EvidenceView.model_validate(item) for item in ground.evidence],
    }
