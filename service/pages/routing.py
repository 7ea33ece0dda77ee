"""Routes of pages: a handler takes a Visitor and answers a response; every route names its permission.

    @routes.get("/done", permission=Permission.WORK)
    async def show_done(visitor: Visitor) -> web.Response:

Whoever has no session is led to the sign-in page (refusals.py). A POST has passed both checks of csrf.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace

from aiohttp import web

from service.access import sessions
from service.access.permissions import Permission
from service.errors import NotSignedIn, TooLarge, WrongContentType
from service.pages.csrf import refuse_foreign, refuse_forged
from service.pages.site import SITE, USES, Site
from service.pages.visitor import Visitor

Handler = Callable[[Visitor], Awaitable[web.StreamResponse]]
ASIDE = web.AppKey("aside", asyncio.Semaphore)
ASIDE_AT_ONCE = 2
"""Of the eight that may read a SQLite file at once."""
FORM = "application/x-www-form-urlencoded"
NO_FORM = "表单的格式不对，请从页面里重新提交。"


@dataclass(frozen=True)
class Route:
    """One page or one form; `aside` for what nobody waits for."""

    method: str
    path: str
    permission: Permission
    handler: Handler
    aside: bool = False


class Routes:
    """The routes of one module, in the order they are written."""

    def __init__(self) -> None:
        self.listed: list[Route] = []

    def get(self, path: str, *, permission: Permission, aside: bool = False) -> Callable[[Handler], Handler]:
        """Register a page. Of what goes `aside` few are made at once, so that pages people wait for come first."""
        return self._add("GET", path, permission, aside)

    def post(self, path: str, *, permission: Permission) -> Callable[[Handler], Handler]:
        """Register what a form is sent to."""
        return self._add("POST", path, permission)

    def _add(
        self, method: str, path: str, permission: Permission, aside: bool = False
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.listed.append(Route(method, path, permission, handler, aside))
            return handler

        return register


def mount(app: web.Application, pages: Iterable[Routes]) -> tuple[Route, ...]:
    """Put the routes of all `pages` into `app` and return them."""
    listed = tuple(route for routes in pages for route in routes.listed)
    app[ASIDE] = asyncio.Semaphore(ASIDE_AT_ONCE)
    for route in listed:
        if route.method == "GET":
            app.router.add_get(route.path, _server(route), allow_head=True)
        else:
            app.router.add_route(route.method, route.path, _server(route))
    return listed


def _server(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(raw: web.Request) -> web.StreamResponse:
        site = raw.app[SITE]
        form = await _form(raw, site) if route.method == "POST" else {}
        turn = raw.app[ASIDE] if route.aside else nullcontext()
        async with turn, _admitted(route, Visitor(raw, site, form=form)) as visitor:
            response = await route.handler(visitor)
        if visitor.session is not None and visitor.session.stale:
            raw.app[USES].note(visitor.session)
        return response

    return serve


async def _form(raw: web.Request, site: Site) -> Mapping[str, str]:
    """The fields of a form; of a field that is there twice the last."""
    refuse_foreign(raw, site)
    if raw.content_type != FORM:
        raise WrongContentType(NO_FORM)
    try:
        fields = await raw.post()
    except web.HTTPRequestEntityTooLarge as error:
        raise TooLarge() from error
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        raise WrongContentType(NO_FORM) from error
    return {name: value.replace("\0", "") for name, value in fields.items() if isinstance(value, str)}


@asynccontextmanager
async def _admitted(route: Route, visitor: Visitor) -> AsyncIterator[Visitor]:
    """The visitor with the session, as far as the route wants one. A GET keeps the transaction it was read in."""
    if route.permission is Permission.PUBLIC:
        yield visitor
        return
    token = visitor.raw.cookies.get(visitor.site.cookie)
    if not token:
        raise NotSignedIn("请先登录。")
    async with visitor.site.house.read() as unit:
        session = await sessions.find(unit, token)
        visitor.site.know(visitor.raw, session.actor)
        session.actor.require(route.permission)
        if route.method == "GET":
            yield replace(visitor, session=session, snapshot=replace(unit, actor=session.actor))
            return
    refuse_forged(session, visitor.form.get("csrf", ""))
    yield replace(visitor, session=session)
