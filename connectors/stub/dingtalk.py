"""DingTalk's work notices (docs/channels.md): every call is answered with success, and what goes beyond a limit, repeats
what the person has had, or names somebody who is not there is thrown away; only `getsendresult` tells.

What refuses a call that makes no sense is not published: 400001 to 400003 are this stand-in's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from aiohttp import web

from connectors.channels.limits import Limits, Rate
from connectors.stub.dingtalk_app import APP_KEY, APP_SECRET, MONTH, QPS, App
from connectors.stub.provider import Action, Stage
from connectors.stub.tokens import LIFE

AGENT = 1001
ROOM = 2048  # bytes of `msg`
MOST = 5000  # recipients of one call
TOLD = 100  # recipients of a call of which the result is told
KEPT = timedelta(hours=24)  # how long a result is told
LIMITS = Limits(
    calls=(Rate(most=QPS, seconds=1),),
    recipients=(Rate(most=5000, seconds=60),),
    person=(Rate(most=500, seconds=86_400),),
    same_text=86_400,
    month=MONTH,
)
LEFT, FAILING, PROTECTED = "left", "failing", "protected"
"""What a userid begins with who has left, whom nothing reaches, and who is shielded from all apps."""
FORBIDDEN_WORD = "违禁词"

OK, INVALID, FAILED = 0, 1, 2
"""What became of one recipient; a larger number is the code of a drop."""
_WORDS = {INVALID: "invalid", FAILED: "failed"}


@dataclass
class Task:
    """One call of asyncsend_v2, and what became of each of its recipients."""

    at: datetime
    key: str
    fates: dict[str, int] = field(default_factory=dict)
    recalled: bool = False


class Refused(Exception):
    """Answered with this code and nothing else."""

    def __init__(self, code: int, inner: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.inner = inner


class Dingtalk:
    """The older interface of one app."""

    name: ClassVar[str] = "dingtalk"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._app = App(stage, self.name, LIMITS)
        self._tasks: dict[int, Task] = {}

    def actions(self) -> Mapping[tuple[str, str], Action]:
        notices = "/topapi/message/corpconversation"
        return {
            ("GET", "/gettoken"): self.gettoken,
            ("POST", f"{notices}/asyncsend_v2"): self._metered("asyncsend_v2", self._send),
            ("POST", f"{notices}/getsendresult"): self._metered("getsendresult", self._result),
            ("POST", f"{notices}/getsendprogress"): self._metered("getsendprogress", self._progress),
            ("POST", f"{notices}/recall"): self._metered("recall", self._recall),
        }

    def revoke(self) -> None:
        self._app.tokens.revoke()

    async def gettoken(self, request: web.Request) -> web.Response:
        good = (request.query.get("appkey"), request.query.get("appsecret")) == (APP_KEY, APP_SECRET)
        self._stage.called(self.name, "gettoken", 0, "0" if good else "40089")
        if not good:
            return web.json_response({"errcode": 40089, "errmsg": "不合法的corpid或corpsecret"})
        token = {"access_token": self._app.tokens.issue(), "expires_in": LIFE}
        return web.json_response({"errcode": 0, "errmsg": "ok", **token})

    def _metered(self, action: str, answer: Any) -> Action:
        """An interface that wants a token and counts: 200 whatever happens."""

        async def serve(request: web.Request) -> web.Response:
            recipients = 0
            try:
                self._admit(action, request.query.get("access_token", ""))
                told = await _object(request)
                recipients = len(_people(told))
                code, body = 0, {"errcode": 0, "errmsg": "ok", **answer(told)}
            except Refused as refused:
                code = refused.inner or refused.code
                body = {"errcode": refused.code, "errmsg": f"ding talk error[subcode={code}]"}
                body |= {"sub_code": str(code)} if refused.inner else {}
            self._stage.called(self.name, action, recipients, str(code))
            return web.json_response(body)

        return serve

    def _admit(self, action: str, token: str) -> None:
        match self._app.tokens.state(token):
            case "unknown":
                raise Refused(88, 40014)
            case "expired":
                raise Refused(42001)
        match self._app.over(action):
            case "rate":
                raise Refused(88, 90018)
            case "quota":
                raise Refused(90020)

    def _send(self, told: Mapping[str, Any]) -> dict[str, Any]:
        _check_agent(told)
        people, msg = _people(told), told.get("msg")
        if not people or len(people) > MOST or not isinstance(msg, dict):
            raise Refused(400001)
        packed = json.dumps(msg, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        if len(packed.encode()) > ROOM:
            raise Refused(45002)
        task = Task(self._stage.clock.now(), hashlib.sha256(packed.encode()).hexdigest())
        text = _shown(msg)
        for userid in dict.fromkeys(people):
            task.fates[userid] = self._deliver(userid, text, task.key)
        number = 10_000_000_001 + len(self._tasks)
        self._tasks[number] = task
        return {"task_id": number, "request_id": f"stub{number}"}

    def _deliver(self, userid: str, text: str, key: str) -> int:
        fate = self._fate(userid, text, key)
        if fate == OK:
            self._stage.arrive(self.name, APP_KEY, userid, text, key)
        else:
            self._stage.drop(self.name, APP_KEY, userid, text, _WORDS.get(fate, str(fate)), key)
        return fate

    def _fate(self, userid: str, text: str, key: str) -> int:
        if userid.startswith(LEFT):
            return INVALID
        if userid.startswith(FAILING):
            return FAILED
        if userid.startswith(PROTECTED):
            return 1430004
        if FORBIDDEN_WORD in text:
            return 1430002
        return self._beyond(userid, key)

    def _beyond(self, userid: str, key: str) -> int:
        """The code of the limit this message goes beyond, and 0 if of none; then it counts towards them."""
        windows, limits = self._stage.windows, self._app.limits
        repeated = (self.name, "same", userid, key)
        if limits.same_text and windows.count(repeated, limits.same_text):
            return 143106
        for rate in limits.recipients:
            if not windows.admit((self.name, "recipients", rate.seconds), rate.most, rate.seconds):
                return 143103
        for rate in limits.person:
            if not windows.admit((self.name, "person", userid, rate.seconds), rate.most, rate.seconds):
                return 143105
        windows.add(repeated)
        return OK

    def _result(self, told: Mapping[str, Any]) -> dict[str, Any]:
        task = self._task(told, "task_id")
        if len(task.fates) > TOLD:
            raise Refused(400003)
        read = self._stage.read_by_now(task.at)
        arrived = [userid for userid, fate in task.fates.items() if fate == OK]
        forbidden = {userid: fate for userid, fate in task.fates.items() if fate > FAILED}
        result = {
            "invalid_user_id_list": _having(task, INVALID),
            "failed_user_id_list": _having(task, FAILED),
            "forbidden_user_id_list": list(forbidden),
            "forbidden_list": [
                {"code": str(code), "count": 1, "userid": one} for one, code in forbidden.items()
            ],
            "read_user_id_list": arrived if read else [],
            "unread_user_id_list": [] if read else arrived,
            "invalid_dept_id_list": [],
        }
        return {"send_result": result}

    def _progress(self, told: Mapping[str, Any]) -> dict[str, Any]:
        self._task(told, "task_id")
        return {"progress": {"progress_in_percent": 100, "status": 2}}

    def _recall(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Takes the task back from everybody."""
        task = self._task(told, "msg_task_id")
        for userid in _having(task, OK) if not task.recalled else ():
            self._stage.take_back(self.name, task.key, userid)
        task.recalled = True
        return {}

    def _task(self, told: Mapping[str, Any], name: str) -> Task:
        _check_agent(told)
        number = told.get(name)
        task = self._tasks.get(number) if isinstance(number, int) else None
        if task is None or self._stage.clock.now() > task.at + KEPT:
            raise Refused(400002)
        return task


async def _object(request: web.Request) -> Mapping[str, Any]:
    try:
        told = json.loads(await request.read())
    except ValueError:
        raise Refused(400001) from None
    if not isinstance(told, dict):
        raise Refused(400001)
    return told


def _check_agent(told: Mapping[str, Any]) -> None:
    if str(told.get("agent_id")) != str(AGENT):
        raise Refused(88, 40056)


def _people(told: Mapping[str, Any]) -> Sequence[str]:
    listed = told.get("userid_list")
    return [one for one in listed.split(",") if one] if isinstance(listed, str) else []


def _having(task: Task, fate: int) -> list[str]:
    return [userid for userid, its in task.fates.items() if its == fate]


def _shown(msg: Mapping[str, Any]) -> str:
    """All texts of a message as its reader sees them, links included."""
    content = msg.get(str(msg.get("msgtype")))
    if not isinstance(content, dict):
        raise Refused(400001)
    return " ".join(_texts(content))


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return [text for part in parts for text in _texts(part)]
