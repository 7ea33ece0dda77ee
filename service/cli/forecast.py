"""What is to be expected: so many findings a day, by rule and by grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import click

from service.access.unit import Unit
from service.calendar import WorkingDays
from service.cli.shell import IN_PART, Bar, as_json, opened, print_json, refuse, run
from service.engine import forecast, forecasts, rulebook
from service.engine.forecasts import Group, Made, Wish
from service.settings import Settings

GRIDS = 10
"""Grids and communities that are listed, those with most to expect first."""
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Told:
    """A forecast as the command tells it: every day, the rules with something to expect, and the first grids."""

    made: Made
    until: date
    total: int
    days: list[Group]
    rules: list[Group]
    divisions: list[Group]


@click.command("forecast")
@click.option(
    "--days",
    type=click.IntRange(1, forecast.DAYS),
    default=forecast.DAYS,
    help="看多少天，最多 30，默认 30。",
)
@click.option("--rule", help="只看这条规则。")
@click.option("--division", metavar="CODE", help="只看这个区划及其以下，填编码。")
@click.option("--anew", is_flag=True, help="重新推算；通常每个扫描日推算一次。")
@as_json
@click.pass_obj
@run
async def forecast_command(
    settings: Settings, days: int, rule: str | None, division: str | None, anew: bool, json_: bool
) -> None:
    """推算今后 30 天每天会新增多少件事，按规则和网格。"""
    if division is not None and not division.isdigit():
        refuse(f"“{division}”不是区划编码，请填数字，如 330102003。", "division")
    async with opened(settings) as house:
        await forecast.bring_up(house, only_rule=rule, anew=anew, report=Bar())
        async with house.read() as unit:
            told = await _told(unit, days, rule, division)
            calendar = await rulebook.working_days(unit)
    if json_:
        print_json(told)
    else:
        click.echo("\n".join(forecast_lines(told, calendar)))
    if told.made.untold:
        raise SystemExit(IN_PART)


async def _told(unit: Unit, days: int, rule: str | None, division: str | None) -> Told:
    made = await forecasts.made(unit, rule)
    until = made.as_of + timedelta(days=days)
    wish = Wish(rule, division, until)
    return Told(
        made,
        until,
        await forecasts.total(unit, wish),
        await forecasts.page(unit, "day", wish, limit=days),
        await forecasts.most(unit, "rule", wish),
        await forecasts.most(unit, "division", wish, GRIDS),
    )


def forecast_lines(told: Told, calendar: WorkingDays) -> Iterator[str]:
    """Per day, per rule, and where most is to be expected."""
    made, first = told.made, told.made.as_of + timedelta(days=1)
    yield (
        f"预计 {first} 至 {told.until} 新增 {told.total} 件"
        f"（按 {made.as_of} 的扫描 {made.scan_id} 推算：记录不再变化，规则和参数按当天的）"
    )
    if told.days:
        yield "每天："
        yield from _day_lines(told.days, calendar)
    if told.rules:
        yield "每条规则："
        yield from (
            f"  {group.expected:>6}  {group.name or group.key}（{group.key}）" for group in told.rules
        )
    if told.divisions:
        yield f"最多的网格和社区（至多 {GRIDS} 个）："
        yield from (f"  {group.expected:>6}  {_where(group)}" for group in told.divisions)
    for one in made.untold:
        yield f"  ✗ {one.title}（{one.rule}）没有推算出来：{one.error}"


def _day_lines(days: list[Group], calendar: WorkingDays) -> Iterator[str]:
    """The days with something to expect; what falls on a day off is found on the next working morning."""
    off = False
    for group in days:
        day = date.fromisoformat(group.key)
        rest = not calendar.is_working(day)
        off = off or rest
        yield f"  {group.expected:>6}  {day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}{' 休' if rest else ''}"
    if off:
        yield "  标“休”的是休息日，到下一个工作日早晨列入清单。"


def _where(group: Group) -> str:
    if not group.key:
        return "没有登记网格和社区"
    return f"{group.name}（{group.key}）" if group.name else group.key
