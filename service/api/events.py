"""What happens to tasks and scans: as it happens, and of one task from its beginning."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pydantic import Field

from service.access.horizon import WRITTEN, Position, newest
from service.access.permissions import Permission
from service.access.unit import Unit
from service.api.models import Frame, Page, PageQuery, Query, Stream, View
from service.api.request import Request
from service.api.routing import Routes
from service.engine import scan_events
from service.errors import BadRequest, CannotResume
from service.work import events

routes = Routes()

RETRY = 3_000
"""Milliseconds after which a client that was cut off comes back."""
KEPT = timedelta(days=2)
"""How far back a stream goes on; as long as a request may be repeated. Who was away longer reads the lists again."""
SPAN = 5_000
"""Keys one statement goes through, however few of them are in sight."""
SHOWN = 200
"""Events that are held in memory for one stream."""


class EventsQuery(Query):
    after: str | None = Field(
        None,
        pattern=f"^{WRITTEN.pattern}$",
        description="从哪个编号之后接着发；与 Last-Event-ID 相同，两者都有时以后者为准",
    )
    follow: bool = Field(True, description="false：发完已有的就结束，不再等待")


class HappeningView(View):
    """The data of one event: of a task (`event: task`) or of a scan (`event: scan`). Keys only, nothing of anybody."""

    kind: str = Field(
        description="发生了什么：任务的见 /tasks/{task_id}/events，扫描的为 begun、judged、failed、ended"
    )
    at: datetime
    task_id: int | None = Field(None, description="任务")
    task_event_id: int | None = Field(None, description="任务记录的编号")
    actor_id: int | None = Field(None, description="经办账号；系统所为或扫描为空")
    to_id: int | None = Field(None, description="交给的账号")
    scan_id: int | None = Field(None, description="扫描")
    rule: str | None = Field(None, description="扫描到的规则")
    state: str | None = Field(None, description="扫描的状态：running、done、incomplete、failed")


class SaidView(View):
    finding_id: int
    outcome: str | None = Field(
        description="处理结果的代码，objection 为提出异议；空表示撤销、退回或异议不成立，重新待办"
    )


class TaskEventView(View):
    task_event_id: int
    kind: events.Kind
    at: datetime
    account_id: int | None = Field(description="经办账号；空为系统")
    account_name: str | None
    to_id: int | None = Field(description="交给的账号；只在分派和交接时有")
    to_name: str | None
    outcomes: list[SaidView] = Field(description="每件事的结果")
    facts: list[str] = Field(description="更正了哪几项信息（登记时用的名称），不含内容")
    step: Literal["supervisor", "street"] | None = Field(description="升级提醒到哪一级")
    note: str | None = Field(description="交接说明")


@routes.get("/events", permission=Permission.FOLLOW)
async def follow_events(request: Request, query: EventsQuery) -> Stream[HappeningView]:
    """Follow what happens to the tasks one may see and, where one may scan, to scans, as server-sent events.

    Each event's `id` is a place in the history: sent back as Last-Event-ID, everything behind it follows, each event once
    and in order. A quiet stream says now and then that it lives.
    """
    return Stream(_frames(request, query))


@routes.get("/tasks/{task_id}/events", permission=Permission.WORK)
async def list_task_events(request: Request, task_id: int, query: PageQuery) -> Page[TaskEventView]:
    """List what happened to a task, oldest first: who did what and when, with the outcomes given."""
    async with request.reading() as unit:
        found = await events.of_task(unit, task_id, after=query.after, limit=query.limit + 1)
    shown = [_view(one) for one in found]
    return Page.of(shown, limit=query.limit, key=lambda one: one.task_event_id)


async def _frames(request: Request, query: EventsQuery) -> AsyncGenerator[Frame[HappeningView], None]:
    """First where the stream begins, then whatever happens, until the token ends or the service does."""
    start = _start(request, query)
    if start is not None:
        async with request.reading() as unit:
            await _require_resumable(unit, start)
    feed, now = request.app_state.feed, asyncio.get_running_loop().time
    with feed.follow(request.actor, request.token or "", request.connected) as follower:
        reached = await follower.begun()
        place = reached if start is None else start
        yield Frame(str(place), retry=RETRY)
        due = now() + feed.heartbeat
        while follower.actor is not None:
            if now() >= due:
                yield Frame(str(place))
                due = now() + feed.heartbeat
            elif follower.lags(place):
                async with feed.reading, request.house.read(follower.actor) as unit:
                    found, place = await _page(unit, place, follower.reached or place)
                for frame in found:
                    if follower.actor is None:
                        return
                    yield frame
                    due = now() + feed.heartbeat
            elif query.follow:
                await follower.wait(due - now())
            else:
                yield Frame(str(place))
                return


def _start(request: Request, query: EventsQuery) -> Position | None:
    """The place to go on from; None for now."""
    given = request.raw.headers.get("Last-Event-ID") or query.after
    if given is None:
        return None
    place = Position.read(given)
    if place is None:
        raise BadRequest("Last-Event-ID 须是收到过的事件编号，如 17.4；从现在开始则不要带。")
    return place


async def _require_resumable(unit: Unit, start: Position) -> None:
    """CannotResume for a place that no event has reached yet, or behind which too much has been missed."""
    if not (await newest(unit)).reaches(start):
        raise CannotResume()
    if not unit.actor.may(Permission.WORK):
        return
    missed = await events.missed_since(unit, start.task)
    if missed is not None and missed > KEPT:
        raise CannotResume()


Piece: TypeAlias = tuple[list[Frame[HappeningView]], Position]


async def _page(unit: Unit, place: Position, reached: Position) -> Piece:
    """What is in sight of the next events behind a place, and the place behind these; tasks first, then scans."""
    if place.task < reached.task:
        upto = min(place.task + SPAN, reached.task)
        told = await events.between(unit, place.task, upto, SHOWN) if unit.actor.may(Permission.WORK) else []
        places = [replace(place, task=one.task_event_id) for one in told]
        return _piece("task", places, told, replace(place, task=upto))
    scanned = (
        await scan_events.between(unit, place.scan, reached.scan, SHOWN)
        if unit.actor.may(Permission.SCAN)
        else []
    )
    places = [replace(place, scan=one.scan_event_id) for one in scanned]
    return _piece("scan", places, scanned, place.farther(reached))


def _piece(name: str, places: Sequence[Position], told: Sequence[object], end: Position) -> Piece:
    views = [HappeningView.model_validate(one) for one in told]
    frames = [Frame(str(place), name, view) for place, view in zip(places, views, strict=True)]
    return frames, places[-1] if len(places) == SHOWN else end


def _view(told: events.Told) -> TaskEventView:
    event, detail = told.event, told.detail
    said = detail.get("outcomes", {})
    return TaskEventView(
        task_event_id=event.task_event_id,
        kind=event.kind,
        at=event.at,
        account_id=event.actor_id,
        account_name=told.by,
        to_id=event.to_id,
        to_name=told.to,
        outcomes=[SaidView(finding_id=int(key), outcome=outcome) for key, outcome in said.items()],
        facts=sorted({path for paths in detail.get("facts", {}).values() for path in paths}),
        step=detail.get("step"),
        note=detail.get("note"),
    )
