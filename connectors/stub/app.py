"""All stand-ins in one application, and the doors for whoever rehearses with them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from aiohttp import web

from connectors.stub.dingtalk_robot import DingtalkRobot
from connectors.stub.faults import KINDS, Fault
from connectors.stub.provider import Action, Provider, Stage

PROVIDERS: Sequence[Callable[[Stage], Provider]] = (DingtalkRobot,)
STAGE = web.AppKey("stage", Stage)


def build_stub(stage: Stage) -> web.Application:
    """The application. Providers under their names, and `/__log`, `/__faults`, `/__readers` for who rehearses."""
    app = web.Application()
    app[STAGE] = stage
    for make in PROVIDERS:
        provider = make(stage)
        for (method, path), action in provider.actions().items():
            app.router.add_route(method, f"/{provider.name}{path}", _mishaps(stage, provider, path, action))
    app.router.add_get("/__log", _show_log)
    app.router.add_post("/__faults", _add_fault)
    app.router.add_delete("/__faults", _clear_faults)
    app.router.add_post("/__readers", _set_readers)
    app.on_shutdown.append(_let_go)
    return app


def _mishaps(
    stage: Stage, provider: Provider, path: str, action: Action
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    name = path.rpartition("/")[2]

    async def serve(request: web.Request) -> web.StreamResponse:
        kind = stage.faults.take(provider.name, name)
        return await stage.faults.serve(kind, request, action, provider.revoke)

    return serve


async def _show_log(request: web.Request) -> web.Response:
    return web.json_response(request.app[STAGE].ledger.as_json())


async def _add_fault(request: web.Request) -> web.Response:
    told = await request.json()
    if told.get("kind") not in KINDS:
        raise web.HTTPBadRequest(text=f"kind is one of {', '.join(KINDS)}")
    fault = Fault(
        told["provider"], told.get("action", "*"), told["kind"], told.get("times", 1), told.get("skip", 0)
    )
    request.app[STAGE].faults.add(fault)
    return web.Response(status=204)


async def _clear_faults(request: web.Request) -> web.Response:
    request.app[STAGE].faults.clear()
    return web.Response(status=204)


async def _set_readers(request: web.Request) -> web.Response:
    """`{"read_after": seconds}`, or null: nobody reads."""
    seconds = (await request.json()).get("read_after")
    request.app[STAGE].read_after = None if seconds is None else timedelta(seconds=seconds)
    return web.Response(status=204)


async def _let_go(app: web.Application) -> None:
    app[STAGE].faults.let_go()
