"""Objections to findings: noted by a worker or the contact of an enterprise, decided by a supervisor."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from service import visits
from service.access.permissions import Permission
from service.api.models import Body, Created, Page, PageQuery, View
from service.api.request import Request
from service.api.routing import Routes
from service.errors import Conflict, InvalidInput
from service.work import objections

routes = Routes()


class ObjectionBody(Body):
    reason: str = Field(min_length=1, max_length=200, description="哪里不对；不要写证件号和电话")


class DecisionBody(Body):
    decision: Literal["upheld", "rejected"] = Field(description="upheld 异议成立，rejected 异议不成立")
    note: str | None = Field(None, max_length=200, description="裁定说明；不要写证件号和电话")


class ObjectionView(View):
    objection_id: int
    finding_id: int
    task_id: int | None
    rule: str
    title: str
    reason: str
    at: datetime
    decision: Literal["upheld", "rejected", "withdrawn"] | None = Field(
        description="空表示等待裁定；withdrawn 本人已撤回"
    )
    note: str | None


class MatterView(View):
    finding_id: int
    rule: str
    title: str
    department: str
    grade: Literal["urgent", "important", "normal", "low"]
    due_on: date | None
    held: Literal["department", "objection"] | None = Field(description="已转部门，或异议待定")


@routes.get("/enterprises/{uscc}/findings", permission=Permission.OBJECT)
async def list_enterprise_findings(request: Request, uscc: str, query: PageQuery) -> Page[MatterView]:
    """List what stands open of an enterprise: the own one of a contact, of a worker those to be visited."""
    async with request.reading() as unit:
        found = await objections.of_enterprise(unit, uscc, after=query.after, limit=query.limit + 1)
    shown = [MatterView.model_validate(one) for one in found]
    return Page.of(shown, limit=query.limit, key=lambda one: one.finding_id)


@routes.post(
    "/findings/{finding_id}/objection",
    permission=Permission.OBJECT,
    idempotent=True,
    refuses=(Conflict, InvalidInput),
)
async def object_to_finding(request: Request, finding_id: int, body: ObjectionBody) -> Created[ObjectionView]:
    """Object to a finding; until a supervisor decides nobody visits for it. 409 when it is settled or held already."""
    async with request.unit() as unit:
        noted = await visits.object_to(unit, finding_id, body.reason)
    view = ObjectionView.model_validate(noted)
    return Created(f"{routes.prefix}/objections", view)


@routes.delete("/findings/{finding_id}/objection", permission=Permission.OBJECT, refuses=(Conflict,))
async def withdraw_objection(request: Request, finding_id: int) -> None:
    """Take back the objection one noted oneself; the finding goes back to work. 409 when it was decided or is moot."""
    async with request.unit() as unit:
        await objections.take_back(unit, finding_id)


@routes.get("/objections", permission=Permission.SUPERVISE)
async def list_objections(request: Request, query: PageQuery) -> Page[ObjectionView]:
    """List what waits for a decision in the own area."""
    async with request.reading() as unit:
        found = await objections.page(unit, after=query.after, limit=query.limit + 1)
    shown = [ObjectionView.model_validate(one) for one in found]
    return Page.of(shown, limit=query.limit, key=lambda one: one.objection_id)


@routes.post(
    "/objections/{objection_id}/decision",
    permission=Permission.SUPERVISE,
    idempotent=True,
    refuses=(Conflict, InvalidInput),
)
async def decide_objection(request: Request, objection_id: int, body: DecisionBody) -> ObjectionView:
    """Uphold an objection (not eligible, and quiet) or reject it (back to work); 409 when it was decided."""
    async with request.unit() as unit:
        decided = await objections.decide(unit, objection_id, body.decision, body.note)
    return ObjectionView.model_validate(decided)
