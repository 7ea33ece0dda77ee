"""What came of one attempt, and what it means for its delivery. Pure: nothing here sends or stores.

answer of the channel        attempt         delivery            uses up an attempt
Receipt                      its status      its status          yes
Retryable                    retry           ready later, or dead  yes, unless the other side named the pause
Rejected                     rejected        failed              yes
Gone                         gone            failed, address off yes
Misconfigured                misconfigured   ready later         no: the message is not at fault
Uncertain                    uncertain       unknown             yes
any other exception          retry           as Retryable        yes, code `channel_bug`
interrupted by our own stop  uncertain       ready or unknown    no
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.channels.message import (
    ChannelError,
    Gone,
    Message,
    Misconfigured,
    Receipt,
    Rejected,
    Retryable,
    Uncertain,
)
from service.push.quiet import QuietHours

_LONGEST = 500  # characters of a code, reason or reference
SHORTEST_PAUSE = 1.0  # seconds, even if the other side asks for none: a receiver cannot make us spin


@dataclass(slots=True)
class Lease:
    """The right to send a batch until an instant; moved forward while the batch is in work."""

    by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours for the time of its lease, with the message to send."""

    delivery_id: int
    account_id: int
    channel: str
    attempts: int
    max_attempts: int
    expires_at: datetime
    message: Message
    lease: Lease


@dataclass(frozen=True, slots=True)
class Attempt:
    """When a send began and how long it took."""

    started_at: datetime
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to be written. `outcome` is None where nothing was sent; `due_at` is None where it stays."""

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


@dataclass(frozen=True, slots=True)
class Backoff:
    """Full jitter: the n-th wait (from 0) is uniform in 0 .. min(cap, base · 2ⁿ) seconds."""

    base: float = 60.0
    cap: float = 3600.0

    def wait(self, attempts: int, dice: random.Random) -> float:
        """Seconds to wait after `attempts` earlier failures."""
        return dice.uniform(0.0, min(self.cap, self.base * 2.0 ** min(attempts, 64)))


class ChannelBug(Retryable):
    """A channel raised something that is no ChannelError, or answered something that is no Receipt."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"渠道程序出错（{kind}），已记录，请联系运维人员", code="channel_bug")


class Interrupted(Exception):
    """Our own process stopped while the message was under way."""


Answer = Receipt | ChannelError | Interrupted


@dataclass(frozen=True, slots=True)
class Judge:
    """Turns an answer into a settlement."""

    safe: bool
    backoff: Backoff
    pause: timedelta
    dice: random.Random
    quiet: QuietHours | None = None

    def settle(self, claimed: Claimed, attempt: Attempt, answer: Answer, now: datetime) -> Settlement:
        """What `answer` means for `claimed`; `now` is when it arrived."""
        match answer:
            case Receipt():
                return Settlement(
                    claimed,
                    answer.status,
                    now,
                    answer.status,
                    attempt,
                    True,
                    None,
                    _storable(answer.code),
                    None,
                    _storable(answer.provider_ref),
                )
            case Interrupted():
                status, reason = "ready" if self.safe else "unknown", "发送时服务停止，结果未知"
                return Settlement(
                    claimed, status, now, "uncertain", attempt, False, None, "interrupted", reason
                )
            case Misconfigured():
                due_at = self._awake(now + self.pause)
                return self._refused(claimed, attempt, answer, now, "ready", "misconfigured", False, due_at)
            case Gone():
                return self._refused(claimed, attempt, answer, now, "failed", "gone")
            case Rejected():
                return self._refused(claimed, attempt, answer, now, "failed", "rejected")
            case Uncertain():
                return self._refused(claimed, attempt, answer, now, "unknown", "uncertain")
            case Retryable():
                return self._later(claimed, attempt, answer, now)
            case _:
                # A channel's own subclass directly under ChannelError promises nothing: treat it as passing.
                return self._later(claimed, attempt, Retryable(answer.reason, code=answer.code), now)

    def _later(self, claimed: Claimed, attempt: Attempt, answer: Retryable, now: datetime) -> Settlement:
        """A pause the other side names is its pacing and no failure of ours; it ends when the message expires."""
        if answer.after is not None:
            due_at = self._awake(now + timedelta(seconds=max(answer.after, SHORTEST_PAUSE)))
            return self._refused(claimed, attempt, answer, now, "ready", "retry", False, due_at)
        if claimed.attempts + 1 >= claimed.max_attempts:
            return self._refused(claimed, attempt, answer, now, "dead", "retry")
        due_at = self._awake(now + timedelta(seconds=self.backoff.wait(claimed.attempts, self.dice)))
        return self._refused(claimed, attempt, answer, now, "ready", "retry", True, due_at)

    def _awake(self, due_at: datetime) -> datetime:
        return self.quiet.lifted(due_at) if self.quiet else due_at

    @staticmethod
    def _refused(
        claimed: Claimed,
        attempt: Attempt,
        answer: ChannelError,
        now: datetime,
        status: str,
        outcome: str,
        counts: bool = True,
        due_at: datetime | None = None,
    ) -> Settlement:
        code, reason = _storable(answer.code) or outcome, _storable(answer.reason)
        return Settlement(claimed, status, now, outcome, attempt, counts, due_at, code, reason)


def _storable(text: str | None) -> str | None:
    """What any database takes: one character of a provider's reference must not keep a whole batch from being written."""
    return None if text is None else "".join(char for char in text[:_LONGEST] if char.isprintable())


def expired(claimed: Claimed, now: datetime) -> Settlement:
    """Ours, but too late to send."""
    return Settlement(claimed, "expired", now, code="expired", reason="等待发送时已过期，未发送")
