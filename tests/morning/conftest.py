"""The running service over a street after its first working morning, and people to talk to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from made_databases import copied, empty
from mornings import TODAY, make_morning, open_morning, settings_in
from sqlalchemy import select

from service.access import accounts, tokens
from service.access.unit import House
from service.app import build_app, listening
from service.demo.street import Street, make_street
from service.tables import tasks


@pytest.fixture(scope="session")
def street() -> Street:
    """A made-up street of sixty people a community."""
    return make_street(residents_per_community=60, today=TODAY)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def made_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, street: Street) -> str:
    """The street after its first morning, made once per database."""
    folder = tmp_path_factory.mktemp("street")
    url = empty(request, folder)
    asyncio.run(make_morning(url, street, folder))
    return url


@pytest.fixture
def morning_url(made_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A copy of that database for one test."""
    return copied(made_url, request, tmp_path)


@pytest.fixture
async def morning(morning_url: str) -> AsyncIterator[House]:
    house = open_morning(morning_url)
    yield house
    await house.database.close()


@dataclass
class Client:
    """Somebody signed in, talking to the running service."""

    session: aiohttp.ClientSession
    url: str
    token: str

    async def __call__(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        async with self.session.request(
            method, f"{self.url}/api/v1{path}", headers=headers, **more
        ) as answer:
            return answer.status, await answer.json() if answer.content_length else None


class Office:
    """The running service, and tokens for the people of the street."""

    def __init__(self, house: House, url: str, session: aiohttp.ClientSession) -> None:
        self.house, self.url, self.session = house, url, session

    async def sign_in(self, login: str) -> Client:
        async with self.house.write() as unit:
            account = await accounts.by_login(unit, login)
            assert account is not None
            issued = await tokens.issue(unit, account.account_id, note="test", lifetime=timedelta(hours=1))
        return Client(self.session, self.url, issued.text)

    async def busiest(self) -> str:
        """The login of the worker with the longest list today."""
        async with self.house.read() as unit:
            rows = await unit.connection.execute(select(tasks.c.account_id).where(tasks.c.state == "planned"))
            ids = list(rows.scalars())
            account = await accounts.by_id(unit, max(set(ids), key=lambda one: (ids.count(one), -one)))
        assert account is not None
        return account.login


@pytest.fixture
async def office(morning: House, tmp_path: Path) -> AsyncIterator[Office]:
    app = build_app(settings_in(tmp_path), morning)
    async with listening(app, "127.0.0.1", 0) as url, aiohttp.ClientSession() as session:
        yield Office(morning, url, session)
