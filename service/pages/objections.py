"""What people hold against findings of the own area, for whoever supervises to decide."""

from __future__ import annotations

from aiohttp import web

from service.access.permissions import Permission
from service.errors import Conflict, InvalidInput, Problem
from service.pages.once import first_time
from service.pages.rendering import page, to
from service.pages.routing import Routes
from service.pages.turning import after_of, leaf
from service.pages.typed import note_of
from service.pages.visitor import Visitor
from service.tables.afterwards import DECISION
from service.work import objections

routes = Routes()

MOST = 50
LONGEST_NOTE = 200


@routes.get("/objections", permission=Permission.SUPERVISE)
async def show_objections(visitor: Visitor) -> web.Response:
    """What waits, in the order it came."""
    done = visitor.raw.query.get("done", "")
    return await _shown(visitor, done=done if done in DECISION else "")


@routes.post("/objections/{objection_id}", permission=Permission.SUPERVISE)
async def decide(visitor: Visitor) -> web.Response:
    """Uphold or reject one, once however often the form is sent."""
    decision = visitor.form.get("decision", "")
    try:
        note = note_of(visitor.form, "note", LONGEST_NOTE)
        async with visitor.unit() as unit:
            if await first_time(visitor, unit):
                await objections.decide(unit, visitor.number("objection_id"), decision, note)
    except (InvalidInput, Conflict) as fault:
        return await _shown(visitor, fault=fault)
    return to(f"/objections?done={decision}")


async def _shown(visitor: Visitor, *, fault: Problem | None = None, done: str = "") -> web.Response:
    async with visitor.reading() as unit:
        found = await objections.page(unit, after=after_of(visitor.raw.query), limit=MOST + 1)
        waiting = await objections.count(unit)
    return page(
        visitor,
        "objections.html",
        status=fault.status if fault else 200,
        zone=visitor.site.house.clock.zone,
        waiting=waiting,
        page=leaf(found, MOST, lambda one: one.objection_id),
        form=visitor.form,
        at=visitor.raw.match_info.get("objection_id", ""),
        fault=fault.detail if fault else "",
        done=done,
    )
