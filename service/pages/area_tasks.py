"""The open visits of an area, narrowed by rule, place and what is the matter with them; and handing many over at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from service.access.permissions import Permission
from service.access.unit import Unit
from service.errors import Conflict, InvalidInput, NotFound, Problem
from service.pages.area_filter import address, said_of, wanted_of
from service.pages.once import first_time
from service.pages.rendering import page, to
from service.pages.routing import Routes
from service.pages.turning import after_of, leaf
from service.pages.typed import is_key, key_of, note_of
from service.pages.visitor import Visitor
from service.work import handover
from service.work import overview as behaviour
from service.work.handover import LONGEST_NOTE, MOST_TASKS

routes = Routes()

SHORT = 50
"""Visits on one page; on demand as many as change hands at once."""
MOST_COLLEAGUES = 300
"""Colleagues that are offered; in a larger area a place is to be chosen first."""


@routes.get("/overview/tasks", permission=Permission.SUPERVISE)
async def show_tasks(visitor: Visitor) -> web.Response:
    """The list, with a word of what was just handed over."""
    given = visitor.raw.query
    handed = given.get("handed", "")
    return await _list(visitor, given, handed=int(handed) if is_key(handed) else None)


@routes.post("/overview/tasks", permission=Permission.SUPERVISE)
async def hand_over(visitor: Visitor) -> web.Response:
    """Give what was ticked to one colleague on duty, all or none, once however often the form is sent."""
    form = visitor.form
    try:
        count = await _hand_over(visitor)
    except (InvalidInput, Conflict, NotFound) as fault:
        return await _list(visitor, form, fault=fault)
    return to(address(**said_of(form), many=form.get("many"), handed=count))


async def _hand_over(visitor: Visitor) -> int:
    """How many visits were asked to change hands."""
    chosen = chosen_of(visitor.form)
    account_id = key_of(visitor.form, "account", "还没有选交给谁：请选一位今天在岗的同事。")
    note = note_of(visitor.form, "note", LONGEST_NOTE)
    async with visitor.unit() as unit:
        if await first_time(visitor, unit):
            await handover.hand_over_many(unit, chosen, account_id, note)
    return len(chosen)


def chosen_of(form: Mapping[str, str]) -> list[int]:
    """The visits that are to change hands: the ticked ones, or all the page showed. InvalidInput for none and too many."""
    ticked = [name.removeprefix("task-") for name in form if name.startswith("task-")]
    texts = form.get("shown", "").split() if form.get("all") else ticked
    chosen = [int(text) for text in texts if is_key(text)]
    if not chosen:
        raise InvalidInput("还没有选任务：请在要移交的任务前打勾，或按“移交本页全部”。")
    if len(chosen) > MOST_TASKS:
        raise InvalidInput(f"一次最多移交 {MOST_TASKS} 户，请分几次。")
    return chosen


async def _list(
    visitor: Visitor, given: Mapping[str, str], *, fault: Problem | None = None, handed: int | None = None
) -> web.Response:
    async with visitor.reading() as unit:
        context = await _shown(unit, given)
    return page(
        visitor,
        "area_tasks.html",
        status=fault.status if fault else 200,
        form=visitor.form,
        fault=fault.detail if fault else "",
        handed=handed,
        most_note=LONGEST_NOTE,
        at=address,
        **context,
    )


async def _shown(unit: Unit, given: Mapping[str, str]) -> dict[str, Any]:
    said = said_of(given)
    wanted = wanted_of(unit.actor, said)
    many = bool(given.get("many"))
    limit = MOST_TASKS if many else SHORT
    after = after_of(given)
    found = await behaviour.page(unit, wanted, after=after, limit=limit + 1)
    colleagues = await handover.on_duty_below(unit, wanted.division, MOST_COLLEAGUES + 1)
    return {
        "today": unit.today,
        "said": said,
        "many": many,
        "after": after,
        "total": await behaviour.count(unit, wanted),
        "page": leaf(found, limit, lambda task: task.task_id),
        "most": MOST_TASKS,
        "colleagues": colleagues[:MOST_COLLEAGUES],
        "too_many": len(colleagues) > MOST_COLLEAGUES,
        "rules": await behaviour.rule_titles(unit),
        "places": await behaviour.places(unit),
        "exact": wanted.division is None and behaviour.digits_below(unit.actor.division) is None,
    }
