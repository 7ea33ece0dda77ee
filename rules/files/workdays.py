"""Working days by the week alone, for examples, which must not change with a year's holiday notice."""

from datetime import date, timedelta


def weekday(start: date, count: int) -> date:
    """The count-th Monday-to-Friday day after `start`, before it for a negative count."""
    step = timedelta(days=1 if count > 0 else -1)
    day, left = start, abs(count)
    while left:
        day += step
        left -= day.weekday() < 5
    return day
