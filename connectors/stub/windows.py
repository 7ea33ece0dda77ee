"""Counting within rolling windows, as the providers' limits do."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable
from datetime import datetime, timedelta

from connectors.channels.contract import Clock


class Windows:
    """How often something happened within the last seconds, by any key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[Hashable, deque[datetime]] = defaultdict(deque)

    def count(self, key: Hashable, seconds: float) -> int:
        """How often `key` was added within the last `seconds`. A key is always asked for with the same seconds."""
        seen, since = self._seen[key], self._clock.now() - timedelta(seconds=seconds)
        while seen and seen[0] <= since:
            seen.popleft()
        return len(seen)

    def add(self, key: Hashable, number: int = 1) -> None:
        """`key` happened now, `number` times."""
        self._seen[key].extend([self._clock.now()] * number)

    def admit(self, key: Hashable, most: int, seconds: float, number: int = 1) -> bool:
        """Whether `number` more stay within `most`; adds them if so."""
        if self.count(key, seconds) + number > most:
            return False
        self.add(key, number)
        return True
