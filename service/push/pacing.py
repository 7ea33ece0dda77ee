"""How many calls an account may make now, so that its provider never has to refuse one.

A provider counts over windows that slide: at most so many within any so many seconds. What was granted is therefore kept
by its instant, in few slots a window, and counted until it is certain to have left every window the provider may look
at. The slots are a row the processes of an installation share; whoever grants has locked the account (`gates.look`).

What is granted is to be used at once: a grant holds for `SLACK`, and by as much the window is taken to be longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from connectors.channels.limits import Limits, Rate
from service.access.unit import Unit
from service.tables import channel_rates
from service.tables.upsert import upsert

SLOTS = 200
"""A window is kept in at most about so many slots; the last of it is counted by so much of the window too long."""
SLACK = (0.015, 0.5)
"""A grant is used within this share of the window, or these seconds where that is more but never half the window."""
Slot = tuple[int, int, int]
"""First and last instant in milliseconds since 1970, and how many."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be used now; None is without limit. With nothing left `until` is when there is something again."""

    calls: int | None = None
    recipients: int | None = None
    until: datetime | None = None
    good_for: timedelta | None = None

    @property
    def spent(self) -> bool:
        """Whether nothing may be sent."""
        return self.calls == 0 or self.recipients == 0


def paced(limits: Limits) -> bool:
    """Whether calls of an account with these limits have to be counted."""
    return bool(limits.calls or limits.recipients or limits.month)


async def budget(unit: Unit, channel: str, limits: Limits) -> Budget:
    """What the rates of `limits` leave at this instant."""
    if not (limits.calls or limits.recipients):
        return Budget()
    known = await _slots(unit, channel)
    now = _milliseconds(unit.now)
    calls = [_left(rate, known.get(name, ()), now) for name, rate in _named("calls", limits.calls)]
    people = [_left(rate, known.get(name, ()), now) for name, rate in _named("recipients", limits.recipients)]
    short = [free for left, free in (*calls, *people) if not left]
    return Budget(
        min((left for left, _ in calls), default=None),
        min((left for left, _ in people), default=None),
        datetime.fromtimestamp(max(short) / 1000, UTC) if short else None,
        timedelta(milliseconds=min(slack(rate) for rate in (*limits.calls, *limits.recipients))),
    )


async def spend(
    unit: Unit, channel: str, limits: Limits, *, calls: int, recipients: int, lag: timedelta = timedelta()
) -> None:
    """Write down what was granted; it will be used up to `lag` later than now."""
    wanted = [(name, rate, calls) for name, rate in _named("calls", limits.calls)]
    wanted += [(name, rate, recipients) for name, rate in _named("recipients", limits.recipients)]
    if not wanted:
        return
    known = await _slots(unit, channel)
    now = _milliseconds(unit.now)
    at = now + round(lag.total_seconds() * 1000)
    rows = [
        {
            "channel": channel,
            "rate": name,
            "grants": granted(rate, living(rate, known.get(name, ()), now), at, number),
        }
        for name, rate, number in wanted
        if number
    ]
    await unit.connection.execute(upsert(unit.dialect, channel_rates, ["channel", "rate"], ["grants"]), rows)


def granted(rate: Rate, slots: Sequence[Slot], at: int, number: int) -> list[Slot]:
    """The slots with `number` more at the instant `at`."""
    *older, last = slots or [(at, at, 0)]
    first, end, count = last
    if at - first < rate.seconds * 1000 / SLOTS:
        return [*older, (first, max(end, at), count + number)]
    return [*older, last, (at, max(end, at), number)]


def living(rate: Rate, slots: Iterable[Slot], now: int) -> list[Slot]:
    """The slots that a provider may still count."""
    length = _length(rate)
    return [(first, end, number) for first, end, number in slots if end + length > now]


def slack(rate: Rate) -> float:
    """For how many milliseconds a grant of this rate is good."""
    share, least = SLACK
    return max(share * rate.seconds, min(least, rate.seconds / 2)) * 1000


def _left(rate: Rate, slots: Iterable[Slot], now: int) -> tuple[int, int]:
    """How many are left, and when the first of the living slots leaves the window."""
    alive = living(rate, slots, now)
    left = max(0, rate.most - sum(number for _, _, number in alive))
    return left, (min(end for _, end, _ in alive) + _length(rate) if alive else now)


def _length(rate: Rate) -> int:
    """Milliseconds for which a grant counts."""
    return round(rate.seconds * 1000 + slack(rate)) + 1


def _named(kind: str, rates: Iterable[Rate]) -> list[tuple[str, Rate]]:
    """Rates by the name of their row: a changed number goes on with what was granted before."""
    return [(f"{kind}/{rate.seconds:g}s", rate) for rate in rates]


async def _slots(unit: Unit, channel: str) -> dict[str, list[Slot]]:
    statement = select(channel_rates.c.rate, channel_rates.c.grants).where(channel_rates.c.channel == channel)
    return {
        row.rate: [tuple(slot) for slot in row.grants] for row in await unit.connection.execute(statement)
    }


def _milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)
