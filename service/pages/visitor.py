"""Who looks at a page: the request, the session behind its cookie, the fields of its form, and units of work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from service.access.actors import NOBODY, Actor
from service.access.sessions import Session
from service.access.unit import Unit
from service.errors import NotFound
from service.pages.languages import Language, language_of
from service.pages.site import Site

LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Visitor:
    """One request for a page. `snapshot` is the read transaction its session was looked up in."""

    raw: web.Request
    site: Site
    session: Session | None = None
    snapshot: Unit | None = None
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        return self.session.actor if self.session else NOBODY

    @property
    def signed_in(self) -> Session:
        """The session, on routes that need one."""
        if self.session is None:
            raise RuntimeError("a public page has no session")
        return self.session

    @property
    def language(self) -> Language:
        """What the visitor reads."""
        return language_of(self.raw)

    @property
    def wants_json(self) -> bool:
        """Whether a script asks, which shows refusals itself."""
        return "application/json" in self.raw.headers.get("Accept", "")

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """A write transaction: commits on return, rolls back whole on raise."""
        async with self.site.house.write(self.actor) as unit:
            yield unit

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Unit]:
        """A read transaction that sees one snapshot."""
        if self.snapshot is not None:
            yield self.snapshot
        else:
            async with self.site.house.read(self.actor) as unit:
                yield unit

    def number(self, name: str) -> int:
        """A key in the path; NotFound for what can be none."""
        text = self.raw.match_info[name]
        if not (text.isascii() and text.isdigit() and len(text) < 20) or not 1 <= int(text) <= LARGEST_KEY:
            raise NotFound()
        return int(text)
