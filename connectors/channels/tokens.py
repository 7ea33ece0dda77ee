"""The access token of one account: fetched once however many messages wait for it, and anew before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.channels.calls import Answer
from connectors.channels.contract import Clock
from connectors.channels.message import Retryable

_SHARE = 0.9  # of its life; the rest covers slow calls and clocks that differ


@dataclass(frozen=True, slots=True)
class Token:
    """A token and for how many seconds it is good."""

    text: str
    seconds: float

    @classmethod
    def told(cls, told: Mapping[str, Any], text: str, seconds: str) -> Token:
        """The token an answer holds under these names. Raises `Retryable` when it holds none."""
        try:
            return cls(str(told[text]), float(told[seconds]))
        except (KeyError, TypeError, ValueError):
            raise Retryable("服务商的答复里没有令牌") from None


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

    async def renew(self) -> str:
        """A new token, whatever there is: it shows that the credentials are still good."""
        self._until = None
        return await self.get()

    async def spend(
        self, call: Callable[[str], Awaitable[Answer]], refused: Callable[[Answer], bool]
    ) -> Answer:
        """What `call` is answered with a token: a refused one was not looked past, so it is tried once with a new one."""
        token = await self.get()
        answer = await call(token)
        if not refused(answer):
            return answer
        self.drop(token)
        return await call(await self.get())

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
