"""One channel's lane. A receiver that answers slowly holds up nobody else's messages."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta

from connectors.channels.contract import Asking, Channel
from service.access.unit import House
from service.push.brakes import Brake
from service.push.claims import Claims
from service.push.judge import Judge
from service.push.pumps import Pump
from service.push.quiet import QuietHours
from service.push.rounds import Pace, Tally


class Lane:
    """Sends what is due on one channel, unless it is quiet time, or the channel is paused, held or out of calls."""

    def __init__(
        self,
        house: House,
        name: str,
        channel: Channel,
        pace: Pace,
        dice: random.Random,
        quiet: QuietHours | None,
        cap: int | None = None,
    ) -> None:
        safe = channel.retry_safety == "safe"
        self.channel = channel
        self.brake = Brake(name, channel, house.clock, timedelta(seconds=pace.pause))
        self._house = house
        self._pace = pace
        self._quiet = quiet
        self._judge = Judge(
            safe, pace.backoff, timedelta(seconds=pace.pause), dice, quiet,
            channel.safe_within if safe else None, isinstance(channel, Asking),
        )  # fmt: skip
        self._claims = Claims(house, name, channel, pace, cap=cap, awake=self._awake)

    @property
    def rest(self) -> float:
        """Seconds after which to look again when there was nothing to do."""
        if self._claims.until is None:
            return self._pace.poll
        left = (self._claims.until - self._house.clock.now()).total_seconds()
        return min(max(left, 0.0), self._pace.poll)

    async def pump(self, tally: Tally, stop: asyncio.Event) -> int:
        """Send until nothing is due or may be sent, or `stop` is set; how many were claimed.

        Raises what the database raises. Cancelled, it settles what it knows, gives back the rest and ends.
        """
        now = self._house.clock.now()
        tally.quiet = self._quiet is not None and self._quiet.covers(now)
        try:
            if tally.quiet or not await self.brake.off() or not await self._claims.anything_to_do():
                return 0
            return await Pump(
                self._house, self.channel, self.brake, self._claims, self._pace, self._judge, tally, stop
            ).go()
        finally:
            if self.brake.pause is not None:
                tally.paused[self._claims.name] = self.brake.pause.reason
            elif self._claims.why:
                tally.held[self._claims.name] = self._claims.why

    def _awake(self, instant: datetime) -> datetime:
        return self._quiet.lifted(instant) if self._quiet else instant
