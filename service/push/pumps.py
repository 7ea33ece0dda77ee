"""Sends what is due on one channel: with bounded concurrency, and settled in batches.

feed ──queue of loads──▶ senders (N) ──settlements──▶ scribe (one transaction a batch)
                             keeper renews the leases of what is in work
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from connectors.channels.contract import Channel, Scattered
from connectors.channels.message import Misconfigured, Throttled
from service.access.unit import House
from service.push import completion, gates, gathering, outbox
from service.push.brakes import Brake, log_bug
from service.push.claims import Claims, Taken
from service.push.gathering import Load
from service.push.judge import Answer, ChannelBug, Interrupted, Judge
from service.push.rounds import OUTAGES, Pace, Tally
from service.push.settlements import Attempt, Claimed, Settlement

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
        claims: Claims,
        pace: Pace,
        judge: Judge,
        tally: Tally,
        stop: asyncio.Event,
    ) -> None:
        self._house = house
        self._channel = channel
        self._brake = brake
        self._claims = claims
        self._pace = pace
        self._judge = judge
        # What is leased on an unsafe channel when the process dies ends as unknown: lease no more than is in work.
        self._batch = pace.batch if judge.safe else pace.concurrency
        self._lease = timedelta(seconds=pace.lease)
        self._patience = None if isinstance(channel, Scattered) else pace.patience
        self._failures = 0
        self._tally = tally
        self._stop = stop
        self._queue: asyncio.Queue[Load | None] = asyncio.Queue(self._batch)
        self._idle = 0
        self._rested = asyncio.Event()
        self._held: dict[int, Claimed] = {}
        self._unwritten: list[Settlement] = []
        self._transactions: set[asyncio.Task[Any]] = set()
        self._full = asyncio.Event()
        self._over = self._shut = False
        self._taken = 0
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
        return self._taken

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
            while not self._halted():
                room = await self._room()
                taken = await self._whole(self._claim(room))
                if taken.empty:
                    break
                for load in taken.loads:
                    await self._queue.put(load)
        except OUTAGES as error:
            log.error("claiming_failed", channel=self._claims.name, error=type(error).__name__)
            self._outage = error
        for _ in range(self._pace.concurrency):
            await self._queue.put(None)

    async def _room(self) -> int:
        """How many calls to take: where they are counted no more than can begin at once, else a batch."""
        if not self._claims.paced:
            return self._batch
        while not self._idle or not self._queue.empty():
            self._rested.clear()
            await self._rested.wait()
        return self._idle

    async def _claim(self, room: int) -> Taken:
        taken = await self._claims.take(room)
        claimed = [one for load in taken.loads for one in load.claimed]
        self._taken += len(claimed) + len(taken.settled)
        self._held.update((one.delivery_id, one) for one in claimed)
        for settlement in taken.settled:
            self._tally.count(settlement.status)
        return taken

    def _halted(self) -> bool:
        """Stopped, paused, held, or with nobody left to write down what is sent."""
        return self._stop.is_set() or self._brake.pause is not None or self._shut or self._scribe.done()

    async def _send_all(self) -> None:
        while (load := await self._next()) is not None:
            now = self._house.clock.now()
            if load.good_until is not None and now > load.good_until and not self._halted():
                await self._too_slow(load, now)
                continue
            ours = [one for one in load.claimed if self._ours(one, now)]
            if load.whole and len(ours) < len(load.claimed):
                continue
            late = [done for one in ours if (done := self._judge.too_late(one, now)) is not None]
            gone = {done.claimed.delivery_id for done in late}
            live = [one for one in ours if one.delivery_id not in gone]
            if load.whole and late:
                late += [self._judge.torn(one, now) for one in live]
                live = []
            self._record(late)
            if live:
                await self._send(live, now)

    async def _next(self) -> Load | None:
        self._idle += 1
        self._rested.set()
        try:
            return await self._queue.get()
        finally:
            self._idle -= 1

    def _ours(self, claimed: Claimed, now: datetime) -> bool:
        """Whether it may be sent; else it is given back at the end, or is no longer ours."""
        held = self._held.get(claimed.delivery_id) is claimed
        return held and not self._halted() and now < claimed.lease.until

    async def _too_slow(self, load: Load, now: datetime) -> None:
        """The right to make this call has run out: it waits for another, which will reckon with how long we take."""
        assert load.good_until is not None
        self._claims.lag += now - load.good_until
        log.warning("paced_call_late", channel=self._claims.name, lag=self._claims.lag.total_seconds())
        await self._whole(self._release(load.claimed))

    async def _send(self, claimed: list[Claimed], started_at: datetime) -> None:
        begun = time.perf_counter()

        def settle(answers: Iterable[Answer]) -> None:
            attempt = Attempt(started_at, round((time.perf_counter() - begun) * 1000))
            now = self._house.clock.now()
            pairs = zip(claimed, answers, strict=True)
            self._record([self._judge.settle(one, attempt, answer, now) for one, answer in pairs])

        def report(error: BaseException) -> ChannelBug:
            log_bug(self._claims.name, error, delivery_id=claimed[0].delivery_id)
            return ChannelBug(type(error).__name__)

        try:
            told = await gathering.answers(self._channel, [one.message for one in claimed], report)
        except asyncio.CancelledError:
            settle([Interrupted()] * len(claimed))
            raise
        for answer in told:
            if isinstance(answer, Misconfigured):
                self._brake.put_on(answer)
            self._shut = self._shut or isinstance(answer, Throttled)
        settle(told)

    def _record(self, settlements: list[Settlement]) -> None:
        self._unwritten += settlements
        for settlement in settlements:
            self._tally.count(settlement.status)
        for well in gates.calls(settlements):
            self._failures = 0 if well else self._failures + 1
        if self._patience is not None and self._failures >= self._patience:
            self._shut = True  # before the others are told of it by what is written
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
                await self._settle(batch)
                break
            except OUTAGES as error:
                log.error("settling_waits", deliveries=len(batch), error=type(error).__name__, chances=chance)
                if not chance:
                    raise
                await asyncio.sleep(self._pace.poll)
        del self._unwritten[: len(batch)]
        for settlement in batch:
            self._let_go(settlement.claimed)

    async def _settle(self, batch: list[Settlement]) -> None:
        pause = timedelta(seconds=self._pace.pause)
        async with self._house.write() as unit:
            await completion.complete(unit, batch)
            gate = await gates.note(unit, self._claims.gate, batch, patience=self._patience, pause=pause)
            self._shut = self._shut or gate.shut_until(unit.now) is not None
        self._claims.gate = gate

    async def _keep(self) -> None:
        """Renew every lease in work three times in its length; an outage lets it lapse, and nothing more is sent."""
        while True:
            await asyncio.sleep(self._pace.lease / 3)
            try:
                await self._whole(self._renew())
            except OUTAGES as error:
                log.error("renewal_failed", channel=self._claims.name, error=type(error).__name__)

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
        await self._release(list(self._held.values()))

    async def _release(self, claimed: Iterable[Claimed]) -> None:
        """Trials that were not made leave the circuit as it was, to be tried after its time."""
        mine = [one for one in claimed if self._held.get(one.delivery_id) is one]
        if mine:
            async with self._house.write() as unit:
                await outbox.release(unit, mine)
        for one in mine:
            self._let_go(one)
