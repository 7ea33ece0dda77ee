"""The pages of a small made-up street after its first morning, and people to open them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from mornings import TODAY, settings_in
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright
from sqlalchemy import func, select
from yarl import URL

from service.access import accounts, sessions
from service.access.unit import House
from service.app import build_app, listening
from service.tables import findings, tasks

FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


async def busiest(house: House) -> tuple[int, str]:
    """Account and login of the worker who has the visit with the most to do today."""
    async with house.read() as unit:
        row = (
            await unit.connection.execute(
                select(tasks.c.account_id)
                .join(findings, findings.c.task_id == tasks.c.task_id)
                .where(tasks.c.planned_on == TODAY)
                .group_by(tasks.c.account_id, tasks.c.task_id)
                .order_by(func.count().desc(), tasks.c.task_id)
            )
        ).first()
        assert row is not None
        account = await accounts.by_id(unit, row.account_id)
    assert account is not None
    return account.account_id, account.login


@dataclass
class Shown:
    """One answer, wholly read."""

    status: int
    headers: Any
    text: str

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page."""
        return unescape(dict(FIELD.findall(self.text))[name])


@dataclass
class Browser:
    """Somebody with a cookie jar who follows no redirect by itself, and says of itself what a browser says."""

    session: aiohttp.ClientSession
    url: str
    house: House

    async def get(self, path: str, **headers: str) -> Shown:
        return await self("GET", path, headers=headers)

    async def post(self, path: str, form: dict[str, str], **headers: str) -> Shown:
        headers = {"Sec-Fetch-Site": "same-origin", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return await self("POST", path, data=form, headers=headers)

    async def __call__(self, method: str, path: str, **more: Any) -> Shown:
        headers = {"Accept": "text/html", **more.pop("headers", {})}
        async with self.session.request(
            method, self.url + path, headers=headers, allow_redirects=False, **more
        ) as answer:
            return Shown(answer.status, answer.headers, await answer.text())

    async def sign_in(self, login: str) -> Browser:
        """A session of that account; what happens at the door itself is for the tests of doors."""
        async with self.house.write() as unit:
            account = await accounts.by_login(unit, login)
            assert account is not None
            token = await sessions.open_session(unit, account.account_id, "login")
        self.session.cookie_jar.update_cookies({"zhitui": token}, URL(self.url))
        return self

    async def csrf(self) -> str:
        return (await self.get("/codes")).hidden("csrf")


class Doors:
    """The served pages; every call is another browser."""

    def __init__(self, house: House, url: str, clients: list[aiohttp.ClientSession]) -> None:
        self.house, self.url, self.clients = house, url, clients

    def __call__(self) -> Browser:
        jar = aiohttp.CookieJar(unsafe=True)  # 127.0.0.1 has cookies too
        self.clients.append(aiohttp.ClientSession(cookie_jar=jar))
        return Browser(self.clients[-1], self.url, self.house)

    async def worker(self) -> Browser:
        """The busiest worker, signed in."""
        return await self().sign_in((await busiest(self.house))[1])


@pytest.fixture
async def doors(street_house: House, tmp_path: Path) -> AsyncIterator[Doors]:
    async with served(street_house, tmp_path) as doors:
        yield doors


@asynccontextmanager
async def served(house: House, folder: Path) -> AsyncIterator[Doors]:
    """The pages of a house, as long as the block lasts."""
    app = build_app(settings_in(folder), house)
    clients: list[aiohttp.ClientSession] = []
    async with listening(app, "127.0.0.1", 0) as url:
        yield Doors(house, url, clients)
        for client in clients:
            await client.close()


CHROMIUM = Path("/usr/bin/chromium")
ON_SQLITE = pytest.mark.parametrize("small_street_url", ["sqlite"], indirect=True)
"""For tests to which it is all the same where the server keeps its records: of words, permissions, what a browser does."""


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    """A real Chromium, the system's own."""
    if not await asyncio.to_thread(CHROMIUM.exists):
        pytest.skip(
            f"there is no {CHROMIUM}; .ci/run installs it, or: apt-get install chromium fonts-wqy-zenhei"
        )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()
