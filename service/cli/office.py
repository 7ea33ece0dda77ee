"""Setting up an installation: key and tables, accounts, records from files."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

import click

from service.access.actors import SYSTEM
from service.access.keys import make_key
from service.cli.shell import IN_PART, Counter, as_json, opened, print_json, refuse, run
from service.cli.words import import_lines
from service.records.importing import import_file
from service.records.kinds import KINDS
from service.records.reports import write_report
from service.settings import Settings
from service.tables.schema import schema_sql, upgrade


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
    if report is not None and not await asyncio.to_thread(report.parent.is_dir):
        refuse(f"文件夹 {report.parent} 不存在，问题行无处可写；没有导入。", "report")
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
