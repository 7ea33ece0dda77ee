"""What every stand-in is, and what it works with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar, Protocol

from aiohttp import web

from connectors.channels.contract import Clock
from connectors.stub.faults import Faults
from connectors.stub.ledger import Arrival, Call, Drop, Ledger
from connectors.stub.windows import Windows

Action = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Stage:
    """What all stand-ins share. `read_after` is how long people take to read; None: they never do."""

    clock: Clock
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    read_after: timedelta | None = None
    windows: Windows = field(init=False)

    def __post_init__(self) -> None:
        self.windows = Windows(self.clock)

    def arrive(self, provider: str, account: str, to: str, text: str, key: str = "") -> None:
        self.ledger.arrivals.append(Arrival(provider, account, to, text, key, self.clock.now()))

    def drop(self, provider: str, account: str, to: str, text: str, reason: str, key: str = "") -> None:
        self.ledger.drops.append(Drop(provider, account, to, text, key, reason, self.clock.now()))

    def called(self, provider: str, action: str, recipients: int, code: str) -> None:
        self.ledger.calls.append(Call(provider, action, recipients, code, self.clock.now()))


class Provider(Protocol):
    """One provider's server. `name` is the first part of its paths: `/dingtalk_robot/robot/send`."""

    name: ClassVar[str]

    def actions(self) -> Mapping[tuple[str, str], Action]:
        """(method, path below the name) → what answers. The path's last part names the action for faults."""
        ...

    def revoke(self) -> None:
        """End all tokens there are."""
        ...
