"""Leading everybody to the own first page: a worker to the list, a supervisor to the overview."""

from __future__ import annotations

from aiohttp import web

from service.access.permissions import Permission
from service.pages.menu import home_of
from service.pages.rendering import to
from service.pages.routing import Routes
from service.pages.visitor import Visitor

routes = Routes()


@routes.get("/home", permission=Permission.SIGNED_IN)
async def show_home(visitor: Visitor) -> web.Response:
    """Where the bare address leads."""
    return to(home_of(visitor.actor))
