"""What a handler is handed: who asks, and the units of work it may open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from aiohttp import web

from service.access.actors import Actor
from service.access.unit import House, Unit
from service.api.state import REQUEST_ID, AppState


@dataclass
class Request:
    """One request of a known actor (NOBODY on public routes).

    `snapshot` is the read transaction of a GET, `joined` the write transaction an Idempotency-Key shares.
    """

    raw: web.Request
    app_state: AppState
    actor: Actor
    token: str | None = None
    snapshot: Unit | None = None
    joined: Unit | None = None
    _after: list[Callable[[], object]] = field(default_factory=list)

    @property
    def house(self) -> House:
        return self.app_state.house

    @property
    def id(self) -> str:
        """The request id, as in the log and in the header X-Request-ID."""
        return self.raw[REQUEST_ID]

    @property
    def address(self) -> str:
        """Where the connection comes from; of the proxy, if there is one."""
        return self.raw.remote or "unknown"

    def connected(self) -> bool:
        """Whether the client is still there."""
        return self.raw.transport is not None and not self.raw.transport.is_closing()

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """A write transaction: commits on return, rolls back whole on raise.

        Under an Idempotency-Key it is a savepoint of the transaction that also keeps the answer.
        """
        if self.raw.method in ("GET", "HEAD"):
            raise RuntimeError("a GET does not write")
        if self.joined is None:
            async with self.house.write(self.actor) as unit:
                yield unit
        else:
            async with self.joined.connection.begin_nested():
                yield self.joined

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Unit]:
        """A read transaction that sees one snapshot."""
        shared = self.joined or self.snapshot
        if shared is not None:
            yield shared
        else:
            async with self.house.read(self.actor) as unit:
                yield unit

    def after_commit(self, call: Callable[[], object]) -> None:
        """Call `call` once everything is committed, and not at all when the request fails."""
        self._after.append(call)

    def committed(self) -> None:
        """Run what was put off until the commit; the layer calls it."""
        for call in self._after:
            call()

    def joining(self, unit: Unit) -> Request:
        """The same request inside a transaction somebody else commits."""
        return replace(self, joined=unit)
