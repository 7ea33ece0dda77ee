"""DingTalk's To-Do list (docs/channels.md): create, query, delete. One `sourceId` is one task, however often it is sent."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from aiohttp import web

from connectors.channels.limits import Limits, Rate
from connectors.stub.dingtalk_app import APP_KEY, APP_SECRET, MONTH, QPS, App
from connectors.stub.provider import Action, Stage
from connectors.stub.tokens import LIFE

LIMITS = Limits(calls=(Rate(most=QPS, seconds=1),), month=MONTH)
LEFT = "left"
"""What a unionId begins with that belongs to nobody any more."""
PAGE = 50  # tasks of one answer to a query


@dataclass(frozen=True, slots=True)
class Card:
    """One task on the list of one person."""

    number: str
    source: str
    to: str
    subject: str
    at: datetime


class Refused(Exception):
    """Answered with this status and code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class DingtalkTodo:
    """The newer interface of one app. A task is ticked off when its person has had time to read it."""

    name: ClassVar[str] = "dingtalk_todo"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._app = App(stage, self.name, LIMITS)
        self._sources: dict[str, Card] = {}
        self._lists: dict[str, dict[str, Card]] = defaultdict(dict)

    def actions(self) -> Mapping[tuple[str, str], Action]:
        tasks = "/v1.0/todo/users/{union_id}/tasks"
        return {
            ("POST", "/v1.0/oauth2/accessToken"): self.access_token,
            ("POST", tasks): self._metered("tasks", self._create),
            ("POST", "/v1.0/todo/users/{union_id}/org/tasks/query"): self._metered("query", self._query),
            ("DELETE", f"{tasks}/{{task_id}}"): self._metered("delete", self._delete),
        }

    def revoke(self) -> None:
        self._app.tokens.revoke()

    async def access_token(self, request: web.Request) -> web.Response:
        told = await _object(request)
        if (told.get("appKey"), told.get("appSecret")) != (APP_KEY, APP_SECRET):
            return self._answer("accessToken", 0, Refused(400, "invalidClientIdOrSecret"))
        return self._answer("accessToken", 0, {"accessToken": self._app.tokens.issue(), "expireIn": LIFE})

    def _metered(self, action: str, answer: Any) -> Action:
        """An interface that wants a token and counts; 4xx for what it refuses."""

        async def serve(request: web.Request) -> web.Response:
            try:
                self._admit(action, request.headers.get("x-acs-dingtalk-access-token", ""))
                told = answer(request.match_info, await _object(request))
            except Refused as refused:
                told = refused
            return self._answer(action, int(action == "tasks"), told)

        return serve

    def _answer(self, action: str, recipients: int, told: Mapping[str, Any] | Refused) -> web.Response:
        self._stage.called(self.name, action, recipients, told.code if isinstance(told, Refused) else "200")
        if isinstance(told, Refused):
            body = {
                "code": told.code,
                "message": "refused by the stand-in",
                "requestid": secrets.token_hex(8),
            }
            return web.json_response(body, status=told.status)
        return web.json_response(told)

    def _admit(self, action: str, token: str) -> None:
        if self._app.tokens.state(token) != "good":
            raise Refused(401, "InvalidAuthentication")
        match self._app.over(action):
            case "rate":
                raise Refused(403, "Forbidden.AccessDenied.QpsLimitForApi")
            case "quota":
                raise Refused(403, "Forbidden.AccessDenied.ApiCountLimitForOrg")

    def _create(self, path: Mapping[str, str], told: Mapping[str, Any]) -> dict[str, Any]:
        subject, source, people = told.get("subject"), told.get("sourceId"), told.get("executorIds")
        if not isinstance(subject, str) or not isinstance(source, str) or not isinstance(people, list):
            raise Refused(400, "invalidParameter")
        description = str(told.get("description") or "")
        if len(subject) > 1024 or len(description) > 4096:
            raise Refused(400, "invalidParameter.tooLong")
        if any(str(one).startswith(LEFT) for one in (path["union_id"], *people)):
            raise Refused(400, "userNotExist")
        links = told.get("detailUrl") or {}
        text = " ".join([subject, description, str(links.get("appUrl", ""))])
        card = self._sources.get(source) or self._put(source, path["union_id"], subject, text)
        return {"id": card.number, "sourceId": source, "subject": subject, "executorIds": people}

    def _put(self, source: str, to: str, subject: str, text: str) -> Card:
        card = Card(secrets.token_hex(16), source, to, subject, self._stage.clock.now())
        self._sources[source] = self._lists[to][card.number] = card
        self._stage.arrive(self.name, APP_KEY, to, text, source)
        return card

    def _query(self, path: Mapping[str, str], told: Mapping[str, Any]) -> dict[str, Any]:
        mine = list(self._lists[path["union_id"]].values())
        begin = int(told.get("nextToken") or 0)
        rest = {"nextToken": str(begin + PAGE)} if len(mine) > begin + PAGE else {}
        return {"todoCards": [self._row(card) for card in mine[begin : begin + PAGE]], **rest}

    def _row(self, card: Card) -> dict[str, Any]:
        row = {"taskId": card.number, "sourceId": card.source, "subject": card.subject}
        return {**row, "isDone": self._stage.read_by_now(card.at)}

    def _delete(self, path: Mapping[str, str], told: Mapping[str, Any]) -> dict[str, Any]:
        card = self._lists[path["union_id"]].pop(path["task_id"], None)
        if card is None:
            raise Refused(404, "todoTaskNotExist")
        del self._sources[card.source]
        self._stage.take_back(self.name, card.source, card.to)
        return {"result": True, "requestId": secrets.token_hex(8)}


async def _object(request: web.Request) -> Mapping[str, Any]:
    try:
        told = json.loads(await request.read() or b"{}")
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}
