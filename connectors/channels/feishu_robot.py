"""Feishu's group robot: one signed post to one group. Nobody in it can be addressed, and nothing tells of a repeat."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any, ClassVar

from aiohttp import ClientSession
from pydantic import Field, SecretStr
from yarl import URL

from connectors.channels.calls import Caller
from connectors.channels.contract import Clock, ProviderConfig, RetrySafety
from connectors.channels.feishu_cards import card
from connectors.channels.limits import Limits, Rate
from connectors.channels.message import ChannelError, Message, Misconfigured, Receipt, Rejected, Throttled
from connectors.channels.robots import Robot

ROOM = 19_500  # bytes of a card; the body around it may have 20,000 with it


class FeishuRobotConfig(ProviderConfig):
    """One robot of one group. `secret` is that of the security setting 签名校验."""

    token: SecretStr
    secret: SecretStr
    base_url: str = Field("https://open.feishu.cn", description="https://open.larksuite.com for Lark")
    limits: Limits = Limits(
        calls=(Rate(most=5, seconds=1), Rate(most=100, seconds=60)), crowded_minutes=(0, 30)
    )


class FeishuRobotChannel:
    """Posts to the group; `Message.to` is the name by which the office knows it."""

    name: ClassVar[str] = "feishu_robot"
    retry_safety: ClassVar[RetrySafety] = "unsafe"
    safe_within: ClassVar[timedelta | None] = None

    def __init__(self, config: FeishuRobotConfig, session: ClientSession, clock: Clock) -> None:
        self.limits = config.limits
        self._config = config
        self._clock = clock
        self._robot = Robot(Caller(session, config.timeout, "base_url"), "code", _refusal)

    async def send(self, message: Message) -> Receipt:
        """`accepted`: the group has it, whether anybody sees it is not told."""
        body = {"msg_type": "interactive", "card": card(message, ROOM)}
        return await self._robot.post(self._url(), self._signed(body))

    async def probe(self) -> None:
        """Whether token and secret open a robot; nothing is shown."""
        await self._robot.knock(self._url(), self._signed({}))

    def _url(self) -> URL:
        url = URL(f"{self._config.base_url}/open-apis/bot/v2/hook")
        return url / self._config.token.get_secret_value()

    def _signed(self, body: dict[str, Any]) -> dict[str, Any]:
        stamp = str(int(self._clock.now().timestamp()))
        return {"timestamp": stamp, "sign": sign(self._config.secret.get_secret_value(), stamp), **body}


def sign(secret: str, stamp: str) -> str:
    """Base64 of HMAC-SHA256 over nothing, under `stamp` (s) and the secret: the reverse of DingTalk's."""
    return base64.b64encode(hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def _refusal(code: int) -> ChannelError:
    """Decided by code; the words beside it change and may repeat what was sent."""
    told = str(code)
    match code:
        case 19001:
            return Misconfigured("token", "没有这个机器人（19001）", code=told)
        case 19021:
            return Misconfigured("secret", "签名不符，或本机时钟不准（19021）", code=told)
        case 19022:
            return Misconfigured("secret", "本机出口地址不在机器人的白名单里（19022）", code=told)
        case 19024:
            return Misconfigured("secret", "机器人要求自定义关键词，请改用签名校验（19024）", code=told)
        case 11232:
            return Throttled("发送过快，已被限流（11232）", 60.0, code=told)
        case _:
            return Rejected(f"服务商拒收（{told}）", code=told)
