"""The made-up city itself: how many of everything, its day and chance, and what later tables have to know of earlier ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TypeAlias

Cell: TypeAlias = str | int | None
Row: TypeAlias = tuple[Cell, ...]

COMMUNITY = 6_890
"""Residents of an average community of 上城区 (facts in docs/concepts.md)."""
JOBS_EACH = 10
SEALED = "de42a21c:" + "x" * 84
INDEXED = "0" * 48
PUBLIC_TRADES = ("lodging", "hair")
UNRECORDED = 0.005
"""Share of facts nobody recorded, where the demo says none."""


@dataclass(frozen=True)
class Sizes:
    """How many of each; the reference for a million residents scales with them."""

    residents: int

    @property
    def enterprises(self) -> int:
        return max(1, self.residents // 10)

    @property
    def employments(self) -> int:
        return self.enterprises * JOBS_EACH

    @property
    def certificates(self) -> int:
        return self.residents // 2

    @property
    def enrolments(self) -> int:
        return self.residents * 3 // 10


@dataclass
class City:
    """What later tables have to know of earlier ones: the lists are filled as the rows are made."""

    sizes: Sizes
    today: date
    seed: int = 20261123
    ages: list[int] = field(default_factory=list)
    living: list[bool] = field(default_factory=list)
    hukou: list[str | None] = field(default_factory=list)
    hardship: list[tuple[int, int]] = field(default_factory=list)
    severe: list[int] = field(default_factory=list)
    trades: list[str] = field(default_factory=list)
    handlers: list[int] = field(default_factory=list)
    servers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.days = [(self.today - timedelta(days=n)).isoformat() for n in range(40_000)]
        self.ahead = [(self.today + timedelta(days=n)).isoformat() for n in range(4_000)]

    def day(self, offset: int) -> str:
        """The day `offset` days after today, before it when negative."""
        return self.ahead[offset] if offset > 0 else self.days[-offset]

    def community(self, number: int) -> str:
        place = number // COMMUNITY
        return f"330102{place // 14 + 1:03d}{place % 14 + 50:03d}"
