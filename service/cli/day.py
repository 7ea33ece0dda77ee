"""The working day: scan, plan, push, the whole round, the lists, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import click
from sqlalchemy import select

from service import jobs, sending
from service.access.unit import Unit
from service.api.tasks import TaskView, task_views
from service.cli.shell import IN_PART, Bar, Day, as_json, opened, print_json, refuse, run
from service.cli.words import (
    asked_words,
    explanation_lines,
    in_part,
    list_lines,
    round_lines,
    scan_lines,
    tally_words,
    troubled,
    verification_lines,
)
from service.clock import SystemClock
from service.engine import explain, rulebook, scan
from service.engine.preview import preview
from service.errors import NotFound
from service.records.identity import person_index
from service.settings import Settings
from service.settling import plan_day, settle_touched
from service.tables import accounts, enterprises, households, residents
from service.work import plan, tasks

on_option = click.option("--on", "on", type=Day(), help="哪一天，默认今天。")


@click.command("scan")
@click.option("--as-of", "as_of", type=Day(), help="截至哪一天，默认今天；将来的日子只预览，不写入。")
@click.option("--rule", "only_rule", help="只扫描这条规则。")
@click.option("--full", "whole", is_flag=True, help="重新判断所有人；通常只判断有变化的。")
@click.option("--verify", "verify_", is_flag=True, help="核对增量结果是否与全量一致，不改动结果。")
@as_json
@click.pass_obj
@run
async def scan_command(
    settings: Settings, as_of: date | None, only_rule: str | None, whole: bool, verify_: bool, json_: bool
) -> None:
    """用生效的规则扫描记录：上次扫描以来有变化的，或到了日子的。"""
    if verify_:
        if as_of or only_rule or whole:
            refuse("--verify 核对所有规则，不能与 --as-of、--rule、--full 同用。", "usage")
        await _verify(settings, json_)
        return
    async with opened(settings) as house:
        day = as_of or house.clock.today()
        async with house.read() as unit:
            kept = await scan.keeps(unit, day)
            done = None if kept else await preview(unit, as_of=day, only_rule=only_rule)
        if done is None:
            done = await jobs.scan_once(house, day, only_rule=only_rule, whole=whole, progress=Bar())
            await settle_touched(house, settings)
    if json_:
        print_json(done)
    else:
        click.echo("\n".join(scan_lines(done)))
    if done.state == "incomplete":
        raise SystemExit(IN_PART)


async def _verify(settings: Settings, json_: bool) -> None:
    async with opened(settings) as house:
        found = await jobs.self_check(house)
        await settle_touched(house, settings)  # what waited was scanned first
    if json_:
        print_json(found)
    else:
        click.echo("\n".join(verification_lines(found)))
    if not found.equal or found.unverified:
        raise SystemExit(IN_PART)


def force_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--force` of what changes everybody's lists."""
    return click.option("--force", is_flag=True, help="休息日，或不是今天，也执行。")(command)


def require_today(settings: Settings, on: date | None, force: bool) -> None:
    """Refuse to rearrange everybody's lists for another day by a slip of the finger."""
    today = SystemClock(settings.zone).today()
    if on is not None and on != today and not force:
        refuse(f"{on} 不是今天（{today}），会改动所有人的清单；确实需要时请加 --force。", "not_today")


@click.command("plan")
@on_option
@force_option
@as_json
@click.pass_obj
@run
async def plan_command(settings: Settings, on: date | None, force: bool, json_: bool) -> None:
    """把未完成的任务分派到人、排到天；今天是休息日时排下一个工作日。"""
    require_today(settings, on, force)
    async with opened(settings, on=on) as house:
        planned = (await plan_day(house, settings)).plan
    if json_:
        print_json(planned)
        return
    visits = sum(load.visits for load in planned.loads)
    minutes = sum(load.minutes for load in planned.loads)
    each = f"，平均每人约 {round(minutes / len(planned.loads))} 分钟" if planned.loads else ""
    click.echo(
        f"{planned.day}：{len(planned.loads)} 人，{visits} 户{each}；暂无人负责 {planned.unassigned} 户。"
    )


@click.command("push")
@on_option
@force_option
@click.option("--reconcile", is_flag=True, help="只向渠道核实已受理的消息是否送达、已读或被丢弃。")
@as_json
@click.pass_obj
@run
async def push_command(
    settings: Settings, on: date | None, force: bool, reconcile: bool, json_: bool
) -> None:
    """给当天有任务的人各排一条消息，并发出所有到时的消息。"""
    if reconcile:
        if on or force:
            refuse("--reconcile 只核实，不能与 --on、--force 同用。", "usage")
        await _reconcile(settings, json_)
        return
    require_today(settings, on, force)
    async with opened(settings, on=on) as house:
        async with house.write() as unit:
            day = unit.today
            working = (await rulebook.working_days(unit)).is_working(day)
            loads = await plan.loads(unit, day) if working else []
            queued = await jobs.push_digests(unit, settings, plan.Plan(day, loads, 0))
        tally, waiting = await sending.send_due(house, _aside(settings) if json_ else settings)
    if json_:
        print_json({"queued": queued, "sent": tally, "waiting": waiting})
    else:
        click.echo(f"新排 {queued} 条；{tally_words(tally, waiting)}")
    if troubled(tally, waiting):
        raise SystemExit(IN_PART)


