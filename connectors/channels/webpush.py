"""Push messages to browsers (RFC 8030): encrypted for one browser, and shown by the page's service worker.

Optional, and in China never the only way: Chrome's service is out of reach from the mainland, and the browsers inside
WeChat, DingTalk and 浙政钉 know no push at all (docs/channels.md).
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from aiohttp import ClientSession
from pydantic import AfterValidator, Field, SecretStr
from yarl import URL

from connectors.channels.calls import pause_of
from connectors.channels.contract import Clock, ProviderConfig, RetrySafety
from connectors.channels.fitting import fitted
from connectors.channels.message import (
    ChannelError,
    Gone,
    Message,
    Misconfigured,
    Receipt,
    Rejected,
    Retryable,
    Uncertain,
)
from connectors.channels.posting import Poster
from connectors.channels.push_encryption import ROOM, Vapid, decoded, encoded, encrypt

_TOPIC = 32  # characters


def _checked(key: SecretStr) -> SecretStr:
    try:
        Vapid.of(key.get_secret_value(), "")
    except ValueError:
        raise ValueError("the private key is 32 bytes in base64url") from None
    return key


class WebpushConfig(ProviderConfig):
    """One sender. `contact` is where a push service may complain; `ttl` how long it keeps what has no end of its own."""

    private_key: Annotated[SecretStr, AfterValidator(_checked)]
    contact: str = Field(pattern=r"^(mailto:.+@.+|https://.+)$")
    ttl: int = Field(43_200, ge=0, le=2_419_200)
    urgency: Literal["very-low", "low", "normal", "high"] = "normal"


@dataclass(frozen=True, slots=True)
class Browser:
    """One subscription: where its push service listens, and the keys to encrypt with."""

    url: URL
    key: bytes
    auth: bytes


class WebpushChannel:
    """Sends to browsers; `Message.to` is the subscription, in JSON, as the browser gave it."""

    name: ClassVar[str] = "webpush"
    retry_safety: ClassVar[RetrySafety] = "safe"
    safe_within: ClassVar[timedelta | None] = None
    scattered: ClassVar[Literal[True]] = True

    def __init__(self, config: WebpushConfig, session: ClientSession, clock: Clock) -> None:
        self.limits = config.limits
        self._config = config
        self._clock = clock
        self._poster = Poster(session, config.timeout, config.allow_private, Uncertain)
        self._vapid = Vapid.of(config.private_key.get_secret_value(), config.contact)

    async def send(self, message: Message) -> Receipt:
        """`accepted`: a push service has it; whether the browser shows it is not told."""
        begun = time.perf_counter()
        self._poster.check_open()
        browser = self._browser(message.to)
        now = self._clock.now()
        status, headers = await self._poster.post(
            browser.url, self._headers(message, browser.url, now), _sealed(message, browser)
        )
        if not 200 <= status < 300:
            raise _refusal(status, pause_of(headers.get("Retry-After")))
        return Receipt("accepted", None, str(status), (time.perf_counter() - begun) * 1000)

    async def probe(self) -> None:
        """There is no address to reach yet: raises `Retryable` only when the session is closed."""
        self._poster.check_open()

    def _browser(self, text: str) -> Browser:
        try:
            told = json.loads(text)
            key, auth = decoded(told["keys"]["p256dh"]), decoded(told["keys"]["auth"])
            endpoint = str(told["endpoint"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Gone("地址不是浏览器给的订阅（JSON）") from None
        return Browser(self._poster.target(endpoint), key, auth)

    def _headers(self, message: Message, url: URL, now: datetime) -> dict[str, str]:
        """`Topic` lets a repeat take the place of one that was not fetched yet."""
        return {
            "authorization": self._vapid.authorization(url, now),
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(self._ttl(message, now)),
            "urgency": self._config.urgency,
            "topic": encoded(hashlib.sha256(message.id.encode()).digest())[:_TOPIC],
        }

    def _ttl(self, message: Message, now: datetime) -> int:
        if message.expires_at is None:
            return self._config.ttl
        return max(0, min(self._config.ttl, int((message.expires_at - now).total_seconds())))


def _sealed(message: Message, browser: Browser) -> bytes:
    """What the page's service worker shows; it takes `id` for the tag, so that a repeat replaces what is shown."""

    def made(lines: list[str]) -> str:
        shown = {"id": message.id, "title": message.subject, "body": "\n".join(lines), "url": message.link}
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))

    try:
        return encrypt(fitted(message, ROOM, made).encode(), browser.key, browser.auth)
    except ValueError:
        raise Gone("订阅里的密钥无效") from None


def _refusal(status: int, pause: float | None) -> ChannelError:
    code = str(status)
    match status:
        case 404 | 410:
            return Gone(f"浏览器已退订（{code}）", code=code)
        case 403:
            return Gone(f"订阅用的是另一把密钥（{code}）", code=code)
        case 401:
            return Misconfigured("private_key", f"推送服务不认发送者的身份（{code}）", code=code)
        case 413:
            return Rejected(f"推送服务嫌消息太长（{code}）", code=code)
        case 408 | 425 | 429:
            return Retryable(f"推送服务要求稍后再发（{code}）", pause, code=code)
    if status in (502, 504):
        return Uncertain(f"推送服务的网关没有等到答复（{code}）", code=code)
    if status >= 500:
        return Retryable(f"推送服务暂时不能处理（{code}）", pause, code=code)
    return Rejected(f"推送服务拒收（{code}）", code=code)
