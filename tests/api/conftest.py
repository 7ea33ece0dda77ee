"""A served application over a settled street, and accounts to talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from access.people import add_account, settle
from api import probes

from service.access import tokens
from service.access.permissions import Permission, Role
from service.access.unit import House
from service.app import NOUNS, build_app, listening
from service.settings import Settings


@dataclass
class Answer:
    """What came back, wholly read."""

    status: int
    headers: Any
    body: bytes
    json: Any = None


@dataclass
class Site:
    """One running application and one client of it."""

    house: House
    url: str
    session: aiohttp.ClientSession
    tokens: dict[Any, str] = field(default_factory=dict)

    async def __call__(self, method: str, path: str, token: str | None = None, **more: Any) -> Answer:
        headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        async with self.session.request(
            method, self.url + path, headers=headers, allow_redirects=False, **more
        ) as response:
            body = await response.read()
            is_json = response.content_type.endswith("json") and body
            return Answer(
                response.status,
                response.headers,
                body,
                await response.json(content_type=None) if is_json else None,
            )

    async def token_of(self, role: Role, *, only: list[Permission] | None = None, **scope: str) -> str:
        """A fresh token of a fresh account."""
        account_id = await add_account(self.house, role, login=f"{role.value}-{len(self.tokens)}", **scope)
        async with self.house.write() as unit:
            issued = await tokens.issue(
                unit, account_id, note="test", lifetime=timedelta(hours=1), permissions=only
            )
        self.tokens[account_id] = issued.text
        return issued.text


Serve = Callable[..., Awaitable[Site]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves a house that is settled already; `nouns` and other options go to build_app."""
    async with AsyncExitStack() as stack:

        async def start(house: House, **options: Any) -> Site:
            settings = options.pop("settings", None) or Settings(max_body=options.pop("max_body", 20_000))
            url = await stack.enter_async_context(
                listening(build_app(settings, house, **options), "127.0.0.1", 0)
            )
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Site(house, url, session)

        yield start


@pytest.fixture
async def site(sqlite_house: House, serve: Serve) -> Site:
    """For tests that do not touch SQL of their own."""
    await settle(sqlite_house)
    return await serve(sqlite_house)


@pytest.fixture
async def probed(sqlite_house: House, serve: Serve) -> Site:
    """The same with the routes of probes.py, and little patience."""
    return await _with_probes(sqlite_house, serve)


@pytest.fixture
async def probed_on_either(house: House, serve: Serve) -> Site:
    """The same on both databases."""
    return await _with_probes(house, serve)


async def _with_probes(house: House, serve: Serve) -> Site:
    await settle(house)
    probes.told.clear()
    return await serve(house, nouns=[*NOUNS, probes.routes], request_seconds=5)
