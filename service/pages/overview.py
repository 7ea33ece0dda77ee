"""What stands open in an area, by place and by rule: the first page of whoever supervises. Nobody who works there is counted."""

from __future__ import annotations

from aiohttp import web

from service.access.permissions import Permission
from service.pages.area_filter import address
from service.pages.rendering import page
from service.pages.routing import Routes
from service.pages.visitor import Visitor
from service.work import objections, returns
from service.work.overview import division_name, overview

routes = Routes()


@routes.get("/overview", permission=Permission.SUPERVISE)
async def show_overview(visitor: Visitor) -> web.Response:
    """The numbers of the own area, each of which leads to its list."""
    async with visitor.reading() as unit:
        return page(
            visitor,
            "overview.html",
            today=unit.today,
            area=await division_name(unit, unit.actor.division),
            state=await overview(unit),
            returns=await returns.counts_below(unit),
            objections=await objections.count(unit),
            at=address,
        )
