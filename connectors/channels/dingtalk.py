"""DingTalk's work notices: a card to each person from the organisation's own app, the same card to up to 100 in one call.

Success means that a task was taken on, not that anybody was reached: what goes beyond a limit, or repeats what the
person has had that day, is thrown away in silence, and only asking tells (docs/channels.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from aiohttp import ClientSession
from pydantic import Field

from connectors.channels.calls import Caller
from connectors.channels.contract import Clock, RetrySafety
from connectors.channels.dingtalk_cards import CardChannel, CardConfig
from connectors.channels.dingtalk_oapi import DingtalkAppConfig, Oapi
from connectors.channels.dingtalk_results import told_of
from connectors.channels.groups import ask_each, grouped, recall_each
from connectors.channels.limits import Limits, Rate
from connectors.channels.message import (
    ChannelError,
    Message,
    Misconfigured,
    News,
    Retryable,
    Sent,
    Uncertain,
)

NOTICES = "/topapi/message/corpconversation"
USERID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@.-]{0,63}")


class DingtalkConfig(DingtalkAppConfig, CardConfig):
    """One app and its agent."""

    agent_id: int = Field(ge=1)
    base_url: str = Field("https://oapi.dingtalk.com", description="for rehearsals against a stand-in")
    limits: Limits = Limits(
        calls=(Rate(most=20, seconds=1),),
        recipients=(Rate(most=5000, seconds=60),),
        person=(Rate(most=500, seconds=86_400),),
        same_text=86_400,
        together=100,
        month=10_000,
        crowded_minutes=(0,),
    )


class DingtalkChannel(CardChannel):
    """Sends to userids of the organisation's address book.

    A repeat within a day is thrown away, so what may have arrived may be sent again. Whether that day is the calendar's
    is not published: four hours lie within it either way for what is sent before the quiet time at eight in the evening.
    """

    name: ClassVar[str] = "dingtalk"
    retry_safety: ClassVar[RetrySafety] = "safe"
    safe_within: ClassVar[timedelta | None] = timedelta(hours=4)
    asks_within: ClassVar[timedelta] = timedelta(hours=24)

    def __init__(self, config: DingtalkConfig, session: ClientSession, clock: Clock) -> None:
        super().__init__(config, USERID)
        self._agent = config.agent_id
        self._oapi = Oapi(Caller(session, config.timeout, "base_url"), config.base_url, config, clock)

    async def ask(self, sent: Sequence[Sent]) -> list[News]:
        """One call for each earlier call; the provider answers for a day."""
        return await ask_each(grouped(sent, lambda one: one.provider_ref), self._result)

    async def recall(self, sent: Sequence[Sent]) -> set[str]:
        """Only where all who share a call are named: the provider takes a call back whole, from everybody."""
        shared = grouped(sent, lambda one: one.provider_ref)
        whole = (group for group in shared if len({one.to for one in group}) >= _task(group)[1])
        return await recall_each(whole, self._take_back)

    async def probe(self) -> None:
        """Asks about a task there never was: that shows key, secret, agent and quota, and sends nothing."""
        try:
            await self._oapi.ask(f"{NOTICES}/getsendprogress", self._of_task(1))
        except (Misconfigured, Retryable):
            raise
        except ChannelError:
            return

    async def _post(self, messages: Sequence[Message], card: str) -> tuple[str, str]:
        """The reference is the task's number and, if they are several, how many people share it: `256271667526/3`."""
        people = [message.to for message in messages]
        body = {"agent_id": self._agent, "userid_list": ",".join(people), "msg": json.loads(card)}
        task = (await self._oapi.send(f"{NOTICES}/asyncsend_v2", body)).get("task_id")
        if not isinstance(task, int):
            raise Uncertain("服务商的答复里没有任务号")
        return (f"{task}/{len(people)}" if len(people) > 1 else str(task)), "0"

    async def _result(self, group: Sequence[Sent]) -> list[News]:
        told = await self._oapi.ask(f"{NOTICES}/getsendresult", self._of_task(_task(group)[0]))
        return told_of(group, told.get("send_result") or {})

    async def _take_back(self, group: Sequence[Sent]) -> None:
        body = {"agent_id": self._agent, "msg_task_id": _task(group)[0]}
        await self._oapi.ask(f"{NOTICES}/recall", body)

    def _of_task(self, task: int) -> dict[str, Any]:
        return {"agent_id": self._agent, "task_id": task}


def _task(group: Sequence[Sent]) -> tuple[int, int]:
    """The task's number and how many people share it."""
    task, _, people = group[0].provider_ref.partition("/")
    return int(task), int(people or 1)
