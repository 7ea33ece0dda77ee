"""No request may take for ever: long work belongs behind a 202. Only a stream goes on once it has begun."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from service.errors import TimedOut

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]
LIMIT = web.RequestKey("limit", asyncio.Timeout)


def limit_seconds(seconds: float) -> Middleware:
    """A middleware that gives up after `seconds`, rolling back what the request had begun."""

    @web.middleware
    async def limited(request: web.Request, handler: Next) -> web.StreamResponse:
        try:
            async with asyncio.timeout(seconds) as request[LIMIT]:
                return await handler(request)
        except TimeoutError as error:
            raise TimedOut() from error

    return limited


def lift_limit(request: web.Request) -> None:
    """Let a request go on for as long as it likes: an answer has begun that is a stream."""
    request[LIMIT].reschedule(None)
