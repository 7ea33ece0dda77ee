"""One channel's lane. A receiver that answers slowly holds up nobody else's messages."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from connectors.channels.contract import Channel
from service.access.unit import House
from service.push import outbox
from service.push.brakes import Brake
from service.push.pumps import Pump
from service.push.quiet import QuietHours
from service.push.rounds import Pace, Tally
from service.push.settlements import Judge


class Lane:
    """Sends what is due on one channel, unless it is quiet time or the channel is paused."""

    def __init__(
        self, house: House, channel: Channel, pace: Pace, judge: Judge, quiet: QuietHours | None
    ) -> None:
        self.channel = channel
        self.brake = Brake(channel, house.clock, timedelta(seconds=pace.pause))
        self._house = house
        self._pace = pace
        self._judge = judge
        self._quiet = quiet

    async def pump(self, tally: Tally, stop: asyncio.Event) -> int:
        """Send until nothing is due, `stop` is set or the channel is paused; how many were claimed.

        Raises what the database raises. Cancelled, it settles what it knows, gives back the rest and ends.
        """
        tally.quiet = self._quiet is not None and self._quiet.covers(self._house.clock.now())
        try:
            if tally.quiet or not await self.brake.off() or not await self._anything_due():
                return 0
            return await Pump(
                self._house, self.channel, self.brake, self._pace, self._judge, tally, stop
            ).go()
        finally:
            if self.brake.pause is not None:
                tally.paused[self.channel.name] = self.brake.pause.reason

    async def _anything_due(self) -> bool:
        async with self._house.read() as unit:
            return await outbox.anything_due(unit, self.channel.name)
