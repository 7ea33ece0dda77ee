"""A sender's round: the pace it keeps, and the tally of what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from service.errors import Unavailable
from service.push.gathering import ACCEPTED
from service.push.judge import Backoff

OUTAGES = (Unavailable, SQLAlchemyError, OSError)
"""How a database out of reach, busy or full shows: waited for in the background, told to whoever asks."""


@dataclass(frozen=True)
class Pace:
    """How a sender works. Seconds, except `concurrency` (calls at once per channel), `batch` (rows a claim) and
    `patience` (calls that fail in a row before a provider is taken to be down).

    What was sent is written down when a batch of it has gathered or after `gather` seconds: as much as that may be
    sent a second time, under the same id, after a power cut.
    """

    concurrency: int = 8
    batch: int = 500
    lease: float = 60.0
    gather: float = 0.1
    poll: float = 1.0
    pause: float = 60.0
    patience: int = 5
    asking: float = 15.0
    backoff: Backoff = field(default_factory=Backoff)


@dataclass
class Tally:
    """What one round did: deliveries by what became of them, and due rows nobody here sends.

    `paused` channels wait for an operator, `held` ones for their provider or their rates; both with the reason in words.
    """

    sent: int = 0
    retried: int = 0
    failed: int = 0
    dead: int = 0
    unknown: int = 0
    expired: int = 0
    dropped: int = 0
    quiet: bool = False
    paused: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    unserved: dict[str, int] = field(default_factory=dict)

    def count(self, status: str) -> None:
        """Add one delivery that was settled as `status`."""
        name = "sent" if status in ACCEPTED else "retried" if status == "ready" else status
        setattr(self, name, getattr(self, name) + 1)
