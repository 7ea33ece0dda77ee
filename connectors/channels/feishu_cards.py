"""The card that Feishu shows: a title, plain lines and a button. Plain, so that no text is read as markup."""

from __future__ import annotations

import json
from typing import Any

from connectors.channels.fitting import fitted
from connectors.channels.message import Message


def card(message: Message, room: int) -> dict[str, Any]:
    """The card, in at most `room` bytes of JSON as it is sent. Raises `Rejected` when that cannot be."""

    def made(text: str) -> dict[str, Any]:
        return _card(message.subject, text, message.link)

    return made(fitted(message, room, "\n".join, lambda text: len(json.dumps(made(text)))))


def _card(title: str, text: str, link: str | None) -> dict[str, Any]:
    elements: list[dict[str, Any]] = [{"tag": "div", "text": _plain(text)}]
    if link is not None:
        button = {"tag": "button", "type": "primary", "text": _plain("查看"), "url": link}
        elements.append({"tag": "action", "actions": [button]})
    return {"config": {"wide_screen_mode": True}, "header": {"title": _plain(title)}, "elements": elements}


def _plain(text: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": text}
