"""Calendar arithmetic: one function for each question, shared by the scan, the explanation and the forecast.

A person reaches an age on the birthday; born on 29 February, on 1 March of a common year.
Days are counted as ordinals where a bound may leave the calendar (`date.toordinal`, 1 = 0001-01-01).
"""

import calendar
from datetime import date
from typing import NamedTuple

from rules.errors import CannotEvaluate

FIRST = date.min.toordinal()
LAST = date.max.toordinal()


def day(ordinal: int) -> date:
    """The day of an ordinal; CannotEvaluate beyond the calendar."""
    if not FIRST <= ordinal <= LAST:
        raise CannotEvaluate("日期超出日历范围。", f"A date beyond the calendar: day {ordinal}.")
    return date.fromordinal(ordinal)


def nearest(ordinal: int) -> date:
    """The day of an ordinal, or the calendar's first or last; permits without end are kept as 9999-12-31."""
    return date.fromordinal(min(max(ordinal, FIRST), LAST))


def completed_years(birth: date, on: date) -> int:
    """Completed years from `birth` to `on`; negative before birth."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def latest_birth(on: date, years: int) -> int:
    """Ordinal of the last birth date that has completed `years` by `on`; outside the calendar when none or all."""
    year = on.year - years
    if year < date.min.year:
        return FIRST - 1
    if year > date.max.year:
        return LAST + 1
    return date(year, on.month, min(on.day, _length(year, on.month))).toordinal()


def add_months(start: date, months: int) -> date:
    """The same day of another month, or that month's last day when it is shorter."""
    month = start.year * 12 + start.month - 1 + months
    year, index = divmod(month, 12)
    if not date.min.year <= year <= date.max.year:
        raise CannotEvaluate("日期超出日历范围。", f"A date beyond the calendar: year {year}.")
    return date(year, index + 1, min(start.day, _length(year, index + 1)))


def first_of_year(year: int) -> int:
    """Ordinal of the first of January; the calendar's first day, or the day after its last, beyond it."""
    if year < date.min.year:
        return FIRST
    return date(year, 1, 1).toordinal() if year <= date.max.year else LAST + 1


def edge(function: str, on: date) -> date:
    """`start_of_month`, `start_of_year` or `end_of_month` of a day."""
    match function:
        case "start_of_month":
            return on.replace(day=1)
        case "start_of_year":
            return on.replace(month=1, day=1)
        case "end_of_month":
            return on.replace(day=_length(on.year, on.month))
    raise ValueError(function)


def earliest(function: str, bound: int) -> int:
    """Ordinal of the first day whose edge is on or after `bound`; it moves the edge off a field."""
    if not FIRST <= bound <= LAST:
        return bound
    on = date.fromordinal(bound)
    if function == "end_of_month":
        return on.replace(day=1).toordinal()
    start = edge(function, on)
    if start == on:
        return bound
    if function == "start_of_year" or on.month == 12:
        return date(on.year, 12, 31).toordinal() + 1
    return on.replace(day=_length(on.year, on.month)).toordinal() + 1


def anniversary(start: date, years: int) -> date:
    """The day on which `years` are completed, or the calendar's last where it ends before."""
    if start.year + years > date.max.year:
        return date.max
    if (start.month, start.day) == (2, 29) and not calendar.isleap(start.year + years):
        return date(start.year + years, 3, 1)
    return start.replace(year=start.year + years)


def has_anniversary(start: date, first: date, last: date) -> bool:
    """Tell whether a yearly return of `start`, the first one year after it, falls within first..last."""
    before = completed_years(start, first)
    if before > 0 and anniversary(start, before) == first:
        before -= 1
    return completed_years(start, last) > max(before, 0)


class Season(NamedTuple):
    """The days of a year (month * 100 + day) that return within a window; `wraps` over the new year."""

    first: int
    last: int
    wraps: bool


def season(first: date, last: date) -> Season | None:
    """The days of the year that return within first..last, born 29 February included; None when all do."""
    years = last.year - first.year
    if years > 1:
        return None
    start = first.month * 100 + first.day
    if start == 301 and not calendar.isleap(first.year):
        start = 229
    return Season(start, last.month * 100 + last.day, years == 1)


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
