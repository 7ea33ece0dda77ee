"""Every refusal as RFC 9457 problem+json, and one log line for every request.

The answer names the error's stable code and what to do; what went wrong inside stays in the log, under the same
request id.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from pydantic import BaseModel, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from service.api.models import View
from service.api.state import ACTOR, REQUEST_ID
from service.errors import BadRequest, MethodNotAllowed, NotFound, Problem, TooLarge, Unavailable
from service.logs import trace_of

log = structlog.get_logger(__name__)
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]
MEDIA_TYPE = "application/problem+json"


class Fault(View):
    """One field and what is wrong with it."""

    field: str
    message: str


class ProblemView(View):
    """An error answer (RFC 9457)."""

    type: str = Field(description="错误说明的地址")
    title: str
    status: int
    detail: str = Field(description="出了什么问题、怎样处理")
    code: str = Field(description="稳定的错误代码，见 docs/errors.md")
    errors: list[Fault] = Field(default_factory=list, description="逐个字段的问题")
    instance: str = Field(description="请求编号，报障时请提供")


@web.middleware
async def answer_problems(request: web.Request, handler: Next) -> web.StreamResponse:
    """Number the request, turn what it raises into an answer, log it. Cancellation passes."""
    request[REQUEST_ID] = str(uuid.uuid4())
    began = time.perf_counter()
    with structlog.contextvars.bound_contextvars(request_id=request[REQUEST_ID]):
        response = await _answered(request, handler)
        _log_request(request, response.status, began)
    return response


def problem_response(raw: web.Request, problem: Problem) -> web.Response:
    """The answer that says `problem`."""
    view = problem_view(problem, f"urn:uuid:{raw[REQUEST_ID]}")
    return web.Response(
        status=problem.status, body=_json(view), content_type=MEDIA_TYPE, headers=_headers(problem)
    )


def problem_view(problem: Problem, instance: str) -> ProblemView:
    """`problem` as a client sees it; `instance` is the number of the request as a URN."""
    return ProblemView(
        type=f"/problems/{problem.code}",
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        code=problem.code,
        errors=[Fault(**fault) for fault in problem.extra.get("errors", [])],
        instance=instance,
    )


async def _answered(raw: web.Request, handler: Next) -> web.StreamResponse:
    try:
        return await handler(raw)
    except Problem as problem:
        return problem_response(raw, problem)
    except web.HTTPException as refusal:
        if refusal.status < 400:
            return refusal
        return problem_response(raw, _problem_of(refusal))
    except (OperationalError, InterfaceError, NoConnectionFree, ConnectionError) as error:
        log.error("database unavailable", **trace_of(error))
        return problem_response(raw, Unavailable())
    except Exception as error:  # the last line of defence: whatever it is, the client learns nothing of it
        log.error("request failed", **trace_of(error))
        return problem_response(raw, Problem())


def _problem_of(refusal: web.HTTPException) -> Problem:
    if isinstance(refusal, web.HTTPMethodNotAllowed):
        return MethodNotAllowed(allowed=sorted(refusal.allowed_methods))
    if isinstance(refusal, web.HTTPRequestEntityTooLarge):
        return TooLarge()
    if refusal.status == 404:
        return NotFound("没有这个地址，请对照接口文档更正。")
    return BadRequest() if refusal.status < 500 else Problem()


def _headers(problem: Problem) -> dict[str, str]:
    headers = {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.status == 405:
        headers["Allow"] = ", ".join(problem.extra.get("allowed", []))
    if "retry_after" in problem.extra:
        headers["Retry-After"] = str(problem.extra["retry_after"])
    return headers


def _log_request(raw: web.Request, status: int, began: float) -> None:
    resource = raw.match_info.route.resource
    actor = raw.get(ACTOR)
    log.info(
        "request",
        method=raw.method,
        route=resource.canonical if resource is not None else "unmatched",
        status=status,
        ms=round((time.perf_counter() - began) * 1000, 1),
        account_id=actor.account_id if actor else None,
    )


def _json(view: BaseModel) -> bytes:
    return view.model_dump_json().encode()