async def _reconcile(settings: Settings, json_: bool) -> None:
    async with opened(settings) as house:
        told = await sending.ask_providers(house, settings)
    if json_:
        print_json({"changed": told})
    else:
        click.echo(asked_words(told))


@click.command("run-day")
@on_option
@force_option
@as_json
@click.pass_obj
@run
async def run_day_command(settings: Settings, on: date | None, force: bool, json_: bool) -> None:
    """执行一个工作日早晨的全部步骤：导入、扫描、排班、推送。"""
    require_today(settings, on, force)
    async with opened(settings, on=on) as house:
        done = await jobs.run_day(house, settings, house.clock.today(), progress=Bar(), force=force)
        sent = await sending.send_due(house, _aside(settings) if json_ else settings) if done.ran else None
    if json_:
        print_json({"round": done, "sent": sent[0] if sent else None, "waiting": sent[1] if sent else None})
    else:
        click.echo("\n".join(round_lines(done)))
        if sent is not None:
            click.echo(tally_words(*sent))
    if sent is not None and (in_part(done) or troubled(*sent)):
        raise SystemExit(IN_PART)


def _aside(settings: Settings) -> Settings:
    """With `--json` the console channel writes to standard error, so that standard output stays one document."""
    if settings.channel != "console":
        return settings
    return settings.model_copy(update={"channel_config": settings.channel_config | {"stream": "stderr"}})


@click.command("tasks")
@on_option
@click.option("--worker", help="登录名或姓名。")
@as_json
@click.pass_obj
@run
async def tasks_command(settings: Settings, on: date | None, worker: str | None, json_: bool) -> None:
    """列出当天每个人的任务清单。"""
    async with opened(settings, on=on) as house, house.read() as unit:
        found = await day_lists(unit, unit.today, await _account(unit, worker))
    if json_:
        print_json(found)
    else:
        click.echo("\n".join(list_lines(found, house.clock.today())).lstrip() or "当天没有任务。")


async def day_lists(unit: Unit, day: date, account_id: int | None = None) -> list[TaskView]:
    """Every task on the lists of `day` as the API shows it, read a page at a time."""
    found: list[TaskView] = []
    while page := await tasks.page(
        unit, on=day, account_id=account_id, after=found[-1].task_id if found else None, limit=500
    ):
        found += await task_views(unit, page)
    return found


async def _account(unit: Unit, worker: str | None) -> int | None:
    if worker is None:
        return None
    rows = await unit.connection.execute(
        select(accounts.c.account_id)
        .where((accounts.c.login == worker) | (accounts.c.name == worker))
        .limit(2)
    )
    ids = list(rows.scalars())
    if len(ids) != 1:
        raise NotFound("没有这个人。" if not ids else "有同名的人，请改用登录名。")
    return int(ids[0])


@click.command("explain")
@click.argument("rule")
@click.argument("subject")
@on_option
@as_json
@click.pass_obj
@run
async def explain_command(settings: Settings, rule: str, subject: str, on: date | None, json_: bool) -> None:
    """说明一条规则对一个对象为何符合或不符合。

    SUBJECT 可以是记录编号、身份证号、统一社会信用代码或户号。
    """
    async with opened(settings, on=on) as house, house.read() as unit:
        version = await rulebook.rule_in_force(unit, rule, unit.today)
        kind = (await rulebook.basis(unit)).checked(version).document.subject
        subject_id = await _subject(unit, kind, subject)
        explanation = await explain.explain(unit, version, subject_id, unit.today)
    if json_:
        print_json(explanation)
    else:
        click.echo("\n".join(explanation_lines(explanation)))


async def _subject(unit: Unit, kind: str, text: str) -> int:
    wanted = {
        "resident": select(residents.c.resident_id).where(
            residents.c.id_number_index == person_index(unit.vault, text)
        ),
        "enterprise": select(enterprises.c.enterprise_id).where(enterprises.c.uscc == text),
        "household": select(households.c.household_id).where(households.c.number == text),
    }.get(kind)
    if wanted is not None:
        found = (await unit.connection.execute(wanted)).scalar()
        if found is not None:
            return int(found)
    if text.isdigit() and len(text) < 15:
        return int(text)
    raise NotFound("没有找到这个对象，请核对编号。")
