"""Giving visits to a colleague: one by who has it, many by who supervises; and what was told on because nobody came."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.access.permissions import Permission
from service.api.models import Body, Id, Seen, View
from service.api.request import Request
from service.api.routing import Routes
from service.api.tasks import require_seen
from service.errors import Conflict, InvalidInput, NotFound
from service.work import escalate, handover
from service.work.handover import LONGEST_NOTE, MOST_TASKS

routes = Routes()


class ColleagueView(View):
    account_id: int
    name: str


class ColleaguesView(View):
    items: list[ColleagueView]


class HandoverBody(Body):
    account_id: Id = Field(description="交给谁：今天在岗、负责这片区域的同事")
    note: str | None = Field(None, max_length=LONGEST_NOTE, description="交接说明；不要写证件号和电话")


class HandoversBody(HandoverBody):
    task_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_TASKS, description="要移交的任务")]


class HandedOverView(View):
    handed_over: int = Field(description="换了责任人的任务数；已经归这位同事的不算")


class EscalationsView(View):
    supervisor: int = Field(description="已提醒到社区负责人的未结束任务数")
    street: int = Field(description="已提醒到街道的未结束任务数")


@routes.get("/tasks/{task_id}/colleagues", permission=Permission.WORK)
async def list_colleagues(request: Request, task_id: int) -> ColleaguesView:
    """List who else is on duty today where a visit lies, for handing it over."""
    async with request.reading() as unit:
        found = await handover.colleagues(unit, task_id)
    return ColleaguesView(items=[ColleagueView.model_validate(one) for one in found])


@routes.post(
    "/tasks/{task_id}/handover", permission=Permission.WORK, idempotent=True, refuses=(Conflict, InvalidInput)
)
async def hand_over_task(request: Request, task_id: int, seen: Seen, body: HandoverBody) -> None:
    """Give one's own open visit to a colleague on duty there; 409 when it is another's or over."""
    async with request.unit() as unit:
        await require_seen(unit, task_id, seen)
        await handover.hand_over(unit, task_id, body.account_id, body.note)


@routes.post(
    "/tasks/handover",
    permission=Permission.SUPERVISE,
    idempotent=True,
    refuses=(NotFound, Conflict, InvalidInput),
)
async def hand_over_tasks(request: Request, body: HandoversBody) -> HandedOverView:
    """Give open visits of the own area to one worker on duty there, all or none."""
    async with request.unit() as unit:
        count = await handover.hand_over_many(unit, body.task_ids, body.account_id, body.note)
    return HandedOverView(handed_over=count)


@routes.get("/escalations", permission=Permission.SUPERVISE)
async def count_escalations(request: Request) -> EscalationsView:
    """Count the open visits of the own area that nobody made in time, by how far they were told on."""
    async with request.reading() as unit:
        return EscalationsView(**await escalate.counts(unit))
