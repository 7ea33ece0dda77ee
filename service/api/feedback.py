"""How right rules were and what visits cost: numbers about rules, departments and places, and about nobody's work."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from service.access.permissions import Permission
from service.api.models import Query, View
from service.api.request import Request
from service.api.routing import Routes
from service.engine import quality
from service.errors import InvalidInput
from service.work import burden
from service.work.burden import By

routes = Routes()


class MeasuredView(View):
    visited: int = Field(description="有结果的走访件数，不含“稍后再办”")
    confirmed: int = Field(description="确实该办：已办结、愿意申领、不愿申领")
    refuted: int = Field(description="白跑：已享受、不符合条件、已搬走、已去世")
    silent: int = Field(description="说明不了规则对错：未找到、需部门处理")
    precision: float | None = Field(description="准确率 = 确实该办 ÷（确实该办 + 白跑）；不足五件不计算")
    waste: float | None = Field(description="白跑率 = 白跑 ÷ 有结果的走访；不足五件不计算")


class AgeView(View):
    findings: int
    middle: int | None = Field(description="中位天数")
    nine_in_ten: int | None = Field(description="九成不超过的天数")
    oldest: int | None = Field(description="最长天数")


class WrongFieldView(View):
    field: str
    times: int


class DoubtedView(View):
    part: str = Field(description="applies 或 when")
    source: str = Field(description="条件原文")
    chinese: str
    wrong: int = Field(description="这一条所读的信息被报有误多少次")


class VersionQualityView(View):
    version: int
    from_on: date | None = Field(description="从哪天起执行；空为一开始")
    to_on: date | None = Field(description="从哪天起不再执行")
    measured: MeasuredView
    settled: AgeView
    wrong_fields: list[WrongFieldView]
    clauses: list[DoubtedView] = Field(description="只列正在执行的一版")


class QualityView(View):
    rule: str
    title: str
    department: str
    since: date = Field(description="从哪天起统计")
    measured: MeasuredView
    settled: AgeView = Field(description="从发现到登记结果的天数")
    open: AgeView = Field(description="还没有办的，已过多少天")
    undecided: int | None = Field(description="无法判断的对象数；只看一个地区时为空")
    undecided_share: float | None = Field(description="无法判断 ÷（无法判断 + 符合）")
    versions: list[VersionQualityView] = Field(description="最新的在前")


class BurdenQuery(Query):
    month: str | None = Field(None, pattern=burden.MONTH, description="月份，如 2026-11；不填为本月")
    by: By = Field("department", description="按 department 部门或 community 社区合计")


class LoadView(View):
    key: str = Field(description="部门名称或社区编码；其他各组为空文字")
    name: str
    visits: int = Field(description="走访次数；一次走访涉及几个部门的，各计一次")
    minutes: int = Field(description="按规则写明的时间估计，不是任何人的实际用时")
    questions: int = Field(description="请工作者填写了多少项信息")
    returned: int = Field(description="报“需部门处理”多少件")


class BurdenView(View):
    month: date
    by: By
    minimum: int = Field(description="一组至少有多少人登记过走访，才单独列出")
    items: list[LoadView] = Field(description="走访最多的在前")
    others: LoadView | None = Field(description="人数太少的各组合在一起")
    merged: int = Field(description="有几组合并在 others 里")
    left_out: int = Field(description="有几组人数太少，合并后仍不足，没有列出")


@routes.get("/rules/{rule}/quality", permission=Permission.FEEDBACK)
async def show_quality(request: Request, rule: str) -> QualityView:
    """Show how right a rule was in the last year, as the visits showed it: precision, waste and age, by version.

    Of the own area; for a department, of its own rules everywhere. Numbers about the rule, never about who visited.
    """
    async with request.reading() as unit:
        return QualityView.model_validate(await quality.measure(unit, rule))


@routes.get("/burden", permission=Permission.FEEDBACK, refuses=(InvalidInput,))
async def show_burden(request: Request, query: BurdenQuery) -> BurdenView:
    """Show what the visits of a month cost, by department or by community: visits, minutes, questions, returns.

    Of the own area; for a department, of its own rules. Groups of fewer than five people are told together or not at all.
    """
    async with request.reading() as unit:
        month = burden.month_of(query.month, unit.today)
        found = await burden.burden(unit, month, query.by)
    plain = {name: getattr(found, name) for name in ("month", "by", "merged", "left_out")}
    return BurdenView(
        **plain,
        minimum=burden.GROUP,
        items=[LoadView.model_validate(load) for load in found.items],
        others=LoadView.model_validate(found.others) if found.others else None,
    )
