"""Declared fields: what this house records beside the tables, usable in rules, imports and corrections at once."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from rules import Extension
from rules.kinds import Kind
from service.access.permissions import Permission
from service.access.unit import Unit
from service.api.models import Body, Query, Seen, Tagged, View
from service.api.request import Request
from service.api.routing import Routes
from service.engine.field_use import rules_kept
from service.errors import Conflict, InvalidInput, NotFound, Outdated
from service.records import declaring
from service.records.changesets import take_turn

routes = Routes()

Missing = Literal["none", "unknown"]
Sensitivity = Literal["public", "internal", "private", "sensitive"]
Offered = Literal["int", "decimal", "text", "bool", "date"]


class FieldBody(Body):
    entity: str = Field(max_length=60, description="属于哪种记录，如 resident")
    name: str = Field(max_length=60, description="字段名，规则里用：小写英文字母、数字和下划线")
    label: str = Field(max_length=60, description="中文名称，导入表头和判断原因里用")
    kind: Offered = Field(description="int 整数，decimal 小数，text 文字，bool 是否，date 日期")
    codes: dict[str, str] = Field({}, max_length=500, description="代码 → 中文名称；只用于 text 和 int")
    unit: str = Field("", max_length=60, description="单位；只用于 int 和 decimal")
    missing: Missing = Field("unknown", description="空着表示：none 没有此事，unknown 没有登记")
    sensitivity: Sensitivity = Field("internal", description="敏感程度；private 和 sensitive 展示时脱敏")

    def extension(self) -> Extension:
        """As the catalogue takes it."""
        return Extension(
            self.entity, self.name, self.label, Kind(self.kind), self.missing, self.sensitivity,
            tuple(self.codes.items()), self.unit,
        )  # fmt: skip


class FieldsQuery(Query):
    entity: str | None = Field(None, max_length=60, description="只看这种记录的")


class FieldView(Tagged):
    entity: str
    name: str
    label: str
    kind: Offered
    codes: dict[str, str]
    unit: str
    missing: Missing
    sensitivity: Sensitivity
    recorded_at: datetime = Field(description="最近一次登记或改动的时间")
    retired_at: datetime | None = Field(description="停用时间；停用后规则和导入不再认得它，已有的值保留")


class FieldsView(View):
    items: list[FieldView]


class DeclaredView(View):
    state: declaring.State = Field(
        description="new 新登记，changed 有改动，unchanged 与原来相同，restored 重新启用"
    )


@routes.get("/fields", permission=Permission.READ_RULES)
async def list_fields(request: Request, query: FieldsQuery) -> FieldsView:
    """List the declared fields, retired ones included."""
    async with request.reading() as unit:
        found = await declaring.declarations(unit, query.entity)
    return FieldsView(items=[FieldView.model_validate(item) for item in found])


@routes.get("/fields/{entity}/{name}", permission=Permission.READ_RULES)
async def show_field(request: Request, entity: str, name: str) -> FieldView:
    """Show one declared field, retired or not. The ETag stands for all that is shown."""
    async with request.reading() as unit:
        return await _field(unit, entity, name)


@routes.post("/fields", permission=Permission.FIELDS, idempotent=True, refuses=(Conflict, InvalidInput))
async def declare_field(request: Request, seen: Seen, body: FieldBody) -> DeclaredView:
    """Declare a field, change what it is called, or take a retired one up again; 409 where records or rules forbid it.

    Saying the same twice changes nothing. Identity, phone and account numbers are refused: declared fields are not
    encrypted.
    """
    async with request.unit() as unit, rules_kept(unit):
        await _require_seen(unit, body.entity, body.name, seen)
        return DeclaredView(state=await declaring.declare(unit, body.extension()))


@routes.delete("/fields/{entity}/{name}", permission=Permission.FIELDS, refuses=(Conflict,))
async def retire_field(request: Request, entity: str, name: str, seen: Seen) -> None:
    """Retire a declared field; 409 while a rule in use reads it. Its values stay."""
    async with request.unit() as unit, rules_kept(unit):
        await _require_seen(unit, entity, name, seen)
        await declaring.retire(unit, entity, name)


async def _field(unit: Unit, entity: str, name: str) -> FieldView:
    found = [one for one in await declaring.declarations(unit, entity) if one.name == name]
    if not found:
        raise NotFound()
    return FieldView.model_validate(found[0])


async def _require_seen(unit: Unit, entity: str, name: str, seen: Seen) -> None:
    """Outdated where the client says what it has seen of a field and that is not what is there now, or nothing is."""
    if seen.tags is None:
        return
    await take_turn(unit)  # nobody else changes it until the transaction ends
    try:
        seen.require(await _field(unit, entity, name))
    except NotFound as error:
        raise Outdated() from error
