"""浙政钉 (docs/channels.md): signed forms. A `bizMsgId` is taken once; what a person has had that day is thrown away.

The gateway's own refusals begin with OPF. Only OPF-B001-05-16-0002 is published; the others here are this stand-in's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from aiohttp import web

from connectors.channels.limits import Limits, Rate
from connectors.stub.provider import Action, Stage
from connectors.stub.tokens import LIFE, Tokens

APP_KEY = "stub-zheding"
NEW_APP_KEY = "stub-zheding-new"  # of an app that has subscribed to no interface yet
APP_SECRET = "stub-zheding-secret"  # noqa: S105 — known to everybody: it opens nothing but this stand-in
TENANT = 50001
WINDOW = timedelta(minutes=15)  # how far a timestamp may be off; not published
ROOM = 2048
MOST = 1000
LIMITS = Limits(person=(Rate(most=100, seconds=86_400),), same_text=86_400)
LEFT = "left"
"""What an accountId begins with that belongs to nobody any more."""
TOKEN_PATH = "/gettoken.json"  # noqa: S105
NOTICE_PATH = "/message/workNotification"


class Refused(Exception):
    """Answered with this code: by the gateway when it begins with OPF, else by the interface."""


class Zheding:
    """Two apps of one tenant with one secret; the new one may do no more than fetch a token."""

    name: ClassVar[str] = "zheding"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._limits = stage.limits.get(self.name, LIMITS)
        self._tokens = Tokens(stage.clock)
        self._nonces: set[str] = set()
        self._taken: set[str] = set()

    def actions(self) -> Mapping[tuple[str, str], Action]:
        return {
            ("POST", TOKEN_PATH): self._signed(TOKEN_PATH, self._token),
            ("POST", NOTICE_PATH): self._signed(NOTICE_PATH, self._notify),
        }

    def revoke(self) -> None:
        self._tokens.revoke()

    def _signed(self, path: str, answer: Any) -> Action:
        """An interface behind the gateway; 200 whatever happens."""

        async def serve(request: web.Request) -> web.Response:
            form = {key: str(value) for key, value in (await request.post()).items()}
            code = "0"
            try:
                self._check(request.headers, path, form)
                body = {"success": True, "content": {"success": True, **answer(form)}}
            except Refused as refused:
                code = str(refused)
                body = _refusal(code)
            recipients = len(_people(form))
            self._stage.called(self.name, path.rpartition("/")[2], recipients, code)
            return web.json_response(body)

        return serve

    def _check(self, headers: Mapping[str, str], path: str, form: Mapping[str, str]) -> None:
        stamp, nonce = headers.get("X-Hmac-Auth-Timestamp", ""), headers.get("X-Hmac-Auth-Nonce", "")
        key = headers.get("apiKey")
        if key not in (APP_KEY, NEW_APP_KEY) or headers.get("X-Hmac-Auth-Version") != "1.0":
            raise Refused("OPF-STUB-KEY")
        if not self._recent(stamp):
            raise Refused("OPF-STUB-TIME")
        if not hmac.compare_digest(
            _signature(stamp, nonce, path, form), headers.get("X-Hmac-Auth-Signature", "")
        ):
            raise Refused("OPF-STUB-SIGNATURE")
        if nonce in self._nonces:
            raise Refused("OPF-STUB-NONCE")
        self._nonces.add(nonce)
        if key == NEW_APP_KEY and path != TOKEN_PATH:
            raise Refused("OPF-B001-05-16-0002")

    def _recent(self, stamp: str) -> bool:
        try:
            return abs(self._stage.clock.now() - datetime.fromisoformat(stamp)) <= WINDOW
        except (ValueError, TypeError):
            return False

    def _token(self, form: Mapping[str, str]) -> dict[str, Any]:
        if form.get("appkey") not in (APP_KEY, NEW_APP_KEY) or form.get("appsecret") != APP_SECRET:
            raise Refused("OPF-STUB-KEY")
        return {"data": {"accessToken": self._tokens.issue(), "expiresIn": LIFE}}

    def _notify(self, form: Mapping[str, str]) -> dict[str, Any]:
        match self._tokens.state(form.get("access_token", "")):
            case "unknown":
                raise Refused("40014")
            case "expired":
                raise Refused("42001")
        business, people, text = form.get("bizMsgId", ""), _people(form), _shown(form.get("msg", ""))
        if not business or not people or len(people) > MOST or form.get("tenantId") != str(TENANT):
            raise Refused("param")
        if business in self._taken:
            raise Refused("duplicate")
        self._taken.add(business)
        for account in dict.fromkeys(people):
            self._deliver(account, text, business)
        return {"msgId": f"stub{len(self._taken)}"}

    def _deliver(self, account: str, text: str, business: str) -> None:
        reason = "invalid" if account.startswith(LEFT) else self._beyond(account, text)
        if reason:
            self._stage.drop(self.name, APP_KEY, account, text, reason, business)
        else:
            self._stage.arrive(self.name, APP_KEY, account, text, business)

    def _beyond(self, account: str, text: str) -> str:
        """The limit this message goes beyond, if any; else it counts towards them."""
        windows = self._stage.windows
        repeated = (self.name, "same", account, hashlib.sha256(text.encode()).hexdigest())
        if self._limits.same_text and windows.count(repeated, self._limits.same_text):
            return "same text"
        for rate in self._limits.person:
            if not windows.admit((self.name, "person", account, rate.seconds), rate.most, rate.seconds):
                return "person"
        windows.add(repeated)
        return ""


def _refusal(code: str) -> dict[str, Any]:
    if code.startswith("OPF-"):
        return {"success": False, "errorCode": code, "errorMsg": "refused by the stand-in's gateway"}
    inner = {"success": False, "responseCode": code, "responseMessage": f"{code}: refused by the stand-in"}
    return {"success": True, "content": inner}


def _signature(stamp: str, nonce: str, path: str, form: Mapping[str, str]) -> str:
    listed = "&".join(sorted(f"{key}={value}" for key, value in form.items()))
    signed = "\n".join(["POST", stamp, nonce, path, *([listed] if listed else [])])
    return base64.b64encode(hmac.new(APP_SECRET.encode(), signed.encode(), hashlib.sha256).digest()).decode()


def _people(form: Mapping[str, str]) -> list[str]:
    return [one for one in form.get("receiverIds", "").split(",") if one]


def _shown(msg: str) -> str:
    try:
        told = json.loads(msg)
        texts = [text for text in told[told["msgtype"]].values() if isinstance(text, str)]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused("param") from None
    if len(msg.encode()) > ROOM:
        raise Refused("param")
    return " ".join(texts)
