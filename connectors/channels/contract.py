"""What every channel is. One suite, tests/connectors/test_channel_contract.py, holds all of them to it.

A channel that can do more, or is otherwise special, says so by having what `Gathering`, `Verbatim`, `Asking`, `Recalling`
or `Scattered` declare; the sender looks with `isinstance`. `limits` are what its provider allows the account.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from connectors.channels.limits import Limits
from connectors.channels.message import ChannelError, Message, News, Receipt, Sent

RetrySafety = Literal["safe", "unsafe"]
"""safe: the receiver can tell a repeated message by its id, so what may have arrived may simply be sent again."""


class Clock(Protocol):
    """Tells the present instant, aware."""

    def now(self) -> datetime: ...


class ChannelConfig(BaseModel):
    """The settings of one channel account: no unknown keys, and no value of any key in an error text."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    limits: Limits = Limits()


class ProviderConfig(ChannelConfig):
    """The settings of an account at a provider who is called over HTTP; each has its own `base_url`."""

    timeout: float = Field(15.0, gt=0, le=60)
    allow_private: bool = False


class Channel(Protocol):
    """Sends messages to the addresses of one system.

    `safe_within` is how long a safe receiver remembers an id, counted from the first attempt that may have arrived;
    None: for good.
    """

    name: ClassVar[str]
    retry_safety: ClassVar[RetrySafety]
    safe_within: ClassVar[timedelta | None]
    limits: Limits

    async def send(self, message: Message) -> Receipt:
        """Send once. Raises a `ChannelError`, and nothing else, when the message was not taken."""
        ...

    async def probe(self) -> None:
        """Check settings and reach without sending anything. Raises `Misconfigured` or `Retryable`."""
        ...


@runtime_checkable
class Gathering(Protocol):
    """Sends one text to many addresses in one call, at most `limits.together` of them."""

    def alike(self, message: Message) -> str:
        """What of the message is the same for all of one call; messages with equal keys may travel together."""
        ...

    async def send_together(self, messages: Sequence[Message]) -> list[Receipt | ChannelError]:
        """One call for messages that are `alike`; what came of each, in their order. Raises what befell all of them."""
        ...


@runtime_checkable
class Verbatim(Gathering, Protocol):
    """Knows a repeat by the whole call only: messages that may have arrived together travel together again, exactly
    those, or their repeat is none."""

    verbatim: ClassVar[bool]


@runtime_checkable
class Asking(Protocol):
    """Can ask the provider afterwards what became of messages it accepted, at most `asks_within` after sending."""

    asks_within: ClassVar[timedelta]

    async def ask(self, sent: Sequence[Sent]) -> list[News]:
        """What is known by now; nothing for a message of which nothing is. Raises a `ChannelError`.

        A channel whose receipts carry our id also finds what was never answered for: its `provider_ref` is empty.
        """
        ...


@runtime_checkable
class Scattered(Protocol):
    """Its addresses are systems of their own: that calls to some fail tells nothing of the others."""

    scattered: ClassVar[Literal[True]]


@runtime_checkable
class Recalling(Protocol):
    """Can take back what was accepted."""

    async def recall(self, sent: Sequence[Sent]) -> set[str]:
        """The ids of what was taken back. Raises a `ChannelError`."""
        ...
