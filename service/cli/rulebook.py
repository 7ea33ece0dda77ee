"""Rules: check files, load a pack, list what is in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

from rules import LIBRARY, Catalogue, Parameters, RuleError, RuleErrors, load_parameters, read_text
from service.access import fields
from service.cli.shell import REFUSED, as_json, opened, print_json, run
from service.engine import activations, publish, quality, rulebook
from service.engine.measures import Measured
from service.settings import Settings
from service.tables import rule_versions
from service.tables.catalogue import CATALOGUE

PARAMETERS = "parameters.yaml"
STATE: dict[str, str] = {**rule_versions.c.state.info["values"], "checked": "待补齐"}


@click.group("rules")
def rules_group() -> None:
    """规则：检查、装载、列出。"""


@dataclass
class _Checked:
    """What was found in all the files: how many rules and examples there are, and every error."""

    catalogue: Catalogue
    rules: int = 0
    examples: int = 0
    errors: list[RuleError] = field(default_factory=list)


@rules_group.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--declared", is_flag=True, help="也认得本系统登记的扩展字段（需要数据库）。")
@as_json
@click.pass_obj
@run
async def check_command(settings: Settings, paths: tuple[Path, ...], declared: bool, json_: bool) -> None:
    """检查规则文件或文件夹，并执行其中的示例；一次列出全部错误。"""
    found = _Checked(await _declared(settings) if declared else CATALOGUE)
    for path in paths:
        _check(path, found)
    if json_:
        print_json({"rules": found.rules, "examples": found.examples, "errors": found.errors})
    else:
        for error in found.errors:
            click.echo(f"✗ {error}")
        click.echo(f"{found.rules} 条规则，{found.examples} 个示例；{len(found.errors)} 处错误。")
    if found.errors:
        raise SystemExit(REFUSED)


async def _declared(settings: Settings) -> Catalogue:
    async with opened(settings) as house, house.read() as unit:
        return await fields.catalogue(unit)


def _check(path: Path, found: _Checked) -> None:
    folder = path if path.is_dir() else path.parent
    try:
        known = _parameters(folder)
    except RuleErrors as error:
        found.errors += error.errors
        return
    for file in _rule_files(path):
        try:
            examined = publish.examine(read_text(file), known, file.name, found.catalogue)
        except RuleErrors as error:
            found.errors += [item.within(file=file.name) for item in error.errors]
            continue
        found.rules += 1
        found.examples += len(examined.examples)
        found.errors += [item.within(file=file.name) for one in examined.examples for item in one.errors]


def _rule_files(path: Path) -> Iterator[Path]:
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    return (file for file in files if file.name != PARAMETERS)


def _parameters(folder: Path) -> Parameters:
    """The parameters beside the files; those of the shipped library where there are none."""
    file = folder / PARAMETERS
    file = file if file.exists() else LIBRARY / PARAMETERS
    return load_parameters(read_text(file), file=file.name)


@rules_group.command("load")
@click.argument("path", default=LIBRARY, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", multiple=True, metavar="RULE", help="只装载这条规则和它用到的参数，可重复。")
@click.option(
    "--overwrite-parameters", "overwrite", is_flag=True, help="本地登记过的参数值也改成规则包里的。"
)
@as_json
@click.pass_obj
@run
async def load_command(
    settings: Settings, path: Path, only: tuple[str, ...], overwrite: bool, json_: bool
) -> None:
    """装载一个规则包文件夹（默认为随产品提供的规则库）；有改动的规则生成新版本，文件有任何错误则全部不生效。

    参数没有核实、或履职清单里没有的规则先存着，不生效，并列出原因；补齐后再装载一次即可。
    """
    async with opened(settings) as house, house.write() as unit:
        published = await publish.publish(unit, path, only=only or None, overwrite=overwrite)
    if json_:
        print_json(published)
    else:
        click.echo("\n".join(_load_lines(published)))


def _load_lines(published: publish.Published) -> Iterator[str]:
    words = {"new": "新增", "updated": "更新", "unchanged": "未变"}
    for name, state in published.rules.items():
        if state != "held":
            yield f"{name}：{words[state]}"
    for name, held in published.held.items():
        meanwhile = f"暂不更新，仍按第 {held.active} 版执行" if held.active else "暂不生效"
        yield f"{name}：{meanwhile}"
        yield from (f"    {reason}" for reason in held.reasons)
    yield f"参数 {published.parameters} 项，履职清单 {published.duties} 项。"
    if published.local:
        yield f"其中 {published.local} 项参数只适用于某个区划。"
    for kept in published.kept:
        yield f"保留本地登记的参数 {kept}，规则包里的值不同；要改成规则包的值，请加 --overwrite-parameters。"
    for code in published.unknown_divisions:
        yield f"请留意：没有登记编码为 {code} 的区划，参数仍已装载。"
    if published.held:
        yield f"{len(published.held)} 条规则待补齐；登记参数用 zhitui parameters set，补齐后再装载一次。"


@rules_group.command("activate")
@click.argument("rule")
@click.argument("version", type=int)
@as_json
@click.pass_obj
@run
async def activate_command(settings: Settings, rule: str, version: int, json_: bool) -> None:
    """启用一条规则的某一版，从今天起执行；退回旧版也用它。"""
    async with opened(settings) as house, house.write() as unit:
        before = await activations.activate(unit, rule, version)
    if json_:
        print_json({"rule": rule, "version": version, "before": before})
        return
    instead = f"，代替第 {before} 版" if before else ""
    click.echo(f"{rule} 第 {version} 版从今天起执行{instead}；下一次扫描按它判断。")


@rules_group.command("list")
@click.option("--all", "all_", is_flag=True, help="连同待补齐和停用的各版。")
@as_json
@click.pass_obj
@run
async def list_command(settings: Settings, all_: bool, json_: bool) -> None:
    """列出生效的规则。"""
    async with opened(settings) as house, house.read() as unit:
        versions = await (rulebook.every(unit) if all_ else rulebook.active(unit))
        often_wrong = await quality.imprecise(unit, settings.precision_limit)
        today = unit.today
    if json_:
        print_json([asdict(one) | {"flagged": _flagged(one, often_wrong)} for one in versions])
        return
    for version in versions:
        state = f"，{STATE[version.state]}" if all_ else ""
        over = version.effective_to is not None and version.effective_to < today
        ended = f"，已于 {version.effective_to} 到期" if over else ""
        click.echo(
            f"{version.rule} 第 {version.version} 版：{version.title}（{version.department}{state}{ended}）"
            + (f"⚠ {_precision(often_wrong[version.rule])}" if _flagged(version, often_wrong) else "")
        )
    if not versions:
        click.echo("没有规则。请用 zhitui rules load 装载一个规则包。")


def _flagged(version: rulebook.Version, often_wrong: Mapping[str, Measured]) -> bool:
    return version.state == "active" and version.rule in often_wrong


def _precision(measured: Measured) -> str:
    share = round((measured.precision or 0) * 100)
    return f"准确率 {share}%（{measured.telling} 次走访），请看 zhitui quality"
