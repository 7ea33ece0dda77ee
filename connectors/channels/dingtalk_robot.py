"""DingTalk's group robot: one signed post to one group. Nobody in it can be addressed, and nothing tells of a repeat."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import timedelta
from typing import ClassVar

from aiohttp import ClientSession
from pydantic import Field, SecretStr
from yarl import URL

from connectors.channels.calls import Caller
from connectors.channels.contract import ChannelConfig, Clock, RetrySafety
from connectors.channels.fitting import fitted
from connectors.channels.limits import Limits, Rate
from connectors.channels.message import (
    ChannelError,
    Message,
    Misconfigured,
    Receipt,
    Rejected,
    Retryable,
    Throttled,
)

ROOM = 20_000  # bytes of a body; what fits is far below
PENALTY = 600.0  # seconds a robot is silent that sent too fast


class DingtalkRobotConfig(ChannelConfig):
    """One robot of one group. `secret` is that of the security setting 加签."""

    access_token: SecretStr
    secret: SecretStr
    base_url: str = Field("https://oapi.dingtalk.com", description="for rehearsals against a stand-in")
    timeout: float = Field(15.0, gt=0, le=60)
    allow_private: bool = False
    limits: Limits = Limits(calls=(Rate(most=20, seconds=60),))


class DingtalkRobotChannel:
    """Posts to the group; `Message.to` is the name by which the office knows it."""

    name: ClassVar[str] = "dingtalk_robot"
    retry_safety: ClassVar[RetrySafety] = "unsafe"
    safe_within: ClassVar[timedelta | None] = None

    def __init__(self, config: DingtalkRobotConfig, session: ClientSession, clock: Clock) -> None:
        self.limits = config.limits
        self._config = config
        self._clock = clock
        self._caller = Caller(session, config.timeout, "base_url")

    async def send(self, message: Message) -> Receipt:
        """`accepted`: the group has it, whether anybody sees it is not told."""
        begun = time.perf_counter()
        code = (await self._caller.send("POST", self._url(), json=self._body(message))).code("errcode")
        if code:
            raise _refusal(code)
        return Receipt("accepted", None, "0", (time.perf_counter() - begun) * 1000)

    async def probe(self) -> None:
        """An empty message is refused after token and signature were checked, and shown to nobody."""
        refusal = _refusal((await self._caller.ask("POST", self._url(), json={})).code("errcode"))
        if isinstance(refusal, Misconfigured | Retryable):
            raise refusal

    def _url(self) -> URL:
        stamp = str(int(self._clock.now().timestamp() * 1000))
        query = {
            "access_token": self._config.access_token.get_secret_value(),
            "timestamp": stamp,
            "sign": sign(self._config.secret.get_secret_value(), stamp),
        }
        return URL(f"{self._config.base_url}/robot/send").with_query(query)

    def _body(self, message: Message) -> dict[str, object]:
        def render(lines: list[str]) -> str:
            links = [f"[查看]({message.link})"] if message.link else []
            return "\n\n".join([f"### {message.subject}", *lines, *links])

        return {
            "msgtype": "markdown",
            "markdown": {"title": message.subject, "text": fitted(message, ROOM, render)},
        }


def sign(secret: str, stamp: str) -> str:
    """Base64 of HMAC-SHA256 over `stamp` (ms) and the secret, under the secret; aiohttp encodes it for the URL."""
    return base64.b64encode(
        hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    ).decode()


def _refusal(code: int) -> ChannelError:
    """Decided by code; the words beside it change and may repeat what was sent."""
    told = str(code)
    match code:
        case 310000:
            return Misconfigured("secret", "签名、关键词或地址限制不符（310000）", code=told)
        case 300005:
            return Misconfigured("access_token", "机器人不存在或已停用（300005）", code=told)
        case 130101:
            return Throttled("发送过快，已被限流（130101）", PENALTY, code=told)
        case 90030:
            return Throttled("本月调用额度已用完（90030）", 86_400.0, code=told)
        case -1:
            return Retryable("服务商繁忙（-1）", code=told)
        case _:
            return Rejected(f"服务商拒收（{told}）", code=told)
