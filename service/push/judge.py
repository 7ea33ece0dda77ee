"""What came of one attempt, and what it means for its delivery. Pure: nothing here sends or stores.

answer of the channel        attempt         delivery                    uses up an attempt
Receipt                      its status      its status                  yes
Retryable                    retry           ready later, or dead        yes, unless the other side named the pause
Throttled                    throttled       ready as it was             no: the account is held, not the message
Rejected                     rejected        failed                      yes
Gone                         gone            failed, address off         yes
Misconfigured                misconfigured   ready later                 no: the message is not at fault
Uncertain                    uncertain       ready later, or unknown     yes
any other exception          retry           as Retryable where a repeat is harmless, else as Uncertain
interrupted by our own stop  uncertain       ready or unknown            no

What may have arrived once is never called failed, dead or expired afterwards: it ends as unknown.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.channels.message import (
    ChannelError,
    Gone,
    Misconfigured,
    Receipt,
    Rejected,
    Retryable,
    Throttled,
    Uncertain,
)
from service.push.quiet import QuietHours
from service.push.settlements import Attempt, Claimed, Settlement, expired, storable, truthful

SHORTEST_PAUSE = 1.0  # seconds, even if the other side asks for none: a receiver cannot make us spin
MARGIN = timedelta(minutes=1)
"""By so much a repeat has to come before the receiver forgets: no call is under way longer."""
FIRST_LOOK = timedelta(seconds=30)
"""After which a provider that can be asked is asked for the first time what arrived."""


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

    code, reason = "interrupted", "发送时服务停止，结果未知"


Answer = Receipt | ChannelError | Interrupted


@dataclass(frozen=True, slots=True)
class Judge:
    """Turns an answer into a settlement.

    `safe`: a repeat is harmless, within `window` of the first attempt that may have arrived (None: for good). `asks`:
    the provider can be asked afterwards.
    """

    safe: bool
    backoff: Backoff
    pause: timedelta
    dice: random.Random
    quiet: QuietHours | None = None
    window: timedelta | None = None
    asks: bool = False

    def settle(self, claimed: Claimed, attempt: Attempt, answer: Answer, now: datetime) -> Settlement:
        """What `answer` means for `claimed`; `now` is when it arrived."""
        refused = _Refusal(claimed, attempt, answer, now)
        match answer:
            case Receipt():
                return self._taken(claimed, attempt, answer, now)
            case Interrupted():
                return self._interrupted(refused)
            case Misconfigured():
                return refused.ready("misconfigured", self._awake(now + self.pause))
            case Gone():
                return refused.ended("failed", "gone", well=True)
            case Rejected():
                return refused.ended("failed", "rejected", well=True)
            case Uncertain():
                return self._doubtful(refused)
            case Throttled():
                pause = self.pause if answer.after is None else timedelta(seconds=answer.after)
                hold = now + max(pause, timedelta(seconds=SHORTEST_PAUSE))
                return refused.ready("throttled", None, hold_until=hold)
            case ChannelBug() if not self.safe:
                return self._doubtful(refused)  # how far it got before it broke is not known
            case Retryable():
                return self._later(refused, answer)
            case _:
                # A channel's own subclass directly under ChannelError promises nothing: treat it as passing.
                return self._later(refused, Retryable(answer.reason, code=answer.code))

    def too_late(self, claimed: Claimed, now: datetime) -> Settlement | None:
        """What is to be written instead of sending, when it has expired or a repeat is no longer known as one."""
        if now >= claimed.expires_at:
            return expired(claimed, now)
        if claimed.uncertain_at is not None and self.safe and not self._known_at(claimed.uncertain_at, now):
            reason = "此前一次结果不明，渠道已不能识别重复，未再发送"
            return Settlement(claimed, "unknown", now, code="window_passed", reason=reason)
        return None

    @staticmethod
    def torn(claimed: Claimed, now: datetime) -> Settlement:
        """It may have arrived in a call that cannot be made again as it was."""
        reason = "此前一次合并发送结果不明，已无法原样重发"
        return Settlement(claimed, "unknown", now, code="call_torn", reason=reason)

    def _taken(self, claimed: Claimed, attempt: Attempt, receipt: Receipt, now: datetime) -> Settlement:
        reference = storable(receipt.provider_ref)
        asked = self.asks and receipt.status == "accepted" and bool(reference)
        return Settlement(
            claimed, receipt.status, now, receipt.status, attempt, True,
            code=storable(receipt.code), provider_ref=reference, well=True,
            check_at=now + FIRST_LOOK if asked else None,
        )  # fmt: skip

    def _interrupted(self, refused: _Refusal) -> Settlement:
        first = refused.first_doubt
        if self.safe and self._known_at(first, refused.now):
            return refused.ready("uncertain", None, uncertain_at=first)
        return refused.ended(
            "unknown", "uncertain", counts=False, uncertain_at=first, check_at=self._ask_at(refused)
        )

    def _doubtful(self, refused: _Refusal) -> Settlement:
        """Again where the receiver will know it as a repeat, else an operator decides."""
        first = refused.first_doubt
        well = None if isinstance(refused.answer, ChannelBug) else False
        due_at = self._again(refused, first) if self.safe else None
        if due_at is None or refused.last:
            check_at = self._ask_at(refused)
            return refused.ended("unknown", "uncertain", uncertain_at=first, well=well, check_at=check_at)
        return refused.ready("uncertain", due_at, counts=True, uncertain_at=first, well=well)

    def _ask_at(self, refused: _Refusal) -> datetime | None:
        """When to ask after what was never answered for: a provider that can be asked looks for it by its id."""
        return refused.now + FIRST_LOOK if self.asks and not self.safe else None

    def _later(self, refused: _Refusal, answer: Retryable) -> Settlement:
        """A pause the other side names is its pacing and no failure of ours; it ends when the message expires."""
        now = refused.now
        if answer.after is not None:
            due_at = self._awake(now + timedelta(seconds=max(answer.after, SHORTEST_PAUSE)))
            return refused.ready("retry", due_at)
        well = None if isinstance(answer, ChannelBug) else False
        if refused.last:
            return refused.ended("dead", "retry", well=well)
        again = self._again(refused, refused.claimed.uncertain_at)
        if again is None:
            return refused.ended("unknown", "retry", well=well)
        return refused.ready("retry", again, counts=True, well=well)

    def _again(self, refused: _Refusal, doubt: datetime | None) -> datetime | None:
        """When to try again; sooner than the back-off says where the receiver would forget, None where it has forgotten."""
        now = refused.now
        due_at = self._awake(now + self._wait(refused.claimed))
        if doubt is None or self._known_at(doubt, due_at):
            return due_at
        assert self.window is not None
        latest = doubt + self.window - MARGIN
        return latest if latest > now and self._awake(latest) == latest else None

    def _wait(self, claimed: Claimed) -> timedelta:
        return timedelta(seconds=self.backoff.wait(claimed.attempts, self.dice))

    def _known_at(self, doubt: datetime, instant: datetime) -> bool:
        """Whether the receiver will still know a repeat at `instant` of what may have arrived at `doubt`."""
        return self.window is None or instant <= doubt + self.window - MARGIN

    def _awake(self, due_at: datetime) -> datetime:
        return self.quiet.lifted(due_at) if self.quiet else due_at


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An attempt that got no receipt."""

    claimed: Claimed
    attempt: Attempt
    answer: Receipt | ChannelError | Interrupted
    now: datetime

    @property
    def first_doubt(self) -> datetime:
        """When the message may first have arrived, if this attempt may be one."""
        return self.claimed.uncertain_at or self.attempt.started_at

    @property
    def last(self) -> bool:
        """Whether there is no attempt left after this one. A trial uses up none."""
        return not self.claimed.trial and self.claimed.attempts + 1 >= self.claimed.max_attempts

    def ready(
        self,
        outcome: str,
        due_at: datetime | None,
        *,
        counts: bool = False,
        uncertain_at: datetime | None = None,
        hold_until: datetime | None = None,
        well: bool | None = None,
    ) -> Settlement:
        """To be sent again."""
        return Settlement(
            self.claimed, "ready", self.now, outcome, self.attempt, counts and not self.claimed.trial, due_at,
            self._code(outcome), self._reason(), None, uncertain_at, None, hold_until, well,
        )  # fmt: skip

    def ended(
        self,
        status: str,
        outcome: str,
        *,
        counts: bool = True,
        uncertain_at: datetime | None = None,
        check_at: datetime | None = None,
        well: bool | None = None,
    ) -> Settlement:
        """Not to be sent again by itself."""
        return Settlement(
            self.claimed, truthful(status, self.claimed), self.now, outcome, self.attempt, counts, None,
            self._code(outcome), self._reason(), None, uncertain_at, check_at, None, well,
        )  # fmt: skip

    def _code(self, outcome: str) -> str:
        code = None if isinstance(self.answer, Receipt) else self.answer.code
        return storable(code) or outcome

    def _reason(self) -> str | None:
        return None if isinstance(self.answer, Receipt) else storable(self.answer.reason)
