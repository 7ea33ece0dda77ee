"""What is to be expected in the next days, counted by day, by rule or by division."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from service.access.permissions import Permission
from service.api.models import Day, Query, View
from service.api.request import Request
from service.api.routing import Routes
from service.engine import forecasts
from service.engine.forecasts import By, Wish
from service.errors import InvalidInput, NotFound

routes = Routes()


class ForecastQuery(Query):
    by: By = Field("day", description="按什么合计：day 按天，rule 按规则，division 按网格或社区")
    rule: str | None = Field(None, max_length=64, description="只看这条规则")
    division: str | None = Field(
        None, pattern=r"^\d{2,18}$", description="只看这个区划及其以下，填编码；不会超出本人的范围"
    )
    until: Day | None = Field(None, description="只看到这一天为止（含）")
    after: str | None = Field(None, min_length=1, max_length=64, description="上一页返回的 next；第一页不填")
    limit: int = Field(50, ge=1, le=200, description="每页条数，1 到 200")


class ExpectedView(View):
    key: str = Field(description="日期、规则编号，或网格、社区的编码；没有登记在哪里的为空文字")
    name: str | None = Field(description="规则或区划的名称；按天合计时为空")
    expected: int = Field(description="预计新增多少件")


class UntoldView(View):
    rule: str
    title: str
    error: str = Field(description="为什么推算不了，从哪天起")


class ForecastView(View):
    as_of: date = Field(description="按哪一天的扫描推算，从次日起 30 天")
    scan_id: int
    made_at: datetime = Field(description="什么时候推算的")
    total: int = Field(description="合计多少件，不只这一页")
    untold: list[UntoldView] = Field(description="没有推算出来的规则，它们不在合计中")
    items: list[ExpectedView] = Field(description="只列有预计的")
    next: str | None = Field(description="下一页的 after；为空表示没有更多")


@routes.get("/forecast", permission=Permission.FORECAST, refuses=(NotFound, InvalidInput))
async def show_forecast(request: Request, query: ForecastQuery) -> ForecastView:
    """Show how many findings are expected to open in the next 30 days, by day, rule or division.

    Of the own area; for a department, of its own rules. Reckoned each working morning after the scan, from the records,
    rules and parameter values known then.
    """
    wish = Wish(query.rule, query.division, query.until)
    async with request.reading() as unit:
        made = await forecasts.made(unit, query.rule)
        total = await forecasts.total(unit, wish)
        found = await forecasts.page(unit, query.by, wish, after=query.after, limit=query.limit + 1)
    shown = found[: query.limit]
    return ForecastView(
        as_of=made.as_of,
        scan_id=made.scan_id,
        made_at=made.made_at,
        total=total,
        untold=[UntoldView.model_validate(one) for one in made.untold],
        items=[ExpectedView.model_validate(one) for one in shown],
        next=shown[-1].key if len(found) > query.limit else None,
    )
