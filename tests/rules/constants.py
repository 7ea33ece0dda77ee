"""Values without fields, made up at random near those the town holds."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.rules import world

EDGES = ["start_of_month", "start_of_year", "end_of_month"]
STEPS = ["1", "30", "0", "-1", "365", "400", 'param("notice")', "3000000"]
SIZES = ["1", "0", "2", "3", "-1", "1.5", "4", "9223372036854775807 + 1"]
YEARS = ["80", "60", "0", "1", "18", "-1", "79.5", "100", "3000", "1946", "2026", "2025.5", "10000"]
NUMBERS = [
    "1", "0", "2", "-1", "4", "1.5", "-0.5", "0.01", "12.10", "1138.50", "1138.51", "99999.99", "0.3333", "0.6",
    "1000000000", "2147483647", "9223372036854775807",
]  # fmt: skip
FINE = ["0.000000000000001", "0.00001", "1138.505"]
"""Finer than a column keeps."""
MOVES = [
    "days(1)",
    "days(30)",
    "weeks(2)",
    "months(1)",
    "months(9)",
    "years(1)",
    "years(80)",
    "working_days(3)",
]


@dataclass(frozen=True)
class Pools:
    """What constants are drawn from: days and numbers as they are written, and texts as they are."""

    days: Sequence[str]
    numbers: Sequence[str]
    texts: Sequence[str]


WORLD = Pools([f'date("{day}")' for day in world.DATES], NUMBERS, world.TEXTS)
"""What the town of the rules' own tests holds."""


class Maker:
    """Makes constants as they are written; every choice is `chance`'s."""

    def __init__(self, chance: Random, pools: Pools = WORLD) -> None:
        self.chance = chance
        self.pools = pools

    def choose(self, options: Sequence[str]) -> str:
        return self.chance.choice(options)

    def date(self) -> str:
        """A day: today, a literal or a parameter, moved or taken to an edge now and then."""
        start = self.choose(["today", "today", "today", self.choose(self.pools.days), 'param("since")'])
        shape = self.choose(["{}", "{}", "{} - {m}", "{} - {m}", "{} + {m}", "{e}({})", "{e}({} - {m})"])
        if "9999" in start or "1900" in start:
            return start
        return shape.format(start, m=self.choose(MOVES), e=self.choose(EDGES))

    def years(self) -> str:
        """A number of years, or a calendar year."""
        return self.choose(
            [self.choose(YEARS), self.choose(YEARS), "year(today)", "year(today) - 80", "age(today)"]
        )

    def number(self, fine: bool = True) -> str:
        """A number; `fine` ones may have more digits than a column keeps."""
        plain = self.pools.numbers
        known = [*plain, *FINE] if fine else plain
        one = self.choose([*known, *known, 'param("limit")', 'param("notice")'])
        return self.choose(
            [one, one, one, f"({one} + {self.choose(known)})", f"({one} - {self.choose(plain)})"]
        )

    def text(self) -> str:
        """A text the town holds, its beginning or its end."""
        text = self.chance.choice(self.pools.texts)
        cut = self.choose([text, text, text[:1], text[-1:], text[1:3]])[:20]
        plain = json.dumps(cut, ensure_ascii=False).replace("\x7f", "\\x7f")
        return self.choose([plain, plain, json.dumps(cut).replace("\x7f", "\\x7f"), 'param("town")'])

    def listed(self, make: Callable[[], str]) -> str:
        """A list of none, one or several."""
        return f"[{', '.join(make() for _ in range(self.chance.choice([1, 2, 3, 0])))}]"
