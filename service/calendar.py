"""Working days: China's statutory holidays and make-up workdays, and what an administrator set over them.

The State Council publishes each year's make-up days in the autumn before; `holidays` carries them as
`weekend_workdays`. Beyond the last published year only the statutory holidays are known, so days there are
`provisional`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import holidays

FIRST_YEAR, LAST_YEAR = 2000, 2100
SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingDays:
    """The calendar in force; `overrides` maps a day to whether it is worked."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether offices work on `day`."""
        if day in self.overrides:
            return self.overrides[day]
        if day in _make_up_days():
            return True
        return day.weekday() < SATURDAY and day not in _statutory(day.year)

    def provisional(self, day: date) -> bool:
        """Whether `day` lies beyond the last published notice, so that its answer may still change."""
        return day not in self.overrides and day.year > _last_published_year()

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it when negative); `day` itself for 0."""
        step = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def on_or_after(self, day: date) -> date:
        """`day`, or the first working day that follows."""
        while not self.is_working(day):
            day += ONE_DAY
        return day


@cache
def _statutory(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))


@cache
def _make_up_days() -> frozenset[date]:
    source = holidays.country_holidays("CN", years=range(FIRST_YEAR, LAST_YEAR))
    return frozenset(source.weekend_workdays)


@cache
def _last_published_year() -> int:
    return max(day.year for day in _make_up_days())
