"""Tencent Cloud's text messages (腾讯云短信): one approved text to up to two hundred numbers, each with its own answer.

Tencent knows no repeat, so what may have arrived is not sent again; it is asked for, number by number.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from aiohttp import ClientSession
from pydantic import Field, SecretStr

from connectors.channels.calls import Caller
from connectors.channels.contract import Clock, ProviderConfig, RetrySafety
from connectors.channels.gathering import send_alone, send_ready
from connectors.channels.groups import ask_each
from connectors.channels.limits import Limits, Rate
from connectors.channels.message import (
    ChannelError,
    Gone,
    Message,
    Misconfigured,
    News,
    Receipt,
    Rejected,
    Retryable,
    Sent,
    Throttled,
    Uncertain,
)
from connectors.channels.sms import Template, carried, check_names, checked, template_of, values_for
from connectors.channels.tc3 import Tc3

_VERSION = "2021-01-11"
_MOST = 100  # receipts of one answer
_EDGE = 60  # seconds by which the provider's clock may be behind ours
_APPROVED = 0


class SmsTencentConfig(ProviderConfig):
    """One application of one account. `templates` says for each topic which approved template is sent."""

    secret_id: str = Field(min_length=1)
    secret_key: SecretStr
    app_id: str = Field(min_length=1)
    templates: Mapping[str, Template] = Field(min_length=1)
    region: str = "ap-guangzhou"
    base_url: str = Field("https://sms.tencentcloudapi.com", description="for rehearsals against a stand-in")
    limits: Limits = Limits(
        calls=(Rate(most=3000, seconds=1),),
        person=(Rate(most=1, seconds=30), Rate(most=10, seconds=86_400)),
        together=200,
    )


class SmsTencentChannel:
    """Sends to mobile numbers of eleven digits."""

    name: ClassVar[str] = "sms_tencent"
    retry_safety: ClassVar[RetrySafety] = "unsafe"
    safe_within: ClassVar[timedelta | None] = None
    asks_within: ClassVar[timedelta] = timedelta(days=7)

    def __init__(self, config: SmsTencentConfig, session: ClientSession, clock: Clock) -> None:
        self.limits = config.limits
        self._app_id = config.app_id
        self._templates = config.templates
        self._clock = clock
        self._api = Tc3(
            Caller(session, config.timeout, "base_url"),
            clock,
            config.base_url,
            "sms",
            _VERSION,
            config.region,
            config.secret_id,
            config.secret_key.get_secret_value(),
        )

    async def send(self, message: Message) -> Receipt:
        """`accepted`, with the SerialNo; whether the phone has it, `ask` tells."""
        return await send_alone(self, message)

    def alike(self, message: Message) -> str:
        """Template and values: one call carries them once."""
        template = self._templates.get(message.topic)
        if template is None:
            return message.topic
        values = [message.variables.get(variable.name) for variable in template.variables]
        return json.dumps([template.sign, template.code, values], ensure_ascii=False)

    async def send_together(self, messages: Sequence[Message]) -> list[Receipt | ChannelError]:
        """One call, answered for each number by itself."""
        template = template_of(self._templates, messages[0])

        async def send(ready: list[Message]) -> list[Receipt | ChannelError]:
            return await self._send(template, ready)

        return await send_ready(messages, lambda message: checked(template, message), send)

    async def ask(self, sent: Sequence[Sent]) -> list[News]:
        """Whether the phones have them, one call a message: asking by number takes nothing away, as the queue of all
        receipts would. One without a `provider_ref` was never answered for, and is looked for by its id."""
        asked = {one.id: one.to for one in sent}
        since = self._clock.now() - self.asks_within

        async def ask(group: Sequence[Sent]) -> list[News]:
            [one] = group
            records = await self._records(one)
            if one.provider_ref:
                return _news(one, [row for row in records if row.get("SerialNo") == one.provider_ref])
            return _news(one, carried(one, records, "SessionContext", asked))

        return await ask_each([[one] for one in sent if one.at > since], ask)

    async def probe(self) -> None:
        """Whether the key opens the account, every template is approved and has as many variables as are registered."""
        wanted = {_number(template): template for template in self._templates.values()}
        request = {"International": 0, "TemplateIdSet": list(wanted)}
        response = await self._api.ask("DescribeSmsTemplateList", request)
        if code := _error(response):
            error = _refusal(code)
            raise (
                error
                if isinstance(error, Misconfigured | Retryable)
                else Misconfigured("templates", error.reason)
            )
        found = {row.get("TemplateId"): row for row in response.get("DescribeTemplateStatusSet") or []}
        for number, template in wanted.items():
            row = found.get(number, {})
            if row.get("StatusCode") != _APPROVED:
                raise Misconfigured("templates", f"模板 {template.code} 不存在，或还没有通过审核")
            places = [str(place + 1) for place in range(len(template.variables))]
            check_names(template.code, places, re.findall(r"\{(\d+)\}", str(row.get("TemplateContent"))))

    async def _send(self, template: Template, messages: list[Message]) -> list[Receipt | ChannelError]:
        begun = time.perf_counter()
        request = {
            "PhoneNumberSet": sorted({_international(message.to) for message in messages}),
            "SmsSdkAppId": self._app_id,
            "SignName": template.sign,
            "TemplateId": template.code,
            "TemplateParamSet": list(values_for(template, messages[0]).values()),
            "SessionContext": messages[0].id,
        }
        response = await self._api.send("SendSms", request)
        if code := _error(response):
            raise _refusal(code)
        ms = (time.perf_counter() - begun) * 1000
        rows = {row.get("PhoneNumber"): row for row in response.get("SendStatusSet") or []}
        return [_outcome(rows.get(_international(message.to)), ms) for message in messages]

    async def _records(self, one: Sent) -> list[dict[str, Any]]:
        request = {
            "BeginTime": int(one.at.timestamp()) - _EDGE,
            "Offset": 0,
            "Limit": _MOST,
            "PhoneNumber": _international(one.to),
            "SmsSdkAppId": self._app_id,
        }
        response = await self._api.ask("PullSmsSendStatusByPhoneNumber", request)
        if code := _error(response):
            raise _refusal(code)
        return [row for row in response.get("PullSmsSendStatusSet") or [] if isinstance(row, dict)]


def _international(number: str) -> str:
    return f"+86{number}"


def _number(template: Template) -> int:
    if not template.code.isascii() or not template.code.isdigit():
        raise Misconfigured("templates", f"模板编号 {template.code} 不是数字")
    return int(template.code)


def _error(response: Mapping[str, Any]) -> str | None:
    """The code of a call that was refused as a whole."""
    error = response.get("Error")
    return str(error.get("Code")) if isinstance(error, dict) else None


def _outcome(row: Mapping[str, Any] | None, ms: float) -> Receipt | ChannelError:
    if row is None:
        return Uncertain("服务商的答复没有提到这个号码")
    code = str(row.get("Code"))
    return Receipt("accepted", str(row.get("SerialNo")), code, ms) if code == "Ok" else _refusal(code)


def _news(one: Sent, rows: list[dict[str, Any]]) -> list[News]:
    if not rows:
        return []
    row = next((row for row in rows if row.get("ReportStatus") != "SUCCESS"), rows[0])
    code = str(row.get("Description"))[:64]
    if row.get("ReportStatus") != "SUCCESS":
        return [News(one.id, "failed", code, f"运营商回执（{code}）")]
    at = row.get("UserReceiveTime")
    return [
        News(one.id, "delivered", code, at=datetime.fromtimestamp(at, UTC) if isinstance(at, int) else None)
    ]


_OF_THE_TEMPLATE = frozenset(
    {"FailedOperation.TemplateIncorrectOrUnapproved", "FailedOperation.SignatureIncorrectOrUnapproved"}
)
_GONE = frozenset({"InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberInBlacklist"})
_OF_ONE_NUMBER: Mapping[str, float] = {
    "LimitExceeded.PhoneNumberThirtySecondLimit": 30.0,
    "LimitExceeded.DeliveryFrequencyLimit": 60.0,
    "LimitExceeded.PhoneNumberOneHourLimit": 3600.0,
    "LimitExceeded.PhoneNumberDailyLimit": 3600.0,
    "LimitExceeded.PhoneNumberSameContentDailyLimit": 3600.0,
}


def _refusal(code: str) -> ChannelError:
    """Decided by code; the words beside it change and may repeat what was sent."""
    if code in _OF_ONE_NUMBER:
        return Retryable(f"给这个号码发送过多（{code}）", _OF_ONE_NUMBER[code], code=code)
    if code in _GONE:
        return Gone(f"号码不对，或机主已退订（{code}）", code=code)
    if code in _OF_THE_TEMPLATE:
        return Misconfigured("templates", f"签名或模板不可用（{code}）", code=code)
    match code.split(".")[0]:
        case "RequestLimitExceeded":
            return Throttled(f"调用超过频率限制（{code}）", 1.0, code=code)
        case "LimitExceeded":
            return Throttled(f"应用的发送限额已用完（{code}）", 3600.0, code=code)
        case "AuthFailure":
            return Misconfigured("secret_key", f"密钥或签名不符，或本机时钟不准（{code}）", code=code)
        case "UnauthorizedOperation":
            return Misconfigured("app_id", f"应用没有权限（{code}）", code=code)
        case "InternalError":
            return Uncertain(f"服务商内部出错（{code}）", code=code)
    if code == "FailedOperation.InsufficientBalanceInSmsPackage":
        return Misconfigured("app_id", f"短信套餐余量不足（{code}）", code=code)
    return Rejected(f"服务商拒收（{code}）", code=code)
