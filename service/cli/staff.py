"""Who holds which grid, who is away, and which tasks nobody holds, on the command line."""

from __future__ import annotations

from datetime import date

import click

from service import duties
from service.access import accounts, staff
from service.access.unit import Unit
from service.cli.shell import Day, as_json, opened, print_json, run
from service.errors import NotFound
from service.settings import Settings
from service.settling import settle_touched
from service.work import unassigned
from service.work.unassigned import WORDS

MOST = 1_000
"""Lines of a list that are printed."""
ROLE = {"main": "责任人", "deputy": "替补"}


@click.group("staff")
def staff_group() -> None:
    """岗位、离岗，以及没有人负责的任务。"""


@staff_group.command("posts")
@click.option("--on", type=Day(), help="只看这一天有效的。")
@click.option("--division", metavar="CODE", help="只看编码以此开头的网格和社区。")
@as_json
@click.pass_obj
@run
async def posts_command(settings: Settings, on: date | None, division: str | None, json_: bool) -> None:
    """列出谁负责、谁替补哪个网格，从哪天到哪天。"""
    async with opened(settings) as house, house.read() as unit:
        found = await staff.posts_page(unit, on=on, division=division, limit=MOST)
    if json_:
        print_json(found)
        return
    for post in found:
        until = f"至 {post.to_on}" if post.to_on else "起"
        click.echo(
            f"{post.post_id}：{post.division_code} {ROLE[post.role]} {post.name}，{post.from_on} {until}"
        )
    if not found:
        click.echo("没有登记岗位。")


@staff_group.command("post")
@click.argument("login")
@click.argument("code")
@click.option("--deputy", is_flag=True, help="作为替补，责任人不在时代办。")
@click.option("--from", "from_on", type=Day(), help="从哪天起，默认今天。")
@click.option("--to", "to_on", type=Day(), help="到哪天为止（含），默认不限。")
@click.pass_obj
@run
async def post_command(
    settings: Settings, login: str, code: str, deputy: bool, from_on: date | None, to_on: date | None
) -> None:
    """让一个人负责（或替补）一个网格或社区；那里的任务马上跟着转。"""
    async with opened(settings) as house:
        async with house.write() as unit:
            role = "deputy" if deputy else "main"
            account_id = await _account(unit, login)
            post = await duties.give_post(unit, account_id, code, role, from_on or unit.today, to_on)
        await settle_touched(house, settings)
    click.echo(f"已登记岗位 {post.post_id}。")


@staff_group.command("end-post")
@click.argument("post_id", type=int)
@click.pass_obj
@run
async def end_post_command(settings: Settings, post_id: int) -> None:
    """免去一个岗位，从今天起；那里的任务马上转给别人。"""
    async with opened(settings) as house:
        async with house.write() as unit:
            await duties.end_post(unit, post_id)
        await settle_touched(house, settings)
    click.echo("已免去。")


@staff_group.command("absences")
@click.option("--on", type=Day(), help="只看这一天不在岗的。")
@as_json
@click.pass_obj
@run
async def absences_command(settings: Settings, on: date | None, json_: bool) -> None:
    """列出谁从哪天到哪天不在岗。"""
    async with opened(settings) as house, house.read() as unit:
        found = await staff.absences_page(unit, on=on, limit=MOST)
    if json_:
        print_json(found)
        return
    for absence in found:
        click.echo(f"{absence.absence_id}：{absence.name} {absence.from_on} 至 {absence.to_on}")
    if not found:
        click.echo("没有登记离岗。")


@staff_group.command("away")
@click.argument("login")
@click.option("--from", "from_on", type=Day(), help="第一天，默认今天。")
@click.option("--to", "to_on", type=Day(), required=True, help="最后一天。")
@click.pass_obj
@run
async def away_command(settings: Settings, login: str, from_on: date | None, to_on: date) -> None:
    """登记一个人不在岗（不问原因）；已经开始的，任务马上转给别人。"""
    async with opened(settings) as house:
        async with house.write() as unit:
            account_id = await _account(unit, login)
            absence = await duties.note_absence(unit, account_id, from_on or unit.today, to_on)
        await settle_touched(house, settings)
    click.echo(f"已登记离岗 {absence.absence_id}。")


@staff_group.command("back")
@click.argument("absence_id", type=int)
@click.pass_obj
@run
async def back_command(settings: Settings, absence_id: int) -> None:
    """取消一次离岗，从今天起在岗；自己网格的任务下次排班转回。"""
    async with opened(settings) as house, house.write() as unit:
        await staff.end_absence(unit, absence_id)
    click.echo("已登记回岗。")


@staff_group.command("unassigned")
@as_json
@click.pass_obj
@run
async def unassigned_command(settings: Settings, json_: bool) -> None:
    """列出没有人负责的任务和原因。"""
    async with opened(settings) as house, house.read() as unit:
        found = await unassigned.page(unit, unit.today, limit=MOST)
    if json_:
        print_json(found)
        return
    for one in found:
        where = one.division_name or one.division_code or "地方不明"
        click.echo(f"任务 {one.task_id}（{where}，{one.opened_on} 产生）：{WORDS[one.reason]}")
    click.echo(f"没有人负责的任务 {len(found)} 项。" if found else "每项任务都有人负责。")


async def _account(unit: Unit, login: str) -> int:
    found = await accounts.by_login(unit, login)
    if found is None:
        raise NotFound(f"没有登录名为 {login} 的账号。")
    return found.account_id
