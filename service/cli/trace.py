"""From a message back to its causes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo

import click

from service import tracing
from service.api.trace import ChangesetView, TracedFindingView, TracedTaskView, TrailView, WayView, trail_view
from service.cli.shell import as_json, opened, print_json, run
from service.engine.origins import SAID
from service.settings import Settings
from service.tables import attempts, deliveries, tasks

STATUSES: Mapping[str, str] = deliveries.c.status.info["values"]
OUTCOMES: Mapping[str, str] = attempts.c.outcome.info["values"]
STATES: Mapping[str, str] = tasks.c.state.info["values"]
KINDS: Mapping[str, str] = tasks.c.target_kind.info["values"]


@click.command("trace")
@click.argument("message")
@as_json
@click.pass_obj
@run
async def trace_command(settings: Settings, message: str, json_: bool) -> None:
    """查一条消息的由来：任务、发现、规则和法律依据、记录、变更批次。写投递编号（deliveries list）或消息自带的编号。"""
    async with opened(settings) as house, house.read() as unit:
        found = trail_view(await tracing.trace(unit, message))
    if json_:
        print_json(found)
        return
    for line in trail_lines(found, house.clock.zone):
        click.echo(line)


def trail_lines(found: TrailView, zone: tzinfo) -> Iterator[str]:
    """The whole trail, indented by what led to what; times in `zone`."""
    kept = "，已归档" if found.archived else ""
    yield f"消息 {found.notification_id}：{found.subject}（{found.topic}，给 {found.login}，{_at(found.created_at, zone)}{kept}）"
    for way in found.deliveries:
        yield from _way_lines(way, zone)
    if not found.tasks:
        yield "  没有记下这条消息说的是哪些任务。"
    for task in found.tasks:
        yield from _task_lines(task)
    for one in found.changesets:
        yield _changeset_line(one, zone)
    if found.left_off:
        yield f"只列出前 {tracing.MOST} 个发现，还有更多。"


def _way_lines(way: WayView, zone: tzinfo) -> Iterator[str]:
    reason = f"：{way.reason}" if way.reason else ""
    yield f"  投递 {way.delivery_id} {way.channel} {STATUSES[way.status]}{reason}"
    for number, one in enumerate(way.attempts, 1):
        said = "，".join(part for part in (one.code, one.reason) if part)
        yield f"    第 {number} 次 {_at(one.started_at, zone)} {OUTCOMES[one.outcome]}" + (
            f"（{said}）" if said else ""
        )


def _task_lines(task: TracedTaskView) -> Iterator[str]:
    where = f"{KINDS[task.target_kind]} {task.target_id}，{task.division_code}"
    yield f"  任务 {task.task_id}（{where}，现在{STATES[task.state]}）"
    for finding in task.findings:
        yield from _finding_lines(finding)


def _finding_lines(one: TracedFindingView) -> Iterator[str]:
    yield f"    发现 {one.finding_id}：{one.title}（{one.rule} 第 {one.version} 版）——{_why(one)}"
    for source in one.sources:
        yield f"      依据：{source.law} {source.article}（{source.date}）"
    for record in one.records:
        batch = f"，变更批次 {record.changeset_id}" if record.changeset_id else ""
        yield f"      {record.label} {record.record_id}：{'、'.join(record.fields)}（{record.origin}{batch}）"


def _why(one: TracedFindingView) -> str:
    said = "；".join(condition.chinese for condition in one.conditions if condition.holds)
    return one.reason or one.silent or said


def _changeset_line(one: ChangesetView, zone: tzinfo) -> str:
    by = f"，账号 {one.actor_id}" if one.actor_id else ""
    imported = f"，导入 {one.import_id}" if one.import_id else ""
    later = "，在消息之后：当时的值可能不同" if one.later else ""
    return (
        f"  变更批次 {one.changeset_id}：{SAID[one.source]} {_at(one.recorded_at, zone)}{by}{imported}{later}"
    )


def _at(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
