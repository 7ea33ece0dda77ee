"""Those who follow events over this process: what wakes them, and what ends them.

One task looks for all: how far the histories can be read, whom it may concern, and who still may follow. It looks when
something was committed, and now and then in case a word was lost. While nothing happens no follower holds a connection or a
snapshot; whom nothing seems to concern reads with the next heartbeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog

from service.access import tokens
from service.access.actors import Actor
from service.access.horizon import Horizon, Position
from service.access.permissions import Permission
from service.access.unit import House
from service.access.wakes import EVENTS, Words, watching
from service.errors import TooMany, Unavailable
from service.logs import trace_of
from service.tables.alone import listening
from service.work import events
from service.work.events import EVERYBODY

log = structlog.get_logger(__name__)

MOST_STREAMS = 5
"""Streams of one account at a time in one process: a phone and a desk, a program, and one or two about to be missed."""
READERS = 4
"""Followers that read at the same time: half of the connections a process reads with, so that requests find one."""
REST = 5.0
"""Seconds before it is looked again after the database failed."""


class Follower:
    """One stream. `reached` is how far it may read, `actor` who follows; None once the token is no good any more."""

    def __init__(self, actor: Actor, token: str, connected: Callable[[], bool]) -> None:
        self.actor: Actor | None = actor
        self.token = token
        self.connected = connected
        self.account_id = actor.account_id
        self.reached: Position | None = None
        self._stirred = asyncio.Event()

    async def begun(self) -> Position:
        """How far there is to read when it begins, or Unavailable where it has ended before."""
        while self.reached is None and self.actor is not None:
            await self.wait()
        if self.reached is None:
            raise Unavailable()
        return self.reached

    def lags(self, place: Position) -> bool:
        """Whether there is more to read behind a place."""
        return self.reached is not None and not place.reaches(self.reached)

    async def wait(self, seconds: float | None = None) -> None:
        """Wait until there is more to read or the stream ends, for so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        self._stirred.clear()

    def tell(self, actor: Actor | None, reached: Position | None, *, concerned: bool) -> None:
        """Say who follows now and how far there is to read; wakes where that is news."""
        allowed = actor if actor is not None and actor.may(Permission.FOLLOW) else None
        farther = reached not in (None, self.reached)
        if allowed != self.actor or (farther and (concerned or self.reached is None)):
            self._stirred.set()
        self.actor, self.reached = allowed, reached or self.reached


class Feed:
    """The followers of one application. `heartbeat` is after how many quiet seconds a stream says that it lives."""

    def __init__(self, house: House, heartbeat: float) -> None:
        self.heartbeat = heartbeat
        self.reading = asyncio.Semaphore(READERS)
        self._house = house
        self._followers: set[Follower] = set()
        self._looking: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._words: Words | None = None
        self._closed = False

    @property
    def followers(self) -> int:
        """How many streams there are."""
        return len(self._followers)

    @contextmanager
    def follow(self, actor: Actor, token: str, connected: Callable[[], bool]) -> Iterator[Follower]:
        """Follow until the block is left. TooMany where the account has as many streams as may be, Unavailable at the end."""
        if self._closed:
            raise Unavailable()
        mine = [one for one in self._followers if one.account_id == actor.account_id and one.connected()]
        if len(mine) >= MOST_STREAMS:
            raise TooMany(
                f"同一个账号最多同时打开 {MOST_STREAMS} 个连接，请先关闭其他的。",
                retry_after=round(self.heartbeat) or 1,
            )
        follower = Follower(actor, token, connected)
        self._followers.add(follower)
        self._look_soon()
        try:
            yield follower
        finally:
            self._followers.discard(follower)
            if not self._followers:
                self._rest()

    async def close(self) -> None:
        """End every stream, now and later; the application stops."""
        self._closed = True
        for follower in self._followers:
            follower.tell(None, None, concerned=True)
        self._rest()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _look_soon(self) -> None:
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="events")
        elif self._words is not None:
            self._words.stir()

    def _rest(self) -> None:
        """Nobody follows: let go of the line."""
        if self._looking is not None:
            self._looking.cancel()
            self._ending.add(self._looking)
            self._looking.add_done_callback(self._ending.discard)
        self._looking = self._words = None

    async def _look(self) -> None:
        while True:
            try:
                async with (
                    listening(self._house.database) as line,
                    watching(self._house, line, EVENTS) as words,
                ):
                    self._words = words
                    horizon = Horizon()
                    while await line.still():
                        await self._tell(horizon)
                        await words.next(soon=horizon.waits)
            except Exception as error:  # whatever it is, the followers wait for what comes after it
                log.error("events_unread", **trace_of(error))
            await asyncio.sleep(REST)

    async def _tell(self, horizon: Horizon) -> None:
        followers, before = list(self._followers), horizon.reached
        async with self._house.read() as unit:
            reached = await horizon.look(unit)
            known = await tokens.actors_of(unit, {one.token for one in followers})
            touched = EVERYBODY
            if before is not None and reached is not None:
                touched = await events.touched(unit, before.task, reached.task)
        scanned = before is None or before.scan != (reached or before).scan
        for one in followers:
            actor = known.get(one.token)
            concerned = actor is not None and (
                touched.concerns(actor) or (scanned and actor.may(Permission.SCAN))
            )
            one.tell(actor, reached, concerned=concerned)
