"""Typed handlers over aiohttp: a route is an async function whose signature is its contract.

    routes = Routes()

    @routes.post("/tasks/{task_id}/start", permission=Permission.WORK, idempotent=True)
    async def start_task(request: Request, task_id: int) -> TaskView:
        '''Start a visit; 409 if someone else holds it.'''
        async with request.unit() as unit:
            return TaskView.of(await tasks.start(unit, task_id))

`query` and `body` parameters are pydantic models (models.Query, models.Body), `version: int` is what If-Match names of
a thing whose view is models.Versioned, `seen: Seen` what it names, if sent, of one whose view is models.Tagged; the answer
is a model (200), `Accepted[Model]` (202), `Created[Model]` (201), None (204), `Redirect` (302), `Stream[Model]` (server-sent
events) or an aiohttp response (a file, annotated with its media types). `refuses` names the refusals that only the handler
can give, such as Conflict; the OpenAPI document tells them with those of the layer, and tests hold it to that. A route
without a declared permission does not register.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

from aiohttp import web

from service.access.actors import NOBODY
from service.access.permissions import Permission
from service.access.tokens import actor_of
from service.api.contract import PLACEHOLDER, BrokenContract, Contract, Handler, contract_of
from service.api.idempotency import answer_once, key_of
from service.api.inputs import has_seen, read_body, read_inputs
from service.api.models import Reply
from service.api.request import Request
from service.api.state import ACTOR, STATE
from service.api.streaming import send
from service.errors import NotSignedIn, Problem

H = TypeVar("H", bound=Handler)
Refusals = tuple[type[Problem], ...]
API = "/api/v1"


class Routes:
    """The routes of one noun, in the order they are written."""

    def __init__(self, prefix: str = API) -> None:
        self.prefix = prefix
        self.contracts: list[Contract] = []

    def get(self, path: str, *, permission: Permission, refuses: Refusals = ()) -> Callable[[H], H]:
        """Register a handler that only reads; HEAD is answered too."""
        return self._add("GET", path, permission=permission, refuses=refuses)

    def post(
        self, path: str, *, permission: Permission, idempotent: bool = False, refuses: Refusals = ()
    ) -> Callable[[H], H]:
        """Register a handler that writes; `idempotent` honours the Idempotency-Key header."""
        return self._add("POST", path, permission=permission, idempotent=idempotent, refuses=refuses)

    def put(self, path: str, *, permission: Permission, refuses: Refusals = ()) -> Callable[[H], H]:
        return self._add("PUT", path, permission=permission, refuses=refuses)

    def delete(self, path: str, *, permission: Permission, refuses: Refusals = ()) -> Callable[[H], H]:
        return self._add("DELETE", path, permission=permission, refuses=refuses)

    def _add(self, method: str, path: str, **declared: Any) -> Callable[[H], H]:
        def register(handler: H) -> H:
            self.contracts.append(contract_of(method, self.prefix + path, handler, **declared))
            return handler

        return register


def mount(app: web.Application, nouns: Iterable[Routes]) -> tuple[Contract, ...]:
    """Put the routes of all `nouns` into `app` and return them. Handler names are operation ids and must differ."""
    contracts = tuple(contract for routes in nouns for contract in routes.contracts)
    names: set[str] = set()
    for contract in contracts:
        if contract.name in names:
            raise BrokenContract(f"two handlers are called {contract.name}")
        names.add(contract.name)
        serve = _server(contract)
        if contract.method == "GET":
            app.router.add_get(_pattern(contract), serve, allow_head=True)
        else:
            app.router.add_route(contract.method, _pattern(contract), serve)
    return contracts


def _pattern(contract: Contract) -> str:
    """The path as the router reads it: where a number is wanted nothing else fits, so /tasks/handover is no /tasks/{task_id}."""
    numbers = {
        name for name, adapter in contract.parameters.items() if adapter.json_schema()["type"] == "integer"
    }
    return PLACEHOLDER.sub(
        lambda found: f"{{{found[1]}:[0-9]+}}" if found[1] in numbers else found[0], contract.path
    )


def _server(contract: Contract) -> Callable[[web.Request], Any]:
    async def serve(raw: web.Request) -> web.StreamResponse:
        async with _admitted(contract, raw) as request:
            key = key_of(contract, raw)
            body = await read_body(contract, raw)
            arguments = await read_inputs(contract, raw, body)
            if contract.stream:
                return await send(raw, await contract.handler(request, **arguments))
            if contract.file:
                response: web.StreamResponse = await contract.handler(request, **arguments)
                return response

            async def act(request: Request) -> Reply:
                return Reply.of(await contract.handler(request, **arguments))

            reply = await (act(request) if key is None else answer_once(request, key, body, act))
            if not reply.replayed:
                request.committed()
            if contract.tagged and reply.etag is not None and has_seen(raw, reply.etag):
                return web.Response(status=304, headers={"ETag": reply.etag})
            return _response(reply)

    return serve


@asynccontextmanager
async def _admitted(contract: Contract, raw: web.Request) -> AsyncIterator[Request]:
    """The request of an actor who may call this route. A GET keeps the transaction its token was read in, unless it is a
    stream, which lasts."""
    state = raw.app[STATE]
    if contract.permission is Permission.PUBLIC:
        yield Request(raw, state, NOBODY)
        return
    token = _bearer(raw)
    async with state.house.read() as unit:
        actor = await actor_of(unit, token)
        raw[ACTOR] = actor
        actor.require(contract.permission)
        if contract.method == "GET" and not contract.stream:
            yield Request(raw, state, actor, token, snapshot=replace(unit, actor=actor))
            return
    yield Request(raw, state, actor, token)


def _bearer(raw: web.Request) -> str:
    scheme, _, token = raw.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn()
    return token.strip()


def _response(reply: Reply) -> web.Response:
    headers = {}
    if reply.location is not None:
        headers["Location"] = reply.location
    if reply.etag is not None:
        headers["ETag"] = reply.etag
    if reply.replayed:
        headers["Idempotent-Replayed"] = "true"
    if reply.status in (204, 302):
        return web.Response(status=reply.status, headers=headers)
    return web.Response(
        status=reply.status, body=reply.body, content_type="application/json", headers=headers
    )
