"""What workers returned to a department as not the community's, for the department to answer."""

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
from service.work import returns

routes = Routes()

MOST = 50
LONGEST_REASON = 200


@routes.get("/returns", permission=Permission.RETURNS)
async def show_returns(visitor: Visitor) -> web.Response:
    """What waits, in the order it came; only what is overdue where wanted."""
    done = visitor.raw.query.get("done", "")
    return await _shown(visitor, done=done if done in returns.ANSWERS else "")


@routes.post("/returns/{return_id}", permission=Permission.RETURNS)
async def answer(visitor: Visitor) -> web.Response:
    """Say what became of one, once however often the form is sent."""
    said = visitor.form.get("answer", "")
    try:
        reason = note_of(visitor.form, "reason", LONGEST_REASON)
        async with visitor.unit() as unit:
            if await first_time(visitor, unit):
                await returns.answer(unit, visitor.number("return_id"), said, reason)
    except (InvalidInput, Conflict) as fault:
        return await _shown(visitor, fault=fault)
    return to(f"/returns?done={said}")


async def _shown(visitor: Visitor, *, fault: Problem | None = None, done: str = "") -> web.Response:
    overdue, after = bool(visitor.raw.query.get("overdue")), after_of(visitor.raw.query)
    async with visitor.reading() as unit:
        found = await returns.page(unit, overdue=overdue, after=after, limit=MOST + 1)
        counts = await returns.counts(unit)
        today = unit.today
    return page(
        visitor,
        "returns.html",
        status=fault.status if fault else 200,
        today=today,
        counts=counts,
        overdue=overdue,
        page=leaf(found, MOST, lambda one: one.return_id),
        form=visitor.form,
        at=visitor.raw.match_info.get("return_id", ""),
        fault=fault.detail if fault else "",
        done=done,
    )
