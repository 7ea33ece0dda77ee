"""Aliyun's text messages (短信服务): approved templates to mobile numbers, receipts by asking.

Aliyun knows no repeat, so what may have arrived is not sent again; it is asked for, by its OutId.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from aiohttp import ClientSession
from pydantic import Field, SecretStr

from connectors.channels.acs3 import Acs3
from connectors.channels.calls import Answer, Caller
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
from connectors.channels.sms import (
    CHINA,
    Template,
    carried,
    check_names,
    checked,
    template_of,
    values_for,
)

_VERSION = "2017-05-25"
_PAGE = 50  # the longest there is; a number gets at most 40 messages a day
_EDGE = timedelta(minutes=1)  # around midnight it is not certain which day the provider wrote down
_APPROVED = 1
_FAILED, _DELIVERED = 2, 3  # SendStatus; 1 is still on its way


class SmsAliyunConfig(ProviderConfig):
    """One account. `templates` says for each topic which approved template is sent."""

    access_key_id: str = Field(min_length=1)
    access_key_secret: SecretStr
    templates: Mapping[str, Template] = Field(min_length=1)
    base_url: str = Field("https://dysmsapi.aliyuncs.com", description="for rehearsals against a stand-in")
    limits: Limits = Limits(
        calls=(Rate(most=5000, seconds=1),), person=(Rate(most=40, seconds=86_400),), together=100
    )


class SmsAliyunChannel:
    """Sends to mobile numbers of eleven digits."""

    name: ClassVar[str] = "sms_aliyun"
    retry_safety: ClassVar[RetrySafety] = "unsafe"
    safe_within: ClassVar[timedelta | None] = None
    asks_within: ClassVar[timedelta] = timedelta(days=30)

    def __init__(self, config: SmsAliyunConfig, session: ClientSession, clock: Clock) -> None:
        self.limits = config.limits
        self._templates = config.templates
        self._clock = clock
        self._api = Acs3(
            Caller(session, config.timeout, "base_url"),
            clock,
            config.base_url,
            _VERSION,
            config.access_key_id,
            config.access_key_secret.get_secret_value(),
        )

    async def send(self, message: Message) -> Receipt:
        """`accepted`, with the BizId; whether the phone has it, `ask` tells."""
        return await send_alone(self, message)

    def alike(self, message: Message) -> str:
        """The template: each number has values of its own within one call."""
        template = self._templates.get(message.topic)
        return f"{template.sign}\n{template.code}" if template else message.topic

    async def send_together(self, messages: Sequence[Message]) -> list[Receipt | ChannelError]:
        """One call, which the provider takes or refuses as a whole.

        When it refuses for one number without saying which, nothing was sent, and the halves are tried by themselves.
        """
        template = template_of(self._templates, messages[0])

        async def send(ready: list[Message]) -> list[Receipt | ChannelError]:
            return await self._send(template, ready)

        return await send_ready(messages, lambda message: checked(template, message), send)

    async def ask(self, sent: Sequence[Sent]) -> list[News]:
        """Whether the phones have them, one call a message. One without a `provider_ref` was never answered for, and
        is looked for by its id."""
        asked = {one.id: one.to for one in sent}
        since = self._clock.now() - self.asks_within

        async def ask(group: Sequence[Sent]) -> list[News]:
            [one] = group
            records = await self._records(one)
            return _news(one, records if one.provider_ref else carried(one, records, "OutId", asked))

        return await ask_each([[one] for one in sent if one.at > since], ask)

    async def probe(self) -> None:
        """Whether the key opens the account, every template is approved, and has the variables that are registered."""
        for template in {template.code: template for template in self._templates.values()}.values():
            answer = await self._api.ask("QuerySmsTemplate", {"TemplateCode": template.code})
            if (code := answer.word("Code")) != "OK":
                error = _refusal(code)
                if isinstance(error, Misconfigured | Retryable):
                    raise error
                raise Misconfigured("templates", f"模板 {template.code} 查不到（{code}）", code=code)
            if answer.told.get("TemplateStatus") != _APPROVED:
                raise Misconfigured("templates", f"模板 {template.code} 还没有通过审核")
            names = [variable.name for variable in template.variables]
            check_names(template.code, names, re.findall(r"\$\{(\w+)\}", answer.word("TemplateContent")))

    async def _send(self, template: Template, messages: list[Message]) -> list[Receipt | ChannelError]:
        begun = time.perf_counter()
        answer = await self._deliver(template, messages)
        code = answer.word("Code")
        if code == "OK":
            ms = (time.perf_counter() - begun) * 1000
            return [Receipt("accepted", answer.word("BizId"), code, ms)] * len(messages)
        if code not in _OF_ONE_NUMBER or len(messages) == 1:
            raise _refusal(code)
        half = len(messages) // 2
        return [
            *await self._half(template, messages[:half]),
            *await self._half(template, messages[half:]),
        ]

    async def _half(self, template: Template, messages: list[Message]) -> list[Receipt | ChannelError]:
        try:
            return await self._send(template, messages)
        except ChannelError as error:
            return [error] * len(messages)

    async def _deliver(self, template: Template, messages: list[Message]) -> Answer:
        values = [values_for(template, message) for message in messages]
        query = {"TemplateCode": template.code, "OutId": messages[0].id}
        if len(messages) == 1:
            single = {
                "PhoneNumbers": messages[0].to,
                "SignName": template.sign,
                "TemplateParam": _json(values[0]),
            }
            return await self._api.send("SendSms", query | single)
        form = {
            "PhoneNumberJson": _json([message.to for message in messages]),
            "SignNameJson": _json([template.sign] * len(messages)),
            "TemplateParamJson": _json(values),
        }
        return await self._api.send("SendBatchSms", query, form)

    async def _records(self, one: Sent) -> list[dict[str, Any]]:
        """What the provider wrote down of this number on the day, or the two days, it may have been."""
        days = sorted({(one.at + edge).astimezone(CHINA).date() for edge in (-_EDGE, _EDGE)})
        return [record for day in days for record in await self._records_of(one, day)]

    async def _records_of(self, one: Sent, day: date) -> list[dict[str, Any]]:
        query = {
            "PhoneNumber": one.to,
            "SendDate": day.strftime("%Y%m%d"),
            "PageSize": str(_PAGE),
            "CurrentPage": "1",
            **({"BizId": one.provider_ref} if one.provider_ref else {}),
        }
        answer = await self._api.ask("QuerySendDetails", query)
        if (code := answer.word("Code")) != "OK":
            raise _refusal(code)
        records = (answer.told.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or []
        return [record for record in records if isinstance(record, dict)]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _news(one: Sent, records: list[dict[str, Any]]) -> list[News]:
    statuses = {record.get("SendStatus") for record in records}
    if not statuses or statuses - {_FAILED, _DELIVERED}:
        return []
    if _FAILED in statuses:
        code = str(next(record for record in records if record.get("SendStatus") == _FAILED).get("ErrCode"))
        return [News(one.id, "failed", code, f"运营商回执（{code}）")]
    return [News(one.id, "delivered", str(records[0].get("ErrCode")), at=_instant(records[0]))]


def _instant(record: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.strptime(str(record.get("ReceiveDate")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        return None


_OF_ONE_NUMBER = frozenset({"isv.MOBILE_NUMBER_ILLEGAL", "isv.BUSINESS_LIMIT_CONTROL"})
_OF_THE_TEMPLATE = frozenset(
    {
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.SIGN_STATE_ILLEGAL",
    }
)
_OF_THE_ACCOUNT = frozenset(
    {
        "isv.OUT_OF_SERVICE",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.ACCOUNT_NOT_EXISTS",
        "isv.ACCOUNT_ABNORMAL",
    }
)


def _refusal(code: str) -> ChannelError:
    """Decided by code; the words beside it change and may repeat what was sent."""
    match code:
        case "isv.BUSINESS_LIMIT_CONTROL":
            return Retryable(f"给这个号码发送过多（{code}）", 3600.0, code=code)
        case "isv.DAY_LIMIT_CONTROL" | "isv.MONTH_LIMIT_CONTROL":
            return Throttled(f"账号的发送限额已用完（{code}）", 3600.0, code=code)
        case "isv.MOBILE_NUMBER_ILLEGAL":
            return Gone(f"服务商说这不是手机号（{code}）", code=code)
        case "isp.SYSTEM_ERROR" | "ServiceUnavailable" | "SignatureNonceUsed":
            return Retryable(f"服务商繁忙（{code}）", code=code)
        case "InternalError":
            return Uncertain(f"服务商内部出错（{code}）", code=code)
        case "isp.RAM_PERMISSION_DENY" | "Forbidden.RAM":
            return Misconfigured("access_key_id", f"密钥没有短信服务的权限（{code}）", code=code)
        case "InvalidTimeStamp.Expired":
            return Misconfigured("access_key_secret", f"本机时钟不准（{code}）", code=code)
        case "SignatureDoesNotMatch" | "IncompleteSignature":
            return Misconfigured("access_key_secret", f"签名不符（{code}）", code=code)
        case "InvalidAccessKeyId.NotFound" | "InvalidAccessKeyId.Inactive":
            return Misconfigured("access_key_id", f"没有这个密钥（{code}）", code=code)
    if code in _OF_THE_TEMPLATE:
        return Misconfigured("templates", f"签名或模板不可用（{code}）", code=code)
    if code in _OF_THE_ACCOUNT:
        return Misconfigured("access_key_id", f"账号欠费、停用或未开通短信（{code}）", code=code)
    if code.startswith("Throttling"):
        return Throttled(f"调用超过频率限制（{code}）", 1.0, code=code)
    return Rejected(f"服务商拒收（{code}）", code=code)
