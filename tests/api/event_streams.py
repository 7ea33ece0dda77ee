"""A client of /api/v1/events, and tasks for things to happen to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import made
from access.people import GRID, add_account
from api.conftest import Site
from sqlalchemy import select

from service.access import tokens
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.tables import task_events, tasks
from service.work.history import tell

EVENTS = "/api/v1/events"


@dataclass
class Frame:
    """One message as it came: `comment` where it only says that the stream lives."""

    id: str | None = None
    event: str | None = None
    data: Any = None
    retry: int | None = None
    comment: bool = False


class Client:
    """An open stream. It remembers the last id, as EventSource does."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.last: str | None = None

    async def frame(self) -> Frame | None:
        """The next message; None when the stream has ended."""
        found = Frame()
        while line := await self.response.content.readline():
            if line == b"\n":
                self.last = found.id or self.last
                return found
            name, _, value = line.decode().rstrip("\n").partition(": ")
            match name:
                case "":
                    found.comment = True
                case "retry":
                    found.retry = int(value)
                case "data":
                    found.data = json.loads(value)
                case "id" | "event":
                    setattr(found, name, value)
        return None

    async def event(self) -> Frame:
        """The next message that tells of something."""
        while (found := await self.frame()) is not None:
            if found.event is not None:
                return found
        raise AssertionError("the stream has ended")

    async def rest(self) -> list[Frame]:
        """Whatever it tells until it ends."""
        found = []
        while (one := await self.frame()) is not None:
            found += [one] if one.event is not None else []
        return found


@asynccontextmanager
async def following(
    site: Site, token: str, last: str | None = None, query: str = ""
) -> AsyncIterator[Client]:
    """A stream that has begun: whatever is committed from now on will be told."""
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": last} if last else {})
    timeout = aiohttp.ClientTimeout(total=None, sock_read=60)
    async with site.session.get(site.url + EVENTS + query, headers=headers, timeout=timeout) as response:
        assert response.status == 200, await response.text()
        client = Client(response)
        first = await client.frame()
        assert first is not None
        assert first.retry
        yield client


async def missed(site: Site, token: str, last: str) -> tuple[list[Frame], str]:
    """What happened behind a place, and the place that is reached."""
    async with following(site, token, last, "?follow=false") as client:
        found = await client.rest()
        assert client.last is not None
        return found, client.last


async def account(site: Site, role: Role, login: str, **scope: str) -> tuple[int, str]:
    """A fresh account and a token of it."""
    account_id = await add_account(site.house, role, login=login, **scope)
    return account_id, await token_for(site.house, account_id)


async def token_for(house: House, account_id: int) -> str:
    """A fresh token of an account."""
    async with house.write() as unit:
        return (await tokens.issue(unit, account_id, note="test", lifetime=timedelta(days=30))).text


async def some_tasks(house: House, worker: int | None, number_of: int = 3, place: str = GRID) -> list[int]:
    """Open tasks of a place that a worker has."""
    async with house.write() as unit:
        last = (
            await unit.connection.execute(select(tasks.c.target_id).order_by(tasks.c.target_id.desc()))
        ).scalar()
        return [
            await made.row(
                unit, tasks, target_kind="resident", target_id=(last or 0) + number + 1, division_code=place,
                account_id=worker, grade="normal", opened_on=unit.today, state="planned",
            )
            for number in range(number_of)
        ]  # fmt: skip


async def happen(unit: Unit, task_ids: Iterable[int], kind: str = "planned") -> None:
    """Something happens to tasks."""
    await tell(unit, kind, tasks.c.task_id.in_(list(task_ids)))


async def written(house: House, task_ids: Iterable[int]) -> list[int]:
    """The keys of all events of tasks, in their order."""
    async with house.read() as unit:
        key = task_events.c.task_event_id
        rows = await unit.connection.execute(
            select(key).where(task_events.c.task_id.in_(list(task_ids))).order_by(key)
        )
        return list(rows.scalars())


def keys(frames: Iterable[Frame]) -> list[int]:
    return [frame.data["task_event_id"] for frame in frames if frame.event == "task"]


async def until(condition: Any) -> None:
    """Wait for something that will come to be."""
    while not condition():
        await asyncio.sleep(0.005)
