"""Showing one private field in full, to those who may, for a reason that is written down."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.access import reveal
from service.access.permissions import Permission
from service.api.models import Body, View
from service.api.request import Request
from service.api.routing import Routes
from service.errors import InvalidInput, NotFound

routes = Routes()


class ResidentField(Body):
    field: Literal["phone", "id_number"] = Field(description="要查看的一项：联系电话或身份证号")
    reason: str | None = Field(None, max_length=reveal.LONGEST_REASON, description="事由；没有在办任务时必填")


class EnterpriseField(Body):
    field: Literal["phone"] = Field(description="要查看的一项：联系电话")
    reason: str | None = Field(None, max_length=reveal.LONGEST_REASON, description="事由；没有在办任务时必填")


class RevealedView(View):
    field: str
    value: str = Field(description="完整的值；请勿保存或转发")


@routes.post("/residents/{resident_id}/reveal", permission=Permission.REVEAL, refuses=(InvalidInput,))
async def reveal_resident(request: Request, resident_id: int, body: ResidentField) -> RevealedView:
    """Show a resident's phone or identity number in full; every look is audited."""
    try:
        async with request.unit() as unit:
            value = await reveal.reveal(unit, "resident", resident_id, body.field, reason=body.reason)
    except NotFound:
        async with request.unit() as unit:
            await reveal.note_refusal(unit, "resident", resident_id, body.field)
        raise
    return RevealedView(field=body.field, value=value)


@routes.post("/enterprises/{uscc}/reveal", permission=Permission.REVEAL, refuses=(InvalidInput,))
async def reveal_enterprise(request: Request, uscc: str, body: EnterpriseField) -> RevealedView:
    """Show an enterprise's phone in full; every look is audited."""
    async with request.reading() as unit:
        enterprise_id = await reveal.enterprise_of(unit, uscc)
    try:
        async with request.unit() as unit:
            value = await reveal.reveal(unit, "enterprise", enterprise_id, body.field, reason=body.reason)
    except NotFound:
        async with request.unit() as unit:
            await reveal.note_refusal(unit, "enterprise", enterprise_id, body.field)
        raise
    return RevealedView(field=body.field, value=value)
