"""What every channel is. One suite, tests/connectors/test_channel_contract.py, holds all of them to it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from connectors.channels.message import Message, Receipt

RetrySafety = Literal["safe", "unsafe"]
"""safe: the receiver can tell a repeated message by its id, so a time-out may simply be retried."""


class Clock(Protocol):
    """Tells the present instant, aware."""

    def now(self) -> datetime: ...


class ChannelConfig(BaseModel):
    """The settings of one channel account: no unknown keys, and no value of any key in an error text."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Channel(Protocol):
    """Sends messages to the addresses of one system."""

    name: ClassVar[str]
    retry_safety: ClassVar[RetrySafety]

    async def send(self, message: Message) -> Receipt:
        """Send once. Raises a `ChannelError`, and nothing else, when the message was not taken."""
        ...

    async def probe(self) -> None:
        """Check settings and reach without sending anything. Raises `Misconfigured` or `Retryable`."""
        ...
