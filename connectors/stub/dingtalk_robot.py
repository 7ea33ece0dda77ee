"""DingTalk's group robot (docs/channels.md): a signed post to one group, 20 a minute, then silence for ten minutes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from aiohttp import web

from connectors.channels.limits import Limits
from connectors.stub.provider import Action, Stage

TOKEN = "stub-robot"  # noqa: S105 — known to everybody: it opens nothing but this stand-in
SECRET = "SECstub"  # noqa: S105
GROUP = "工作群"
WINDOW = timedelta(hours=1)
PENALTY = timedelta(minutes=10)


class DingtalkRobot:
    """One robot in one group."""

    name: ClassVar[str] = "dingtalk_robot"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._silent_until: datetime | None = None

    def actions(self) -> Mapping[tuple[str, str], Action]:
        return {("POST", "/robot/send"): self.send}

    def revoke(self) -> None:
        """A robot has a key of its own and no tokens."""

    async def send(self, request: web.Request) -> web.Response:
        """200 whatever happens; `errcode` tells."""
        code, words = self._refusal(request)
        text = ""
        if not code:
            code, words, text = self._taken(await request.read())
        self._stage.called(self.name, "send", 1, str(code))
        if not code:
            self._stage.arrive(self.name, TOKEN, GROUP, text)
        return web.json_response({"errcode": code, "errmsg": words})

    def _refusal(self, request: web.Request) -> tuple[int, str]:
        if request.query.get("access_token") != TOKEN:
            return 300005, "token is not exist"
        if not self._signed(request.query):
            return 310000, "sign not match"
        if self._used_up():
            return 90030, "webhook over limit"
        return (0, "ok") if self._admitted() else (130101, "send too fast")

    def _used_up(self) -> bool:
        """How much a month holds is not published: only what the stage says is enforced."""
        most = self._stage.limits.get(self.name, Limits()).month
        return most is not None and not self._stage.windows.admit((self.name, "month"), most, 31 * 86_400)

    def _signed(self, query: Mapping[str, str]) -> bool:
        stamp = query.get("timestamp", "")
        if (
            not stamp.isdigit()
            or abs(self._stage.clock.now().timestamp() - int(stamp) / 1000) > WINDOW.seconds
        ):
            return False
        digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        return hmac.compare_digest(base64.b64encode(digest).decode(), query.get("sign", ""))

    def _admitted(self) -> bool:
        now = self._stage.clock.now()
        if self._silent_until is not None and now < self._silent_until:
            return False
        if self._stage.windows.admit((self.name, TOKEN), 20, 60):
            return True
        self._silent_until = now + PENALTY
        return False

    def _taken(self, body: bytes) -> tuple[int, str, str]:
        try:
            told: dict[str, Any] = json.loads(body)
            card = told[told["msgtype"]]
            return 0, "ok", f"{card.get('title', '')} {card.get('text') or card['content']}".strip()
        except (ValueError, KeyError, TypeError, AttributeError):
            return 400001, "param error", ""
