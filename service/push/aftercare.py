"""Looking after what one channel has sent: asking its provider what arrived, and taking back what was withdrawn."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import structlog

from connectors.channels.contract import Asking, Channel, Recalling
from connectors.channels.message import ChannelError, Misconfigured, News, Retryable, Throttled
from service.access.unit import House
from service.push import gates, quotas, recall, reconcile
from service.push.brakes import Brake, log_bug
from service.push.reconcile import Asked
from service.push.rounds import Pace

log = structlog.get_logger(__name__)
AT_ONCE = 100
"""Messages asked after in one go: what most providers take."""


class Aftercare:
    """Asks and takes back over one channel, with no transaction open meanwhile; a paused channel is left in peace."""

    def __init__(self, house: House, name: str, channel: Channel, brake: Brake, pace: Pace) -> None:
        self._house = house
        self._name = name
        self._channel = channel
        self._brake = brake
        self._pause = timedelta(seconds=pace.pause)

    async def due(self) -> int:
        """Do what is due now; how many deliveries were looked after, 0 when there are none."""
        if not await self._may():
            return 0
        return await self._take_back() + await self._ask_due()

    async def all(self) -> Counter[str]:
        """Take back what was withdrawn and ask after everything that can be asked after; how many became what."""
        told: Counter[str] = Counter()
        if not await self._may():
            return told
        while await self._take_back():
            pass
        if isinstance(self._channel, Asking):
            after = 0
            while asked := await self._asked(after, whenever=True):
                told += await self._ask(self._channel, asked)
                after = asked[-1].delivery_id
        return told

    async def _may(self) -> bool:
        async with self._house.read() as unit:
            gate = await gates.look(unit, self._name)
            return gate.shut_until(unit.now) is None and self._brake.pause is None

    async def _ask_due(self) -> int:
        if not isinstance(self._channel, Asking) or not (asked := await self._asked()):
            return 0
        await self._ask(self._channel, asked)
        return len(asked)

    async def _asked(self, after: int = 0, *, whenever: bool = False) -> list[Asked]:
        async with self._house.read() as unit:
            return await reconcile.due(unit, self._name, limit=AT_ONCE, after=after, whenever=whenever)

    async def _ask(self, channel: Asking, asked: list[Asked]) -> Counter[str]:
        """What cannot be told now is asked again after its pause."""
        news: list[News] = []
        error = None
        try:
            news = await channel.ask([one.sent for one in asked])
        except ChannelError as refusal:
            error = refusal
        except Exception as bug:  # any bug of a channel: nothing is known, and the others go on
            log_bug(self._name, bug)
        if error is not None:
            await self._refused(error)
        async with self._house.write() as unit:
            if self._channel.limits.month is not None:
                await quotas.add(unit, self._name, len({one.sent.provider_ref for one in asked}))
            return await reconcile.apply(unit, asked, news, channel.asks_within)

    async def _take_back(self) -> int:
        able = isinstance(self._channel, Recalling)
        async with self._house.read() as unit:
            if not await recall.any_wish(unit, self._name):
                return 0
        async with self._house.write() as unit:
            closed = await recall.give_up(unit, self._name, able=able)
            wanted = await recall.wanted(unit, self._name, limit=AT_ONCE) if able else []
        if not isinstance(self._channel, Recalling) or not wanted:
            return closed
        try:
            taken = await self._channel.recall([one.sent for one in wanted])
        except Retryable as error:
            await self._refused(error)
            async with self._house.write() as unit:
                await recall.later(unit, wanted, self._pause)
            return 0
        except ChannelError as error:
            await self._refused(error)
            taken, reason = set(), error.reason
        except Exception as bug:  # as above
            log_bug(self._name, bug)
            taken, reason = set(), "渠道程序出错"
        else:
            reason = ""
        back = [one for one in wanted if one.sent.id in taken]
        async with self._house.write() as unit:
            await recall.done(unit, back, [one for one in wanted if one.sent.id not in taken], reason)
        return len(wanted)

    async def _refused(self, error: ChannelError) -> None:
        log.warning("aftercare_refused", channel=self._name, code=error.code, reason=error.reason)
        if isinstance(error, Misconfigured):
            self._brake.put_on(error)
        if isinstance(error, Throttled):
            pause = self._pause if error.after is None else timedelta(seconds=error.after)
            async with self._house.write() as unit:
                until = unit.now + pause
                await gates.hold(unit, self._name, until, error.code or "throttled", error.reason)
