"""No request may take for ever: long work belongs behind a 202."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from service.errors import TimedOut

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def limit_seconds(seconds: float) -> Middleware:
    """A middleware that gives up after `seconds`, rolling back what the request had begun."""

    @web.middleware
    async def limited(request: web.Request, handler: Next) -> web.StreamResponse:
        try:
            async with asyncio.timeout(seconds):
                return await handler(request)
        except TimeoutError as error:
            raise TimedOut() from error

    return limited
