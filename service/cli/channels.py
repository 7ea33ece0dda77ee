"""The accounts of push channels: add, look, try and disable."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, TextIO

import click

from connectors.channels.registry import CHANNELS
from service import sending
from service.cli.shell import as_json, opened, print_json, refuse, run
from service.push import accounts
from service.push.overview import ChannelView
from service.settings import Settings


@click.group("channels")
def channels_group() -> None:
    """推送渠道的账户。"""


@channels_group.command("add")
@click.argument("name")
@click.option("--kind", required=True, type=click.Choice(sorted(CHANNELS)), help="渠道类型。")
@click.option(
    "--config", required=True, type=click.File(encoding="utf-8"), help="JSON 设置文件；“-”为标准输入。"
)
@click.pass_obj
@run
async def add_channel(settings: Settings, name: str, kind: str, config: TextIO) -> None:
    """新增渠道账户，或更换它的设置。先试通再保存；设置加密存放。"""
    try:
        given = json.load(config)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        refuse("设置文件不是一个 JSON 对象，请对照 docs/channels.md 更正。", "usage")
    async with opened(settings) as house:
        await accounts.save(house, name, kind, given)
    click.echo(f"已试通并保存渠道账户 {name}（{kind}）；正在运行的服务几秒内启用。")


@channels_group.command("list")
@as_json
@click.pass_obj
@run
async def list_channels(settings: Settings, json_: bool) -> None:
    """列出渠道账户：能否发送、因何暂缓、本月用量。"""
    async with opened(settings) as house:
        found = await sending.channels_overview(house, settings)
    if json_:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        click.echo(_line(one))


@channels_group.command("probe")
@click.argument("name")
@click.pass_obj
@run
async def probe_channel(settings: Settings, name: str) -> None:
    """试通一个渠道账户，不发任何消息；试通后解除暂缓。"""
    async with opened(settings) as house:
        await accounts.probe(house, name)
    click.echo(f"渠道账户 {name} 已试通。")


@channels_group.command("disable")
@click.argument("name")
@click.pass_obj
@run
async def disable_channel(settings: Settings, name: str) -> None:
    """停用一个渠道账户；待发的消息保留，可用 add 重新启用。"""
    async with opened(settings) as house, house.write() as unit:
        await accounts.disable(unit, name)
    click.echo(f"已停用渠道账户 {name}。")


def _line(one: ChannelView) -> str:
    parts: list[Any] = [f"{one.name}（{one.kind}）", "已停用" if one.disabled else "启用"]
    if one.probed_at:
        parts.append(f"试通于 {one.probed_at:%Y-%m-%d %H:%M}")
    if one.held_until:
        parts.append(f"暂缓到 {one.held_until:%m-%d %H:%M:%S}：{one.why}")
    if one.month_allowed is not None:
        parts.append(f"本月已用 {one.month_calls}/{one.month_allowed} 次")
    if one.used_up_on:
        parts.append(f"照此速度 {one.used_up_on.month}月{one.used_up_on.day}日用完")
    if one.waiting:
        parts.append(f"待发 {one.waiting} 条")
    return "，".join(parts)
