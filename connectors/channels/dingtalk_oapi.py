"""DingTalk's older interface, oapi: the token in the query, 200 whatever happens, a number that tells.

Code 88 wraps the number that matters, `sub_code`. Which codes are from memory says docs/channels.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import Field, SecretStr
from yarl import URL

from connectors.channels.calls import Answer, Caller
from connectors.channels.contract import ChannelConfig, Clock
from connectors.channels.dingtalk_cards import compact
from connectors.channels.message import ChannelError, Misconfigured, Rejected, Retryable, Throttled
from connectors.channels.tokens import Token, TokenCache

WRAPPED = 88
TOKEN_REFUSED = (40014, 42001)
DAY = 86_400.0
JSON = {"Content-Type": "application/json; charset=utf-8"}


class DingtalkAppConfig(ChannelConfig):
    """An organisation's own app (企业内部应用), whichever interface it is called through."""

    app_key: str = Field(min_length=1)
    app_secret: SecretStr
    timeout: float = Field(15.0, gt=0, le=60)
    allow_private: bool = False


class Oapi:
    """Calls one app's interface under `base_url`."""

    def __init__(self, caller: Caller, base_url: str, config: DingtalkAppConfig, clock: Clock) -> None:
        self._caller = caller
        self._base = base_url
        self._config = config
        self._tokens = TokenCache(self._fetch, clock)

    async def ask(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """A call that may be repeated. Raises a `ChannelError` when it is refused."""
        return await self._call(self._caller.ask, path, body)

    async def send(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """A call that delivers: `Uncertain` when it may have done so though no answer says it."""
        return await self._call(self._caller.send, path, body)

    async def _call(
        self, call: Callable[..., Awaitable[Answer]], path: str, body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        data = compact(body).encode()

        async def post(token: str) -> Answer:
            url = URL(f"{self._base}{path}").with_query(access_token=token)
            return await call("POST", url, data=data, headers=JSON)

        return _granted(await self._tokens.spend(post, lambda answer: code_of(answer) in TOKEN_REFUSED))

    async def _fetch(self) -> Token:
        secret = self._config.app_secret.get_secret_value()
        url = URL(f"{self._base}/gettoken").with_query(appkey=self._config.app_key, appsecret=secret)
        return Token.told(_granted(await self._caller.ask("GET", url)), "access_token", "expires_in")


def code_of(answer: Answer) -> int:
    """The number that matters; 0 is success."""
    code, inner = answer.code("errcode"), str(answer.told.get("sub_code", ""))
    return int(inner) if code == WRAPPED and inner.isascii() and inner.isdigit() else code


def _granted(answer: Answer) -> Mapping[str, Any]:
    if code := code_of(answer):
        raise refusal(code)
    return answer.told


def refusal(code: int) -> ChannelError:
    """Decided by code; the words beside it change and may repeat what was sent."""
    told = str(code)
    match code:
        case -1:
            return Retryable("服务商繁忙（-1）", code=told)
        case 40014 | 42001:
            return Retryable(f"刚取得的令牌又被拒绝（{told}）", code=told)
        case 40001 | 40013 | 40089 | 40096:
            return Misconfigured("app_secret", f"app_key 与 app_secret 不相符（{told}）", code=told)
        case 40056:
            return Misconfigured("agent_id", "不是这个应用的 AgentId（40056）", code=told)
        case 60011:
            return Misconfigured("app_key", "应用没有这个接口的权限，请在开放平台申请（60011）", code=told)
        case 60020:
            return Misconfigured("app_key", "本机的出口地址不在应用的 IP 白名单内（60020）", code=told)
        case 90020:
            return Throttled("本月调用额度已用完（90020）", DAY, code=told)
        case 90002 | 90018:
            return Throttled(f"调用过快，已被限流（{told}）", 10.0, code=told)
        case 45002:
            return Rejected("消息超过服务商允许的长度（45002）", code=told)
        case _:
            return Rejected(f"服务商拒收（{told}）", code=told)
