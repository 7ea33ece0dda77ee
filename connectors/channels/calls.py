"""One HTTP call to a provider, and what may be known when it fails.

What did not leave this machine can be sent again. What left and was not answered may have arrived, and so may what a
gateway answered for the provider (502, 504, a page of HTML): such a call ends `Uncertain`, unless repeating it does
no harm, as with asking for a token. Only the provider's own words, in JSON, are an answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    InvalidURL,
)
from yarl import URL

from connectors.channels.egress import ForbiddenAddress
from connectors.channels.message import Misconfigured, Retryable, Throttled, Uncertain

_LARGEST = 1_000_000  # bytes of an answer; a provider's are a few hundred
_LONGEST_PAUSE = 86_400.0  # seconds; a provider may slow us down, but not silence us for good


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's own answer: HTTP status, JSON object, and headers with lower-case names.

    `doubt` is what an answer means that says nothing.
    """

    status: int
    told: dict[str, Any]
    headers: Mapping[str, str]
    doubt: type[Retryable] | type[Uncertain]

    def code(self, name: str) -> int:
        """The provider's code under `name`; 0 is success at all that have numbers."""
        code = self.told.get(name)
        if isinstance(code, int):
            return code
        raise self.doubt("服务商的答复里没有结果代码", code=str(self.status))

    def word(self, name: str) -> str:
        """The text under `name`: a token, a reference, a code that is a word."""
        word = self.told.get(name)
        if isinstance(word, str) and word:
            return word
        raise self.doubt("服务商的答复缺少内容", code=str(self.status))


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls one provider. `field` is the setting to look at when its address is wrong."""

    session: ClientSession
    timeout: float
    field: str

    async def ask(self, method: str, url: str | URL, **content: Any) -> Answer:
        """A call that may be repeated: every failure on the way is `Retryable`. `content` as aiohttp takes it."""
        return await self._call(method, url, content, Retryable)

    async def send(self, method: str, url: str | URL, **content: Any) -> Answer:
        """A call that delivers: `Uncertain` when it may have done so though no answer says it."""
        return await self._call(method, url, content, Uncertain)

    async def _call(
        self,
        method: str,
        url: str | URL,
        content: Mapping[str, Any],
        doubt: type[Retryable] | type[Uncertain],
    ) -> Answer:
        timeout = ClientTimeout(total=self.timeout, sock_connect=self.timeout / 2)
        try:
            async with self.session.request(
                method, url, timeout=timeout, allow_redirects=False, **content
            ) as answer:
                return _read(answer.status, await _body(answer), _lower(answer.headers), doubt)
        except InvalidURL as error:
            raise Misconfigured(self.field, "不是有效的网址") from error
        except ClientConnectorError as error:
            if isinstance(error.os_error, ForbiddenAddress):
                raise Misconfigured(self.field, "指向内网，已拦截；内网服务请设 allow_private") from error
            raise Retryable("无法连接服务商") from error
        except TimeoutError as error:  # connecting included: aiohttp does not tell which, so the doubt stays
            raise doubt("服务商超时未答") from error
        except (ClientError, OSError) as error:
            raise doubt("与服务商的连接中断") from error


async def _body(answer: ClientResponse) -> bytes:
    """As much of the answer as a provider's can be; more of it is read by nobody."""
    body = b""
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > _LARGEST:
            break
    return body


def _read(
    status: int, body: bytes, headers: Mapping[str, str], doubt: type[Retryable] | type[Uncertain]
) -> Answer:
    pause = pause_of(headers.get("retry-after"))
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if isinstance(told, dict) and status not in (502, 504):
        return Answer(status, told, headers, doubt)
    if status in (429, 503):  # said before anything was taken (RFC 9110 §15.6.4, RFC 6585 §4)
        raise Throttled(f"服务商暂不受理（{status}）", pause, code=str(status))
    raise doubt(f"服务商的答复无法读懂（{status}）", code=str(status))


def pause_of(header: str | None) -> float | None:
    """Seconds that a header of a number of seconds asks for; None when there is none or it is no number."""
    text = (header or "").strip()
    return min(float(text), _LONGEST_PAUSE) if text.isascii() and text.isdigit() else None


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
