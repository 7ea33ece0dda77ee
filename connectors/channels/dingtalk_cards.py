"""The card that DingTalk's work notices and 浙政钉 show alike: heading, lines, and one button that opens the link.

Everybody's own link makes a call of its own for everybody, and calls are rationed; with one link for all, equal texts
share calls.
"""

from __future__ import annotations

import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from connectors.channels.contract import ChannelConfig
from connectors.channels.fitting import fitted
from connectors.channels.message import ChannelError, Message, Receipt, Rejected

ROOM = 2048  # bytes of the whole `msg`, keys and brackets included


class CardConfig(ChannelConfig):
    """`personal`: everybody's own link. `digest-link`: one link for all, `common_link`, which leads to one's own list."""

    mode: Literal["personal", "digest-link"] = "personal"
    common_link: str | None = Field(None, pattern=r"^https?://\S+$")

    @model_validator(mode="after")
    def _has_the_link_of_its_mode(self) -> Self:
        if self.mode == "digest-link" and self.common_link is None:
            raise ValueError("mode 为 digest-link 时须填 common_link：人人相同、登录后看到本人清单的网址")
        return self

    def link(self, message: Message) -> str | None:
        """The link that goes out with the message."""
        return message.link if self.mode == "personal" else self.common_link


class CardChannel(ABC):
    """Sends one card to everybody who is to have the same one, and tells of each what came of it."""

    def __init__(self, config: CardConfig, address: re.Pattern[str]) -> None:
        self.limits = config.limits
        self._cards = config
        self._address = address

    async def send(self, message: Message) -> Receipt:
        """`accepted`: the provider has taken it on."""
        (outcome,) = await self.send_together([message])
        if isinstance(outcome, ChannelError):
            raise outcome
        return outcome

    def alike(self, message: Message) -> str:
        """Subject, text, items and the link that goes out: all a recipient sees."""
        return compact([message.subject, message.text, message.items, self._cards.link(message)])

    async def send_together(self, messages: Sequence[Message]) -> list[Receipt | ChannelError]:
        """One call for all whose address can be one; the others are told why they did not travel."""
        faults = list(self._faults(messages))
        going = [message for message, fault in zip(messages, faults, strict=True) if fault is None]
        if not going:
            return [fault for fault in faults if fault is not None]
        try:
            outcome: Receipt | ChannelError = await self._travel(going)
        except ChannelError as error:
            if len(going) == len(messages):
                raise
            outcome = error
        return [fault or outcome for fault in faults]

    async def _travel(self, messages: Sequence[Message]) -> Receipt:
        begun = time.perf_counter()
        ref, code = await self._post(messages, card(messages[0], self._cards.link(messages[0])))
        return Receipt("accepted", ref, code, (time.perf_counter() - begun) * 1000)

    @abstractmethod
    async def _post(self, messages: Sequence[Message], card: str) -> tuple[str | None, str]:
        """One call; the provider's reference and code."""

    def _faults(self, messages: Sequence[Message]) -> Iterator[Rejected | None]:
        """Why a message cannot travel, or None, one by one."""
        seen: set[str] = set()
        for message in messages:
            if not self._address.fullmatch(message.to):  # a comma would make two people of it
                yield Rejected("收件地址不是这个渠道的编号")
            elif message.to in seen:
                yield Rejected("同一批里有两条相同的消息发给同一人")
            else:
                yield None
            seen.add(message.to)


def card(message: Message, link: str | None) -> str:
    """`msg` as compact JSON in UTF-8, so that the bytes counted are the bytes sent. Raises `Rejected` when too long.

    A card shows all of its text, while the form of an `oa` message hides what goes beyond a few lines.
    """

    def render(lines: list[str]) -> str:
        text = "\n\n".join([f"### {message.subject}", *lines])
        return compact(_with_button(message.subject, text, link) if link else _plain(message.subject, text))

    return fitted(message, ROOM, render)


def compact(content: Any) -> str:
    """JSON without spaces and with Chinese as it is: three bytes a character, where an escape takes six."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _with_button(title: str, text: str, link: str) -> dict[str, Any]:
    shown = {"title": title, "markdown": text, "single_title": "查看", "single_url": link}
    return {"msgtype": "action_card", "action_card": shown}


def _plain(title: str, text: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
