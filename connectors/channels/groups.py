"""Asking about and taking back many messages, one call a group: what went well before something went wrong is not lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence

from connectors.channels.message import ChannelError, News, Rejected, Sent


def grouped(sent: Iterable[Sent], key: Callable[[Sent], str]) -> list[list[Sent]]:
    """The messages of equal `key` together, in the order in which the keys first come."""
    groups: dict[str, list[Sent]] = defaultdict(list)
    for one in sent:
        groups[key(one)].append(one)
    return list(groups.values())


async def ask_each(
    groups: Iterable[Sequence[Sent]], ask: Callable[[Sequence[Sent]], Awaitable[list[News]]]
) -> list[News]:
    """What `ask` tells of each group. Groups the provider refuses to speak of are passed over.

    Raises the `ChannelError` of a call that failed only while nothing is known: the rest is asked for again anyway.
    """
    news: list[News] = []
    for group in groups:
        try:
            news += await ask(group)
        except Rejected:
            continue
        except ChannelError:
            if news:
                break
            raise
    return news


async def recall_each(
    groups: Iterable[Sequence[Sent]], recall: Callable[[Sequence[Sent]], Awaitable[None]]
) -> set[str]:
    """The ids of the groups taken back; as with asking, what was done before a failure is told."""
    done: set[str] = set()
    for group in groups:
        try:
            await recall(group)
        except Rejected:
            continue
        except ChannelError:
            if done:
                break
            raise
        done |= {one.id for one in group}
    return done
