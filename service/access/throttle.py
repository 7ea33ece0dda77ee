"""How often one address may try to sign in: a sliding window in memory, per process."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from service.clock import Clock
from service.errors import TooMany

MOST_SOURCES = 10_000


class Throttle:
    """At most `limit` takes per `window` and source; the sources seen longest ago are forgotten first."""

    def __init__(self, clock: Clock, *, limit: int, window: timedelta) -> None:
        self._clock = clock
        self._limit = limit
        self._window = window
        self._taken: OrderedDict[str, deque[datetime]] = OrderedDict()

    def take(self, source: str) -> None:
        """Count one try; TooMany when the window is full."""
        now = self._clock.now()
        taken = self._taken.setdefault(source, deque())
        self._taken.move_to_end(source)
        while taken and taken[0] <= now - self._window:
            taken.popleft()
        if len(taken) >= self._limit:
            raise TooMany(retry_after=round(self._window.total_seconds()))
        taken.append(now)
        if len(self._taken) > MOST_SOURCES:
            self._taken.popitem(last=False)

    def give_back(self, source: str) -> None:
        """Uncount the last try, because it was a good one: colleagues behind one address do not lock each other."""
        taken = self._taken.get(source)
        if taken:
            taken.pop()
