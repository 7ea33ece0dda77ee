"""The access token of one account: fetched once however many messages wait for it, and anew before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.channels.contract import Clock

_SHARE = 0.9  # of its life; the rest covers slow calls and clocks that differ


@dataclass(frozen=True, slots=True)
class Token:
    """A token and for how many seconds it is good."""

    text: str
    seconds: float


class TokenCache:
    """Holds the present token. `fetch` asks the provider; what it raises reaches everybody who waits."""

    def __init__(self, fetch: Callable[[], Awaitable[Token]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._text = ""
        self._until: datetime | None = None
        self._turn = asyncio.Lock()

    async def get(self) -> str:
        """A token that is good now."""
        if not self._fresh():
            async with self._turn:
                if not self._fresh():
                    await self._renew()
        return self._text

    def drop(self, text: str) -> None:
        """The provider refused `text`; a newer one fetched meanwhile stays."""
        if self._text == text:
            self._until = None

    def _fresh(self) -> bool:
        return self._until is not None and self._clock.now() < self._until

    async def _renew(self) -> None:
        token = await self._fetch()
        self._text = token.text
        self._until = self._clock.now() + timedelta(seconds=token.seconds * _SHARE)
