"""Setting up an installation: key and tables, accounts, records from files."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click

from service.access import accounts, addresses, tokens
from service.access.actors import SYSTEM
from service.access.keys import make_key
from service.access.permissions import Role
from service.cli.shell import IN_PART, Counter, as_json, opened, print_json, run
from service.cli.words import import_lines
from service.records.importing import import_file
from service.records.kinds import KINDS
from service.records.reports import write_report
from service.settings import Settings
from service.tables.schema import schema_sql, upgrade

A_YEAR = timedelta(days=365)


@click.command("init")
@click.pass_obj
@run
async def init_command(settings: Settings) -> None:
    """生成密钥文件（0600），建立或升级数据库。"""
    made = make_key(settings)
    async with opened(settings, ready=False) as house:
        await upgrade(house.database)
    where = settings.key_file if made else "已有密钥，未改动"
    click.echo(f"密钥：{where}\n数据库：{house.database.url.render_as_string(hide_password=True)}\n已就绪。")
    if made:
        click.echo("请立即把密钥文件另行备份：丢失后加密的证件号和电话无法恢复。")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "kind", required=True, type=click.Choice(list(KINDS)), help="数据种类。")
@click.option("--dry-run", is_flag=True, help="只检查，不写入。")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="把问题行写成表格文件。")
@as_json
@click.pass_obj
@run
async def import_command(
    settings: Settings, file: Path, kind: str, dry_run: bool, report: Path | None, json_: bool
) -> None:
    """导入一份 CSV、XLSX 或 ODS 表格。"""
    count = Counter(file.name)
    async with opened(settings) as house:
        result = await import_file(house, file, kind, actor=SYSTEM, dry_run=dry_run, progress=count.rows)
        count.end()
        if report is not None:
            await write_report(house, result, report)
    if json_:
        print_json(asdict(result) | {"issues": [issue._asdict() for issue in result.issues]})
    else:
        click.echo("\n".join(import_lines(result, report)))
    if result.bad:
        raise SystemExit(IN_PART)


@click.command("schema")
def schema_command() -> None:
    """输出建表语句（PostgreSQL 写法，SQLite 也能读入）。"""
    click.echo(schema_sql(), nl=False)


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
            (await tokens.issue(unit, account_id, note="命令行", lifetime=A_YEAR)).text
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
