"""DingTalk's group robot: one signed post to one group. Nobody in it can be addressed, and nothing tells of a repeat."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import ClassVar

from aiohttp import ClientSession
from pydantic import Field, SecretStr
from yarl import URL

from connectors.channels.calls import Caller
from connectors.channels.contract import Clock, ProviderConfig, RetrySafety
from connectors.channels.fitting import fitted, in_markdown
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
from connectors.channels.robots import Robot

ROOM = 20_000  # bytes of a body; what fits is far below
PENALTY = 600.0  # seconds a robot is silent that sent too fast


class DingtalkRobotConfig(ProviderConfig):
    """One robot of one group. `secret` is that of the security setting 加签."""

    access_token: SecretStr
    secret: SecretStr
    base_url: str = Field("https://oapi.dingtalk.com", description="for rehearsals against a stand-in")
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
        self._robot = Robot(Caller(session, config.timeout, "base_url"), "errcode", _refusal)

    async def send(self, message: Message) -> Receipt:
        """`accepted`: the group has it, whether anybody sees it is not told."""
        return await self._robot.post(self._url(), self._body(message))

    async def probe(self) -> None:
        """Whether token and secret open a robot; nothing is shown."""
        await self._robot.knock(self._url(), {})

    def _url(self) -> URL:
        stamp = str(int(self._clock.now().timestamp() * 1000))
        query = {
            "access_token": self._config.access_token.get_secret_value(),
            "timestamp": stamp,
            "sign": sign(self._config.secret.get_secret_value(), stamp),
        }
        return URL(f"{self._config.base_url}/robot/send").with_query(query)

    def _body(self, message: Message) -> dict[str, object]:
        text = fitted(message, ROOM, in_markdown(message, "\n\n"))
        return {"msgtype": "markdown", "markdown": {"title": message.subject, "text": text}}


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
            return Misconfigured("access_token", "机器人不存在、已停用或在外部群里（300005）", code=told)
        case 130101:
            return Throttled("发送过快，已被限流（130101）", PENALTY, code=told)
        case 90030:
            return Throttled("本月调用额度已用完（90030）", 86_400.0, code=told)
        case -1:
            return Retryable("服务商繁忙（-1）", code=told)
        case _:
            return Rejected(f"服务商拒收（{told}）", code=told)
