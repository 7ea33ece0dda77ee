"""Sending many messages in one call, of which some cannot go at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from connectors.channels.contract import Gathering
from connectors.channels.message import ChannelError, Message, Receipt, Rejected

Ready = TypeVar("Ready")


async def send_alone(channel: Gathering, message: Message) -> Receipt:
    """A call for one message; what came of it is raised if it is an error."""
    [outcome] = await channel.send_together([message])
    if isinstance(outcome, ChannelError):
        raise outcome
    return outcome


async def send_ready(
    messages: Sequence[Message],
    ready: Callable[[Message], Ready],
    send: Callable[[list[Ready]], Awaitable[list[Receipt | ChannelError]]],
) -> list[Receipt | ChannelError]:
    """What `send` says of those that `ready` lets through, and of the others why not, in the order of the messages.

    What befalls the call befalls only those that were in it; raised when that were all.
    """
    checked = [_checked(message, ready) for message in messages]
    able = [one for one in checked if not isinstance(one, Rejected)]
    try:
        sent = iter(await send(able) if able else [])
    except ChannelError as error:
        if len(able) == len(messages):
            raise
        sent = iter([error] * len(able))
    return [one if isinstance(one, Rejected) else next(sent) for one in checked]


def _checked(message: Message, ready: Callable[[Message], Ready]) -> Ready | Rejected:
    try:
        return ready(message)
    except Rejected as error:
        return error
