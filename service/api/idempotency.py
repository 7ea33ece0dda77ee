"""`Idempotency-Key`: submitting twice is submitting once.

The key is claimed, the effect written and the answer kept in one transaction. A twin that comes meanwhile waits for
the first (on SQLite for its turn to write, on PostgreSQL for the row it cannot insert) and then gets the same answer.
A request that fails keeps nothing, so it may be sent again. Answers are encrypted at rest: they may name people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from service.access import answered
from service.api.contract import Contract
from service.api.models import Reply
from service.api.request import Request
from service.errors import BadRequest, KeyReused

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,200}")


def key_of(contract: Contract, raw: web.Request) -> str | None:
    """The key the client sent to a route that honours one, or None."""
    key = raw.headers.get(HEADER)
    if key is None or not contract.idempotent:
        return None
    if not KEY.fullmatch(key):
        raise BadRequest("Idempotency-Key 须为 1 到 200 个可见 ASCII 字符。")
    return key


async def answer_once(
    request: Request, key: str, body: bytes, act: Callable[[Request], Awaitable[Reply]]
) -> Reply:
    """What `act` answers the first time; later the same again, or KeyReused for a different request."""
    async with request.house.write(request.actor) as unit:
        digest = answered.digest_of(unit, _asked(request.raw, body))
        if not await answered.claim(unit, key, digest):
            kept = await answered.find(unit, key)
            if kept.request_digest != digest:
                raise KeyReused()
            return _replay(kept)
        reply = await act(request.joining(unit))
        await answered.keep(unit, key, reply.status, _pack(reply))
    return reply


def _asked(raw: web.Request, body: bytes) -> bytes:
    return b"\0".join((raw.method.encode(), raw.path_qs.encode(), body))


def _pack(reply: Reply) -> str:
    return json.dumps({"location": reply.location, "etag": reply.etag, "body": reply.body.decode()})


def _replay(kept: answered.Answered) -> Reply:
    packed = json.loads(kept.body)
    return Reply(
        kept.status,
        packed["body"].encode(),
        packed["location"],
        replayed=True,
        etag=packed.get("etag"),
    )
