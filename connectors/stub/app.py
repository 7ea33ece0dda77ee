"""All stand-ins in one application, and the doors for whoever rehearses with them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from aiohttp import web

from connectors.stub.dingtalk import Dingtalk
from connectors.stub.dingtalk_robot import DingtalkRobot
from connectors.stub.dingtalk_todo import DingtalkTodo
from connectors.stub.faults import KINDS, Fault
from connectors.stub.feishu import Feishu
from connectors.stub.feishu_robot import FeishuRobot
from connectors.stub.provider import Action, Provider, Stage
from connectors.stub.sms_aliyun import SmsAliyun
from connectors.stub.sms_tencent import SmsTencent
from connectors.stub.webpush import Webpush
from connectors.stub.wecom import Wecom
from connectors.stub.wecom_robot import WecomRobot
from connectors.stub.zheding import Zheding

PROVIDERS: Sequence[Callable[[Stage], Provider]] = (
    Dingtalk,
    DingtalkTodo,
    DingtalkRobot,
    Zheding,
    Wecom,
    WecomRobot,
    Feishu,
    FeishuRobot,
    SmsAliyun,
    SmsTencent,
    Webpush,
)
ACTIONS = ("x-acs-action", "x-tc-action")  # where providers name an action that have but one path
STAGE = web.AppKey("stage", Stage)
NAMES = web.AppKey("names", list[str])


def build_stub(stage: Stage) -> web.Application:
    """The application. Providers under their names, and `/__log`, `/__faults`, `/__readers` for who rehearses."""
    app = web.Application()
    app[STAGE] = stage
    app[NAMES] = []
    for make in PROVIDERS:
        provider = make(stage)
        app[NAMES].append(provider.name)
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
    last = path.rpartition("/")[2]

    async def serve(request: web.Request) -> web.StreamResponse:
        name = next((request.headers[header] for header in ACTIONS if header in request.headers), last)
        kind = stage.faults.take(provider.name, name)
        return await stage.faults.serve(kind, request, action, provider.revoke)

    return serve


_readable = partial(json.dumps, ensure_ascii=False, indent=1)


async def _show_log(request: web.Request) -> web.Response:
    return web.json_response(request.app[STAGE].ledger.as_json(), dumps=_readable)


async def _add_fault(request: web.Request) -> web.Response:
    """`{"provider": …, "action": "*", "kind": …, "times": 1, "skip": 0}`."""
    told = await _told(request)
    names = request.app[NAMES]
    if told.get("provider") not in names:
        raise web.HTTPBadRequest(text=f"provider is one of {', '.join(names)}\n")
    if told.get("kind") not in KINDS:
        raise web.HTTPBadRequest(text=f"kind is one of {', '.join(KINDS)}\n")
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
    seconds = (await _told(request)).get("read_after")
    if seconds is not None and (not isinstance(seconds, int | float) or seconds < 0):
        raise web.HTTPBadRequest(text="read_after is a number of seconds, or null\n")
    request.app[STAGE].read_after = None if seconds is None else timedelta(seconds=seconds)
    return web.Response(status=204)


async def _told(request: web.Request) -> dict[str, Any]:
    try:
        told = await request.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise web.HTTPBadRequest(text="the body is one JSON object\n")
    return told


async def _let_go(app: web.Application) -> None:
    app[STAGE].faults.let_go()
