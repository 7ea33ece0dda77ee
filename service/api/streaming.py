"""Sends a stream as server-sent events (WHATWG HTML, "Server-sent events"), frame by frame, for as long as it lasts."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import structlog
from aiohttp import web

from service.api.models import Frame, Stream, as_json
from service.api.timeouts import lift_limit
from service.logs import trace_of

log = structlog.get_logger(__name__)

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}
"""No proxy may hold the frames back: not to compress them (no-transform), nor to fill a buffer (nginx)."""
READ_WITHIN = 30.0
"""Seconds after which a client that takes nothing more is let go; what it missed it gets when it comes back."""


async def send(raw: web.Request, stream: Stream[Any]) -> web.StreamResponse:
    """The answer, ended. What goes wrong once it has begun ends it; the client comes back with Last-Event-ID."""
    response = web.StreamResponse(headers=HEADERS)
    async with aclosing(stream.frames) as frames:
        first = await anext(frames)
        lift_limit(raw)
        try:
            await response.prepare(raw)
            if raw.method != "HEAD":
                await _write(response, first)
                async for frame in frames:
                    await _write(response, frame)
        except ConnectionError:
            pass  # the client has gone
        except TimeoutError:
            if raw.transport is not None:
                raw.transport.abort()  # what is still to be written would wait for the client as long
        except Exception as error:  # the answer has begun: no other can be given
            log.error("stream failed", **trace_of(error))
    return response


async def _write(response: web.StreamResponse, frame: Frame[Any]) -> None:
    async with asyncio.timeout(READ_WITHIN):
        await response.write(written(frame))


def written(frame: Frame[Any]) -> bytes:
    """A frame as it goes over the wire; one without a view is a comment that brings a position."""
    lines = [b": here"] if frame.view is None else []
    if frame.retry is not None:
        lines.append(f"retry: {frame.retry}".encode())
    lines.append(f"id: {frame.position}".encode())
    if frame.view is not None:
        lines += [f"event: {frame.name}".encode(), b"data: " + as_json(frame.view)]
    return b"\n".join(lines) + b"\n\n"
