"""Tencent Cloud's text messages (docs/channels.md): every call signed, an answer for each number within a 200, and
receipts for who asks. Nothing is known again: what is sent twice arrives twice."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from aiohttp import web

from connectors.channels import tc3
from connectors.stub.provider import Action, Stage

SECRET_ID = "AKIDstub"  # noqa: S105 — known to everybody: it opens nothing but this stand-in
SECRET_KEY = "sms-stub"  # noqa: S105
APP = "1400000001"
SIGN = "智推"
TEMPLATES = {1001: "今天有{1}户需要走访，请打开 https://zhitui.example/s/{2}", 1002: "还在审核"}
APPROVED = frozenset({1001})
BLOCKED = "+8619900000000"  # its holder wants no messages
PERSON = ((1, 30, "ThirtySecond"), (10, 86_400, "Daily"))
CALLS = {"SendSms": 3000, "PullSmsSendStatusByPhoneNumber": 20}  # a second
WINDOW = 300  # seconds
RECEIPT_AFTER = timedelta(seconds=5)
_SIGNED = ("content-type", "host", "x-tc-action")


@dataclass(frozen=True, slots=True)
class Text:
    """One message to one number as the provider wrote it down."""

    number: str
    serial: str
    context: str
    at: datetime


class SmsTencent:
    """One application, for whose receipts SessionContext was asked for. To a stranger's number everything is accepted,
    and the receipt says that it failed."""

    name: ClassVar[str] = "sms_tencent"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._texts: list[Text] = []

    def actions(self) -> Mapping[tuple[str, str], Action]:
        return {("POST", "/"): self.serve}

    def revoke(self) -> None:
        """Every call is signed; there are no tokens."""

    async def serve(self, request: web.Request) -> web.Response:
        """200 whatever happens; `Error` tells what is wrong with a call, `Code` what is wrong with a number."""
        action, body = request.headers.get("x-tc-action", ""), await request.read()
        if wrong := self._unsigned(request, body):
            return self._refuse(action, wrong)
        if not self._stage.windows.admit((self.name, action), CALLS.get(action, 100), 1):
            return self._refuse(action, "RequestLimitExceeded")
        told = json.loads(body)
        match action:
            case "SendSms":
                return self._send(told)
            case "PullSmsSendStatusByPhoneNumber":
                return self._receipts(told)
            case "DescribeSmsTemplateList":
                return self._templates(told)
        return self._refuse(action, "InvalidAction")

    def _unsigned(self, request: web.Request, body: bytes) -> str | None:
        """The code for what is wrong with a signature; it is computed anew from what was received."""
        given, stamp = request.headers.get("authorization", ""), request.headers.get("x-tc-timestamp", "")
        if not stamp.isdigit() or abs(self._stage.clock.now().timestamp() - int(stamp)) > WINDOW:
            return "AuthFailure.SignatureExpire"
        if f"Credential={SECRET_ID}/" not in given:
            return "AuthFailure.SecretIdNotFound"
        headers = {name: request.headers.get(name, "") for name in _SIGNED}
        wanted = tc3.authorization("sms", request.path, headers, body, int(stamp), SECRET_ID, SECRET_KEY)
        return None if hmac.compare_digest(given, wanted) else "AuthFailure.SignatureFailure"

    def _send(self, told: Mapping[str, Any]) -> web.Response:
        numbers, values = list(told.get("PhoneNumberSet", [])), list(told.get("TemplateParamSet", []))
        if told.get("SmsSdkAppId") != APP:
            return self._refuse("SendSms", "UnauthorizedOperation.SmsSdkAppIdVerifyFail")
        if len(numbers) > 200:
            return self._refuse("SendSms", "LimitExceeded.PhoneNumberCountLimit")
        wrong = _wrong(told, values)
        rows = [self._take(number, wrong, told, values) for number in numbers]
        return self._answer("SendSms", "Ok", len(numbers), SendStatusSet=rows)

    def _take(
        self, number: str, wrong: str | None, told: Mapping[str, Any], values: list[str]
    ) -> dict[str, Any]:
        context = str(told.get("SessionContext", ""))
        code = wrong or self._refusal(number)
        if code:
            return {"PhoneNumber": number, "SerialNo": "", "SessionContext": context, "Code": code, "Fee": 0}
        text = Text(number, f"5000:{len(self._texts) + 1}", context, self._stage.clock.now())
        self._texts.append(text)
        words = _words(told, values)
        to = number.removeprefix("+86")
        if self._stage.is_stranger(to):
            self._stage.drop(self.name, APP, to, words, "unreachable", context)
        else:
            self._stage.arrive(self.name, APP, to, words, context)
        return {
            "PhoneNumber": number,
            "SerialNo": text.serial,
            "SessionContext": context,
            "Code": "Ok",
            "Fee": 1,
        }

    def _refusal(self, number: str) -> str | None:
        if number == BLOCKED:
            return "FailedOperation.PhoneNumberInBlacklist"
        if not re.fullmatch(r"\+861\d{10}", number):
            return "InvalidParameterValue.IncorrectPhoneNumber"
        for most, seconds, name in PERSON:
            if self._stage.windows.count((self.name, number, seconds), seconds) >= most:
                return f"LimitExceeded.PhoneNumber{name}Limit"
        for _, seconds, _ in PERSON:
            self._stage.windows.add((self.name, number, seconds))
        return None

    def _receipts(self, told: Mapping[str, Any]) -> web.Response:
        now = self._stage.clock.now()
        since = max(told["BeginTime"], (now - timedelta(days=7)).timestamp())
        found = [
            text
            for text in self._texts
            if text.number == told.get("PhoneNumber")
            and text.at.timestamp() >= since
            and text.at + RECEIPT_AFTER <= now
        ]
        rows = [self._row(text) for text in found[: told["Limit"]]]
        return self._answer("PullSmsSendStatusByPhoneNumber", "Ok", 1, PullSmsSendStatusSet=rows)

    def _row(self, text: Text) -> dict[str, Any]:
        lost = self._stage.is_stranger(text.number.removeprefix("+86"))
        return {
            "PhoneNumber": text.number,
            "SerialNo": text.serial,
            "SessionContext": text.context,
            "ReportStatus": "FAIL" if lost else "SUCCESS",
            "Description": "MK:0001" if lost else "DELIVRD",
            "UserReceiveTime": int((text.at + RECEIPT_AFTER).timestamp()),
        }

    def _templates(self, told: Mapping[str, Any]) -> web.Response:
        rows = [
            {
                "TemplateId": number,
                "TemplateContent": TEMPLATES[number],
                "StatusCode": 0 if number in APPROVED else 1,
            }
            for number in told.get("TemplateIdSet", [])
            if number in TEMPLATES
        ]
        return self._answer("DescribeSmsTemplateList", "Ok", DescribeTemplateStatusSet=rows)

    def _refuse(self, action: str, code: str) -> web.Response:
        return self._answer(action, code, Error={"Code": code, "Message": "refused"})

    def _answer(self, action: str, code: str, recipients: int = 0, **told: Any) -> web.Response:
        self._stage.called(self.name, action, recipients, code)
        return web.json_response({"Response": {**told, "RequestId": "stub"}})


def _wrong(told: Mapping[str, Any], values: list[str]) -> str | None:
    """What is wrong with the text, for all numbers alike."""
    if told.get("SignName") != SIGN:
        return "FailedOperation.SignatureIncorrectOrUnapproved"
    template = str(told.get("TemplateId", ""))
    if not template.isdigit() or int(template) not in APPROVED:
        return "FailedOperation.TemplateIncorrectOrUnapproved"
    if len(values) != len(set(re.findall(r"\{(\d+)\}", TEMPLATES[int(template)]))):
        return "InvalidParameterValue.TemplateParameterFormatError"
    return None


def _words(told: Mapping[str, Any], values: list[str]) -> str:
    """What the phone shows."""
    content = TEMPLATES[int(told["TemplateId"])]
    return f"【{told['SignName']}】" + re.sub(r"\{(\d+)\}", lambda found: values[int(found[1]) - 1], content)
