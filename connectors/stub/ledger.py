"""The truth: what each person has, what was accepted and thrown away, what was taken back, and which calls were made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message one person has on their screen. `key` is what the provider tells a
    repeat by: the sender's id of the message where it takes one, else a digest of what it compares."""

    provider: str
    account: str
    to: str
    text: str
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """One message that was answered with success and that nobody will ever see."""

    provider: str
    account: str
    to: str
    text: str
    key: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the interface: what it asked for, for how many recipients, and the code it was answered with."""

    provider: str
    action: str
    recipients: int
    code: str
    at: datetime


@dataclass
class Ledger:
    """In order of time. Reading it changes nothing."""

    arrivals: list[Arrival] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    taken_back: list[Arrival] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def received(self, to: str) -> list[str]:
        """The texts that this person has, repeats included."""
        return [arrival.text for arrival in self.arrivals if arrival.to == to]

    def as_json(self) -> dict[str, Any]:
        """All lists, instants in ISO 8601."""
        return {name: _rows(getattr(self, name)) for name in ("arrivals", "drops", "taken_back", "calls")}


def _rows(entries: Iterable[Any]) -> list[dict[str, Any]]:
    return [asdict(entry) | {"at": entry.at.isoformat()} for entry in entries]
