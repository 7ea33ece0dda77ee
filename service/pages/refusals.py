"""A refusal as a person reads it: a page with what happened and where to go on, or the way to sign in."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web

from service.pages.rendering import plain_page, to

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]
NEXT = re.compile(
    r"/(?:today|done|codes|visits/[0-9]{1,19}(?:/why|/handover)?"
    r"|home|overview(?:/tasks)?|unassigned|objections|staff|forecast|returns)"
)
"""Where somebody may be led after signing in: pages of ours, and nothing that names anybody."""
BACK = re.compile(rf"{NEXT.pattern}|/sign-in|/offline|/enter/[\w-]{{1,100}}")
"""Where the forms of the footer lead back to: the page they stand on."""
KEPT_HEADERS = ("Retry-After", "Allow")


@web.middleware
async def show_refusals(request: web.Request, handler: Next) -> web.StreamResponse:
    """Turn problem+json into a page for a browser that asked for one; programs keep theirs."""
    response = await handler(request)
    if not _for_a_person(request) or response.content_type != "application/problem+json":
        return response
    if response.status == 401:
        return to_sign_in(request)
    assert isinstance(response, web.Response)
    told = json.loads(response.text or "{}")
    shown = plain_page(
        request, "refusal.html", status=response.status, detail=told["detail"], instance=told["instance"]
    )
    shown.headers.update({name: response.headers[name] for name in KEPT_HEADERS if name in response.headers})
    return shown


def to_sign_in(raw: web.Request) -> web.Response:
    """Lead to the sign-in page, and from there back to the page that was asked for."""
    wanted = raw.path if raw.method == "GET" and NEXT.fullmatch(raw.path) else ""
    return to(f"/sign-in?next={quote(wanted)}" if wanted else "/sign-in")


def _for_a_person(raw: web.Request) -> bool:
    return "text/html" in raw.headers.get("Accept", "") and not raw.path.startswith("/api/")
