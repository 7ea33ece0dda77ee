"""`zhitui rules cost`: what a rule takes, how the database goes about it, and which index would help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import click

from rules import CheckedRule, Parameters, RuleErrors, check, load, load_parameters, read_text
from service.access.unit import Unit
from service.cli.shell import REFUSED, Day, as_json, opened, print_json, run
from service.engine.cost import Cost, cost
from service.engine.rulebook import Basis, basis, rule_in_force
from service.settings import Settings

PARAMETERS = "parameters.yaml"
HOW = {"exists": "逐条查（EXISTS）", "list": "先列名单（IN）", "group": "一次汇总后连接（GROUP BY）"}
WHY = {
    "few": "只问少数对象",
    "outer": "条件里提到了外层记录，只能逐条查",
    "within": "在“或”里面，前面成立就不必查",
    "survivors": "只问已经选出的对象",
    "small": "剩下的对象少，逐条查更快",
    "drives": "必须有这样的记录，从名单出发最快",
    "scattered": "对象按索引零散取出，先列名单更快",
    "absent": "问的是“没有”，查到一条即止",
    "shared": "同一关系问了几次，一次算完",
    "single": "只问一次，由数据库安排",
}


@click.command("cost")
@click.argument("rule")
@click.option("--as-of", type=Day(), help="按哪一天计算，默认今天。")
@as_json
@click.pass_obj
@run
async def cost_command(settings: Settings, rule: str, as_of: date | None, json_: bool) -> None:
    """一条规则有多费时：SQL、执行方式和理由、数据库的计划、用时；缺索引时说明该建哪一个。RULE 是规则编号或规则文件。"""
    async with opened(settings) as house, house.read() as unit:
        ground, day = await basis(unit), as_of or unit.today
        try:
            checked, ground = await _rule(unit, ground, rule, day)
        except RuleErrors as found:
            for error in found.errors:
                click.echo(f"✗ {error}", err=True)
            raise SystemExit(REFUSED) from found
        found_cost = await cost(unit, ground, checked, day)
    if json_:
        indexes = [{**asdict(one), "statement": one.statement} for one in found_cost.indexes]
        print_json({**asdict(found_cost), "indexes": indexes})
        return
    for line in cost_lines(found_cost):
        click.echo(line)


async def _rule(unit: Unit, ground: Basis, name: str, day: date) -> tuple[CheckedRule, Basis]:
    """A rule in force by its id, or one in a file, with the parameters beside it where there are any."""
    path = Path(name)
    if not _is_file(path):
        return ground.checked(await rule_in_force(unit, name, day)), ground
    ground = replace(ground, parameters=_parameters(path.parent / PARAMETERS) or ground.parameters)
    document = load(read_text(path), file=path.name)
    return check(document, ground.catalogue, ground.parameters), ground


def _is_file(path: Path) -> bool:
    return path.is_file()


def _parameters(path: Path) -> Parameters | None:
    return load_parameters(read_text(path), file=path.name) if path.is_file() else None


def cost_lines(found: Cost) -> Iterator[str]:
    """The cost of a rule for people: figures first, then how, then the SQL."""
    yield f"{found.title}（{found.rule}，截至 {found.as_of}）：{found.milliseconds} 毫秒（三次取中间值，没有写入）"
    yield f"  符合 {found.matched}，无法判断 {found.unknown}；对象共约 {found.subjects} 条{_expected(found)}"
    if found.forms:
        yield "\n查关联记录的方式："
    for asked in found.forms:
        yield f"  {asked.relation}（{asked.table}）：{HOW[asked.how]}——{WHY[asked.why]}"
    for table in found.read_again:
        yield f"  ⚠ 表 {table} 会被反复从头读到尾，对象多时会很慢。"
    for missing in found.indexes:
        yield f"  ⚠ 表 {missing.table}（约 {missing.rows} 行）没有以 {missing.columns[0]} 开头的索引。建议由运维人员执行："
        yield f"      {missing.statement}"
    yield "\n数据库的计划："
    yield from (f"  {line}" for line in found.plan)
    yield "\nSQL（值已填入，仅供阅读）："
    yield from (f"  {line.rstrip()}" for line in found.sql.splitlines())


def _expected(found: Cost) -> str:
    if found.asked_of is not None:
        return f"，其中要查关联记录的约 {found.asked_of} 条"
    return "" if found.expected is None else f"，数据库预计选出 {found.expected} 条"
