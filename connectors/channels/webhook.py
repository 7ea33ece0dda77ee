"""Signed HTTP posts after Standard Webhooks (spec: github.com/standard-webhooks/standard-webhooks).

The receiver knows a repeated message by `webhook-id`, so every failure that is not its final answer
may be retried. Several secrets sign side by side, so that a secret can be changed without a gap:
add the new one, let the receiver switch, remove the old one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, ClassVar, Literal

from aiohttp import ClientSession
from pydantic import AfterValidator, Field, SecretStr

from connectors.channels.contract import ChannelConfig, Clock, RetrySafety
from connectors.channels.message import Gone, Message, Receipt, Rejected, Retryable
from connectors.channels.posting import Poster

_BODY_LIMIT = 20_000  # bytes; the specification asks for less than 20 kB
_PAUSE_LIMIT = 86_400.0  # seconds; a receiver may slow us down, but not silence us for good
_PASSING = frozenset({408, 425, 429})  # besides every 5xx


def _checked(secret: SecretStr) -> SecretStr:
    _key(secret)
    return secret


def _key(secret: SecretStr) -> bytes:
    """The 24 to 64 random bytes behind ``whsec_`` + base64; ValueError when they are not."""
    prefix, mark, encoded = secret.get_secret_value().partition("whsec_")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if prefix or not mark or not 24 <= len(key) <= 64:
        raise ValueError("a secret is whsec_ followed by base64 of 24 to 64 random bytes")
    return key


class WebhookConfig(ChannelConfig):
    """Secrets newest first; `allow_private` opens the own network and plain http, for receivers inside it."""

    secrets: Annotated[list[Annotated[SecretStr, AfterValidator(_checked)]], Field(min_length=1)]
    timeout: float = Field(default=20.0, gt=0, le=60)
    allow_private: bool = False


class WebhookChannel:
    """Posts a message to the URL in `Message.to`."""

    name: ClassVar[str] = "webhook"
    retry_safety: ClassVar[RetrySafety] = "safe"
    safe_within: ClassVar[timedelta | None] = None
    scattered: ClassVar[Literal[True]] = True

    def __init__(self, config: WebhookConfig, session: ClientSession, clock: Clock) -> None:
        self._keys = [_key(secret) for secret in config.secrets]
        self._poster = Poster(session, config.timeout, config.allow_private)
        self._clock = clock
        self.limits = config.limits

    async def send(self, message: Message) -> Receipt:
        """Post once, follow nothing. 2xx is delivery; see docs/channels.md for every other answer."""
        begun = time.perf_counter()
        await self.probe()
        url = self._poster.target(message.to)
        now = self._clock.now()
        body = _body(message, now)
        headers = self._headers(message.id, int(now.timestamp()), body)
        status, told = await self._poster.post(url, headers, body)
        _judge(status, told, now)
        return Receipt("delivered", None, str(status), (time.perf_counter() - begun) * 1000)

    async def probe(self) -> None:
        """There is no address to reach yet: raises `Retryable` only when the session is closed."""
        self._poster.check_open()

    def _headers(self, identity: str, timestamp: int, body: bytes) -> dict[str, str]:
        return {
            "content-type": "application/json",
            "user-agent": "zhitui-webhook/1",
            "webhook-id": identity,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures(self._keys, identity, timestamp, body)),
        }


def signatures(keys: Sequence[bytes], identity: str, timestamp: int, body: bytes) -> list[str]:
    """``v1,<base64 HMAC-SHA256>`` of ``id.timestamp.body`` for each key."""
    signed = f"{identity}.{timestamp}.".encode() + body
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return ["v1," + base64.b64encode(digest).decode() for digest in digests]


def _body(message: Message, now: datetime) -> bytes:
    expires = message.expires_at.isoformat() if message.expires_at else None
    data = {
        "id": message.id,
        "subject": message.subject,
        "text": message.text,
        "link": message.link,
        "expires_at": expires,
    }
    event = {"type": message.topic, "timestamp": now.isoformat(), "data": data}
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) >= _BODY_LIMIT:
        raise Rejected("消息超过 20 kB，请缩短内容或改用链接")
    return body


def _judge(status: int, headers: Mapping[str, str], now: datetime) -> None:
    """Raise unless the status is 2xx."""
    code = str(status)
    if 200 <= status < 300:
        return
    if status == 410:
        raise Gone("接收方已停用此地址（410）", code=code)
    if status in _PASSING or status >= 500:
        pause = _pause(headers.get("Retry-After"), now)
        raise Retryable(f"接收方暂时不能处理（{code}）", pause, code=code)
    if 300 <= status < 400:
        raise Rejected(f"接收方要求跳转（{code}），请登记最终地址", code=code)
    raise Rejected(f"接收方拒收（{code}）", code=code)


def _pause(header: str | None, now: datetime) -> float | None:
    """Seconds out of ``Retry-After``, a number or an HTTP date (RFC 9110 §10.2.3); None when unreadable."""
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return min(float(header), _PAUSE_LIMIT)
    try:
        seconds = (parsedate_to_datetime(header) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), _PAUSE_LIMIT)
