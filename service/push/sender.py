"""The sender: sends everything that is due, once from the command line or for ever in the background."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import partial

import structlog

from connectors.channels.contract import Asking, Channel
from connectors.channels.limits import Limits
from service.access.unit import House, Unit
from service.access.wakes import OUTBOX, hear
from service.push import accounts, outbox, tidying
from service.push.aftercare import Aftercare
from service.push.lanes import Lane
from service.push.overview import warn_of_quotas
from service.push.quiet import QuietHours
from service.push.rounds import OUTAGES, Pace, Tally
from service.push.tidying import Windows

log = structlog.get_logger(__name__)


class Sender:
    """Sends over `channels` (by name). The caller owns the channels' sessions and closes them afterwards.

    `quiet` holds everything back in quiet time; `cap` is how many messages a person gets a day over all channels, None
    for any number. Any number of senders may run on one database.
    """

    def __init__(
        self,
        house: House,
        channels: Mapping[str, Channel],
        *,
        pace: Pace | None = None,
        quiet: QuietHours | None = None,
        cap: int | None = None,
        dice: random.Random | None = None,
    ) -> None:
        self._house = house
        self._pace = pace or Pace()
        dice = dice or random.Random()  # noqa: S311 — spreads retries, guards nothing
        self._own = {
            name: channel.safe_within for name, channel in channels.items() if channel.retry_safety == "safe"
        }
        self._lanes = {
            name: Lane(house, name, channel, self._pace, dice, quiet, cap)
            for name, channel in channels.items()
        }
        self._cares = {
            name: Aftercare(house, name, lane.channel, lane.brake, self._pace)
            for name, lane in self._lanes.items()
        }
        self._awake = {name: asyncio.Event() for name in channels}
        self._unserved: dict[str, int] = {}
        self._warned_on: date | None = None

    @property
    def paused(self) -> dict[str, str]:
        """Channels that cannot send until an operator acts, with the reason in words for that operator."""
        return {name: lane.brake.pause.reason for name, lane in self._lanes.items() if lane.brake.pause}

    @property
    def limits(self) -> dict[str, Limits]:
        """What the providers of the channels allow."""
        return {name: lane.channel.limits for name, lane in self._lanes.items()}

    def wake(self) -> None:
        """Look at once instead of at the next poll: call it after committing a notification."""
        for event in self._awake.values():
            event.set()

    async def drain(self, until_empty: bool = True) -> Tally:
        """Send everything due now, or with `until_empty=False` make one round; what came of it.

        Raises what the database raises, for the one who waits for the answer can be told.
        """
        tally, stop = Tally(), asyncio.Event()
        while True:
            await self._tidy(tally)
            if not await self._pump_all(tally, stop) or not until_empty:
                break
        async with self._house.read() as unit:
            tally.unserved = await outbox.unserved(unit, self._lanes.keys())
        return tally

    async def look_after(self) -> Counter[str]:
        """Take back what was withdrawn and ask the providers what became of all they can still tell of; what came of it."""
        told: Counter[str] = Counter()
        for care in self._cares.values():
            told += await care.all()
        return told

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set: finishes what is in work, gives back the rest. A database out of reach is waited for."""
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(hear(self._house, OUTBOX, self.wake))
            works = [self._repeat(stop, self._housekeep, asyncio.Event(), lambda: self._pace.lease / 6)]
            for name, lane in self._lanes.items():
                work = partial(lane.pump, Tally(), stop)
                works.append(self._repeat(stop, work, self._awake[name], partial(getattr, lane, "rest")))
                works.append(
                    self._repeat(stop, self._cares[name].due, asyncio.Event(), lambda: self._pace.asking)
                )
            await asyncio.gather(*(group.create_task(work) for work in works))
            hearing.cancel()

    async def _pump_all(self, tally: Tally, stop: asyncio.Event) -> int:
        """Every lane once, side by side; one that fails is reported when the others are done."""
        pumps = (lane.pump(tally, stop) for lane in self._lanes.values())
        total = 0
        for claimed in await asyncio.gather(*pumps, return_exceptions=True):
            if isinstance(claimed, BaseException):
                raise claimed
            total += claimed
        return total

    async def _tidy(self, tally: Tally) -> None:
        """Take back lapsed leases, close what has expired."""
        async with self._house.write() as unit:
            safe, asking = await self._known(unit)
            tally.unknown += (await tidying.reap(unit, safe, asking))["unknown"]
            await tidying.cancel_withdrawn(unit)
            tally.expired += await tidying.expire(unit)

    async def _known(self, unit: Unit) -> tuple[Windows, set[str]]:
        """Where a repeat is harmless and for how long, and which of the others can be asked; of channels that are not opened
        here too, for their leases lapse as well."""
        kinds = await accounts.kinds(unit)
        safe = {name: one.safe_within for name, one in kinds.items() if one.retry_safety == "safe"}
        safe = {name: within for name, within in safe.items() if name not in self._lanes} | self._own
        own = {name for name, lane in self._lanes.items() if isinstance(lane.channel, Asking)}
        asking = {name for name, one in kinds.items() if one.asks and name not in self._lanes} | own
        return safe, asking - safe.keys()

    async def _housekeep(self) -> int:
        await self._tidy(Tally())
        await self._warn()
        async with self._house.read() as unit:
            unserved = await outbox.unserved(unit, self._lanes.keys())
        if unserved != self._unserved and unserved:
            log.warning("channels_not_configured", due=unserved)
        self._unserved = unserved
        return 0

    async def _warn(self) -> None:
        """Once a day."""
        if self._warned_on == self._house.clock.today():
            return
        async with self._house.read() as unit:
            await warn_of_quotas(unit, self.limits)
        self._warned_on = self._house.clock.today()

    async def _repeat(
        self,
        stop: asyncio.Event,
        work: Callable[[], Awaitable[int]],
        awake: asyncio.Event,
        rest: Callable[[], float],
    ) -> None:
        """Work, and rest so many seconds when there was nothing to do or the database refused."""
        while not stop.is_set():
            awake.clear()
            done = 0
            try:
                done = await work()
            except OUTAGES as error:
                log.error("outbox_waits", error=type(error).__name__)
            if not done:
                await _first_of(stop, awake, rest())


async def _first_of(stop: asyncio.Event, awake: asyncio.Event, seconds: float) -> None:
    """Return when either event is set or the time is over."""
    waits = [asyncio.create_task(event.wait()) for event in (stop, awake)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
            with suppress(asyncio.CancelledError):
                await wait
