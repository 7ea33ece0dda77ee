"""Routes that exist only to try the layer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field
from sqlalchemy import func, insert, select, text

from service.access.permissions import Permission
from service.api.models import Accepted, Body, Created, Day, Frame, Id, Page, PageQuery, Query, Stream, View
from service.api.request import Request
from service.api.routing import Routes
from service.errors import Conflict
from service.tables import households

routes = Routes()
told: list[str] = []
"""What `after_commit` was called for."""


class Visit(Body):
    number: str
    fail: bool = False


class Survey(Body):
    name: str
    on: Day
    income: Decimal
    count: Id
    kind: Literal["a", "b"]


class VisitView(View):
    number: str
    total: int


class VisitQuery(PageQuery):
    state: Literal["open", "closed"] | None = None
    on: Day | None = None
    tag: list[str] = Field(default_factory=list)


class EchoView(View):
    after: int | None
    limit: int
    state: str | None
    on: date | None
    tag: list[str]


@routes.post("/probe/visits", permission=Permission.WORK, idempotent=True)
async def add_visit(request: Request, body: Visit) -> Created[VisitView]:
    """Write one row, or fail after writing it."""
    request.after_commit(lambda: told.append(body.number))
    async with request.unit() as unit:
        await unit.connection.execute(insert(households).values(number=body.number))
    async with request.reading() as unit:
        total = await unit.connection.scalar(select(func.count()).select_from(households))
    if body.fail:
        raise Conflict()
    return Created(f"/api/v1/probe/visits/{body.number}", VisitView(number=body.number, total=total or 0))


@routes.post("/probe/rounds", permission=Permission.WORK)
async def start_round(request: Request) -> Accepted[VisitView]:
    """Answer 202 and go on."""
    return Accepted("/api/v1/probe/rounds/1", VisitView(number="1", total=0))


@routes.post("/probe/surveys", permission=Permission.WORK)
async def add_survey(request: Request, body: Survey) -> VisitView:
    """Take a body of many types."""
    return VisitView(number=body.name, total=body.count)


@routes.get("/probe/visits", permission=Permission.WORK)
async def list_visits(request: Request, query: VisitQuery) -> EchoView:
    """Say what was asked."""
    return EchoView(**query.model_dump())


@routes.get("/probe/pages", permission=Permission.WORK)
async def list_pages(request: Request, query: PageQuery) -> Page[VisitView]:
    """Pages over 1 to 5."""
    start = query.after or 0
    found = [VisitView(number="n", total=n) for n in range(1, 6) if n > start][: query.limit + 1]
    return Page.of(found, limit=query.limit, key=lambda visit: visit.total)


class StreamQuery(Query):
    fail_after: int = 1_000_000


@routes.get("/probe/stream", permission=Permission.WORK)
async def stream_visits(request: Request, query: StreamQuery) -> Stream[VisitView]:
    """Long frames without end, or until it fails."""
    return Stream(_visits(query.fail_after))


async def _visits(fail_after: int) -> AsyncGenerator[Frame[VisitView], None]:
    try:
        for number in range(1_000_000):
            if number == fail_after:
                raise Conflict()
            yield Frame(str(number), "visit", VisitView(number="x" * 100_000, total=number))
    finally:
        told.append("the stream has ended")


@routes.get("/probe/numbers/{number}/{name}", permission=Permission.WORK)
async def show_number(request: Request, number: int, name: str) -> VisitView:
    """Say what is in the path."""
    return VisitView(number=name, total=number)


@routes.get("/probe/crash", permission=Permission.PUBLIC)
async def crash(request: Request) -> Annotated[web.Response, "text/plain"]:
    """Fail with a message that must not get out."""
    raise RuntimeError("陈阿婆 19900000001 in /srv/zhitui/secret.py")


@routes.get("/probe/bad-sql", permission=Permission.WORK)
async def fail_in_sql(request: Request) -> VisitView:
    """Fail inside the database, with a parameter that must not get out."""
    async with request.reading() as unit:
        await unit.connection.execute(
            text("SELECT nothing FROM nowhere WHERE x = :phone"), {"phone": "19900000001"}
        )
    return VisitView(number="", total=0)


@routes.get("/probe/writing-get", permission=Permission.WORK)
async def write_in_get(request: Request) -> None:
    """A GET that wants to write."""
    async with request.unit():
        pass


@routes.get("/probe/slow", permission=Permission.PUBLIC)
async def wait_for_ever(request: Request) -> None:
    """Never answer."""
    await asyncio.Event().wait()


@routes.get("/probe/cancelled", permission=Permission.PUBLIC)
async def be_cancelled(request: Request) -> None:
    """Be cancelled as a shutdown does it."""
    raise asyncio.CancelledError
