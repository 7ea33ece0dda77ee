"""The gateway of 浙政钉 (专有钉钉): forms in, JSON out, every call signed over its time, path and unescaped parameters."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from connectors.channels.calls import Answer, Caller
from connectors.channels.contract import Clock
from connectors.channels.message import ChannelError, Misconfigured, Rejected
from connectors.channels.tokens import Token, TokenCache

NOT_SUBSCRIBED = "OPF-B001-05-16-0002"
DUPLICATE = "duplicate"
_ZONE = ZoneInfo("Asia/Shanghai")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CODES = ("bizErrorCode", "responseCode", "errorCode", "code")
_WORDS = (*_CODES, "responseMessage", "errorMsg", "message")


class Gateway:
    """Calls one app's interfaces under `base_url`."""

    def __init__(
        self, caller: Caller, base_url: str, app_key: str, app_secret: SecretStr, clock: Clock
    ) -> None:
        self._caller = caller
        self._base = base_url
        self._key = app_key
        self._secret = app_secret.get_secret_value()
        self._clock = clock
        self._tokens = TokenCache(self._fetch, clock)
        self._numbers = itertools.count(secrets.randbelow(10_000))

    async def send(self, path: str, parameters: Mapping[str, str]) -> Answer:
        """A call that delivers, with a token. Which code refuses a token is not published: whatever is refused and is not the
        gateway's own or a duplicate is tried once more with a new one, which is harmless where the provider knows repeats."""

        async def post(token: str) -> Answer:
            return await self._post(self._caller.send, path, {**parameters, "access_token": token})

        return await self._tokens.spend(post, _maybe_token)

    async def renew(self) -> None:
        """Fetch a new token, which shows that key and secret are good."""
        await self._tokens.renew()

    async def _fetch(self) -> Token:
        credentials = {"appkey": self._key, "appsecret": self._secret}
        answer = await self._post(self._caller.ask, "/gettoken.json", credentials)
        if not succeeded(answer):
            raise refused_call(answer)
        return Token.told(content(answer).get("data") or {}, "accessToken", "expiresIn")

    async def _post(
        self, call: Callable[..., Awaitable[Answer]], path: str, parameters: Mapping[str, str]
    ) -> Answer:
        now = self._clock.now()
        stamp = stamp_of(now)
        nonce = f"{int(now.timestamp() * 1000)}{next(self._numbers) % 10_000:04d}"
        headers = {
            "X-Hmac-Auth-Timestamp": stamp,
            "X-Hmac-Auth-Version": "1.0",
            "X-Hmac-Auth-Nonce": nonce,
            "apiKey": self._key,
            "X-Hmac-Auth-Signature": sign(self._secret, "POST", stamp, nonce, path, parameters),
        }
        return await call("POST", f"{self._base}{path}", data=dict(parameters), headers=headers)


def stamp_of(instant: datetime) -> str:
    """The instant as the gateway wants it: Chinese time, whole seconds, `2023-11-15T06:13:20.000+08:00`."""
    return instant.astimezone(_ZONE).strftime("%Y-%m-%dT%H:%M:%S.000+08:00")


def sign(secret: str, method: str, stamp: str, nonce: str, path: str, parameters: Mapping[str, str]) -> str:
    """Base64 of HMAC-SHA256 over method, time, nonce, path and the sorted, unescaped parameters, a line each."""
    listed = "&".join(sorted(f"{key}={value}" for key, value in parameters.items()))
    signed = "\n".join([method, stamp, nonce, path, *([listed] if listed else [])])
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()).decode()


def content(answer: Answer) -> Mapping[str, Any]:
    """What an interface answers within the gateway's answer; empty when the gateway itself refused."""
    inner = answer.told.get("content")
    return inner if isinstance(inner, dict) else {}


def succeeded(answer: Answer) -> bool:
    """Whether both the gateway and the interface say so. Raises what an answer means that says nothing."""
    if not isinstance(answer.told.get("success"), bool):
        raise answer.doubt("服务商的答复里没有结果", code=str(answer.status))
    return bool(answer.told["success"]) and content(answer).get("success", True) is not False


def duplicated(answer: Answer) -> bool:
    """Whether the message was there already. No number says it in what is published, only this word."""
    told = [part.get(name) for part in (content(answer), answer.told) for name in _WORDS]
    return any(DUPLICATE in str(word).lower() for word in told if word)


def refusal(answer: Answer) -> ChannelError:
    """Codes that begin with OPF are the gateway's own: the message is not at fault and should wait."""
    code = _code(answer)
    if code == NOT_SUBSCRIBED:
        return Misconfigured("app_key", f"应用没有订阅这个接口，请先下架应用再申请（{code}）", code=code)
    if code.startswith("OPF-"):
        return refused_call(answer)
    return Rejected(f"服务商拒收（{code}）", code=code)


def refused_call(answer: Answer) -> Misconfigured:
    """The gateway let nothing through, or gave no token."""
    code = _code(answer)
    return Misconfigured("app_secret", f"网关拒绝了调用，请核对密钥、授权与本机时间（{code}）", code=code)


def _code(answer: Answer) -> str:
    told = [part.get(name) for part in (content(answer), answer.told) for name in _CODES]
    codes = [str(code) for code in told if code not in (None, "", 0, "0")]
    return next((code for code in codes if _CODE.fullmatch(code)), str(answer.status))


def _maybe_token(answer: Answer) -> bool:
    return not (succeeded(answer) or duplicated(answer) or _code(answer).startswith("OPF-"))
