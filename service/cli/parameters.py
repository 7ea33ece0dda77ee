"""Parameters: list, show, enter or correct, end, and what became of each value."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import click
from pydantic import ValidationError

from rules.files.documents import Cited
from rules.files.parameters import KindName
from service.access.unit import Unit
from service.cli.parameter_words import change_line, own_value, source_line, value_line
from service.cli.shell import Day, as_json, opened, print_json, run
from service.engine import parameter_edits, parameter_history, parameters
from service.engine.parameter_edits import Correction, Described, Entry, read_value
from service.engine.parameters import Value
from service.errors import InvalidInput, NotFound
from service.settings import Settings

PAGE = 200
KIND: dict[str, str] = {"int": "整数", "decimal": "小数", "text": "文字", "date": "日期", "list": "列表"}

division_option = click.option("--division", default="", metavar="CODE", help="适用区划的编码；不写为通用。")
from_option = click.option("--from", "from_", required=True, type=Day(), help="从哪天起。")


@click.group("parameters")
def parameters_group() -> None:
    """参数：列出、查看、登记、终止、改动记录。"""


@parameters_group.command("list")
@click.option("--name", help="只看这个参数。")
@click.option("--division", metavar="CODE", help="只看这个区划的值；写 '' 为通用值。")
@click.option("--on", type=Day(), help="只看这一天起作用的值。")
@as_json
@click.pass_obj
@run
async def list_command(
    settings: Settings, name: str | None, division: str | None, on: date | None, json_: bool
) -> None:
    """列出参数的值；未核实的有标注，规则不使用。"""
    found: list[Value] = []
    async with opened(settings) as house, house.read() as unit:
        while page := await parameters.page(
            unit, name=name, division=division, on=on, after=found[-1].parameter_id if found else None, limit=PAGE
        ):  # fmt: skip
            found += page
    if json_:
        print_json(found)
    else:
        click.echo("\n".join(value_line(value) for value in found) or "没有参数。")


@parameters_group.command("show")
@click.argument("name")
@as_json
@click.pass_obj
@run
async def show_command(settings: Settings, name: str, json_: bool) -> None:
    """查看一个参数的全部值、出处和使用它的规则。"""
    async with opened(settings) as house, house.read() as unit:
        values = await parameters.of_name(unit, name)
        used_by = await parameter_history.users(unit, name)
    if json_:
        print_json({"name": name, "values": values, "used_by": used_by})
        return
    click.echo(f"{values[0].label}（{name}，{KIND[values[0].kind]}）")
    for value in values:
        click.echo(f"  {value_line(value)}")
        if value.source is not None:
            click.echo(f"      {source_line(value.source)}")
    waiting = {"checked": "，待补齐"}
    for use in used_by:
        click.echo(f"  用于 {use.title}（{use.rule} 第 {use.version} 版{waiting.get(use.state, '')}）")


@dataclass(frozen=True)
class _Given:
    """The options that say where a value stands."""

    law: str | None
    article: str | None
    law_date: str | None
    verified_on: date | None
    mark: str
    url: str
    note: str

    def cited(self) -> Cited | None:
        if self.law is None and self.article is None and self.law_date is None:
            if self.verified_on is not None:
                raise click.UsageError("核实日期须与 --law、--article、--date 一起写。")
            return None
        try:
            told = {name: value for name, value in vars(self).items() if name != "law_date"}
            return Cited.model_validate({**told, "date": self.law_date})
        except ValidationError as error:
            raise click.UsageError(
                "出处须写全 --law、--article、--date（如 2026-07-01、2026-07 或 2026）。"
            ) from error


@parameters_group.command("set")
@click.argument("name")
@click.argument("value")
@from_option
@click.option("--to", type=Day(), help="到哪天为止（含）；不写则到下一个值开始为止。")
@division_option
@click.option("--law", help="出处：法规或文件名称。")
@click.option("--article", help="出处：条款。")
@click.option("--date", "law_date", metavar="DATE", help="出处：文件日期，可只写年或年月。")
@click.option("--verified-on", type=Day(), help="哪天有人核对过原文；不写即未核实，规则不使用。")
@click.option(
    "--mark", type=click.Choice(["V", "S", "M"]), default="V", help="V 读过原文，S 读过转述，M 凭记忆。"
)
@click.option("--url", default="", help="出处：网址。")
@click.option("--note", default="", help="出处：备注。")
@click.option("--label", help="新参数的中文名称。")
@click.option("--kind", type=click.Choice(get_args(KindName)), help="新参数的类型。")
@click.option("--unit", default="", help="新参数的单位。")
@as_json
@click.pass_obj
@run
async def set_command(
    settings: Settings,
    *,
    name: str,
    value: str,
    from_: date,
    to: date | None,
    division: str,
    law: str | None,
    article: str | None,
    law_date: str | None,
    verified_on: date | None,
    mark: str,
    url: str,
    note: str,
    label: str | None,
    kind: KindName | None,
    unit: str,
    json_: bool,
) -> None:
    """登记一个值；同一天、同一区划已有值的，就地更正。

    列表写成 JSON，如 '["62","61"]'。每次改动都有记录，下一次扫描起使用。
    """
    source = _Given(law, article, law_date, verified_on, mark, url, note).cited()
    described = Described(label, kind, unit) if label and kind else None
    async with opened(settings) as house, house.write() as work:
        known = await parameters.page(work, name=name, limit=1)
        of_kind = known[0].kind if known else kind
        read = None if of_kind is None else read_value(of_kind, _written(of_kind, value))
        entry = Entry(name, read, from_, to, division, source, described)
        stored = await _enter(work, entry)
        strange = await parameters.unknown_divisions(work, [stored.division])
        below = [
            other
            for other in await parameters.page(work, name=name, on=from_, limit=PAGE)
            if other.division.startswith(stored.division) and other.division != stored.division
        ]
    if json_:
        print_json(stored)
        return
    click.echo(f"已登记：{value_line(stored)}")
    if not stored.verified:
        click.echo("这个值没有核实，规则不使用；核实后请带 --law --article --date --verified-on 再登记一次。")
    for code in strange:
        click.echo(f"请留意：没有登记编码为 {code} 的区划。")
    for other in below:
        click.echo(f"请留意：{own_value(other)}")


async def _enter(unit: Unit, entry: Entry) -> Value:
    there = await _find(unit, entry.name, entry.division, entry.from_)
    if there is None or there.value is None:
        return await parameter_edits.put(unit, entry)
    given = Correction(entry.value, entry.to, entry.source)
    return await parameter_edits.correct(unit, there.parameter_id, there.version, given)


@parameters_group.command("end")
@click.argument("name")
@from_option
@click.option("--to", required=True, type=Day(), help="最后一天。")
@division_option
@as_json
@click.pass_obj
@run
async def end_command(
    settings: Settings, name: str, from_: date, to: date, division: str, json_: bool
) -> None:
    """写明一个值到哪天为止；--from 是它开始的那天。"""
    async with opened(settings) as house, house.write() as unit:
        there = await _find(unit, name, division, from_)
        if there is None:
            raise NotFound(f"{name} 没有自 {from_} 起的值，请先用 zhitui parameters show 查看。")
        stored = await parameter_edits.end(unit, there.parameter_id, there.version, to)
    if json_:
        print_json(stored)
    else:
        click.echo(f"已终止：{value_line(stored)}")


@parameters_group.command("history")
@click.argument("name")
@as_json
@click.pass_obj
@run
async def history_command(settings: Settings, name: str, json_: bool) -> None:
    """一个参数的改动记录：何时、谁、从什么改成什么，最新在前。"""
    async with opened(settings) as house, house.read() as unit:
        found = await parameter_history.changes(unit, name)
        if not found:
            await parameters.of_name(unit, name)
        zone = house.clock.zone
    if json_:
        print_json(found)
        return
    for change in found:
        click.echo(change_line(change, zone))
    if not found:
        click.echo("没有改动记录。")


async def _find(unit: Unit, name: str, division: str, start: date) -> Value | None:
    found = await parameters.page(unit, name=name, division=division, limit=PAGE)
    return next((value for value in found if value.effective_from == start), None)


def _written(kind: KindName, text: str) -> Any:
    """What was typed, as JSON would give it."""
    try:
        match kind:
            case "int":
                return int(text)
            case "decimal" if Decimal(text) == Decimal(str(float(text))):
                return float(text)
            case "decimal":
                raise InvalidInput("小数最多 15 位有效数字。")
            case "list":
                return json.loads(text)
            case _:
                return text
    except (ValueError, ArithmeticError) as error:
        wanted = {"int": "整数", "decimal": "小数", "list": 'JSON 列表，如 ["62","61"]'}[kind]
        raise InvalidInput(f"“{text[:40]}”不是{wanted}。") from error
