"""What every stand-in is, and what it works with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from aiohttp import web

from connectors.channels.contract import Clock
from connectors.channels.limits import Limits
from connectors.stub.faults import Faults
from connectors.stub.ledger import Arrival, Call, Drop, Ledger
from connectors.stub.windows import Windows

Action = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Stage:
    """What all stand-ins share. `read_after` is how long people take to read; None: they never do.

    `limits` holds, by the stand-in's name, what its account has bought instead of the usual. `strangers` are addresses
    that no provider knows (any more), beside those that begin with `left` or, being numbers, with 170.
    """

    clock: Clock
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    read_after: timedelta | None = None
    limits: Mapping[str, Limits] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)
    windows: Windows = field(init=False)

    def __post_init__(self) -> None:
        self.windows = Windows(self.clock)

    def arrive(self, provider: str, account: str, to: str, text: str, key: str = "") -> None:
        self.ledger.arrivals.append(Arrival(provider, account, to, text, key, self.clock.now()))

    def drop(self, provider: str, account: str, to: str, text: str, reason: str, key: str = "") -> None:
        self.ledger.drops.append(Drop(provider, account, to, text, key, reason, self.clock.now()))

    def take_back(self, provider: str, key: str, to: str | None = None) -> int:
        """Take what arrived under `key` off the screens, of one person or of all; how many screens."""
        gone = [
            one
            for one in self.ledger.arrivals
            if (one.provider, one.key) == (provider, key) and to in (None, one.to)
        ]
        self.ledger.arrivals = [one for one in self.ledger.arrivals if one not in gone]
        self.ledger.taken_back += gone
        return len(gone)

    def is_stranger(self, to: str) -> bool:
        """Whether nobody has this address, or nobody any more."""
        return to in self.strangers or to.startswith(("left", "170"))

    def read_by_now(self, at: datetime) -> bool:
        """Whether what arrived `at` has been read."""
        return self.read_after is not None and self.clock.now() >= at + self.read_after

    def called(self, provider: str, action: str, recipients: int, code: str) -> None:
        self.ledger.calls.append(Call(provider, action, recipients, code, self.clock.now()))


class Provider(Protocol):
    """One provider's server. `name` is the first part of its paths: `/dingtalk_robot/robot/send`."""

    name: ClassVar[str]

    def actions(self) -> Mapping[tuple[str, str], Action]:
        """(method, path below the name) → what answers. The path's last part, or a header where all have one
        path, names the action for faults."""
        ...

    def revoke(self) -> None:
        """End all tokens there are."""
        ...
