"""WeCom's application messages (docs/channels.md): the same call twice is shown once, what is too much for one member is
thrown away, and both are answered with success."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from aiohttp import web

from connectors.stub.provider import Action, Stage
from connectors.stub.tokens import LIFE, Tokens

CORP = "wwstub"
SECRET = "wecom-stub"  # noqa: S105 — known to everybody: it opens nothing but this stand-in
AGENT = 1000002
CALLS = ((10_000, 60), (150_000, 3600))
PERSON = ((30, 60), (1000, 3600))
RECALLED_WITHIN = timedelta(hours=24)
CUTS = {"title": 128, "description": 512, "content": 2048}  # bytes, cut without a word


@dataclass(frozen=True, slots=True)
class Letter:
    """What one call asks to show, to whom, and how long the same call is the same."""

    members: tuple[str, ...]
    text: str
    whole: str
    interval: int


class Wecom:
    """One application of one corporation, which knows every userid that is no stranger."""

    name: ClassVar[str] = "wecom"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._tokens = Tokens(stage.clock)
        self._seen: dict[str, tuple[datetime, str]] = {}
        self._sent: dict[str, datetime] = {}

    def actions(self) -> Mapping[tuple[str, str], Action]:
        return {
            ("GET", "/cgi-bin/gettoken"): self.give_token,
            ("GET", "/cgi-bin/agent/get"): self.show_agent,
            ("POST", "/cgi-bin/message/send"): self.send,
            ("POST", "/cgi-bin/message/recall"): self.recall,
        }

    def revoke(self) -> None:
        self._tokens.revoke()

    async def give_token(self, request: web.Request) -> web.Response:
        if request.query.get("corpid") != CORP:
            return self._answer("gettoken", 40013)
        if request.query.get("corpsecret") != SECRET:
            return self._answer("gettoken", 40001)
        return self._answer("gettoken", 0, access_token=self._tokens.issue(), expires_in=LIFE)

    async def show_agent(self, request: web.Request) -> web.Response:
        code = self._unknown(request)
        if not code and request.query.get("agentid") != str(AGENT):
            code = 40056
        return self._answer("get", code)

    async def send(self, request: web.Request) -> web.Response:
        """200 whatever happens; `errcode` tells, and `invaliduser` whom it did not reach."""
        code, letter = self._unknown(request), None
        if not code:
            code, letter = _read(await request.read())
        if not code and not all(
            self._stage.windows.admit((self.name, seconds), most, seconds) for most, seconds in CALLS
        ):
            code = 45009
        if code or letter is None:
            return self._answer("send", code)
        invalid = [member for member in letter.members if self._stage.is_stranger(member)]
        if len(invalid) == len(letter.members):
            return self._answer("send", 81013, len(letter.members))
        valid = [member for member in letter.members if member not in invalid]
        told = {"invaliduser": "|".join(invalid).lower(), "msgid": self._show(letter, valid)}
        return self._answer("send", 0, len(letter.members), **told)

    async def recall(self, request: web.Request) -> web.Response:
        code = self._unknown(request)
        if code:
            return self._answer("recall", code)
        msgid = json.loads(await request.read()).get("msgid", "")
        sent = self._sent.get(msgid)
        if sent is None or sent + RECALLED_WITHIN <= self._stage.clock.now():
            return self._answer("recall", 40008)
        return self._answer("recall", 0, self._stage.take_back(self.name, msgid))

    def _unknown(self, request: web.Request) -> int:
        match self._tokens.state(request.query.get("access_token", "")):
            case "good":
                return 0
            case "expired":
                return 42001
            case _:
                return 40014

    def _show(self, letter: Letter, members: list[str]) -> str:
        """The msgid. Nothing is shown of a call that was made before, nor to a member who had too much."""
        now = self._stage.clock.now()
        before = self._seen.get(letter.whole)
        if before is not None and now < before[0] + timedelta(seconds=letter.interval):
            for member in members:
                self._stage.drop(self.name, CORP, member, letter.text, "repeated", before[1])
            return before[1]
        msgid = f"msg{len(self._sent) + 1}"
        self._seen[letter.whole], self._sent[msgid] = (now, msgid), now
        for member in members:
            if self._has_room(member):
                self._stage.arrive(self.name, CORP, member, letter.text, msgid)
            else:
                self._stage.drop(self.name, CORP, member, letter.text, "too_many", msgid)
        return msgid

    def _has_room(self, member: str) -> bool:
        """Members are compared without regard to case."""
        keys = [((self.name, member.lower(), seconds), most, seconds) for most, seconds in PERSON]
        if any(self._stage.windows.count(key, seconds) >= most for key, most, seconds in keys):
            return False
        for key, _, _ in keys:
            self._stage.windows.add(key)
        return True

    def _answer(self, action: str, code: int, recipients: int = 0, **told: Any) -> web.Response:
        self._stage.called(self.name, action, recipients, str(code))
        return web.json_response({"errcode": code, "errmsg": "ok" if not code else "refused", **told})


def _read(body: bytes) -> tuple[int, Letter | None]:
    try:
        told: dict[str, Any] = json.loads(body)
        content = told[told["msgtype"]]
        shown = [_cut(name, content[name]) for name in ("title", "description", "content") if name in content]
        text = " ".join([*shown, content.get("url", "")]).strip()
    except (ValueError, KeyError, TypeError, AttributeError):
        return 40008, None
    if told.get("agentid") != AGENT:
        return 40056, None
    members = tuple(dict.fromkeys(member for member in str(told.get("touser", "")).split("|") if member))
    if not members:
        return 82001, None
    if len(members) > 1000:
        return 40031, None
    interval = min(int(told.get("duplicate_check_interval", 1800)), 14_400)
    whole = json.dumps(told, sort_keys=True)
    return 0, Letter(members, text, whole, interval if told.get("enable_duplicate_check") == 1 else 0)


def _cut(name: str, text: str) -> str:
    return text.encode()[: CUTS[name]].decode(errors="ignore")
