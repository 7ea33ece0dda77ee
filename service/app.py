"""The composition root: settings and an open house in, a web application out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from aiohttp import web

from service import jobs
from service.access.actors import Actor
from service.access.throttle import Throttle
from service.access.unit import House
from service.access.uses import Uses
from service.api import (
    catalogue,
    enterprises,
    events,
    feedback,
    fields,
    findings,
    forecasts,
    handovers,
    health,
    links,
    objections,
    parameters,
    returns,
    reveal,
    rules,
    scans,
    sign_in,
    staff,
    start,
    tasks,
    trace,
)
from service.api.feed import Feed
from service.api.headers import add_headers
from service.api.problems import answer_problems
from service.api.routing import Routes, mount
from service.api.state import ACTOR, STATE, AppState
from service.api.timeouts import limit_seconds
from service.pages import area_tasks, assets, expected, home, offline, overview, today, unassigned
from service.pages import handovers as handover_pages
from service.pages import objections as objection_pages
from service.pages import returns as return_pages
from service.pages import sign_in as sign_in_pages
from service.pages import staff as staff_pages
from service.pages import visits as visit_pages
from service.pages.refusals import show_refusals
from service.pages.routing import Routes as PageRoutes
from service.pages.routing import mount as mount_pages
from service.pages.site import SITE, USES, Site
from service.settings import Settings

NOUNS: tuple[Routes, ...] = (
    sign_in.routes, events.routes, handovers.routes, tasks.routes, returns.routes, objections.routes,
    findings.routes, enterprises.routes, reveal.routes, rules.routes, parameters.routes,
    fields.routes, catalogue.routes, scans.routes, forecasts.routes, feedback.routes, staff.routes, trace.routes,
    health.routes, links.routes, start.routes,
)  # fmt: skip

PAGES: tuple[PageRoutes, ...] = (
    sign_in_pages.routes, home.routes, today.routes, visit_pages.routes, handover_pages.routes, overview.routes,
    area_tasks.routes, staff_pages.routes, unassigned.routes, expected.routes, objection_pages.routes, return_pages.routes,
    offline.routes, assets.routes,
)  # fmt: skip

REQUEST_SECONDS = 30
SHUTDOWN_SECONDS = 10
HEARTBEAT_SECONDS = 15
"""What the standard of server-sent events advises; proxies let go of connections that are silent for a minute."""
SIGN_INS = 20
SIGN_INS_PER = timedelta(minutes=1)


def build_app(
    settings: Settings,
    house: House,
    *,
    nouns: Iterable[Routes] = NOUNS,
    request_seconds: float = REQUEST_SECONDS,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> web.Application:
    """The application over an open `house`, which stays its owner's to close."""
    app = web.Application(
        middlewares=[show_refusals, answer_problems, limit_seconds(request_seconds)],
        client_max_size=settings.max_body,
    )
    app[USES] = Uses(house)
    app.cleanup_ctx.append(_uses)
    throttle = Throttle(house.clock, limit=SIGN_INS, window=SIGN_INS_PER)
    feed = Feed(house, heartbeat_seconds)
    app[STATE] = AppState(settings, house, throttle, partial(jobs.settle_scan, house, settings), feed)
    app[start.OPENAPI] = start.Description.of(mount(app, nouns))
    app[SITE] = Site(settings, house, throttle, _know, app[STATE].background.start)
    mount_pages(app, PAGES)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(_end_streams)
    app.cleanup_ctx.append(_background)
    return app


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve `app` until the block is left, then let running requests finish. Yields the base URL; port 0 takes a
    free one."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound_host, bound_port = runner.addresses[0][:2]
        yield f"http://{bound_host}:{bound_port}"
    finally:
        await runner.cleanup()


def _know(raw: web.Request, actor: Actor) -> None:
    """Let the request log say who asked for a page."""
    raw[ACTOR] = actor


async def _end_streams(app: web.Application) -> None:
    """Streams would outlast the time that running requests are given."""
    await app[STATE].feed.close()


async def _background(app: web.Application) -> AsyncIterator[None]:
    """Work behind 202 answers ends with the application."""
    yield
    await app[STATE].background.finish(SHUTDOWN_SECONDS)


async def _uses(app: web.Application) -> AsyncIterator[None]:
    """What is known of sessions in use is written before the house is closed."""
    yield
    await app[USES].finish()
