"""Aliyun's text messages (docs/channels.md): every call signed, templates approved, 40 messages a number within any 24
hours, and receipts for who asks. Nothing is known again: what is sent twice arrives twice."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from aiohttp import web

from connectors.channels import acs3
from connectors.channels.sms import CHINA
from connectors.stub.provider import Action, Stage

KEY_ID = "LTAIstub"
SECRET = "sms-stub"  # noqa: S105 — known to everybody: it opens nothing but this stand-in
SIGN = "智推"
TEMPLATES = {
    "SMS_100": "今天有${count}户需要走访，请打开 https://zhitui.example/s/${code}",
    "SMS_101": "还在审核",
}
APPROVED = frozenset({"SMS_100"})
ILLEGAL = "19900000000"  # looks like a number, and is none
DAY = (40, 86_400)  # messages to one number
CALLS = (5000, 1)
WINDOW = timedelta(minutes=15)
RECEIPT_AFTER = timedelta(seconds=5)
LONGEST = 35  # characters of a value
_AUTHORIZATION = re.compile(r"ACS3-HMAC-SHA256 Credential=(.+?),SignedHeaders=(.+?),Signature=\w+")
_MUST_BE_SIGNED = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"}


@dataclass(frozen=True, slots=True)
class Text:
    """One message to one number as the provider wrote it down."""

    number: str
    sign: str
    template: str
    values: Mapping[str, str]
    out_id: str
    biz_id: str
    at: datetime


class SmsAliyun:
    """One account. To a stranger's number everything is accepted, and the receipt says that it failed."""

    name: ClassVar[str] = "sms_aliyun"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._nonces: set[str] = set()
        self._texts: list[Text] = []

    def actions(self) -> Mapping[tuple[str, str], Action]:
        return {("POST", "/"): self.serve}

    def revoke(self) -> None:
        """Every call is signed; there are no tokens."""

    async def serve(self, request: web.Request) -> web.Response:
        """Status 400 with a code for what is wrong with a call, 200 with one for what is wrong with a message."""
        action, body = request.headers.get("x-acs-action", ""), await request.read()
        if wrong := self._unsigned(request, body):
            return self._answer(action, wrong, status=400)
        if not self._stage.windows.admit((self.name, action), *CALLS):
            return self._answer(action, "Throttling.User", status=400)
        told = {**request.query, **await request.post()}
        match action:
            case "SendSms":
                return self._send(action, _single(told))
            case "SendBatchSms":
                return self._send(action, _batch(told))
            case "QuerySendDetails":
                return self._details(told)
            case "QuerySmsTemplate":
                return self._template(told)
        return self._answer(action, "InvalidAction.NotFound", status=404)

    def _unsigned(self, request: web.Request, body: bytes) -> str | None:
        """The code for what is wrong with a signature; it is computed anew from what was received."""
        given = request.headers.get("authorization", "")
        parts = _AUTHORIZATION.fullmatch(given)
        if parts is None or not set(names := parts[2].split(";")) >= _MUST_BE_SIGNED:
            return "IncompleteSignature"
        if parts[1] != KEY_ID:
            return "InvalidAccessKeyId.NotFound"
        if any(name not in request.headers for name in names):
            return "IncompleteSignature"
        headers = {name: request.headers[name] for name in names}
        query = request.rel_url.raw_query_string
        wanted = acs3.authorization(request.method, request.path, query, headers, KEY_ID, SECRET)
        if given != wanted or headers["x-acs-content-sha256"] != acs3.hashed(body):
            return "SignatureDoesNotMatch"
        return self._stale(headers["x-acs-date"], headers["x-acs-signature-nonce"])

    def _stale(self, date: str, nonce: str) -> str | None:
        stamp = datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(self._stage.clock.now() - stamp) > WINDOW:
            return "InvalidTimeStamp.Expired"
        if nonce in self._nonces:
            return "SignatureNonceUsed"
        self._nonces.add(nonce)
        return None

    def _send(self, action: str, texts: list[Text] | str) -> web.Response:
        """All or nothing: one number that is wrong or has had enough is an end to the call."""
        wrong = texts if isinstance(texts, str) else self._refusal(texts)
        if isinstance(texts, str) or wrong:
            return self._answer(action, wrong or "", len(texts) if isinstance(texts, list) else 0)
        biz_id = f"{len(self._texts) + 1}^0"
        for text in texts:
            self._take(text, biz_id)
        return self._answer(action, "OK", len(texts), BizId=biz_id)

    def _refusal(self, texts: list[Text]) -> str | None:
        """In the order in which the provider looks."""
        if any(text.number == ILLEGAL or not re.fullmatch(r"1\d{10}", text.number) for text in texts):
            return "isv.MOBILE_NUMBER_ILLEGAL"
        for text in texts:
            if text.sign != SIGN:
                return "isv.SMS_SIGNATURE_ILLEGAL"
            if text.template not in APPROVED:
                return "isv.SMS_TEMPLATE_ILLEGAL"
            if wrong := _wrong_values(text):
                return wrong
        most, seconds = DAY
        counts = {
            number: sum(text.number == number for text in texts) for number in {t.number for t in texts}
        }
        if any(
            self._stage.windows.count((self.name, number), seconds) + count > most
            for number, count in counts.items()
        ):
            return "isv.BUSINESS_LIMIT_CONTROL"
        for number, count in counts.items():
            self._stage.windows.add((self.name, number), count)
        return None

    def _take(self, text: Text, biz_id: str) -> None:
        now = self._stage.clock.now()
        kept = Text(text.number, text.sign, text.template, text.values, text.out_id, biz_id, now)
        self._texts.append(kept)
        words = _words(kept)
        if self._stage.is_stranger(text.number):
            self._stage.drop(self.name, KEY_ID, text.number, words, "unreachable", text.out_id)
        else:
            self._stage.arrive(self.name, KEY_ID, text.number, words, text.out_id)

    def _details(self, told: Mapping[str, Any]) -> web.Response:
        found = [
            text
            for text in self._texts
            if text.number == told.get("PhoneNumber")
            and text.at.astimezone(CHINA).strftime("%Y%m%d") == told.get("SendDate")
            and told.get("BizId") in (None, text.biz_id)
        ]
        rows = [self._row(text) for text in found[: int(told.get("PageSize", 10))]]
        details = {"SmsSendDetailDTO": rows}
        return self._answer("QuerySendDetails", "OK", TotalCount=len(found), SmsSendDetailDTOs=details)

    def _row(self, text: Text) -> dict[str, Any]:
        row = {"PhoneNum": text.number, "OutId": text.out_id, "TemplateCode": text.template}
        reported = text.at + RECEIPT_AFTER
        if self._stage.clock.now() < reported:
            return row | {"SendStatus": 1}
        lost = self._stage.is_stranger(text.number)
        at = reported.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        return row | {
            "SendStatus": 2 if lost else 3,
            "ErrCode": "MK:0001" if lost else "DELIVERED",
            "ReceiveDate": at,
        }

    def _template(self, told: Mapping[str, Any]) -> web.Response:
        code = str(told.get("TemplateCode"))
        if code not in TEMPLATES:
            return self._answer("QuerySmsTemplate", "isv.TEMPLATE_NOT_EXIST")
        content, status = TEMPLATES[code], 1 if code in APPROVED else 0
        return self._answer("QuerySmsTemplate", "OK", TemplateContent=content, TemplateStatus=status)

    def _answer(
        self, action: str, code: str, recipients: int = 0, *, status: int = 200, **told: Any
    ) -> web.Response:
        self._stage.called(self.name, action, recipients, code)
        return web.json_response({"Code": code, "Message": code, "RequestId": "stub", **told}, status=status)


