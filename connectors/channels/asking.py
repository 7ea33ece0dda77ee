"""Asking a provider that tells of one message a call, and finding there what it never answered for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from connectors.channels.message import News, Sent, Throttled


async def one_by_one(sent: Sequence[Sent], ask: Callable[[Sent], Awaitable[list[News]]]) -> list[News]:
    """The news of each. When the provider slows us down, what is known by then is the answer; if nothing, `Throttled`."""
    news: list[News] = []
    for one in sent:
        try:
            news += await ask(one)
        except Throttled:
            if not news:
                raise
            break
    return news


def carried(
    one: Sent, records: Sequence[dict[str, Any]], name: str, asked: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Of what one address got, what is this message: by the id under `name` that its call carried.

    That is its own, or the id of a message to another address with which it travelled; `asked` maps ids to addresses.
    """
    own = [record for record in records if record.get(name) == one.id]
    return own or [record for record in records if asked.get(str(record.get(name)), one.to) != one.to]
