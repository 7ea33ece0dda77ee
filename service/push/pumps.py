"""Sends what is due on one channel: with bounded concurrency, and settled in batches.

feed ──queue──▶ senders (N) ──settlements──▶ scribe (one transaction a batch)
                    keeper renews the leases of what is in work
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from connectors.channels.contract import Channel
from connectors.channels.message import ChannelError, Misconfigured, Receipt
from service.access.unit import House
from service.push import outbox
from service.push.brakes import Brake, log_bug
from service.push.rounds import OUTAGES, Pace, Tally
from service.push.settlements import (
    Answer,
    Attempt,
    ChannelBug,
    Claimed,
    Interrupted,
    Judge,
    Settlement,
    expired,
)

T = TypeVar("T")
log = structlog.get_logger(__name__)

_CHANCES = 5  # to write what has been sent before its leases are left to lapse


class Pump:
    """One run over what is due: the tasks, the queue between them and what they hold."""

    def __init__(
        self,
        house: House,
        channel: Channel,
        brake: Brake,
        pace: Pace,
        judge: Judge,
        tally: Tally,
        stop: asyncio.Event,
    ) -> None:
        self._house = house
        self._channel = channel
        self._brake = brake
        self._pace = pace
        self._judge = judge
        # What is leased on an unsafe channel when the process dies ends as unknown: lease no more than is in work.
        self._batch = pace.batch if judge.safe else pace.concurrency
        self._lease = timedelta(seconds=pace.lease)
        self._tally = tally
        self._stop = stop
        self._queue: asyncio.Queue[Claimed | None] = asyncio.Queue(self._batch)
        self._held: dict[int, Claimed] = {}
        self._unwritten: list[Settlement] = []
        self._transactions: set[asyncio.Task[Any]] = set()
        self._full = asyncio.Event()
        self._over = False
        self._claimed = 0
        self._outage: Exception | None = None
        self._scribe: asyncio.Task[None]

    async def go(self) -> int:
        """Send all; how many were claimed."""
        # The scribe is outside the group: a cancellation must not tear a transaction that is being committed.
        self._scribe = asyncio.create_task(self._write())
        try:
            async with asyncio.TaskGroup() as group:
                keeper = group.create_task(self._keep())
                senders = [group.create_task(self._send_all()) for _ in range(self._pace.concurrency)]
                await self._feed()
                await asyncio.gather(*senders)
                keeper.cancel()
        finally:
            self._over = True
            self._full.set()
            await asyncio.shield(self._scribe)
            await asyncio.shield(self._give_back())
        if self._outage is not None:
            raise self._outage
        return self._claimed

    async def _whole(self, work: Coroutine[Any, Any, T]) -> T:
        """Let a transaction end even if we are cancelled meanwhile: what it claimed can then be given back."""
        task = asyncio.create_task(work)
        self._transactions.add(task)
        task.add_done_callback(self._transactions.discard)
        return await asyncio.shield(task)

    async def _feed(self) -> None:
        """Keep the queue filled one batch ahead; at the end tell each sender to go home.

        An outage ends the feeding, not the sending: what is under way is finished, so that its fate is known.
        """
        try:
            while not self._halted() and (batch := await self._whole(self._claim())):
                for one in batch:
                    await self._queue.put(one)
        except OUTAGES as error:
            log.error("claiming_failed", channel=self._channel.name, error=type(error).__name__)
            self._outage = error
        for _ in range(self._pace.concurrency):
            await self._queue.put(None)

    async def _claim(self) -> list[Claimed]:
        async with self._house.write() as unit:
            batch = await outbox.claim(unit, self._channel.name, limit=self._batch, lease=self._lease)
        self._claimed += len(batch)
        self._held.update((one.delivery_id, one) for one in batch)
        return batch

    def _halted(self) -> bool:
        """Stopped, paused, or with nobody left to write down what is sent."""
        return self._stop.is_set() or self._brake.pause is not None or self._scribe.done()

    async def _send_all(self) -> None:
        while (claimed := await self._queue.get()) is not None:
            now = self._house.clock.now()
            if (
                self._halted()
                or self._held.get(claimed.delivery_id) is not claimed
                or now >= claimed.lease.until
            ):
                continue  # given back at the end, or no longer ours
            if now >= claimed.expires_at:
                self._record(expired(claimed, now))
            else:
                await self._send(claimed, now)

    async def _send(self, claimed: Claimed, started_at: datetime) -> None:
        begun = time.perf_counter()

        def settle(answer: Answer) -> None:
            attempt = Attempt(started_at, round((time.perf_counter() - begun) * 1000))
            self._record(self._judge.settle(claimed, attempt, answer, self._house.clock.now()))

        try:
            answer = await self._answer(claimed)
        except asyncio.CancelledError:
            settle(Interrupted())
            raise
        if isinstance(answer, Misconfigured):
            self._brake.put_on(answer)
        settle(answer)

    async def _answer(self, claimed: Claimed) -> Receipt | ChannelError:
        """The channel's answer. Whatever else it does becomes a `ChannelBug`; CancelledError only when it is ours."""
        try:
            receipt: object = await self._channel.send(claimed.message)
        except ChannelError as error:
            return error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return self._bug(claimed, error)
        except Exception as error:  # any bug of a channel costs one message one attempt, and never the lane
            return self._bug(claimed, error)
        if isinstance(receipt, Receipt) and receipt.status in outbox.ACCEPTED:
            return receipt
        return self._bug(claimed, TypeError(f"send() answered {type(receipt).__name__}"))

    def _bug(self, claimed: Claimed, error: BaseException) -> ChannelBug:
        log_bug(claimed.channel, error, delivery_id=claimed.delivery_id)
        return ChannelBug(type(error).__name__)

    def _record(self, settlement: Settlement) -> None:
        self._unwritten.append(settlement)
        self._tally.count(settlement.status)
        if len(self._unwritten) >= self._batch:
            self._full.set()

    async def _write(self) -> None:
        """Settle what has gathered: a whole batch, or what came within `gather` seconds."""
        while not (self._over and not self._unwritten):
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.gather):
                    await self._full.wait()
            if not self._over:
                self._full.clear()
            if self._unwritten:
                await self._write_batch(self._unwritten[:])

    async def _write_batch(self, batch: list[Settlement]) -> None:
        """One transaction; an outage is waited out, for these messages have been sent."""
        for chance in reversed(range(_CHANCES)):
            try:
                async with self._house.write() as unit:
                    await outbox.complete(unit, batch)
                break
            except OUTAGES as error:
                log.error("settling_waits", deliveries=len(batch), error=type(error).__name__, chances=chance)
                if not chance:
                    raise
                await asyncio.sleep(self._pace.poll)
        del self._unwritten[: len(batch)]
        for settlement in batch:
            self._let_go(settlement.claimed)

    async def _keep(self) -> None:
        """Renew every lease in work three times in its length; an outage lets it lapse, and nothing more is sent."""
        while True:
            await asyncio.sleep(self._pace.lease / 3)
            try:
                await self._whole(self._renew())
            except OUTAGES as error:
                log.error("renewal_failed", channel=self._channel.name, error=type(error).__name__)

    async def _renew(self) -> None:
        """Let go of what is no longer ours."""
        held = list(self._held.values())
        leases = {one.lease.by: one.lease for one in held}
        async with self._house.write() as unit:
            until = unit.now + self._lease
            ours = await outbox.renew(unit, leases.values(), lease=self._lease)
        for lease in leases.values():
            lease.until = until
        for one in held:
            if one.delivery_id not in ours:
                self._let_go(one)

    def _let_go(self, claimed: Claimed) -> None:
        if self._held.get(claimed.delivery_id) is claimed:
            del self._held[claimed.delivery_id]

    async def _give_back(self) -> None:
        if self._transactions:
            await asyncio.wait(self._transactions)
        if self._held:
            async with self._house.write() as unit:
                await outbox.release(unit, self._held.values())
