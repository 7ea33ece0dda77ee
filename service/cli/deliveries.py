"""What became of the day's messages, and sending one again."""

from __future__ import annotations

from datetime import date

import click

from service.access import audit
from service.cli.shell import Day, as_json, opened, print_json, run
from service.push import archive, deliveries, replays
from service.settings import Settings

PAGE = 500


@click.group("deliveries")
def deliveries_group() -> None:
    """消息投递：查看与补发。"""


@deliveries_group.command("list")
@click.option("--on", type=Day(), help="哪一天，默认今天。")
@click.option("--status", type=click.Choice(list(deliveries.STATUSES)), help="只看这一状态。")
@as_json
@click.pass_obj
@run
async def list_command(settings: Settings, on: date | None, status: str | None, json_: bool) -> None:
    """列出一天的消息各到了哪一步、为什么。"""
    found: list[deliveries.Delivery] = []
    async with opened(settings) as house, house.read() as unit:
        day = on or unit.today
        while page := await deliveries.deliveries_of_day(
            unit, day, status=status, after=found[-1].delivery_id if found else 0, limit=PAGE
        ):
            found += page
        counts = await deliveries.counts_of_day(unit, day)
    if json_:
        print_json(found)
        return
    for one in found:
        reason = f"：{one.reason}" if one.reason else ""
        click.echo(f"{one.delivery_id} {one.login} {one.channel} {one.label}{reason}")
    totals = "，".join(f"{deliveries.STATUSES[name]} {count}" for name, count in counts.items() if count)
    click.echo(f"{day}：{totals or '没有消息'}。")


@deliveries_group.command("replay")
@click.argument("delivery_id", type=int, required=False)
@click.option("--channel", help="不写编号时：补发这个渠道失败的所有消息。")
@click.option("--code", help="与 --channel 同用：只补发以这个代码失败的。")
@click.option("--risk-double", is_flag=True, help="结果不明的也补发；对方可能收到两次。")
@click.pass_obj
@run
async def replay_command(
    settings: Settings, delivery_id: int | None, channel: str | None, code: str | None, risk_double: bool
) -> None:
    """把失败的一条，或一个渠道失败的所有消息，重新排入待发；下次推送时发出。"""
    if (delivery_id is None) == (channel is None) or (code and channel is None):
        raise click.UsageError("请写一个投递编号，或写 --channel（可加 --code），不能两者都写。")
    async with opened(settings) as house, house.write() as unit:
        if channel is not None:
            number = await replays.replay_alike(unit, channel, code=code, risk_double=risk_double)
            detail = {"code": code, "number": number}
            await audit.record(unit, "delivery.replay", "channel", channel, detail=detail)
            click.echo(f"已重新排入待发 {number} 条。")
            return
        assert delivery_id is not None
        await replays.replay(unit, delivery_id, risk_double=risk_double)
        await audit.record(unit, "delivery.replay", "delivery", delivery_id)
    click.echo("已重新排入待发。")


@deliveries_group.command("archive")
@click.option("--days", type=click.IntRange(7, 3650), help="多少天以前的，默认按 ZHITUI_ARCHIVE_DAYS。")
@click.pass_obj
@run
async def archive_command(settings: Settings, days: int | None) -> None:
    """把早已办结的消息移入归档；仍可用 deliveries list 查到。"""
    async with opened(settings) as house:
        number = await archive.move_finished(house, days or settings.archive_days)
    click.echo(f"已归档 {number} 条消息。")
