"""What is claimed, and what is written of it when an attempt has ended. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.channels.message import Message

_LONGEST = 500  # characters of a code, reason or reference
IN_VAIN = frozenset({"failed", "dead", "expired"})
"""States that say of a message that nobody got it."""


@dataclass(slots=True)
class Lease:
    """The right to send a batch until an instant; moved forward while the batch is in work."""

    by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours for the time of its lease, with the message to send.

    `uncertain_at`: when it may first have arrived; `call_key`: in which call. `trial`: it is the one that tells whether the provider is back.
    """

    delivery_id: int
    notification_id: int
    account_id: int
    channel: str
    attempts: int
    max_attempts: int
    expires_at: datetime
    message: Message
    lease: Lease
    uncertain_at: datetime | None = None
    urgent: bool = False
    call_key: str | None = None
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """When a send began and how long it took."""

    started_at: datetime
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to be written. `outcome` is None where nothing was sent; `due_at` is None where it stays.

    `well`: whether the provider is; None where this attempt tells nothing of it. `hold_until`: nothing of this account
    is taken before. `uncertain_at` and `check_at` as the columns of the same names.
    """

    claimed: Claimed
    status: str
    at: datetime
    outcome: str | None = None
    attempt: Attempt | None = None
    counts: bool = False
    due_at: datetime | None = None
    code: str | None = None
    reason: str | None = None
    provider_ref: str | None = None
    uncertain_at: datetime | None = None
    check_at: datetime | None = None
    hold_until: datetime | None = None
    well: bool | None = None


def storable(text: str | None) -> str | None:
    """What any database takes: one character of a provider's reference must not keep a whole batch from being written."""
    return None if text is None else "".join(char for char in text[:_LONGEST] if char.isprintable())


def expired(claimed: Claimed, now: datetime) -> Settlement:
    """Ours, but too late to send."""
    status = truthful("expired", claimed)
    return Settlement(claimed, status, now, code="expired", reason="等待发送时已过期，未发送")


def truthful(status: str, claimed: Claimed) -> str:
    """`status`, unless it would deny what may have arrived."""
    return "unknown" if status in IN_VAIN and claimed.uncertain_at is not None else status
