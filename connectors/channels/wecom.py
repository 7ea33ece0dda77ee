"""WeCom's (企业微信) application messages: one text to up to a thousand members, of whom the answer names those it missed.

A repeat of the same call within four hours is shown to nobody twice. Beyond 30 a minute or 1,000 an hour to one member
the provider answers success and shows nothing, so `limits.person` keeps below that.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, Literal

from aiohttp import ClientSession
from pydantic import Field, SecretStr

from connectors.channels.calls import Answer, Caller
from connectors.channels.contract import Clock, ProviderConfig, RetrySafety
from connectors.channels.fitting import fitted, in_markdown, one_line, words
from connectors.channels.gathering import send_alone, send_ready
from connectors.channels.groups import grouped, recall_each
from connectors.channels.limits import Limits, Rate
from connectors.channels.message import (
    ChannelError,
    Gone,
    Message,
    Misconfigured,
    Receipt,
    Rejected,
    Retryable,
    Sent,
    Throttled,
)
from connectors.channels.tokens import Token, TokenCache

REMEMBERED = 14_400  # seconds, the longest `duplicate_check_interval` there is
RECALLED_WITHIN = timedelta(hours=24)
TITLE, CARD, TEXT = 128, 512, 2048  # bytes; what is longer is cut by the provider, in the middle of a word
MEMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_TOKEN_ENDED = frozenset({40014, 42001})
_PLAIN = str.maketrans("<>", "＜＞")  # cards read some HTML


class WecomConfig(ProviderConfig):
    """One application of one corporation. `style` markdown is shown in WeCom only, not in WeChat."""

    corp_id: str = Field(min_length=1)
    agent_id: int
    secret: SecretStr
    style: Literal["textcard", "markdown"] = "textcard"
    base_url: str = Field("https://qyapi.weixin.qq.com", description="for rehearsals against a stand-in")
    limits: Limits = Limits(
        calls=(Rate(most=10_000, seconds=60), Rate(most=150_000, seconds=3600)),
        person=(Rate(most=30, seconds=60), Rate(most=1000, seconds=3600)),
        same_text=REMEMBERED,
        together=1000,
        crowded_minutes=(0, 30),
    )


class WecomChannel:
    """Sends to members; `Message.to` is a userid."""

    name: ClassVar[str] = "wecom"
    retry_safety: ClassVar[RetrySafety] = "safe"
    safe_within: ClassVar[timedelta | None] = timedelta(seconds=REMEMBERED)
    verbatim: ClassVar[bool] = True

    def __init__(self, config: WecomConfig, session: ClientSession, clock: Clock) -> None:
        self.limits = config.limits
        self._config = config
        self._clock = clock
        self._caller = Caller(session, config.timeout, "base_url")
        self._tokens = TokenCache(self._fetch_token, clock)

    async def send(self, message: Message) -> Receipt:
        """`accepted`; WeCom tells of no application message whether it was read."""
        return await send_alone(self, message)

    def alike(self, message: Message) -> str:
        """Equal words: the call carries them once."""
        return words(message)

    async def send_together(self, messages: Sequence[Message]) -> list[Receipt | ChannelError]:
        """One call. Members the answer names as invalid or without a licence are refused, the others accepted."""
        return await send_ready(messages, _member, self._send)

    async def _send(self, messages: list[Message]) -> list[Receipt | ChannelError]:
        begun = time.perf_counter()
        members = sorted({message.to for message in messages})
        body = {"touser": "|".join(members), **self._content(messages[0]), **_REPEATS_ARE_DROPPED}
        answer = await self._post("message/send", body | {"agentid": self._config.agent_id})
        if code := answer.code("errcode"):
            raise _refusal(code)
        ms = (time.perf_counter() - begun) * 1000
        receipt = Receipt("accepted", _reference(answer, len(members)), "0", ms)
        return [_missed(message.to, answer) or receipt for message in messages]

    async def recall(self, sent: Sequence[Sent]) -> set[str]:
        """Within 24 hours. What travelled together can only be taken back together: part of a call stays."""
        since = self._clock.now() - RECALLED_WITHIN
        shared = grouped((one for one in sent if one.at > since), lambda one: one.provider_ref)
        whole = (group for group in shared if len({one.to for one in group}) >= _call(group)[1])
        return await recall_each(whole, self._take_back)

    async def probe(self) -> None:
        """Ask for the application itself: that needs the right corporation, secret, agent and caller's address."""
        query = {"agentid": str(self._config.agent_id)}
        answer = await self._tokens.spend(
            lambda token: self._caller.ask(
                "GET", self._url("agent/get"), params=query | {"access_token": token}
            ),
            _token_ended,
        )
        if code := answer.code("errcode"):
            error = _refusal(code)
            if isinstance(error, Misconfigured | Retryable):
                raise error
            raise Misconfigured("agent_id", error.reason, code=error.code)

    async def _take_back(self, group: Sequence[Sent]) -> None:
        if code := (await self._post("message/recall", {"msgid": _call(group)[0]})).code("errcode"):
            raise _refusal(code)

    async def _post(self, action: str, body: dict[str, Any]) -> Answer:
        async def call(token: str) -> Answer:
            return await self._caller.send(
                "POST", self._url(action), params={"access_token": token}, json=body
            )

        return await self._tokens.spend(call, _token_ended)

    async def _fetch_token(self) -> Token:
        query = {"corpid": self._config.corp_id, "corpsecret": self._config.secret.get_secret_value()}
        answer = await self._caller.ask("GET", self._url("gettoken"), params=query)
        if code := answer.code("errcode"):
            raise _refusal(code)
        return Token(answer.word("access_token"), float(answer.code("expires_in")))

    def _url(self, action: str) -> str:
        return f"{self._config.base_url}/cgi-bin/{action}"

    def _content(self, message: Message) -> dict[str, Any]:
        if self._config.style == "markdown":
            whole = fitted(message, TEXT, in_markdown(message, "\n"))
            return {"msgtype": "markdown", "markdown": {"content": whole}}
        if message.link is None:
            whole = fitted(message, TEXT, lambda lines: "\n".join([message.subject, *lines]))
            return {"msgtype": "text", "text": {"content": whole}}
        card = {
            "title": one_line(message.subject, TITLE),
            "description": fitted(message, CARD, lambda lines: "\n".join(lines).translate(_PLAIN)),
            "url": message.link,
            "btntxt": "查看",
        }
        return {"msgtype": "textcard", "textcard": card}


