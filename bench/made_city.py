"""The made-up city itself: how many of everything, its day and chance, and what later tables have to know of earlier ones.

Whatever is kept of ten million residents takes a byte or four each, so that a city of any size is made in little memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TypeAlias

from bench.places import KEY
from service.access.keys import Vault

Cell: TypeAlias = str | int | None
Row: TypeAlias = tuple[Cell, ...]

COMMUNITY = 6_890
"""Residents of an average community of 上城区 (facts in docs/concepts.md)."""
GRID = 350
JOBS_EACH = 10
SEALED = "de42a21c:" + "x" * 84
INDEXED = "0" * 48
PHONES = 1_000
"""Numbers there are to call; they are sealed as in a real house, because lists open them."""
PUBLIC_TRADES = ("lodging", "hair")
UNRECORDED = 0.005
"""Share of facts nobody recorded, where the demo says none."""
LOCAL, ELSEWHERE, UNKNOWN = 0, 1, 2
"""Where somebody's household register is kept: in this city, in another one, or nobody recorded it."""
AID = ("none", "dibao", "edge", "rigid", "tekun")
STRIDES = (7_368_787, 2_147_483_647, 6_700_417, 15_485_863, 32_452_843)
"""Primes: counting in such steps through a city meets everybody once before anybody twice."""


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


def _numbers() -> array[int]:
    return array("I")


@dataclass
class City:
    """What later tables have to know of earlier ones, filled as the rows are made.

    `ages`, `living`, `register` and `aid` (a place in AID) by resident; the others are numbers of residents, `trades` a
    place in the list of trades by enterprise, `homes` the households no chunk has taken yet.
    """

    sizes: Sizes
    today: date
    seed: int = 20261123
    ages: bytearray = field(default_factory=bytearray)
    living: bytearray = field(default_factory=bytearray)
    register: bytearray = field(default_factory=bytearray)
    aid: bytearray = field(default_factory=bytearray)
    hands: array[int] = field(default_factory=_numbers)
    hardship: array[int] = field(default_factory=_numbers)
    risks: bytearray = field(default_factory=bytearray)
    cared: array[int] = field(default_factory=_numbers)
    unemployed: array[int] = field(default_factory=_numbers)
    only_children: array[int] = field(default_factory=_numbers)
    disabled: array[int] = field(default_factory=_numbers)
    severe: array[int] = field(default_factory=_numbers)
    trades: bytearray = field(default_factory=bytearray)
    venues: array[int] = field(default_factory=_numbers)
    small: set[int] = field(default_factory=set)
    handlers: array[int] = field(default_factory=_numbers)
    servers: array[int] = field(default_factory=_numbers)
    homes: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.days = [(self.today - timedelta(days=n)).isoformat() for n in range(40_000)]
        self.ahead = [(self.today + timedelta(days=n)).isoformat() for n in range(4_000)]
        vault = Vault(KEY)
        self.phones = {
            table: [vault.seal(f"{table}.phone", f"138{number:08d}") for number in range(PHONES)]
            for table in ("residents", "enterprises")
        }

    def day(self, offset: int) -> str:
        """The day `offset` days after today, before it when negative."""
        return self.ahead[offset] if offset > 0 else self.days[-offset]

    def phone(self, table: str, number: int) -> str:
        """A sealed number of a resident or an enterprise."""
        return self.phones[table][number % PHONES]

    def community(self, number: int) -> str:
        place = number // COMMUNITY
        return f"330102{place // 14 + 1:03d}{place % 14 + 50:03d}"

    def grid(self, number: int) -> str:
        return f"{self.community(number)}{number % COMMUNITY // GRID + 1:03d}"

    def scattered(self, which: int, count: int) -> Iterator[int]:
        """`count` different residents from all over the city, others for each `which`."""
        everybody = self.sizes.residents
        return (number * STRIDES[which] % everybody + 1 for number in range(min(count, everybody)))
