"""Asking a provider that tells of one message a call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

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
