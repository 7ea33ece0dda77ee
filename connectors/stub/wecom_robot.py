"""WeCom's group robot (docs/channels.md): an unsigned post to one group, 20 a minute."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from aiohttp import web

from connectors.stub.provider import Action, Stage

KEY = "stub-key"
GROUP = "工作群"
LONGEST = 4096  # bytes of markdown


class WecomRobot:
    """One robot in one group."""

    name: ClassVar[str] = "wecom_robot"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def actions(self) -> Mapping[tuple[str, str], Action]:
        return {("POST", "/cgi-bin/webhook/send"): self.send}

    def revoke(self) -> None:
        """A robot has a key of its own and no tokens."""

    async def send(self, request: web.Request) -> web.Response:
        """200 whatever happens; `errcode` tells."""
        code, text = self._taken(request.query.get("key"), await request.read())
        self._stage.called(self.name, "send", 1, str(code))
        if not code:
            self._stage.arrive(self.name, KEY, GROUP, text)
        return web.json_response({"errcode": code, "errmsg": "ok" if not code else "refused"})

    def _taken(self, key: str | None, body: bytes) -> tuple[int, str]:
        if key != KEY:
            return 93000, ""
        try:
            told = json.loads(body)
            text = str(told[told["msgtype"]]["content"])
        except (ValueError, KeyError, TypeError):
            return 40008, ""
        if len(text.encode()) > LONGEST:
            return 40058, ""
        return (0 if self._stage.windows.admit((self.name, KEY), 20, 60) else 45009), text
