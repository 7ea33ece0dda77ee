"""DingTalk's newer interface: the token in a header, failures by HTTP status and a code in words."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from yarl import URL

from connectors.channels.calls import Answer, Caller
from connectors.channels.contract import Clock
from connectors.channels.dingtalk_cards import compact
from connectors.channels.dingtalk_oapi import DAY, JSON, DingtalkAppConfig
from connectors.channels.message import ChannelError, Misconfigured, Rejected, Retryable, Throttled
from connectors.channels.tokens import Token, TokenCache

TOKEN_HEADER = "x-acs-dingtalk-access-token"  # noqa: S105 — the name of a header
TOKEN_REFUSED = "InvalidAuthentication"  # noqa: S105
_CODE = re.compile(r"[A-Za-z0-9._]{1,80}")


class DingtalkApi:
    """Calls one app's interface under `base_url`."""

    def __init__(self, caller: Caller, base_url: str, config: DingtalkAppConfig, clock: Clock) -> None:
        self._caller = caller
        self._base = URL(base_url)
        self._config = config
        self._tokens = TokenCache(self._fetch, clock)

    async def ask(self, method: str, *path: str, body: Any = None) -> Mapping[str, Any]:
        """A call that may be repeated. Raises a `ChannelError` when it is refused."""
        return await self._call(self._caller.ask, method, path, body)

    async def send(self, method: str, *path: str, body: Any = None) -> Mapping[str, Any]:
        """A call that delivers: `Uncertain` when it may have done so though no answer says it."""
        return await self._call(self._caller.send, method, path, body)

    async def renew(self) -> None:
        """Fetch a new token, which shows that the credentials are good."""
        await self._tokens.renew()

    async def _call(
        self, call: Callable[..., Awaitable[Answer]], method: str, path: tuple[str, ...], body: Any
    ) -> Mapping[str, Any]:
        data = None if body is None else compact(body).encode()

        async def once(token: str) -> Answer:
            url = self._base.joinpath("v1.0", *path)
            return await call(method, url, data=data, headers={**JSON, TOKEN_HEADER: token})

        return _granted(await self._tokens.spend(once, lambda answer: code_of(answer) == TOKEN_REFUSED))

    async def _fetch(self) -> Token:
        body = {"appKey": self._config.app_key, "appSecret": self._config.app_secret.get_secret_value()}
        url = self._base.joinpath("v1.0", "oauth2", "accessToken")
        answer = await self._caller.ask("POST", url, data=compact(body).encode(), headers=JSON)
        return Token.told(_granted(answer), "accessToken", "expireIn")


def code_of(answer: Answer) -> str:
    """The code of a refusal in the provider's words, or the HTTP status where it gives none; empty for success."""
    if answer.status < 400:
        return ""
    code = str(answer.told.get("code", ""))
    return code if _CODE.fullmatch(code) else str(answer.status)


def _granted(answer: Answer) -> Mapping[str, Any]:
    code = code_of(answer)
    if not code:
        return answer.told
    if answer.status >= 500:
        raise answer.doubt(f"服务商内部出错（{answer.status}）", code=code)
    raise refusal(code, answer.status)


def refusal(code: str, status: int) -> ChannelError:
    """Decided by code; most of them are from memory (docs/channels.md)."""
    match code:
        case "InvalidAuthentication":
            return Retryable(f"刚取得的令牌又被拒绝（{code}）", code=code)
        case "invalidClientIdOrSecret":
            return Misconfigured("app_secret", f"app_key 与 app_secret 不相符（{code}）", code=code)
        case "Forbidden.AccessDenied.ApiCountLimitForOrg":
            return Throttled(f"本月调用额度已用完（{code}）", DAY, code=code)
        case "Forbidden.AccessDenied.IpNotInWhiteList":
            return Misconfigured("app_key", f"本机的出口地址不在应用的 IP 白名单内（{code}）", code=code)
    if status == 429 or code.startswith("Forbidden.AccessDenied.Qps"):
        return Throttled(f"调用过快，已被限流（{code}）", 10.0, code=code)
    if status == 403:
        return Misconfigured("app_key", f"应用没有这个接口的权限，请在开放平台申请（{code}）", code=code)
    return Rejected(f"服务商拒收（{code}）", code=code)
