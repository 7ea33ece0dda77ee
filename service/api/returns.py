"""What workers returned to a department as not the community's, for the department to answer."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from service.access.permissions import Permission
from service.api.models import Body, Page, PageQuery, View
from service.api.request import Request
from service.api.routing import Routes
from service.errors import Conflict, InvalidInput
from service.work import returns

routes = Routes()
Answer = Literal["done", "not_eligible", "back"]


class ReturnQuery(PageQuery):
    overdue: bool = Field(False, description="只看超过期限的")


class ReturnView(View):
    return_id: int
    finding_id: int
    rule: str
    title: str
    department: str
    target: str = Field(description="涉及的家庭、居民或企业")
    address: str
    reason: str | None = Field(description="当初为什么找到；还没有写好时为空")
    returned_on: date
    due_on: date = Field(description="部门办理期限，按工作日算")
    overdue: bool
    note: str | None = Field(description="社区的说明")
    answer: Literal["done", "not_eligible", "back", "undone"] | None
    answer_reason: str | None


class ReturnCountsView(View):
    waiting: int = Field(description="等本部门答复的件数")
    overdue: int = Field(description="其中超过期限的件数")


class ReturnAnswerBody(Body):
    answer: Answer = Field(
        description="done 部门已办结，not_eligible 不符合条件，back 退回社区（须写明理由）"
    )
    reason: str | None = Field(None, max_length=200, description="理由；不要写证件号和电话")


@routes.get("/returns", permission=Permission.RETURNS)
async def list_returns(request: Request, query: ReturnQuery) -> Page[ReturnView]:
    """List what waits for the own department, in the order it came."""
    async with request.reading() as unit:
        found = await returns.page(unit, overdue=query.overdue, after=query.after, limit=query.limit + 1)
        shown = [_view(one, unit.today) for one in found]
    return Page.of(shown, limit=query.limit, key=lambda one: one.return_id)


@routes.get("/returns/counts", permission=Permission.RETURNS)
async def count_returns(request: Request) -> ReturnCountsView:
    """Count what waits for the own department, and what has waited too long."""
    async with request.reading() as unit:
        return ReturnCountsView.model_validate(await returns.counts(unit))


@routes.post(
    "/returns/{return_id}/answer",
    permission=Permission.RETURNS,
    idempotent=True,
    refuses=(Conflict, InvalidInput),
)
async def answer_return(request: Request, return_id: int, body: ReturnAnswerBody) -> ReturnView:
    """Answer a matter: done, not eligible, or back to the community with a reason; 409 when it was answered."""
    async with request.unit() as unit:
        return _view(await returns.answer(unit, return_id, body.answer, body.reason), unit.today)


def _view(one: returns.Return, today: date) -> ReturnView:
    plain = {name: getattr(one, name) for name in ReturnView.model_fields if hasattr(one, name)}
    plain |= {"target": one.target.name, "address": one.target.address}
    return ReturnView(**plain, overdue=one.answer is None and one.due_on < today)