_REPEATS_ARE_DROPPED = {"enable_duplicate_check": 1, "duplicate_check_interval": REMEMBERED}


def _token_ended(answer: Answer) -> bool:
    return answer.told.get("errcode") in _TOKEN_ENDED


def _reference(answer: Answer, members: int) -> str | None:
    """The msgid and, if they are several, how many share it: `recall` must not take from one what another was sent."""
    msgid = answer.told.get("msgid")
    if not msgid:
        return None
    return str(msgid) if members == 1 else f"{msgid}/{members}"


def _call(group: Sequence[Sent]) -> tuple[str, int]:
    """The msgid and how many share it."""
    msgid, _, members = group[0].provider_ref.rpartition("/")
    return (msgid, int(members)) if msgid else (members, 1)


def _missed(member: str, answer: Answer) -> ChannelError | None:
    """The provider lower-cases the ids it answers."""
    if member.lower() in str(answer.told.get("invaliduser") or "").lower().split("|"):
        return Gone("成员不存在，或不在应用的可见范围内", code="invaliduser")
    if member.lower() in str(answer.told.get("unlicenseduser") or "").lower().split("|"):
        return Rejected("成员没有接口许可，请在管理后台分配", code="unlicenseduser")
    return None


def _member(message: Message) -> Message:
    """Keeps out what would reach others: `@all`, or two ids with a bar between them."""
    if not MEMBER.fullmatch(message.to):
        raise Rejected("地址不是企业微信成员账号（userid）")
    return message


def _refusal(code: int) -> ChannelError:
    """Decided by code; the words beside it change and may repeat what was sent."""
    told = str(code)
    match code:
        case -1:
            return Retryable("服务商繁忙（-1）", code=told)
        case 40001:
            return Misconfigured("secret", "应用凭证不符（40001）", code=told)
        case 40013:
            return Misconfigured("corp_id", "企业编号不符（40013）", code=told)
        case 40014 | 42001:
            return Retryable(f"访问凭证刚刚失效（{told}）", code=told)
        case 40056:
            return Misconfigured("agent_id", "没有这个应用（40056）", code=told)
        case 45009:
            return Throttled("调用超过频率限制（45009）", 60.0, code=told)
        case 45033:
            return Throttled("并发调用超过限制（45033）", 5.0, code=told)
        case 48002:
            return Misconfigured("agent_id", "应用没有调用此接口的权限（48002）", code=told)
        case 60011:
            return Misconfigured("agent_id", "应用的可见范围不含接收人（60011）", code=told)
        case 60020:
            return Misconfigured("agent_id", "本机出口地址不在应用的可信 IP 之内（60020）", code=told)
        case 60111:
            return Gone("成员不存在（60111）", code=told)
        case 81013:
            return Rejected("接收人都不存在，或都不在应用的可见范围内（81013）", code=told)
        case 82001:
            return Rejected("没有接收人（82001）", code=told)
        case _:
            return Rejected(f"服务商拒收（{told}）", code=told)
