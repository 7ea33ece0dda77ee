"""Feishu's group robot (docs/channels.md): a signed post to one group, 5 a second and 100 a minute."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from aiohttp import web

from connectors.stub.feishu import shown
from connectors.stub.provider import Action, Stage

TOKEN = "stub-hook"  # noqa: S105 — known to everybody: it opens nothing but this stand-in
SECRET = "feishu-stub"  # noqa: S105
GROUP = "工作群"
WINDOW = timedelta(hours=1)
LARGEST = 20_000  # bytes of a body
CALLS = ((5, 1), (100, 60))


class FeishuRobot:
    """One robot in one group."""

    name: ClassVar[str] = "feishu_robot"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def actions(self) -> Mapping[tuple[str, str], Action]:
        return {("POST", "/open-apis/bot/v2/hook/{token}"): self.send}

    def revoke(self) -> None:
        """A robot has a key of its own and no tokens."""

    async def send(self, request: web.Request) -> web.Response:
        """200 whatever happens; `code` tells."""
        code, text = self._taken(request.match_info["token"], await request.read())
        self._stage.called(self.name, "send", 1, str(code))
        if not code:
            self._stage.arrive(self.name, TOKEN, GROUP, text)
        return web.json_response({"code": code, "msg": "success" if not code else "refused", "data": {}})

    def _taken(self, token: str, body: bytes) -> tuple[int, str]:
        if token != TOKEN:
            return 19001, ""
        try:
            told: dict[str, Any] = json.loads(body)
            signed = self._signed(str(told.get("timestamp", "")), str(told.get("sign", "")))
        except (ValueError, AttributeError):
            return 9499, ""
        if not signed:
            return 19021, ""
        try:
            text = shown(told["card"])
        except (KeyError, TypeError):
            return 9499, ""
        if len(body) > LARGEST:
            return 9499, ""
        return (0 if self._admitted() else 11232), text

    def _signed(self, stamp: str, given: str) -> bool:
        now = self._stage.clock.now().timestamp()
        if not stamp.isdigit() or abs(now - int(stamp)) > WINDOW.total_seconds():
            return False
        digest = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        return hmac.compare_digest(base64.b64encode(digest).decode(), given)

    def _admitted(self) -> bool:
        return all(self._stage.windows.admit((self.name, seconds), most, seconds) for most, seconds in CALLS)
