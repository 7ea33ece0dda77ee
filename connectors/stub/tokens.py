"""Access tokens as the providers issue them: good for two hours, and gone when somebody revokes them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Literal

from connectors.channels.contract import Clock

LIFE = 7200  # seconds, at every provider there is


class Tokens:
    """The tokens of one application."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: dict[str, datetime] = {}
        self.issued = 0

    def issue(self) -> str:
        token = secrets.token_hex(16)
        self._ends[token] = self._clock.now() + timedelta(seconds=LIFE)
        self.issued += 1
        return token

    def state(self, token: str) -> Literal["good", "expired", "unknown"]:
        """`expired` for one that was good once and not revoked."""
        end = self._ends.get(token)
        if end is None:
            return "unknown"
        return "good" if self._clock.now() < end else "expired"

    def revoke(self) -> None:
        self._ends.clear()
