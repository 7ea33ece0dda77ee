"""WeCom's group robot: one post to one group. Nothing is signed, so the key is the secret; nothing tells of a repeat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

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

ROOM = 4096  # bytes of markdown


class WecomRobotConfig(ProviderConfig):
    """One robot of one group. Whoever has `key` can post."""

    key: SecretStr
    base_url: str = Field("https://qyapi.weixin.qq.com", description="for rehearsals against a stand-in")
    limits: Limits = Limits(calls=(Rate(most=20, seconds=60),))


class WecomRobotChannel:
    """Posts to the group; `Message.to` is the name by which the office knows it."""

    name: ClassVar[str] = "wecom_robot"
    retry_safety: ClassVar[RetrySafety] = "unsafe"
    safe_within: ClassVar[timedelta | None] = None

    def __init__(self, config: WecomRobotConfig, session: ClientSession, clock: Clock) -> None:
        self.limits = config.limits
        self._config = config
        self._robot = Robot(Caller(session, config.timeout, "base_url"), "errcode", _refusal)

    async def send(self, message: Message) -> Receipt:
        """`accepted`: the group has it, whether anybody sees it is not told."""
        content = fitted(message, ROOM, in_markdown(message, "\n"))
        body: dict[str, Any] = {"msgtype": "markdown", "markdown": {"content": content}}
        return await self._robot.post(self._url(), body)

    async def probe(self) -> None:
        """Whether the key opens a robot; nothing is shown."""
        await self._robot.knock(self._url(), {})

    def _url(self) -> URL:
        url = URL(f"{self._config.base_url}/cgi-bin/webhook/send")
        return url.with_query(key=self._config.key.get_secret_value())


def _refusal(code: int) -> ChannelError:
    """Decided by code; the words beside it change and may repeat what was sent."""
    told = str(code)
    match code:
        case 93000:
            return Misconfigured("key", "没有这个机器人（93000）", code=told)
        case 45009:
            return Throttled("发送过快，已被限流（45009）", 60.0, code=told)
        case 45033:
            return Throttled("并发调用超过限制（45033）", 5.0, code=told)
        case -1:
            return Retryable("服务商繁忙（-1）", code=told)
        case _:
            return Rejected(f"服务商拒收（{told}）", code=told)
