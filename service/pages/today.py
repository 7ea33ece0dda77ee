"""The list of the day, grouped by where one goes, and what of it is done."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from aiohttp import web

from service import visits
from service.access.permissions import Permission
from service.pages.rendering import HEADERS, html, page, plain_html, to
from service.pages.routing import Routes
from service.pages.search import found, haystack
from service.pages.things import Thing, due_things
from service.pages.visit_form import known_of, visit_context
from service.pages.visitor import Visitor
from service.work import tasks
from service.work.escalate import reached_by
from service.work.finished import Finished, finished_on
from service.work.plan import next_day
from service.work.undo import undoable

routes = Routes()

MOST = 200
"""Visits on one page; a day holds a dozen and what is urgent."""
LONGEST_QUERY = 40
BUILDING = re.compile(r".*(?:幢|栋|号楼)|.*?(?:号|弄|巷)")


@dataclass(frozen=True)
class Row:
    """One visit of the list. `search` is what a search looks into."""

    task: tasks.Task
    place: str
    door: str
    things: list[Thing]
    search: str


@dataclass(frozen=True)
class Group:
    """Visits to one building."""

    place: str
    rows: list[Row]


@dataclass(frozen=True)
class Known:
    """What the list is made of. `day` is today where something is planned, else the next day with a list, so that an
    evening can look ahead; `told_on` how far it was told on that nobody came; `done` without what was taken back;
    `undo_until` how long the last answers to a visit may be taken back; `finished` the task that was just reported."""

    today: date
    day: date
    listed: list[tasks.Task]
    told_on: Mapping[int, str]
    done: list[Finished]
    undo_until: Mapping[int, datetime]
    finished: str


@routes.get("/today", permission=Permission.WORK)
async def show_today(visitor: Visitor) -> web.Response:
    """The list, with a word of what was just reported; whoever supervises has none and is led to the overview."""
    if visitor.actor.may(Permission.SUPERVISE):
        return to("/overview")
    return page(visitor, "today.html", **_shown(await _read(visitor)))


@routes.post("/today", permission=Permission.WORK)
async def search_today(visitor: Visitor) -> web.Response:
    """The list without what does not match. A form and not a query: names do not stand in addresses."""
    query = visitor.form.get("q", "").strip()[:LONGEST_QUERY]
    return page(visitor, "today.html", **_shown(await _read(visitor), query=query))


@routes.get("/today/visits", permission=Permission.WORK, aside=True)
async def show_visits(visitor: Visitor) -> web.Response:
    """The list and every visit page of it at once, for a phone that will be without signal."""
    known = await _read(visitor)
    async with visitor.reading() as unit:
        more = await known_of(unit, known.listed)
    shown = {"/today": html(visitor, "today.html", **_shown(known))}
    shown["/offline"] = plain_html(visitor.raw, "offline.html")
    for task in known.listed:
        shown[f"/visits/{task.task_id}"] = html(visitor, "visit.html", **visit_context(task, more), fault="")
    headers = {**HEADERS, "Content-Type": "text/html; charset=utf-8"}
    text = json.dumps(
        {"headers": headers, "pages": shown}, ensure_ascii=False
    )  # a sixth smaller, compressed too
    answer = web.json_response(text=text, headers={"Vary": HEADERS["Vary"]})
    answer.enable_compression()
    return answer


@routes.get("/done", permission=Permission.WORK)
async def show_done(visitor: Visitor) -> web.Response:
    """What was reported today."""
    async with visitor.reading() as unit:
        done = await finished_on(unit, unit.today)
        undo_until = await undoable(unit, [visit.task_id for visit in done])
        return page(visitor, "done.html", today=unit.today, done=done, undo_until=undo_until)


async def _read(visitor: Visitor) -> Known:
    async with visitor.reading() as unit:
        day = await next_day(unit, unit.today)
        mine = await tasks.page(unit, on=day, account_id=unit.actor.account_id, limit=MOST)
        done = [visit for visit in await finished_on(unit, unit.today) if visit.standing]
        return Known(
            today=unit.today,
            day=day,
            listed=await visits.worded(unit, mine),
            told_on=await reached_by(unit, [task.task_id for task in mine]),
            done=done,
            undo_until=await undoable(unit, [visit.task_id for visit in done]),
            finished=visitor.raw.query.get("finished", ""),
        )


def _shown(known: Known, query: str = "") -> dict[str, Any]:
    """What today.html is given."""
    rows = [_row(task, known.today) for task in known.listed]
    wanted = [row for row in rows if found(query, row.task.target.name, row.task.target.address)]
    return {
        "today": known.today,
        "day": known.day,
        "query": query,
        "groups": _groups(wanted),
        "shown": len(wanted),
        "visits": len(rows),
        "urgent": sum(task.grade == "urgent" for task in known.listed),
        "overdue": sum(task.due_on is not None and task.due_on < known.day for task in known.listed),
        "told_on": known.told_on,
        "done": known.done,
        "undo_until": known.undo_until,
        "said": _said(known.done, known.finished),
    }


def _row(task: tasks.Task, today: date) -> Row:
    address = task.target.address
    building = BUILDING.match(address)
    place = building.group() if building else address
    return Row(
        task=task,
        place=place,
        door=address[len(place) :],
        things=due_things(task, today),
        search=haystack(task.target.name, address),
    )


def _groups(rows: Sequence[Row]) -> list[Group]:
    return [Group(place, list(some)) for place, some in groupby(rows, lambda row: row.place)]


def _said(done: Sequence[Finished], finished: str) -> Finished | None:
    """The visit that was just reported."""
    return next((visit for visit in done if str(visit.task_id) == finished), None)
