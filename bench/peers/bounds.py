"""What the six rules compare with: days as numbers like 20261123, which every engine can compare, and a few codes."""

from __future__ import annotations

from datetime import date, timedelta

from bench import handwritten
from bench.places import TODAY
from rules.dates import add_months

HEALTH, ALLOWANCE, VISITS, NURSING, ENDORSEMENT, RENEWAL = handwritten.RULES
OF_RESIDENT = (ALLOWANCE, VISITS, NURSING, ENDORSEMENT)
"""The rules about residents, in the order in which every engine answers them."""
DRAWING = ("applied", "approved", "paid", "suspended")
APART = ("empty_nest", "left_behind")
LOCAL = "3301"
VISIT_RISKS = ("general", "key", "high")
"""The bounds of the last visit, from everybody in hardship to those at the highest risk."""


def number(day: date) -> int:
    """23 November 2026 as 20261123."""
    return day.year * 10_000 + day.month * 100 + day.day


def _season(first: date, last: date) -> tuple[int, int, int]:
    """First and last day of a season without their year, and the newest day that is a year before it."""
    if first.year != last.year:
        raise ValueError("a season over the turn of the year wants a condition in two parts")
    return number(first) % 10_000, number(last) % 10_000, number(add_months(last, -12))


DAY = {name: number(day) for name, day in handwritten.binds(TODAY).items()}
SOON_FROM, SOON_TO, SOON_SINCE = _season(TODAY, TODAY + timedelta(days=30))
LATE_FROM, LATE_TO, LATE_SINCE = _season(TODAY - timedelta(days=60), TODAY - timedelta(days=1))
NAMES: dict[str, int] = {
    **{name.upper(): day for name, day in DAY.items()},
    "SOON_FROM": SOON_FROM, "SOON_TO": SOON_TO, "SOON_SINCE": SOON_SINCE,
    "LATE_FROM": LATE_FROM, "LATE_TO": LATE_TO, "LATE_SINCE": LATE_SINCE,
}  # fmt: skip
"""Every number by its name in the conditions of the engines that are given text."""


def filled(condition: str) -> str:
    """`condition` with the names in braces replaced by their numbers; other braces have to be doubled."""
    return condition.format(**NAMES)
