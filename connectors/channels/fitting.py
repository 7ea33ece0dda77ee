"""Fits a message into the bytes or characters a provider takes: whole items are left out, and it is said how many."""

from __future__ import annotations

import json
from collections.abc import Callable

from connectors.channels.message import Message, Rejected


def utf8(text: str) -> int:
    """Bytes of UTF-8, which most providers count."""
    return len(text.encode())


def fitted(
    message: Message, room: int, render: Callable[[list[str]], str], size: Callable[[str], int] = utf8
) -> str:
    """What `render` makes of the text, as many items as fit into `room`, and a line for those left out.

    `render` is given the lines and returns what goes out, escaped and wrapped, so that `size` counts the real thing.
    Raises `Rejected` when not even the text and the link fit: cutting a sentence would say something else.
    """
    for kept in range(len(message.items), -1, -1):
        out = render(_lines(message, kept))
        if size(out) <= room:
            return out
    raise Rejected(f"消息超过渠道允许的长度（{room}），请缩短正文")


def in_markdown(message: Message, between: str) -> Callable[[list[str]], str]:
    """Renders lines as markdown: the subject as a heading above them, the link below, `between` two of them."""
    links = [f"[查看]({message.link})"] if message.link else []
    return lambda lines: between.join([f"### {message.subject}", *lines, *links])


def words(message: Message) -> str:
    """All of a message that its readers see: what is equal here looks equal to them."""
    seen = [message.subject, message.text, *message.items, message.link]
    return json.dumps(seen, ensure_ascii=False)


def one_line(text: str, room: int) -> str:
    """A title without breaks and control characters. Raises `Rejected` when it has more than `room` bytes."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if utf8(line) > room:
        raise Rejected(f"标题超过渠道允许的长度（{room}），请缩短标题")
    return line


def _lines(message: Message, kept: int) -> list[str]:
    left = len(message.items) - kept
    more = [f"另有 {left} 项，请打开链接查看"] if left else []
    return [message.text, *message.items[:kept], *more]
