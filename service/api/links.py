"""Where the link of a message leads: how much there is to do today, and nothing about anybody.

Opening it is not written down: mail gateways open links by themselves, and a reading is no duty (DESIGN §1).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from service.access.permissions import Permission
from service.api.request import Request
from service.api.routing import Routes
from service.push import links
from service.work.plan import loads

routes = Routes(prefix="")

STATIC = Path(__file__).parent / "static"
TEMPLATES = Environment(loader=FileSystemLoader(STATIC), autoescape=True)
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@routes.get("/l/style.css", permission=Permission.PUBLIC)
async def show_link_style(request: Request) -> Annotated[web.StreamResponse, "text/css"]:
    """The style of the page a message's link opens."""
    return web.FileResponse(STATIC / "link.css", headers={"Cache-Control": "public, max-age=86400"})


@routes.get("/l/{token}", permission=Permission.PUBLIC)
async def open_link(request: Request, token: str) -> Annotated[web.Response, "text/html"]:
    """Open the link of a digest: counts of the day only; 404 when altered or expired."""
    async with request.reading() as unit:
        link = links.read(unit.vault, token, unit.now)
        mine = next(iter(await loads(unit, link.day, link.account_id)), None)
    page = TEMPLATES.get_template("link.html").render(
        day=f"{link.day.month}月{link.day.day}日",
        visits=mine.visits if mine else 0,
        urgent=mine.urgent if mine else 0,
        overdue=mine.overdue if mine else 0,
    )
    return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": POLICY})
