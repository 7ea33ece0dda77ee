"""A second, naive calendar: every day written down in turn, and every question answered by looking days up.

Nothing here uses `datetime` beyond naming a day, so that what `rules.dates` computes is held to another's word.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from datetime import date
from functools import cache
from typing import NamedTuple

FIRST_YEAR, LAST_YEAR = 1800, 2115
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Day(NamedTuple):
    """A day, and how many days the almanac lists before it."""

    year: int
    month: int
    day: int
    place: int


def _leap(year: int) -> bool:
    return year % 400 == 0 or (year % 4 == 0 and year % 100 != 0)


def _listed() -> list[Day]:
    days: list[Day] = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month, length in enumerate(LENGTHS, start=1):
            for day in range(1, length + 1 + (month == 2 and _leap(year))):
                days.append(Day(year, month, day, len(days)))
    return days


DAYS = _listed()
PLACES = {(day.year, day.month, day.day): day.place for day in DAYS}


def _birthdays() -> dict[tuple[int, int], list[int]]:
    """Where the birthday of those born on a day of the year is kept: 29 February on 1 March of a common year."""
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for day in DAYS:
        found[day.month, day.day].append(day.place)
        if (day.month, day.day) == (3, 1) and not _leap(day.year):
            found[2, 29].append(day.place)
    return found


BIRTHDAYS = _birthdays()


def look_up(day: date) -> Day:
    """A day of the almanac."""
    return DAYS[PLACES[day.year, day.month, day.day]]


def named(place: int) -> date:
    """The day at a place."""
    return date(*DAYS[place][:3])


def age(birth: date, on: date) -> int:
    """The birthdays that have come since; for the unborn, those that are still to come, as a debt."""
    born, now = look_up(birth), look_up(on)
    kept = BIRTHDAYS[born.month, born.day]
    return bisect_right(kept, now.place) - bisect_right(kept, born.place)


def returns(start: date, first: date, last: date) -> bool:
    """Tell whether a birthday after the day itself lies within first..last."""
    begun = look_up(start)
    kept = BIRTHDAYS[begun.month, begun.day]
    since = max(look_up(first).place, begun.place + 1)
    return bisect_right(kept, look_up(last).place) > bisect_left(kept, since)


@cache
def edge(function: str, on: date) -> date:
    """Walk to the first day of the month or year, or to the last of the month."""
    place = look_up(on).place
    match function:
        case "start_of_month":
            while DAYS[place].day != 1:
                place -= 1
        case "start_of_year":
            while (DAYS[place].month, DAYS[place].day) != (1, 1):
                place -= 1
        case "end_of_month":
            while DAYS[place + 1].day != 1:
                place += 1
    return named(place)


@cache
def months_later(start: date, months: int) -> date:
    """Walk month by month, and stop at the same day or before the month is over."""
    begun = look_up(start)
    place = look_up(edge("start_of_month", start)).place
    step = 1 if months > 0 else -1
    for _ in range(abs(months)):
        place += step
        while DAYS[place].day != 1:
            place += step
    while DAYS[place].day != begun.day and DAYS[place + 1].day != 1:
        place += 1
    return named(place)


def days_later(start: date, days: int) -> date:
    """So many lines further down."""
    return named(look_up(start).place + days)
