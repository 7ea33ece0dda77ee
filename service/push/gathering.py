"""One call for many: deliveries whose text is alike travel together, and what came of the call is split back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.channels.contract import Channel, Gathering
from connectors.channels.message import ChannelError, Message, Receipt
from service.push.settlements import Claimed

ACCEPTED = frozenset({"accepted", "delivered", "handed_over"})
"""What a receipt may say."""
Report = Callable[[BaseException], ChannelError]
"""Told of what is a bug of the channel; returns what it means for the message."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one call carries.

    `good_until`: when the right to make this call ends, None for never. `whole`: it goes out as it is or not at all.
    """

    claimed: tuple[Claimed, ...]
    good_until: datetime | None = None
    whole: bool = False


def loads(channel: Channel, claimed: Iterable[Claimed]) -> list[Load]:
    """The calls that carry these deliveries, in the order of the first of each."""
    if not isinstance(channel, Gathering):
        return [Load((one,)) for one in claimed]
    groups: dict[object, list[Claimed]] = {}
    for one in claimed:
        groups.setdefault(_key(channel, one), []).append(one)
    most = channel.limits.together
    return [
        Load(tuple(group[at : at + most])) for group in groups.values() for at in range(0, len(group), most)
    ]


async def answers(
    channel: Channel, messages: Sequence[Message], report: Report
) -> list[Receipt | ChannelError]:
    """What the channel says of each message. Whatever else it does is reported; CancelledError only when it is ours."""
    try:
        if len(messages) == 1 or not isinstance(channel, Gathering):
            told: object = [await channel.send(messages[0])]
        else:
            told = await channel.send_together(messages)
    except ChannelError as error:
        return [error] * len(messages)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return [report(error)] * len(messages)
    except Exception as error:  # any bug of a channel costs one call, and never the lane
        return [report(error)] * len(messages)
    if not isinstance(told, list) or len(told) != len(messages):
        return [report(TypeError("one answer a message"))] * len(messages)
    return [_sound(one, report) for one in told]


def _key(channel: Gathering, one: Claimed) -> object:
    """Equal for what may travel together; what has no text of its own fails alone, when it is sent."""
    try:
        return channel.alike(one.message)
    except Exception:  # sending it says what is wrong
        return one.delivery_id


def _sound(answer: object, report: Report) -> Receipt | ChannelError:
    if isinstance(answer, ChannelError) or (isinstance(answer, Receipt) and answer.status in ACCEPTED):
        return answer
    return report(TypeError(f"answered {type(answer).__name__}"))
