"""The state of one enterprise: its people at work, in colours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal

from pydantic import Field

from service.access.permissions import Permission
from service.access.unit import Unit
from service.api.models import View
from service.api.request import Request
from service.api.routing import Routes
from service.engine import rulebook
from service.records import rosters

routes = Routes()

NOTICE = "health.notice_days"
DEFAULT_NOTICE = 30
Colour = Literal["red", "yellow", "green", "grey"]


class RosterEntryView(View):
    employment_id: int
    name: str = Field(description="姓名（已脱敏）")
    post: str | None = Field(description="岗位")
    needs: list[str] = Field(description="岗位要求的证件种类")
    valid_to: date | None = Field(description="最先到期的证件的到期日")
    colour: Colour = Field(description="red 缺证或过期，yellow 即将到期，green 有效，grey 不需要或未登记日期")


class EnterpriseStatusView(View):
    uscc: str
    name: str
    as_of: date
    colour: Colour = Field(description="全体人员中最紧要的颜色")
    counts: dict[Colour, int] = Field(description="各颜色的人数")
    roster: list[RosterEntryView] = Field(description="在岗人员，最紧要的在前")


@routes.get("/enterprises/{uscc}/status", permission=Permission.ENTERPRISE)
async def show_enterprise_status(request: Request, uscc: str) -> EnterpriseStatusView:
    """Show an enterprise's roster in red, yellow, green and grey: validity only, never findings of a check-up.

    A contact sees the own enterprise, a worker or supervisor those of the own area.
    """
    async with request.reading() as unit:
        status = await rosters.roster(unit, uscc, notice_at=await _notice_at(unit))
    return EnterpriseStatusView.model_validate(status)


async def _notice_at(unit: Unit) -> Callable[[str], int]:
    """The parameter the health-certificate rules go by, by division; so the page turns yellow on the day the rule
    matches."""
    known = (await rulebook.basis(unit)).parameters

    def notice(division: str) -> int:
        given = known.at(unit.today, division).get(NOTICE)
        return given if isinstance(given, int) else DEFAULT_NOTICE

    return notice
