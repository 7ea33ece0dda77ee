"""The one source of time. Nothing else in the product asks the operating system what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the present instant, always aware and in UTC, and the civil day of the office."""

    zone: ZoneInfo

    def now(self) -> datetime: ...

    def today(self) -> date: ...


@dataclass
class SystemClock:
    """The clock of the machine."""

    zone: ZoneInfo = SHANGHAI

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(self.zone).date()


@dataclass
class SetClock:
    """A clock that stands still until it is moved: for tests, and for `--on DATE` and `--as-of DATE`."""

    instant: datetime
    zone: ZoneInfo = SHANGHAI

    @classmethod
    def at(cls, day: date, hour: int = 8, minute: int = 0, zone: ZoneInfo = SHANGHAI) -> SetClock:
        """`hour:minute` of `day` in `zone`."""
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
        return cls(local.astimezone(UTC), zone)

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return self.instant.astimezone(self.zone).date()

    def advance(self, **amount: float) -> None:
        """Move on by `timedelta(**amount)`."""
        self.instant += timedelta(**amount)
