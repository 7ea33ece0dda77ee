"""The whole product on a made-up street: files in, explained lists out, and then served."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import click
from sqlalchemy import func, select

from rules import LIBRARY
from service import jobs, sending
from service.access import accounts, tokens
from service.access.actors import SYSTEM
from service.access.keys import make_key
from service.access.permissions import Role
from service.access.unit import House
from service.calendar import WorkingDays
from service.cli.day import day_lists
from service.cli.serve import serve
from service.cli.shell import Bar, Counter, opened, run, standing_on
from service.cli.words import import_lines, list_lines, scan_lines, tally_words
from service.demo.files import DemoFile, write_files
from service.demo.obligations import RULES
from service.demo.street import LEAST, Street, make_street
from service.engine import publish
from service.errors import Conflict
from service.records.importing import import_file
from service.settings import Settings
from service.tables import residents
from service.tables.accounts import ROLE
from service.tables.schema import upgrade

SHOWN_ISSUES = 3
A_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Door:
    """An account of the street that a visitor may try, with its token, and a password where it has pages to sign in to."""

    role: str
    login: str
    token: str
    password: str | None


@click.command("demo")
@click.option(
    "--residents",
    default=7000,
    show_default=True,
    type=click.IntRange(LEAST, 1_000_000),
    help="每个社区的居民人数。",
)
@click.option("--once", is_flag=True, help="打印完就结束，不继续提供服务。")
@click.option("--seed", default=20261123, show_default=True, help="生成数据的种子；相同种子得到相同数据。")
@click.pass_obj
@run
async def demo_command(settings: Settings, residents: int, once: bool, seed: int) -> None:
    """用虚构的湖滨街道演示全部流程：生成表格、导入、扫描、排班、推送，然后提供服务。"""
    settings = settings.model_copy(update={"home": settings.home / "demo", "spread": 0})
    _start_afresh(settings)
    make_key(settings)
    async with opened(settings, ready=False) as house:
        await upgrade(house.database)
        await _refuse_used(house)
        day = WorkingDays().on_or_after(house.clock.today())
        morning = standing_on(house, day)
        street = make_street(residents_per_community=residents, seed=seed, today=day)
        await move_in(morning, street, settings.home / "files")
        await _run_morning(morning, settings, day)
        doors = await _doors(house, street)
        _show_doors(settings, doors, day)
        if once:
            click.echo(f"以后提供服务：ZHITUI_HOME={settings.home} zhitui serve")
        else:
            await serve(settings, house)


def _start_afresh(settings: Settings) -> None:
    """The demo's own SQLite file of an earlier run is replaced; a database set by the operator is never touched."""
    if settings.database:
        return
    for name in ("zhitui.db", "zhitui.db-wal", "zhitui.db-shm"):
        (settings.home / name).unlink(missing_ok=True)


async def _refuse_used(house: House) -> None:
    async with house.read() as unit:
        if (await unit.connection.execute(select(func.count()).select_from(residents))).scalar_one():
            raise Conflict("ZHITUI_DATABASE 指向的数据库里已有居民记录，演示不会改动它；请换一个空库。")


async def move_in(house: House, street: Street, folder: Path, *, quiet: bool = False) -> None:
    """Write the street's files, import them with the real importer, make its accounts and publish its rules."""
    say: Callable[[str], None] = (lambda _line: None) if quiet else click.echo
    say(f"生成虚构的湖滨街道（每社区 {street.residents_per_community} 人）……")
    for path, kind in await asyncio.to_thread(_files, street, folder):
        count = Counter(path.name)
        report = await import_file(house, path, kind, actor=SYSTEM, progress=count.rows, synthetic=True)
        count.end()
        say("\n".join(import_lines(report, shown=SHOWN_ISSUES)))
    await _make_accounts(house, street)
    async with house.write() as unit:
        published = await publish.publish(unit, LIBRARY, only=RULES)
    say(f"已发布 {len(published.rules)} 条规则。")


def _files(street: Street, folder: Path) -> list[DemoFile]:
    folder.mkdir(parents=True, exist_ok=True)
    return write_files(street, folder)


async def _make_accounts(house: House, street: Street) -> None:
    async with house.write() as unit:
        for worker in street.workers:
            account_id = await accounts.add(
                unit, login=worker.login, name=worker.name, role=Role.WORKER, division=worker.community_code
            )
            await accounts.take_post(unit, account_id, worker.grid_code, "main", unit.today)
            if worker.deputy_grid:
                await accounts.take_post(unit, account_id, worker.deputy_grid, "deputy", unit.today)
        for official in street.officials:
            await accounts.add(
                unit,
                login=official.login,
                name=official.name,
                role=Role(official.role),
                division=official.division,
                enterprise=official.uscc,
            )


async def _run_morning(house: House, settings: Settings, day: date) -> None:
    done = await jobs.run_day(house, settings, day, progress=Bar(), force=True)
    if done.scan is not None:
        click.echo("\n".join(scan_lines(done.scan)))
    async with house.read() as unit:
        click.echo("\n".join(list_lines(await day_lists(unit, day), day)))
    click.echo("\n━━ 推送（控制台渠道，消息里没有任何个人信息）")
    tally, waiting = await sending.send_due(house, settings)
    click.echo(f"━━ 新排 {done.queued} 条；{tally_words(tally, waiting)}")


async def _doors(house: House, street: Street) -> list[Door]:
    """Tokens for one account of each kind, valid for a day, and a password nobody else knows for those who have pages."""
    tried = [("社区工作者", street.workers[0].login)]
    seen: set[str] = set()
    for official in street.officials:
        if official.role not in seen:
            tried.append((ROLE[official.role], official.login))
            seen.add(official.role)
    doors: list[Door] = []
    async with house.write() as unit:
        for role, login in tried:
            account = await accounts.by_login(unit, login)
            if account is not None:
                issued = await tokens.issue(unit, account.account_id, note="演示", lifetime=A_DAY)
                password = (
                    secrets.token_urlsafe(12) if account.role in (Role.WORKER, Role.SUPERVISOR) else None
                )
                if password is not None:
                    await accounts.set_password(unit, account.account_id, password)
                doors.append(Door(role, login, issued.text, password))
    return doors


def _show_doors(settings: Settings, doors: list[Door], day: date) -> None:
    click.echo(f"\n━━ 网页：{settings.links_url}/today")
    for door in doors:
        if door.password is not None:
            click.echo(f"  {door.role}：登录名 {door.login}，密码 {door.password}")
    click.echo("\n━━ 接口的试用令牌（24 小时有效）")
    for door in doors:
        click.echo(f"  {door.role}（{door.login}）：{door.token}")
    click.echo(
        f"\n例如：curl -H 'Authorization: Bearer {doors[0].token}' "
        f"'{settings.links_url}/api/v1/tasks?on={day}&limit=5'"
    )
