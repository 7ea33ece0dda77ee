"""Giving a visit to a colleague on duty: a page of its own, because it asks who that is now, and only on demand."""

from __future__ import annotations

from aiohttp import web

from service.access.permissions import Permission
from service.errors import InvalidInput, Problem
from service.pages.once import first_time
from service.pages.rendering import page, to
from service.pages.routing import Routes
from service.pages.typed import key_of, note_of
from service.pages.visitor import Visitor
from service.work import tasks
from service.work.handover import LONGEST_NOTE, colleagues, hand_over

routes = Routes()

NOBODY_CHOSEN = "请选择交给哪位同事。"


@routes.get("/visits/{task_id}/handover", permission=Permission.WORK)
async def show_handover(visitor: Visitor) -> web.Response:
    """To whom the visit may be given."""
    return await _handover(visitor)


@routes.post("/visits/{task_id}/handover", permission=Permission.WORK)
async def take_handover(visitor: Visitor) -> web.Response:
    """Give the visit to a colleague, and go back to the list."""

    try:
        await _give_once(visitor)
    except InvalidInput as fault:
        return await _handover(visitor, fault)
    return to("/today?said=handed_over")


async def _give_once(visitor: Visitor) -> None:
    task_id = visitor.number("task_id")
    async with visitor.unit() as unit:
        if not await first_time(visitor, unit):
            return
        await tasks.get(unit, task_id)  # whoever may not see it is told nothing about the form either
        chosen = key_of(visitor.form, "account", NOBODY_CHOSEN)
        await hand_over(unit, task_id, chosen, note_of(visitor.form, "note", LONGEST_NOTE))


async def _handover(visitor: Visitor, fault: Problem | None = None) -> web.Response:
    async with visitor.reading() as unit:
        task = await tasks.get(unit, visitor.number("task_id"))
        found = await colleagues(unit, task.task_id)
    return page(
        visitor,
        "handover.html",
        status=fault.status if fault else 200,
        task=task,
        colleagues=found,
        longest=LONGEST_NOTE,
        form=visitor.form,
        fault=fault.detail if fault else "",
    )
