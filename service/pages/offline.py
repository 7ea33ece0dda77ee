"""What is shown without signal where nothing was kept."""

from __future__ import annotations

from aiohttp import web

from service.access.permissions import Permission
from service.pages.rendering import plain_page
from service.pages.routing import Routes
from service.pages.visitor import Visitor

routes = Routes()


@routes.get("/offline", permission=Permission.PUBLIC)
async def show_offline(visitor: Visitor) -> web.Response:
    """No signal, and this page was not opened before."""
    return plain_page(visitor.raw, "offline.html")