def _single(told: Mapping[str, Any]) -> list[Text] | str:
    try:
        values = json.loads(told.get("TemplateParam", "{}"))
        numbers = str(told["PhoneNumbers"]).split(",")
        return [_text(told, number, str(told["SignName"]), values) for number in numbers]
    except (ValueError, KeyError, TypeError):
        return "isv.INVALID_JSON_PARAM"


def _batch(told: Mapping[str, Any]) -> list[Text] | str:
    try:
        columns = (told[name] for name in ("PhoneNumberJson", "SignNameJson", "TemplateParamJson"))
        rows = list(zip(*(json.loads(column) for column in columns), strict=True))
    except (ValueError, KeyError, TypeError):
        return "isv.INVALID_JSON_PARAM"
    if len(rows) > 100:
        return "isv.MOBILE_COUNT_OVER_LIMIT"
    return [_text(told, number, sign, values) for number, sign, values in rows]


def _text(told: Mapping[str, Any], number: str, sign: str, values: Mapping[str, str]) -> Text:
    nowhen = datetime.fromtimestamp(0, UTC)
    return Text(number, sign, str(told["TemplateCode"]), values, str(told.get("OutId", "")), "", nowhen)


def _wrong_values(text: Text) -> str | None:
    for name in re.findall(r"\$\{(\w+)\}", TEMPLATES[text.template]):
        value = text.values.get(name)
        if value is None:
            return "isv.TEMPLATE_MISSING_PARAMETERS"
        if not isinstance(value, str):
            return "isv.INVALID_JSON_PARAM"
        if len(value) > LONGEST:
            return "isv.PARAM_LENGTH_LIMIT"
        if "://" in value:
            return "isv.PARAM_NOT_SUPPORT_URL"
    return None


def _words(text: Text) -> str:
    """What the phone shows."""
    filled = re.sub(r"\$\{(\w+)\}", lambda found: text.values[found[1]], TEMPLATES[text.template])
    return f"【{text.sign}】{filled}"
