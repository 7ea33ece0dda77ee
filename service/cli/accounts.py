"""Accounts: who may do what, where they are reached, and the tokens that open them."""

from __future__ import annotations

import os
from datetime import timedelta

import click

from service.access import accounts, addresses, tokens
from service.access.accounts import Account
from service.access.permissions import Role
from service.access.unit import Unit
from service.cli.shell import as_json, opened, print_json, run
from service.errors import NotFound
from service.settings import Settings

A_YEAR = 365


@click.group("account")
def account_group() -> None:
    """账号与访问令牌。"""


@account_group.command("add")
@click.argument("login")
@click.option("--name", required=True, help="姓名。")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="角色。")
@click.option("--division", help="管理范围：区划编码。")
@click.option("--enterprise", help="企业联系人所属企业的统一社会信用代码。")
@click.option("--department", help="部门名称。")
@click.option("--grid", "grids", multiple=True, help="负责的网格编码，可重复。")
@click.option("--address", nargs=2, metavar="渠道 地址", help="推送渠道和地址，如 email a@b.cn。")
@click.option("--password/--no-password", "with_password", default=True, help="是否设登录密码；设时会询问。")
@click.option("--token/--no-token", "with_token", default=False, help="同时发放一个访问令牌，只显示一次。")
@as_json
@click.pass_obj
@run
async def add_account(
    settings: Settings,
    *,
    login: str,
    name: str,
    role: str,
    division: str | None,
    enterprise: str | None,
    department: str | None,
    grids: tuple[str, ...],
    address: tuple[str, str] | None,
    with_password: bool,
    with_token: bool,
    json_: bool,
) -> None:
    """新建账号。密码从终端或环境变量 ZHITUI_NEW_PASSWORD 读取，不写在命令行上。"""
    password = _ask_password() if with_password else None
    async with opened(settings) as house, house.write() as unit:
        account_id = await accounts.add(
            unit,
            login=login,
            name=name,
            role=Role(role),
            password=password,
            division=division,
            enterprise=enterprise,
            department=department,
        )
        for grid in grids:
            await accounts.take_post(unit, account_id, grid, "main", unit.today)
        if address is not None:
            await addresses.set_address(unit, account_id, *address)
        token = (
            (await tokens.issue(unit, account_id, note="命令行", lifetime=timedelta(days=A_YEAR))).text
            if with_token
            else None
        )
    if json_:
        print_json({"account_id": account_id, "login": login, "token": token})
    else:
        click.echo(
            f"已建账号 {login}（编号 {account_id}）。"
            + (f"\n访问令牌（只显示这一次）：{token}" if token else "")
        )


def _ask_password() -> str:
    given = os.environ.get("ZHITUI_NEW_PASSWORD")
    return given or str(click.prompt("密码", hide_input=True, confirmation_prompt="再输一次"))


async def _account(unit: Unit, login: str) -> Account:
    found = await accounts.by_login(unit, login)
    if found is None:
        raise NotFound(f"没有登录名为 {login} 的账号。")
    return found


@account_group.command("address")
@click.argument("login")
@click.argument("channel")
@click.argument("address")
@click.pass_obj
@run
async def set_address(settings: Settings, login: str, channel: str, address: str) -> None:
    """登记或更换一个人在某个渠道的推送地址。"""
    async with opened(settings) as house, house.write() as unit:
        await addresses.set_address(unit, (await _account(unit, login)).account_id, channel, address)
    click.echo("已登记。")


@account_group.command("grid")
@click.argument("login")
@click.argument("code")
@click.option("--deputy", is_flag=True, help="作为替补，责任人不在时代办。")
@click.pass_obj
@run
async def take_grid(settings: Settings, login: str, code: str, deputy: bool) -> None:
    """让一个人从今天起负责（或替补）一个网格或社区。"""
    async with opened(settings) as house, house.write() as unit:
        account = await _account(unit, login)
        role = "deputy" if deputy else "main"
        await accounts.take_post(unit, account.account_id, code, role, unit.today)
    click.echo("已登记；下次排班起生效。")


@account_group.command("token")
@click.argument("login")
@click.option("--days", default=A_YEAR, show_default=True, type=click.IntRange(1, 3650), help="有效天数。")
@as_json
@click.pass_obj
@run
async def issue_token(settings: Settings, login: str, days: int, json_: bool) -> None:
    """发放一个访问令牌，只显示这一次。"""
    async with opened(settings) as house, house.write() as unit:
        account = await _account(unit, login)
        issued = await tokens.issue(unit, account.account_id, note="命令行", lifetime=timedelta(days=days))
    if json_:
        print_json(issued)
    else:
        click.echo(f"编号 {issued.token_id}：{issued.text}")


@account_group.command("revoke")
@click.argument("token_id", type=int)
@click.pass_obj
@run
async def revoke_token(settings: Settings, token_id: int) -> None:
    """立即作废一个访问令牌。"""
    async with opened(settings) as house, house.write() as unit:
        await tokens.revoke_by_id(unit, token_id)
    click.echo("已作废。")


@account_group.command("disable")
@click.argument("login")
@click.pass_obj
@run
async def disable_account(settings: Settings, login: str) -> None:
    """停用账号并作废它的全部令牌；它的任务下次排班时转给别人。"""
    async with opened(settings) as house, house.write() as unit:
        await accounts.disable(unit, (await _account(unit, login)).account_id)
    click.echo("已停用。")
