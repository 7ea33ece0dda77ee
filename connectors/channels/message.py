"""What a channel is given, what it answers, and how it fails.

    ChannelError
    ├── Retryable       the same message may succeed later
    │   └── Throttled   so may all others of this account, and until then none will
    ├── Rejected        this message never will
    │   └── Gone        and neither will any other to this address: disable it
    ├── Misconfigured   no message will until an operator changes a setting
    └── Uncertain       it may have arrived; sending again may double it

No error text holds an address, a name, a secret or words of the other side: replies of mail and
web servers repeat addresses, so only their numeric codes are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

_ID = re.compile(r"[A-Za-z0-9:_-]{1,128}")

Status = Literal["accepted", "delivered", "handed_over"]
"""accepted: a provider took it; delivered: the addressee's system has it; handed_over: nobody can tell."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address.

    `id` is the idempotency key: the same over all attempts, 1 to 128 of ``A-Z a-z 0-9 : _ -`` (it is
    signed between full stops and travels in headers). `to` is an address of the channel: a URL, a
    mail address, a name. `topic` says what kind of event it is, such as ``tasks.digest``.
    `expires_at` is aware; the outbox, not the channel, drops what has expired. `items` are lines that
    follow the text, each with a count; a channel that is short of room leaves out the last ones and says
    how many. `variables` are the same facts by name, for channels that send approved templates (SMS).
    ValueError otherwise, and for text that is no Unicode (lone surrogates).
    """

    id: str
    to: str
    subject: str
    text: str
    link: str | None
    expires_at: datetime | None
    topic: str
    items: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError("a message id is 1 to 128 letters, digits, colons, hyphens or underscores")
        whole = (
            self.to,
            self.subject,
            self.text,
            self.link or "",
            self.topic,
            *self.items,
            *self.variables.values(),
        )
        "".join(whole).encode()
        if self.expires_at is not None and self.expires_at.tzinfo is None:
            raise ValueError("expires_at must be an aware instant")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side answered: its reference and code if it gave one, and how long it took in ms."""

    status: Status
    provider_ref: str | None
    code: str | None
    ms: float


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was accepted: its id and address, the provider's reference, and when (aware)."""

    id: str
    to: str
    provider_ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What the provider says later of the message `id`: it arrived, was read, was thrown away or never could arrive.

    `at` is when that happened, if the provider tells. `repeated` marks a drop because the same text was there
    already: where an earlier attempt of ours may have arrived, it did.
    """

    id: str
    status: Literal["delivered", "read", "dropped", "failed"]
    code: str | None = None
    reason: str | None = None
    at: datetime | None = None
    repeated: bool = False


class ChannelError(Exception):
    """A message was not sent. `code` is the other side's own code (HTTP or SMTP status), if it gave one."""

    def __init__(self, reason: str, *, code: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Retryable(ChannelError):
    """A passing failure: send the same message again, `after` seconds from now if the other side said so."""

    def __init__(self, reason: str, after: float | None = None, *, code: str | None = None) -> None:
        super().__init__(reason, code=code)
        self.after = after


class Throttled(Retryable):
    """The account sends too much, or has used up its quota: nothing of it will be taken for `after` seconds."""


class Rejected(ChannelError):
    """Permanent for this message: no retry will help."""


class Gone(Rejected):
    """The address exists no more: disable it and send nothing further there."""


class Misconfigured(ChannelError):
    """A setting of the channel is wrong; `field` names it. The messages are not at fault and should wait."""

    def __init__(self, field: str, reason: str, *, code: str | None = None) -> None:
        super().__init__(f"{field}：{reason}", code=code)
        self.field = field


class Uncertain(ChannelError):
    """The message may have been delivered, and a second attempt may double it: the operator decides."""
