"""Feishu's application messages (docs/channels.md): a uuid is known for an hour, too fast is 429 with how long to wait,
and readers are told for seven days."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from aiohttp import web

from connectors.stub.provider import Action, Stage
from connectors.stub.tokens import LIFE, Tokens

APP = "cli_stub"
SECRET = "feishu-stub"  # noqa: S105 — known to everybody: it opens nothing but this stand-in
CALLS = ((50, 1), (1000, 60))
PERSON = (5, 1)
REMEMBERED = timedelta(hours=1)
TOLD_WITHIN = timedelta(days=7)
LARGEST = 30_000  # bytes of a card


@dataclass(frozen=True, slots=True)
class Shown:
    """One message on somebody's screen."""

    message_id: str
    to: str
    at: datetime


class Feishu:
    """One application of one tenant, in whose range everybody is who is no stranger."""

    name: ClassVar[str] = "feishu"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._tokens = Tokens(stage.clock)
        self._by_uuid: dict[str, Shown] = {}
        self._by_id: dict[str, Shown] = {}

    def actions(self) -> Mapping[tuple[str, str], Action]:
        api = "/open-apis"
        return {
            ("POST", f"{api}/auth/v3/tenant_access_token/internal"): self.give_token,
            ("GET", f"{api}/bot/v3/info"): self.show_bot,
            ("POST", f"{api}/im/v1/messages"): self.send,
            ("GET", f"{api}/im/v1/messages/{{message_id}}/read_users"): self.tell_readers,
        }

    def revoke(self) -> None:
        self._tokens.revoke()

    async def give_token(self, request: web.Request) -> web.Response:
        told = json.loads(await request.read())
        if (told.get("app_id"), told.get("app_secret")) != (APP, SECRET):
            return self._answer("internal", 10014, 200)
        return self._answer("internal", 0, 200, tenant_access_token=self._tokens.issue(), expire=LIFE)

    async def show_bot(self, request: web.Request) -> web.Response:
        return self._refused("info", request) or self._answer("info", 0, 200, bot={"activate_status": 2})

    async def send(self, request: web.Request) -> web.Response:
        """Status and `code` both tell; the same uuid within an hour is answered with the message there is."""
        if refused := self._refused("messages", request):
            return refused
        try:
            told: dict[str, Any] = json.loads(await request.read())
            to, uuid, content = str(told["receive_id"]), str(told.get("uuid", "")), told["content"]
            text = shown(json.loads(content))
        except (ValueError, KeyError, TypeError, AttributeError):
            return self._answer("messages", 230001, 400)
        if not to or self._stage.is_stranger(to):
            return self._answer("messages", 230001 if not to else 230013, 400)
        if len(uuid) > 50 or len(content.encode()) > LARGEST:
            return self._answer("messages", 230001 if len(uuid) > 50 else 230025, 400)
        known = self._by_uuid.get(uuid)
        if not uuid or known is None or known.at + REMEMBERED <= self._stage.clock.now():
            most, seconds = PERSON
            if not self._stage.windows.admit((self.name, to), most, seconds):
                return self._answer("messages", 230020, 400)
            known = self._show(to, text, uuid)
        return self._answer("messages", 0, 200, data={"message_id": known.message_id})

    async def tell_readers(self, request: web.Request) -> web.Response:
        """Those who have read; who has not is not told."""
        if refused := self._refused("read_users", request):
            return refused
        message = self._by_id.get(request.match_info["message_id"])
        now, after = self._stage.clock.now(), self._stage.read_after or timedelta(0)
        if message is None or message.at + TOLD_WITHIN <= now:
            return self._answer("read_users", 230001, 400)
        items = []
        if self._stage.read_by_now(message.at):
            stamp = str(int((message.at + after).timestamp() * 1000))
            items = [{"user_id_type": "open_id", "user_id": message.to, "timestamp": stamp}]
        return self._answer("read_users", 0, 200, data={"items": items, "has_more": False})

    def _show(self, to: str, text: str, uuid: str) -> Shown:
        message = Shown(f"om_{len(self._by_id) + 1}", to, self._stage.clock.now())
        self._by_id[message.message_id] = message
        self._by_uuid[uuid] = message
        self._stage.arrive(self.name, APP, to, text, uuid)
        return message

    def _refused(self, action: str, request: web.Request) -> web.Response | None:
        """What is wrong before a call is looked at: its token, or its pace (each call has its own limits)."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._tokens.state(token) != "good":
            return self._answer(action, 99991663, 400)
        for most, seconds in CALLS:
            if not self._stage.windows.admit((self.name, action, seconds), most, seconds):
                headers = {
                    "x-ogw-ratelimit-limit": str(most),
                    "x-ogw-ratelimit-reset": str(math.ceil(seconds)),
                }
                return self._answer(action, 99991400, 429, headers)
        return None

    def _answer(
        self, action: str, code: int, status: int, headers: Mapping[str, str] | None = None, **told: Any
    ) -> web.Response:
        self._stage.called(self.name, action, 1, str(code))
        body = {"code": code, "msg": "success" if not code else "refused", **told}
        return web.json_response(body, status=status, headers=headers)


def shown(card: Mapping[str, Any]) -> str:
    """What a card shows: title, lines and where its button leads. KeyError or TypeError for what is no card."""
    parts = [card["header"]["title"]["content"]]
    for element in card["elements"]:
        if element["tag"] == "div":
            parts.append(element["text"]["content"])
        else:
            parts += [button["url"] for button in element["actions"]]
    return " ".join(parts)
