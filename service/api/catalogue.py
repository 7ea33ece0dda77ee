"""What a rule may mention: records, fields and relations; and the code tables, each with its Chinese names."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from rules import Catalogue, Entity
from rules import Field as Known
from rules.kinds import CHINESE
from service.access import fields
from service.access.permissions import Permission
from service.api.models import Query, View
from service.api.request import Request
from service.api.routing import Routes
from service.errors import InvalidInput

routes = Routes()


class CatalogueQuery(Query):
    entity: str | None = Field(None, max_length=60, description="只看这种记录，如 resident")


class CodesQuery(Query):
    table: str | None = Field(None, max_length=120, description="只看这个字段的代码表，如 resident.marital")


class MentionView(View):
    name: str
    label: str
    kind: str = Field(description="int 整数，decimal 小数，text 文字，bool 是否，date 日期")
    kind_label: str
    unit: str
    missing: str = Field(description="空着表示：none 没有此事，unknown 没有登记")
    sensitivity: str
    encrypted: bool = Field(description="加密保存，规则只能判断有没有")
    declared: bool = Field(description="是否本地登记的扩展字段")
    codes: dict[str, str]
    code_length: int | None = Field(description="代码按前几位对照；为空表示整个代码对照")


class RelationView(View):
    name: str
    label: str
    target: str = Field(description="通向哪种记录")
    many: bool = Field(description="可能有多条，要用 exists 等")


class EntityView(View):
    name: str
    label: str
    place: str | None = Field(description="记录属于哪个区划，由哪一项决定")
    fields: list[MentionView]
    relations: list[RelationView]


class CatalogueView(View):
    items: list[EntityView]


class CodeView(View):
    code: str
    name: str


class CodeTableView(View):
    table: str = Field(description="记录.字段")
    label: str
    code_length: int | None = Field(description="代码按前几位对照，可以更长；为空表示整个代码对照")
    codes: list[CodeView]


class CodeTablesView(View):
    items: list[CodeTableView]


@routes.get("/catalogue", permission=Permission.READ_RULES, refuses=(InvalidInput,))
async def show_catalogue(request: Request, query: CatalogueQuery) -> CatalogueView:
    """Show every field and relation a rule may mention, declared ones included, with what an empty cell means."""
    async with request.reading() as unit:
        return described(await fields.catalogue(unit), query.entity)


@routes.get("/codes", permission=Permission.SIGNED_IN, refuses=(InvalidInput,))
async def list_codes(request: Request, query: CodesQuery) -> CodeTablesView:
    """List the code tables with their Chinese names, as imports and rules are checked against them."""
    async with request.reading() as unit:
        return code_tables(await fields.catalogue(unit), query.table)


def described(known: Catalogue, entity: str | None = None) -> CatalogueView:
    """All of the catalogue or one record of it; InvalidInput names the records there are."""
    if entity is not None and entity not in known:
        raise InvalidInput(f"没有这种记录；可选：{'、'.join(known.entities)}。")
    wanted = [item for item in known.entities.values() if entity in (None, item.name)]
    return CatalogueView(items=[_entity(item) for item in wanted])


def code_tables(known: Catalogue, table: str | None = None) -> CodeTablesView:
    """Every code table or that of one field, written `record.field`; InvalidInput names the tables there are."""
    tables = {found.table: found for found in _tables(known)}
    if table is not None and table not in tables:
        raise InvalidInput(f"没有这个代码表；可选：{'、'.join(tables)}。")
    return CodeTablesView(items=[found for name, found in tables.items() if table in (None, name)])


def _entity(entity: Entity) -> EntityView:
    relations = [RelationView.model_validate(item) for item in entity.relations.values()]
    mentions = [_mention(field) for field in entity.fields.values()]
    return EntityView(
        name=entity.name, label=entity.label, place=entity.place, fields=mentions, relations=relations
    )


def _mention(field: Known) -> MentionView:
    return MentionView(
        name=field.name,
        label=field.label,
        kind=field.kind.value,
        kind_label=CHINESE[field.kind],
        unit=field.unit,
        missing=field.missing,
        sensitivity=field.sensitivity,
        encrypted=field.encrypted,
        declared=field.extra,
        codes=dict(field.codes),
        code_length=field.code_length,
    )


def _tables(known: Catalogue) -> Iterator[CodeTableView]:
    for entity in known.entities.values():
        for field in entity.fields.values():
            if field.codes:
                yield CodeTableView(
                    table=f"{entity.name}.{field.name}",
                    label=f"{entity.label}·{field.label}",
                    code_length=field.code_length,
                    codes=[CodeView(code=code, name=name) for code, name in field.codes.items()],
                )
