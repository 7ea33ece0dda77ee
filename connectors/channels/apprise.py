"""Anything that Apprise (github.com/caronc/apprise) can reach: best effort, and not verifiable.

Apprise answers yes or no, and for some services yes when the service refused. So the best that is ever said is
`handed_over`, and a no is `Uncertain`. It blocks, so it works in a few threads of its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, ClassVar, Literal

from aiohttp import ClientSession
from pydantic import Field

from connectors.channels.contract import ChannelConfig, Clock, RetrySafety
from connectors.channels.fitting import fitted, one_line
from connectors.channels.message import Message, Misconfigured, Receipt, Rejected, Uncertain

OURS = frozenset({"dingtalk", "feishu", "lark", "wechat", "wecombot", "mailto", "mailtos", "vapid"})
"""Services that we have channels for, which say more; of some of these Apprise reports success when they refuse."""


class AppriseConfig(ChannelConfig):
    """`services` are the schemes that addresses may have; Apprise connects wherever an address of them points."""

    services: tuple[str, ...] = Field(min_length=1)
    threads: int = Field(2, ge=1, le=16)
    timeout: float = Field(30.0, gt=0, le=300)


class AppriseChannel:
    """Hands messages over to a service; `Message.to` is an Apprise URL, and as secret as what stands in it."""

    name: ClassVar[str] = "apprise"
    retry_safety: ClassVar[RetrySafety] = "unsafe"
    safe_within: ClassVar[timedelta | None] = None
    scattered: ClassVar[Literal[True]] = True

    def __init__(self, config: AppriseConfig, session: ClientSession, clock: Clock) -> None:
        self.limits = config.limits
        self._config = config
        self._threads = ThreadPoolExecutor(config.threads, thread_name_prefix="apprise")
        self._library = _library()

    async def send(self, message: Message) -> Receipt:
        """`handed_over`, whatever Apprise says: it does not look at what a service answers as closely as we would."""
        begun = time.perf_counter()
        service = self._service(message.to)
        text = fitted(message, service.body_maxlen, _rendering(message), len)
        title = one_line(message.subject, service.title_maxlen) if service.title_maxlen else ""
        handing = asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: service.notify(body=text, title=title)
        )
        try:
            done = await asyncio.wait_for(handing, self._config.timeout)
        except TimeoutError as error:
            raise Uncertain("Apprise 超时未答") from error
        if not done:
            raise Uncertain("Apprise 没有送出，也没有说明原因")
        return Receipt("handed_over", None, None, (time.perf_counter() - begun) * 1000)

    async def probe(self) -> None:
        """Whether Apprise is there and knows the services; whether they can be reached shows when something is sent."""
        known = self._library.manager_plugins.NotificationManager()
        for name in self._config.services:
            if name in OURS:
                raise Misconfigured("services", f"{name} 请用本系统自己的渠道，状态才可信")
            if name not in known:
                raise Misconfigured("services", f"Apprise 没有服务 {name}")

    def _service(self, url: str) -> Any:
        scheme, found, _ = url.partition("://")
        if not found or scheme not in self._config.services or scheme in OURS:
            raise Rejected("地址的服务不在 services 之内")
        service = self._library.Apprise.instantiate(url, suppress_exceptions=True)
        if service is None:
            raise Rejected("地址不是 Apprise 认识的网址")
        return service


def _library() -> Any:
    """Apprise, silent: its log repeats addresses."""
    try:
        import apprise
    except ImportError as error:
        raise Misconfigured("channel", "没有安装 Apprise，请装上附加依赖 apprise") from error
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return apprise


def _rendering(message: Message) -> Any:
    links = [message.link] if message.link else []
    return lambda lines: "\n".join([*lines, *links])
