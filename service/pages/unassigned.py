"""The visits of an area nobody is responsible for, with why that is so and what to do about it."""

from __future__ import annotations

from aiohttp import web

from service.access.permissions import Permission
from service.pages.area_filter import address
from service.pages.rendering import page
from service.pages.routing import Routes
from service.pages.turning import after_of, leaf
from service.pages.visitor import Visitor
from service.work import unassigned

routes = Routes()

MOST = 100


@routes.get("/unassigned", permission=Permission.SUPERVISE)
async def show_unassigned(visitor: Visitor) -> web.Response:
    """In the order they came up."""
    after = after_of(visitor.raw.query)
    async with visitor.reading() as unit:
        found = await unassigned.page(unit, unit.today, after=after, limit=MOST + 1)
        today = unit.today
    return page(
        visitor,
        "unassigned.html",
        today=today,
        page=leaf(found, MOST, lambda one: one.task_id),
        found={one.reason for one in found[:MOST]},
        at=address,
    )
