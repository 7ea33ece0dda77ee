"""Mishaps on demand. Each is one that has happened to somebody; most come after the message was taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

Kind = Literal["timeout", "reset", "reset_before", "bad_gateway", "busy", "drip", "content_type", "revoke"]
"""timeout: taken, never answered · reset: taken, then the connection breaks · reset_before: broken before anything was
taken · bad_gateway: taken, but a gateway answers 502 · busy: 503 with Retry-After, nothing taken · drip: taken, and
answered a byte at a time · content_type: taken, and answered by a page · revoke: every token ends just before."""

KINDS: tuple[Kind, ...] = (
    "timeout", "reset", "reset_before", "bad_gateway", "busy", "drip", "content_type", "revoke",
)  # fmt: skip
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DRIP = 0.2  # seconds between two bytes
BUSY = 7  # seconds asked for by a busy provider


@dataclass
class Fault:
    """`kind` befalls the next `times` calls of `action` at `provider`, after `skip` that go well."""

    provider: str
    action: str
    kind: Kind
    times: int = 1
    skip: int = 0


class Faults:
    """What is still to go wrong."""

    def __init__(self) -> None:
        self._due: list[Fault] = []
        self._hanging: set[asyncio.Event] = set()

    def add(self, fault: Fault) -> None:
        self._due.append(fault)

    def clear(self) -> None:
        self._due.clear()

    def take(self, provider: str, action: str) -> Kind | None:
        """What befalls this call, counted down."""
        for fault in self._due:
            if fault.provider == provider and fault.action in (action, "*"):
                if fault.skip:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                if not fault.times:
                    self._due.remove(fault)
                return fault.kind
        return None

    def let_go(self) -> None:
        """End what hangs, so that the server can stop."""
        for event in self._hanging:
            event.set()

    async def serve(
        self, kind: Kind | None, request: web.Request, handler: Handler, revoke: Callable[[], None]
    ) -> web.StreamResponse:
        """The answer of `handler` as `kind` lets it through."""
        if kind == "busy":
            return web.Response(status=503, headers={"Retry-After": str(BUSY)})
        if kind == "reset_before":
            return _broken(request)
        if kind == "revoke":
            revoke()
        answer = await handler(request)
        match kind:
            case "timeout":
                return await self._hang(request)
            case "reset":
                return _broken(request)
            case "bad_gateway":
                return web.Response(status=502, text="<html>502 Bad Gateway</html>", content_type="text/html")
            case "content_type":
                return web.Response(text="<html>登录</html>", content_type="text/html")
            case "drip":
                return await _drip(request, answer)
            case _:
                return answer

    async def _hang(self, request: web.Request) -> web.StreamResponse:
        event = asyncio.Event()
        self._hanging.add(event)
        try:
            await event.wait()
        finally:
            self._hanging.discard(event)
        return _broken(request)


def _broken(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _drip(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    assert isinstance(answer, web.Response)
    body = answer.body if isinstance(answer.body, bytes) else b""
    slow = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    slow.content_length = len(body)
    await slow.prepare(request)
    for at in range(len(body)):
        await slow.write(body[at : at + 1])
        await asyncio.sleep(DRIP)
    return slow
