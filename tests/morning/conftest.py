"""The running service over a street after its first working morning, and people to talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from mornings import settings_in
from sqlalchemy import select

from service.access import accounts, tokens
from service.access.unit import House
from service.app import build_app, listening
from service.tables import tasks


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
