"""Feishu's (飞书) application messages: one card to one person or group, known again by its uuid for an hour.

Whether a person has read it can be asked for seven days.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from aiohttp import ClientSession
from pydantic import Field, SecretStr

from connectors.channels.calls import Answer, Caller, pause_of
from connectors.channels.contract import Clock, ProviderConfig, RetrySafety
from connectors.channels.feishu_cards import card
from connectors.channels.groups import ask_each
from connectors.channels.limits import Limits, Rate
from connectors.channels.message import (
    ChannelError,
    Message,
    Misconfigured,
    News,
    Receipt,
    Rejected,
    Retryable,
    Sent,
    Throttled,
)
from connectors.channels.tokens import Token, TokenCache

ROOM = 30_000  # bytes of a card
_UUID = 50  # characters
_TOKEN_ENDED = 99991663


class FeishuConfig(ProviderConfig):
    """One application of one tenant. `receive_id_type` is the kind of all addresses of this account."""

    app_id: str = Field(min_length=1)
    app_secret: SecretStr
    receive_id_type: Literal["open_id", "user_id", "union_id", "email", "chat_id"] = "open_id"
    base_url: str = Field("https://open.feishu.cn", description="https://open.larksuite.com for Lark")
    limits: Limits = Limits(
        calls=(Rate(most=50, seconds=1), Rate(most=1000, seconds=60)), person=(Rate(most=5, seconds=1),)
    )


class FeishuChannel:
    """Sends to people, or to groups where `receive_id_type` is chat_id."""

    name: ClassVar[str] = "feishu"
    retry_safety: ClassVar[RetrySafety] = "safe"
    safe_within: ClassVar[timedelta | None] = timedelta(hours=1)
    asks_within: ClassVar[timedelta] = timedelta(days=7)

    def __init__(self, config: FeishuConfig, session: ClientSession, clock: Clock) -> None:
        self.limits = config.limits
        self._config = config
        self._clock = clock
        self._caller = Caller(session, config.timeout, "base_url")
        self._tokens = TokenCache(self._fetch_token, clock)

    async def send(self, message: Message) -> Receipt:
        """`accepted`, with Feishu's message_id; `ask` tells later whether it was read."""
        begun = time.perf_counter()
        body = {
            "receive_id": message.to,
            "msg_type": "interactive",
            "content": json.dumps(card(message, ROOM)),
            "uuid": uuid_of(message.id),
        }
        kind = {"receive_id_type": self._config.receive_id_type}
        answer = await self._call("POST", "im/v1/messages", again=False, params=kind, json=body)
        _check(answer)
        data = answer.told.get("data") or {}
        return Receipt(
            "accepted", str(data.get("message_id") or "") or None, "0", (time.perf_counter() - begun) * 1000
        )

    async def ask(self, sent: Sequence[Sent]) -> list[News]:
        """Who has read, one call a message. Of groups nothing is told: one reader is not everybody."""
        if self._config.receive_id_type == "chat_id":
            return []
        since = self._clock.now() - self.asks_within
        return await ask_each([[one] for one in sent if one.provider_ref and one.at > since], self._read)

    async def probe(self) -> None:
        """Ask for the robot of the application: that needs id, secret and the ability to send messages."""
        answer = await self._call("GET", "bot/v3/info", again=True)
        try:
            _check(answer)
        except Rejected as error:
            raise Misconfigured("app_id", error.reason, code=error.code) from error

    async def _read(self, group: Sequence[Sent]) -> list[News]:
        [one] = group
        path = f"im/v1/messages/{one.provider_ref}/read_users"
        answer = await self._call("GET", path, again=True, params={"user_id_type": "open_id"})
        _check(answer)
        times = [int(item["timestamp"]) for item in (answer.told.get("data") or {}).get("items") or []]
        return [News(one.id, "read", at=datetime.fromtimestamp(min(times) / 1000, UTC))] if times else []

    async def _call(self, method: str, path: str, *, again: bool, **content: Any) -> Answer:
        """`again`: the call may be repeated without harm."""
        ask = self._caller.ask if again else self._caller.send

        async def call(token: str) -> Answer:
            return await ask(method, self._url(path), headers={"Authorization": f"Bearer {token}"}, **content)

        return await self._tokens.spend(call, lambda answer: answer.told.get("code") == _TOKEN_ENDED)

    async def _fetch_token(self) -> Token:
        body = {"app_id": self._config.app_id, "app_secret": self._config.app_secret.get_secret_value()}
        answer = await self._caller.ask("POST", self._url("auth/v3/tenant_access_token/internal"), json=body)
        _check_pace(answer)
        if code := answer.code("code"):
            raise Misconfigured("app_secret", f"应用编号或密钥不符（{code}）", code=str(code))
        return Token(answer.word("tenant_access_token"), float(answer.code("expire")))

    def _url(self, path: str) -> str:
        return f"{self._config.base_url}/open-apis/{path}"


def uuid_of(identity: str) -> str:
    """The message id itself, or a digest of one that is longer than Feishu takes."""
    return identity if len(identity) <= _UUID else hashlib.sha256(identity.encode()).hexdigest()[:_UUID]


def _check(answer: Answer) -> None:
    _check_pace(answer)
    if code := answer.code("code"):
        if answer.status >= 500:
            raise answer.doubt(f"服务商内部出错（{code}）", code=str(code))
        raise _refusal(code)


def _check_pace(answer: Answer) -> None:
    """Too fast is 429, or 400 at older calls, and how long to wait stands in a header."""
    if answer.status == 429 or answer.told.get("code") == 99991400:
        pause = pause_of(answer.headers.get("x-ogw-ratelimit-reset"))
        raise Throttled("调用超过频率限制（99991400）", pause, code="99991400")


def _refusal(code: int) -> ChannelError:
    """Decided by code; the words beside it change and may repeat what was sent."""
    told = str(code)
    match code:
        case 230001:
            return Rejected("收件地址或参数不对（230001）", code=told)
        case 230002:
            return Rejected("机器人不在这个群里（230002）", code=told)
        case 230006:
            return Misconfigured("app_id", "应用没有启用机器人能力（230006）", code=told)
        case 230013:
            return Rejected("收件人不在应用的可用范围内（230013）", code=told)
        case 230020:
            return Retryable("给同一收件人发送过快（230020）", 1.0, code=told)
        case 230022:
            return Rejected("内容被判为敏感（230022）", code=told)
        case 230025:
            return Rejected("消息过长（230025）", code=told)
        case 230027 | 99991672:
            return Misconfigured("app_id", f"应用缺少发送消息的权限（{told}）", code=told)
        case 99991663:
            return Retryable("访问凭证刚刚失效（99991663）", code=told)
        case _:
            return Rejected(f"服务商拒收（{told}）", code=told)
