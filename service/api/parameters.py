"""Parameter values: listed, entered, corrected, ended and verified. Editors only; each change is audited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from rules.files.documents import Cited
from rules.files.parameters import NAME, KindName
from service.access.permissions import Permission
from service.access.unit import Unit
from service.api.models import Body, Created, Day, Page, PageQuery, Versioned, View
from service.api.request import Request
from service.api.routing import API, Routes
from service.engine import parameter_edits, parameter_history, parameters
from service.engine.parameter_edits import Correction, Described, Entry, plain, read_value
from service.errors import Conflict, InvalidInput, NotFound

routes = Routes()

LAW_DATE = r"^[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
DIVISION = r"^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$"
Json = str | int | float | bool | list[str | int | float] | None


def _law_date(text: str) -> str:
    """A year, a month or a day that exists."""
    date.fromisoformat({4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text))
    return text


class SourceBody(Body):
    law: str = Field(min_length=1, max_length=200, description="法规或文件名称")
    article: str = Field(min_length=1, max_length=200, description="条款")
    date: Annotated[str, AfterValidator(_law_date)] = Field(
        pattern=LAW_DATE, description="文件日期，如 2026-07-01、2026-07 或 2026"
    )
    verified_on: Day | None = Field(None, description="哪天有人核对过原文；空着即未核实，规则不使用")
    mark: Literal["V", "S", "M"] = Field("V", description="V 读过原文，S 读过转述，M 凭记忆（不算核实）")
    url: str = Field("", max_length=500, description="网址")
    note: str = Field("", max_length=500, description="备注")

    def cited(self) -> Cited:
        """As rules take it."""
        return Cited.model_validate(self.model_dump())


class ParametersQuery(PageQuery):
    name: str | None = Field(None, max_length=100, description="只看这个参数")
    division: str | None = Field(None, pattern=DIVISION, description="只看这个区划的值；空文字为通用值")
    on: Day | None = Field(None, description="只看这一天起作用的值")


class ParameterBody(Body):
    name: str = Field(pattern=NAME, max_length=100, description="参数名，如 health.notice_days")
    value: Json = Field(description="值；日期写成 2026-11-23，空值表示待登记")
    from_: Day = Field(alias="from", description="从哪天起")
    to: Day | None = Field(None, description="到哪天为止（含）；空着则到下一个值开始为止")
    division: str = Field("", pattern=DIVISION, description="只适用于这个区划及其以下；空着为通用")
    source: SourceBody | None = Field(None, description="出处；没有核实过的值不使用")
    label: str | None = Field(None, min_length=1, max_length=100, description="中文名称；新参数必填")
    kind: KindName | None = Field(None, description="类型；新参数必填")
    unit: str = Field("", max_length=20, description="单位；新参数可填")


class CorrectionBody(Body):
    value: Json = Field(description="更正后的值")
    to: Day | None = Field(None, description="到哪天为止（含）")
    source: SourceBody | None = Field(None, description="出处；没有核实过的值不使用")


class EndBody(Body):
    to: Day = Field(description="最后一天")


class ParameterView(Versioned):
    parameter_id: int
    name: str
    label: str
    kind: KindName
    unit: str
    division: str = Field(description="适用区划的编码前缀；空为通用")
    effective_from: date
    effective_to: date | None
    value: Any
    source: Cited | None
    verified: bool = Field(description="未核实的值不被任何规则使用")
    origin: Literal["pack", "house"] = Field(description="pack 来自规则包，house 本地登记")
    recorded_at: datetime


class EnteredView(ParameterView):
    warnings: list[str] = Field(description="已登记，但请留意")


class ChangeView(View):
    at: datetime
    by: str | None = Field(description="经办人；空为系统")
    action: str
    division: str
    effective_from: date
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class UseView(View):
    rule: str
    version: int
    title: str
    state: str = Field(description="active 生效，checked 待补齐")


class ParameterDetail(ParameterView):
    values: list[ParameterView] = Field(description="这个参数的全部值")
    used_by: list[UseView] = Field(description="哪些规则使用")
    changes: list[ChangeView] = Field(description="改动记录，最新在前")


@routes.get("/parameters", permission=Permission.READ_RULES)
async def list_parameters(request: Request, query: ParametersQuery) -> Page[ParameterView]:
    """List parameter values; with `on`, those in force on a day."""
    async with request.reading() as unit:
        found = await parameters.page(unit, **query.model_dump(exclude={"limit"}), limit=query.limit + 1)
    return Page.of([_view(value) for value in found], limit=query.limit, key=lambda value: value.parameter_id)


@routes.get("/parameters/{parameter_id}", permission=Permission.READ_RULES)
async def show_parameter(request: Request, parameter_id: int) -> ParameterDetail:
    """Show one value with the other values of its parameter, the rules that use it, and its changes."""
    async with request.reading() as unit:
        one = await parameters.get(unit, parameter_id)
        return ParameterDetail(
            **_view(one).model_dump(),
            values=[_view(value) for value in await parameters.of_name(unit, one.name)],
            used_by=[UseView.model_validate(use) for use in await parameter_history.users(unit, one.name)],
            changes=[
                ChangeView.model_validate(change)
                for change in await parameter_history.changes(unit, one.name)
            ],
        )


@routes.post(
    "/parameters",
    permission=Permission.EDIT_RULES,
    idempotent=True,
    refuses=(NotFound, Conflict, InvalidInput),
)
async def enter_parameter(request: Request, body: ParameterBody) -> Created[EnteredView]:
    """Enter a value from a day on, for everywhere or for a division; the next scan uses it once it is verified.

    A value without an end gives way to the next one; 409 where two would claim the same day.
    """
    async with request.unit() as unit:
        described = Described(body.label, body.kind, body.unit) if body.label and body.kind else None
        known = await parameters.page(unit, name=body.name, limit=1)
        kind = known[0].kind if known else body.kind
        entry = Entry(
            body.name,
            None if kind is None else read_value(kind, body.value),
            body.from_,
            body.to,
            body.division,
            body.source.cited() if body.source else None,
            described,
        )
        value = await parameter_edits.put(unit, entry)
        view = EnteredView(**_view(value).model_dump(), warnings=await _warnings(unit, value))
    return Created(f"{API}/parameters/{value.parameter_id}", view)


@routes.put("/parameters/{parameter_id}", permission=Permission.EDIT_RULES, refuses=(Conflict, InvalidInput))
async def correct_parameter(
    request: Request, parameter_id: int, version: int, body: CorrectionBody
) -> ParameterView:
    """Correct a value in place: what it is, until when, and where it stands. Needs If-Match."""
    async with request.unit() as unit:
        kind = (await parameters.get(unit, parameter_id)).kind
        source = body.source.cited() if body.source else None
        given = Correction(read_value(kind, body.value), body.to, source)
        return _view(await parameter_edits.correct(unit, parameter_id, version, given))


@routes.post(
    "/parameters/{parameter_id}/end",
    permission=Permission.EDIT_RULES,
    idempotent=True,
    refuses=(Conflict, InvalidInput),
)
async def end_parameter(request: Request, parameter_id: int, version: int, body: EndBody) -> ParameterView:
    """Say which day is the last a value is in force. Needs If-Match."""
    async with request.unit() as unit:
        return _view(await parameter_edits.end(unit, parameter_id, version, body.to))


@routes.post(
    "/parameters/{parameter_id}/verify",
    permission=Permission.EDIT_RULES,
    idempotent=True,
    refuses=(Conflict, InvalidInput),
)
async def verify_parameter(
    request: Request, parameter_id: int, version: int, body: SourceBody
) -> ParameterView:
    """Say where a value stands and who read it when; from then on rules may use it. Needs If-Match."""
    async with request.unit() as unit:
        return _view(await parameter_edits.verify(unit, parameter_id, version, body.cited()))


def _view(value: parameters.Value) -> ParameterView:
    given = {name: getattr(value, name) for name in ParameterView.model_fields}
    return ParameterView(**given | {"value": plain(value.value)})


async def _warnings(unit: Unit, value: parameters.Value) -> list[str]:
    unknown = await parameters.unknown_divisions(unit, [value.division])
    strange = [f"没有编码以 {code} 为前缀登记的区划，请核对。" for code in unknown]
    return strange if value.verified else [*strange, "这个值没有核实，规则不使用；核实后请登记出处和日期。"]
