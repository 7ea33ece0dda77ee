"""Quiet hours: when nobody is disturbed, whatever it is about (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.errors import InvalidInput
from service.settings import Settings

_LONGEST_HOLIDAY = 60  # days; more in a row is a mistake in the calendar, not a holiday


def _never(_day: date) -> bool:
    return False


@dataclass(frozen=True)
class QuietHours:
    """Quiet from hour `start` until hour `end` (0–24, over midnight if `start > end`) and on whole days `off`.

    Equal hours mean no quiet hours. InvalidInput when every hour of the day would be quiet.
    """

    start: int
    end: int
    zone: ZoneInfo
    off: Callable[[date], bool] = _never

    def __post_init__(self) -> None:
        if self.start % 24 == self.end % 24 and self.start != self.end:
            raise InvalidInput("安静时段不能是全天，请检查 quiet_from 和 quiet_to。", field="quiet_from")

    @classmethod
    def of(cls, settings: Settings, off: Callable[[date], bool] = _never) -> QuietHours:
        """The installation's quiet hours; `off` tells days off, which the caller's calendar knows."""
        return cls(settings.quiet_from, settings.quiet_to, settings.zone, off)

    def covers(self, instant: datetime) -> bool:
        """Whether `instant` is quiet."""
        local = instant.astimezone(self.zone)
        return self.off(local.date()) or self._quiet_hour(local.hour)

    def lifted(self, instant: datetime) -> datetime:
        """`instant` itself, or the end of the quiet time it falls into; UTC. ValueError if that never ends."""
        if not self.covers(instant):
            return instant.astimezone(UTC)
        today = instant.astimezone(self.zone).date()
        for offset in range(_LONGEST_HOLIDAY):
            for hour in sorted({0, self.end % 24}):
                chance = datetime.combine(today + timedelta(days=offset), time(hour), self.zone)
                if chance > instant and not self.covers(chance):
                    return chance.astimezone(UTC)
        raise ValueError("every day of the calendar is a day off")

    def _quiet_hour(self, hour: int) -> bool:
        if self.start == self.end:
            return False
        start, end = self.start % 24, self.end
        if start <= end:
            return start <= hour < end
        return hour >= start or hour < end
