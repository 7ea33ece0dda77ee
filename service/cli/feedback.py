"""How right rules were and what visits cost, as tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import click

from service.cli.shell import as_json, opened, print_json, run
from service.engine import quality
from service.engine.measures import Age, Measured
from service.engine.quality import Quality
from service.settings import Settings
from service.work import burden
from service.work.burden import Burden, Load

SHARE_NOTE = "准确率 = 确实该办 ÷（确实该办 + 白跑）；白跑率 = 白跑 ÷ 有结果的走访；不足五件的不计算。"


@click.command("quality")
@click.argument("rule", required=False)
@as_json
@click.pass_obj
@run
async def quality_command(settings: Settings, rule: str | None, json_: bool) -> None:
    """规则准不准：近一年的走访结果、办理天数、无法判断的份额；写规则编号时按版本、按条件列出。"""
    async with opened(settings) as house, house.read() as unit:
        wanted = [rule] if rule else [version.rule for version in await quality.visible_rules(unit)]
        found = [await quality.measure(unit, one) for one in wanted]
        flagged = await quality.imprecise(unit, settings.precision_limit)
    if json_:
        print_json(found[0] if rule else found)
    elif rule:
        click.echo("\n".join(quality_lines(found[0], settings.precision_limit, rule in flagged)))
    else:
        click.echo("\n".join(rules_lines(found, set(flagged))))


def rules_lines(found: Sequence[Quality], flagged: set[str]) -> Iterator[str]:
    """One line a rule, those that are often wrong marked."""
    head = ("规则", "走访", "该办", "白跑", "准确率", "白跑率", "办理天数", "待办", "已等天数", "无法判断")
    rows = [
        (
            ("⚠ " if one.rule in flagged else "") + one.title,
            *_counts(one.measured),
            _days(one.settled),
            str(one.open.findings),
            _days(one.open),
            _share(one.undecided_share),
        )
        for one in found
    ]
    yield from table(head, rows)
    yield SHARE_NOTE + "天数是中位数。⚠ 准确率低于限值。"


def quality_lines(one: Quality, limit: int, flagged: bool) -> Iterator[str]:
    """One rule: all in all, by version, and which conditions read what was wrong."""
    yield f"{one.title}（{one.rule}，{one.department}），{one.since} 以来"
    rows = [("合计", *_counts(one.measured), *_ages(one.settled))]
    rows += [
        (f"第 {version.version} 版", *_counts(version.measured), *_ages(version.settled))
        for version in one.versions
    ]
    yield from table(("", "走访", "该办", "白跑", "准确率", "白跑率", "中位天数", "九成以内", "最长"), rows)
    yield SHARE_NOTE
    for version in one.versions:
        yield from (
            f"第 {version.version} 版：信息有误 {wrong.field} {wrong.times} 次"
            for wrong in version.wrong_fields
        )
        yield from (
            f"  其中读到它的条件：{clause.chinese}（{clause.wrong} 次）" for clause in version.clauses
        )
    yield f"待办 {one.open.findings} 件" + (
        f"，已等 {_days(one.open)} 天（中位）" if one.open.findings else ""
    )
    if one.undecided is not None:
        yield f"无法判断 {one.undecided} 个对象，占 {_share(one.undecided_share)}"
    if flagged:
        yield f"⚠ 正在执行的一版准确率低于 {limit}%，请责任部门看看条件和数据。"


@click.command("burden")
@click.option("--month", metavar="MONTH", help="月份，如 2026-11，默认本月。")
@click.option(
    "--by",
    type=click.Choice(["department", "community"]),
    default="department",
    help="按部门（默认）或按社区合计。",
)
@as_json
@click.pass_obj
@run
async def burden_command(settings: Settings, month: str | None, by: burden.By, json_: bool) -> None:
    """一个月里各部门给社区带来多少走访、时间、提问，退回多少；从不按人统计。"""
    async with opened(settings) as house, house.read() as unit:
        found = await burden.burden(unit, burden.month_of(month, unit.today), by)
    if json_:
        print_json(found)
    else:
        click.echo("\n".join(burden_lines(found)))


def burden_lines(found: Burden) -> Iterator[str]:
    """One line a department or community, and what is told together or not at all."""
    yield f"{found.month:%Y-%m} 走访负担，按{'部门' if found.by == 'department' else '社区'}："
    loads = [*found.items, *([found.others] if found.others else [])]
    if loads:
        head = (
            "部门" if found.by == "department" else "社区",
            "走访",
            "约需分钟",
            "填写信息",
            "报需部门处理",
        )
        yield from table(head, [_load(load) for load in loads])
    elif not found.left_out:
        yield "  这个月没有登记过走访结果。"
    if found.merged:
        yield f"“其他”是 {found.merged} 组合在一起：每组登记走访的不足 {burden.GROUP} 人，或须与这样的组合并。"
    if found.left_out:
        yield f"另有 {found.left_out} 组没有列出：登记走访的合起来也不足 {burden.GROUP} 人。"
    yield "分钟按规则写明的时间估计，不是任何人的实际用时。"


def _load(load: Load) -> tuple[str, ...]:
    return (
        load.name or "没有登记社区",
        *map(str, (load.visits, load.minutes, load.questions, load.returned)),
    )


def _counts(measured: Measured) -> tuple[str, ...]:
    counts = map(str, (measured.visited, measured.confirmed, measured.refuted))
    return (*counts, _share(measured.precision), _share(measured.waste))


def _ages(age: Age) -> tuple[str, ...]:
    return tuple("—" if days is None else str(days) for days in (age.middle, age.nine_in_ten, age.oldest))


def _days(age: Age) -> str:
    return _ages(age)[0]


def _share(share: float | None) -> str:
    return "—" if share is None else f"{round(share * 100)}%"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns side by side; a Chinese character is two wide. The first column is text, the others numbers."""
    widths = [max(map(_width, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        first, *others = (
            " " * (widths[at] - _width(cell)) + cell if at else cell + " " * (widths[at] - _width(cell))
            for at, cell in enumerate(row)
        )
        yield "  ".join(["  " + first, *others]).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
