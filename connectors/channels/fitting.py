"""Fits a message into the bytes or characters a provider takes: whole items are left out, and it is said how many."""

from __future__ import annotations

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


def _lines(message: Message, kept: int) -> list[str]:
    left = len(message.items) - kept
    more = [f"另有 {left} 项，请打开链接查看"] if left else []
    return [message.text, *message.items[:kept], *more]
