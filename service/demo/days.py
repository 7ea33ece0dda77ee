"""Small questions about days that the generator asks everywhere."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 1 March where 29 February does not exist."""
    return years_after(day, -years)


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 1 March where 29 February does not exist."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def born(rng: Random, today: date, age: int) -> date:
    """Some birth date of a person who is `age` today."""
    return years_before(today, age) - timedelta(days=rng.randrange(365))


def between(rng: Random, first: date, last: date) -> date:
    """Some day from `first` to `last`, both included; `first` when they are out of order."""
    span = (last - first).days
    return first + timedelta(days=rng.randrange(span + 1)) if span > 0 else first


def age_on(birth: date, day: date) -> int:
    """Completed years; those born on 29 February reach an age on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
