"""Fields and codes: what a rule may mention, the code tables, and the fields declared here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import click

from rules import Extension
from rules.kinds import Kind
from service.access import fields
from service.api.catalogue import CodeTableView, EntityView, MentionView, code_tables, described
from service.api.fields import Missing, Sensitivity
from service.cli.shell import as_json, opened, print_json, run
from service.engine.field_use import rules_kept
from service.records import declaring
from service.settings import Settings
from service.tables import extension_fields

_MISSING = extension_fields.c.missing.info["values"]
_SENSITIVITY = extension_fields.c.sensitivity.info["values"]
_KIND = extension_fields.c.kind.info["values"]
_STATE = {"new": "已登记", "changed": "已改动", "unchanged": "与原来相同", "restored": "已重新启用"}
_CODES_SHOWN = 6


class FieldName(click.ParamType[tuple[str, str]]):
    """A record and its field, `resident.shoe_size`."""

    name = "FIELD"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        entity, dot, name = str(value).partition(".")
        if not (entity and dot and name):
            self.fail(f"“{value}”须写成 记录.字段，如 resident.shoe_size。", param, ctx)
        return entity, name


class CodePair(click.ParamType[tuple[str, str]]):
    """A code and its Chinese name, `A=甲型`."""

    name = "CODE=NAME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        code, sign, name = str(value).partition("=")
        if not (code and sign and name):
            self.fail(f"“{value}”须写成 代码=名称，如 A=甲型。", param, ctx)
        return code.strip(), name.strip()


@click.group("fields")
def fields_group() -> None:
    """扩展字段：列出、登记、停用。"""


@fields_group.command("list")
@as_json
@click.pass_obj
@run
async def list_command(settings: Settings, json_: bool) -> None:
    """列出登记过的扩展字段，停用的也在内。"""
    async with opened(settings) as house, house.read() as unit:
        found = await declaring.declarations(unit)
    if json_:
        print_json(found)
        return
    for item in found:
        gone = "（已停用）" if item.retired_at else ""
        codes = (
            "，代码 " + _some([f"{code} {name}" for code, name in item.codes.items()]) if item.codes else ""
        )
        what = f"{_KIND[item.kind]}{_unit(item.unit)}{codes}，{_SENSITIVITY[item.sensitivity]}"
        click.echo(f"{item.entity}.{item.name}：{item.label}{gone}，{what}")
    if not found:
        click.echo("没有扩展字段。")


@fields_group.command("declare")
@click.argument("field", type=FieldName())
@click.option("--label", required=True, help="中文名称，导入表头和判断原因里用。")
@click.option("--kind", required=True, type=click.Choice(list(_KIND)), help="类型。")
@click.option(
    "--code", "codes", multiple=True, type=CodePair(), help="代码和名称，如 A=甲型；每个代码写一次。"
)
@click.option("--unit", "measure", help="单位，只用于整数和小数。")
@click.option(
    "--missing",
    type=click.Choice(list(_MISSING)),
    help="空着表示：none 没有此事，unknown 没有登记。新字段默认 unknown。",
)
@click.option("--sensitivity", type=click.Choice(list(_SENSITIVITY)), help="敏感程度。新字段默认 internal。")
@as_json
@click.pass_obj
@run
async def declare_command(
    settings: Settings,
    field: tuple[str, str],
    label: str,
    kind: str,
    codes: tuple[tuple[str, str], ...],
    measure: str | None,
    missing: Missing | None,
    sensitivity: Sensitivity | None,
    json_: bool,
) -> None:
    """登记一个扩展字段；重复登记即改名称、单位或代码，没写的各项照旧，停用过的重新启用。不能登记证件号、电话、银行卡号。"""
    async with opened(settings) as house, house.write() as unit, rules_kept(unit):
        there = await declaring.declared(unit, *field)
        before = there or Extension(*field, label, Kind(kind), "unknown")
        same_kind = before.kind is Kind(kind)
        wanted = replace(
            before,
            label=label,
            kind=Kind(kind),
            missing=missing or before.missing,
            sensitivity=sensitivity or before.sensitivity,
            codes=codes or (before.codes if same_kind else ()),
            unit=(before.unit if same_kind else "") if measure is None else measure,
        )
        state = await declaring.declare(unit, wanted)
    if json_:
        print_json({"state": state})
    else:
        click.echo(f"{'.'.join(field)}（{label}）：{_STATE[state]}。")


@fields_group.command("retire")
@click.argument("field", type=FieldName())
@click.pass_obj
@run
async def retire_command(settings: Settings, field: tuple[str, str]) -> None:
    """停用一个扩展字段：规则和导入不再认得它，已有的值保留；还有规则在用时不能停用。"""
    async with opened(settings) as house, house.write() as unit, rules_kept(unit):
        done = await declaring.retire(unit, *field)
    click.echo(f"{'.'.join(field)}：{'已停用' if done else '早已停用'}。")


@click.command("catalogue")
@click.argument("entity", required=False)
@as_json
@click.pass_obj
@run
async def catalogue_command(settings: Settings, entity: str | None, json_: bool) -> None:
    """列出规则能用的全部记录、字段和关联，扩展字段也在内。"""
    async with opened(settings) as house, house.read() as unit:
        view = described(await fields.catalogue(unit), entity)
    if json_:
        print_json(view)
        return
    click.echo("\n".join(line for item in view.items for line in _entity_lines(item)))


@click.command("codes")
@click.argument("table", required=False)
@as_json
@click.pass_obj
@run
async def codes_command(settings: Settings, table: str | None, json_: bool) -> None:
    """列出代码表，或一个字段的全部代码，如 resident.marital。"""
    async with opened(settings) as house, house.read() as unit:
        view = code_tables(await fields.catalogue(unit), table)
    if json_:
        print_json(view)
        return
    click.echo("\n".join(line for item in view.items for line in _table_lines(item, whole=table is not None)))


def _entity_lines(entity: EntityView) -> Iterator[str]:
    yield f"\n{entity.name}（{entity.label}）"
    yield from (_field_line(field) for field in entity.fields)
    for relation in entity.relations:
        yield f"  {relation.name} → {relation.target}：{relation.label}{'（多条）' if relation.many else ''}"


def _field_line(field: MentionView) -> str:
    codes = "，代码 " + _some([f"{code} {name}" for code, name in field.codes.items()]) if field.codes else ""
    marks = [f"空着＝{_MISSING[field.missing]}", _SENSITIVITY[field.sensitivity]]
    marks += ["加密，只能判断有没有"] if field.encrypted else []
    marks += ["扩展字段"] if field.declared else []
    return (
        f"  {field.name}：{field.label}，{field.kind_label}{_unit(field.unit)}{codes}（{'；'.join(marks)}）"
    )


def _table_lines(table: CodeTableView, *, whole: bool) -> Iterator[str]:
    longer = f"；可以更长，按前 {table.code_length} 位对照" if table.code_length else ""
    if not whole:
        yield f"{table.table}（{table.label}）：{_some([f'{item.code} {item.name}' for item in table.codes])}"
        return
    yield f"{table.table}（{table.label}），{len(table.codes)} 个代码{longer}"
    yield from (f"  {item.code}  {item.name}" for item in table.codes)


def _some(items: list[str]) -> str:
    more = f"……共 {len(items)} 个" if len(items) > _CODES_SHOWN else ""
    return "、".join(items[:_CODES_SHOWN]) + more


def _unit(unit: str) -> str:
    return f"（{unit}）" if unit else ""
