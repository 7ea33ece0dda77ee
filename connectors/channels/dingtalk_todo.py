"""DingTalk's To-Do list: a task with a due time on the person's own list, ticked off there and taken back when withdrawn."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from aiohttp import ClientSession
from pydantic import Field

from connectors.channels.calls import Caller
from connectors.channels.contract import Clock, RetrySafety
from connectors.channels.dingtalk_api import DingtalkApi
from connectors.channels.dingtalk_oapi import DingtalkAppConfig
from connectors.channels.fitting import fitted, utf8
from connectors.channels.groups import ask_each, grouped, recall_each
from connectors.channels.limits import Limits, Rate
from connectors.channels.message import Message, News, Receipt, Rejected, Sent, Uncertain

SUBJECT, DESCRIPTION = 1024, 4096  # published without a unit; bytes are the stricter reading
PAGES = 20  # of a person's list, looked through for our tasks
UNION_ID = re.compile(r"[A-Za-z0-9_=+-]{1,64}")


class DingtalkTodoConfig(DingtalkAppConfig):
    """`ding`: DingTalk also tells the person that a task has come."""

    ding: bool = True
    base_url: str = Field("https://api.dingtalk.com", description="for rehearsals against a stand-in")
    limits: Limits = Limits(calls=(Rate(most=20, seconds=1),), month=10_000, crowded_minutes=(0,))


class DingtalkTodoChannel:
    """Puts tasks on the lists of people, addressed by unionId. `sourceId` is the message id: a repeat makes no second task."""

    name: ClassVar[str] = "dingtalk_todo"
    retry_safety: ClassVar[RetrySafety] = "safe"
    safe_within: ClassVar[timedelta | None] = None
    asks_within: ClassVar[timedelta] = timedelta(days=7)

    def __init__(self, config: DingtalkTodoConfig, session: ClientSession, clock: Clock) -> None:
        self.limits = config.limits
        self._config = config
        self._api = DingtalkApi(Caller(session, config.timeout, "base_url"), config.base_url, config, clock)

    async def send(self, message: Message) -> Receipt:
        """`delivered`: the answer names the task that stands on the person's list."""
        begun = time.perf_counter()
        body = self._body(message)
        told = await self._api.send("POST", *_tasks_of(message.to), body=body)
        task = told.get("id")
        if not isinstance(task, str) or not task:
            raise Uncertain("服务商的答复里没有待办编号")
        return Receipt("delivered", task, "200", (time.perf_counter() - begun) * 1000)

    async def ask(self, sent: Sequence[Sent]) -> list[News]:
        """Looks through each person's list: what is ticked off was read, what stands there arrived."""
        return await ask_each(grouped(sent, lambda one: one.to), self._seen)

    async def recall(self, sent: Sequence[Sent]) -> set[str]:
        """Deletes the tasks, one call each."""
        return await recall_each(([one] for one in sent), self._delete)

    async def probe(self) -> None:
        """A new token shows that key and secret are good; whether To-Do may be written shows with the first task."""
        await self._api.renew()

    def _body(self, message: Message) -> dict[str, Any]:
        if utf8(message.subject) > SUBJECT:
            raise Rejected(f"标题超过渠道允许的长度（{SUBJECT}），请缩短")
        body = {
            "sourceId": message.id,
            "subject": message.subject,
            "description": fitted(message, DESCRIPTION, "\n".join),
            "executorIds": [message.to],
            "isOnlyShowExecutor": True,
            "notifyConfigs": {"dingNotify": "1" if self._config.ding else "0"},
        }
        if message.link is not None:
            body["detailUrl"] = {"appUrl": message.link, "pcUrl": message.link}
        if message.expires_at is not None:
            body["dueTime"] = int(message.expires_at.timestamp() * 1000)
        return body

    async def _seen(self, group: Sequence[Sent]) -> list[News]:
        cards = await self._cards(group[0].to, {one.provider_ref for one in group})
        return [
            News(one.id, "read" if cards[one.provider_ref] else "delivered")
            for one in group
            if one.provider_ref in cards
        ]

    async def _cards(self, to: str, wanted: set[str]) -> Mapping[str, bool]:
        """Number of each wanted task that stands on the list → whether it is ticked off."""
        found: dict[str, bool] = {}
        token = ""
        for _ in range(PAGES):
            body = {"nextToken": token} if token else {}
            told = await self._api.ask(
                "POST", "todo", "users", _known(to), "org", "tasks", "query", body=body
            )
            cards = {
                str(card.get("taskId")): bool(card.get("isDone")) for card in told.get("todoCards") or ()
            }
            found |= {task: done for task, done in cards.items() if task in wanted}
            token = str(told.get("nextToken") or "")
            if not token or len(found) == len(wanted):
                break
        return found

    async def _delete(self, group: Sequence[Sent]) -> None:
        (one,) = group
        await self._api.ask("DELETE", *_tasks_of(one.to), one.provider_ref)


def _tasks_of(to: str) -> tuple[str, ...]:
    return "todo", "users", _known(to), "tasks"


def _known(to: str) -> str:
    """The address as part of a path. Raises `Rejected`."""
    if not UNION_ID.fullmatch(to):
        raise Rejected("收件地址不是有效的 unionId")
    return to
