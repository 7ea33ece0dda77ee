"""Taking work: what is due, as many calls of it as the account may make now, in one transaction.

Everything that keeps an account or a message back is asked here, after the account's row was locked: its gate, its
rates, its month, the crowded minutes, and what would be thrown away. So whatever is handed out may be sent at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

import structlog

from connectors.channels.contract import Channel, Gathering, Verbatim
from service.access.unit import House, Unit
from service.push import completion, foresight, gates, outbox, pacing, quotas, repeats
from service.push.gates import Gate
from service.push.gathering import Load, loads
from service.push.judge import Judge
from service.push.pacing import Budget
from service.push.rounds import Pace
from service.push.settlements import Claimed, Settlement

log = structlog.get_logger(__name__)
QUOTA = "month_used_up"


@dataclass(frozen=True, slots=True)
class Taken:
    """`loads` are to be sent now; `settled` was decided without sending."""

    loads: list[Load]
    settled: list[Settlement]

    @property
    def empty(self) -> bool:
        """Whether looking again would find nothing new."""
        return not self.loads and not self.settled


NOTHING = Taken([], [])


class Claims:
    """Takes work for one channel account.

    `gate` is as it was seen last. While something is due and may not be sent, `until` and `why` tell how long and why.
    """

    def __init__(
        self,
        house: House,
        name: str,
        channel: Channel,
        pace: Pace,
        *,
        cap: int | None,
        awake: Callable[[datetime], datetime],
    ) -> None:
        self.gate = Gate(name)
        self.name = name
        self.until: datetime | None = None
        self.why = ""
        self.lag = timedelta()
        self._house = house
        self._channel = channel
        self._limits = channel.limits
        self._pace = pace
        self._cap = cap
        self._awake = awake
        self._watched = foresight.watches(channel.limits, cap)
        self._carried = channel.limits.together if isinstance(channel, Gathering) else 1
        self.paced = pacing.paced(channel.limits)

    async def anything_to_do(self) -> bool:
        """Whether `take` may find something; reads only, so that an idle sender never takes the writer's turn."""
        async with self._house.read() as unit:
            self.until, self.why = None, ""
            if not await outbox.anything_due(unit, self.name):
                return False
            self.gate = await gates.look(unit, self.name)
            return not self._kept_back(unit)

    async def take(self, calls: int) -> Taken:
        """At most `calls` calls."""
        async with self._house.write() as unit:
            self.gate = await gates.look(unit, self.name, lock=self.paced or foresight.exact(self._limits))
            if self._kept_back(unit):
                return NOTHING
            left = await self._budget(unit)
            if left.spent:
                if await outbox.anything_due(unit, self.name):
                    self._wait(unit, left.until, "服务商限速")
                return NOTHING
            if not self.gate.tripped:
                return await self._take(unit, calls, left)
            lasts = timedelta(seconds=self._pace.lease * 2)
            if not await gates.begin_trial(unit, self.name, lasts):
                return NOTHING
            return await self._try(unit, left)

    def _kept_back(self, unit: Unit) -> bool:
        if (until := self.gate.shut_until(unit.now)) is not None:
            self._wait(unit, until, self.gate.why(unit.now))
        elif (until := crowded_until(self._limits.crowded_minutes, unit)) is not None:
            self._wait(unit, until, "避开服务商拥挤的分钟")
        return until is not None

    def _wait(self, unit: Unit, until: datetime | None, why: str) -> None:
        self.until = until
        # Told to the second, never too early.
        when = (until + timedelta(microseconds=999_999)).astimezone(unit.clock.zone) if until else None
        self.why = f"{why}，{when:%m-%d %H:%M:%S} 后继续" if when else why

    async def _budget(self, unit: Unit) -> Budget:
        left = await pacing.budget(unit, self.name, self._limits)
        if self._limits.month is None:
            return left
        month = await quotas.month_of(unit, self.name, self._limits.month)
        if month.left:
            return replace(left, calls=month.left if left.calls is None else min(left.calls, month.left))
        until, reason = quotas.next_month(unit), f"本月 {month.allowed} 次调用额度已用完"
        await gates.hold(unit, self.name, until, QUOTA, reason)
        log.error("quota_used_up", channel=self.name, until=until.isoformat())
        return Budget(calls=0, until=until)

    async def _try(self, unit: Unit, left: Budget) -> Taken:
        """One message tells whether the provider is back."""
        taken = await self._take(unit, 1, left, most=1)
        if not taken.loads:
            await gates.end_trial(unit, self.name)
        return replace(taken, loads=[_trial(load) for load in taken.loads])

    async def _take(self, unit: Unit, calls: int, left: Budget, most: int | None = None) -> Taken:
        calls = calls if left.calls is None else min(calls, left.calls)
        rows = min(self._pace.batch, calls * self._carried)
        rows = min(rows, *(limit for limit in (left.recipients, most) if limit is not None), rows)
        batch = await outbox.claim(unit, self.name, limit=rows, lease=timedelta(seconds=self._pace.lease))
        again: list[Load] = []
        settled: list[Settlement] = []
        if batch and isinstance(self._channel, Verbatim):
            sorted_ = await repeats.sort(unit, batch)
            again = [Load(one, None, True) for one in sorted_.whole]
            settled = [Judge.torn(one, unit.now) for one in sorted_.torn]
            await outbox.release(unit, sorted_.waiting)
            batch = sorted_.fresh
        if batch and self._watched:
            sifted = await foresight.sift(
                unit, self.name, self._channel, batch, cap=self._cap, awake=self._awake
            )
            await outbox.release(unit, sifted.returned)
            batch, settled = sifted.sendable, settled + sifted.settled
        await completion.complete(unit, settled)
        return Taken(await self._granted(unit, again, batch, calls, left), settled)

    async def _granted(
        self, unit: Unit, again: list[Load], batch: list[Claimed], calls: int, left: Budget
    ) -> list[Load]:
        """As many calls as allowed, repeats first; what does not fit into them waits for its turn."""
        possible = again + loads(self._channel, batch)
        granted = _fitting(possible, calls, left.recipients)
        over = possible[len(granted) :]
        await outbox.release(unit, [one for load in over for one in load.claimed])
        self._learn(granted)
        if isinstance(self._channel, Verbatim):
            fresh = await repeats.mark(unit, [load for load in granted if not load.whole])
            granted = [load for load in granted if load.whole] + fresh
        if granted and self.paced:
            await self._spend(unit, granted)
        good_until = unit.now + self.lag + left.good_for if left.good_for else None
        return [replace(load, good_until=good_until) for load in granted]

    async def _spend(self, unit: Unit, granted: list[Load]) -> None:
        people = sum(len(load.claimed) for load in granted)
        await pacing.spend(unit, self.name, self._limits, calls=len(granted), recipients=people, lag=self.lag)
        if self._limits.month is not None:
            await quotas.add(unit, self.name, len(granted))

    def _learn(self, granted: list[Load]) -> None:
        """Claim no more next time than the calls will carry, going by this one: texts that all differ fill none."""
        if granted and isinstance(self._channel, Gathering):
            each = sum(len(load.claimed) for load in granted) / len(granted)
            self._carried = min(self._limits.together, ceil(2 * each))


def _fitting(possible: list[Load], calls: int, recipients: int | None) -> list[Load]:
    """As many of the first loads as there are calls and recipients for."""
    granted: list[Load] = []
    for load in possible[:calls]:
        if recipients is not None:
            recipients -= len(load.claimed)
            if recipients < 0:
                break
        granted.append(load)
    return granted


def _trial(load: Load) -> Load:
    return replace(load, claimed=tuple(replace(one, trial=True) for one in load.claimed))


def crowded_until(minutes: tuple[int, ...], unit: Unit) -> datetime | None:
    """The end of the crowded minutes we are in, if we are in some."""
    now = unit.now
    local = now.astimezone(unit.clock.zone)
    ahead = 0
    while ahead < 60 and (local.minute + ahead) % 60 in minutes:
        ahead += 1
    whole = now.replace(second=0, microsecond=0)
    return whole + timedelta(minutes=ahead) if ahead else None
