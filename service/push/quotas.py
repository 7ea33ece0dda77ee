"""Calls a month: how many were made, how many are left, and on which day they will be used up at this pace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from service.access.unit import Unit
from service.tables import channel_months
from service.tables.upsert import add_to


@dataclass(frozen=True, slots=True)
class Month:
    """One account's month. `used_up_on`: a day of this month at the pace so far, None where it will last."""

    channel: str
    calls: int
    allowed: int
    used_up_on: date | None

    @property
    def left(self) -> int:
        return max(0, self.allowed - self.calls)


async def add(unit: Unit, channel: str, calls: int) -> None:
    """Count calls made."""
    row = {"channel": channel, "month": _month(unit.today), "calls": calls}
    await unit.connection.execute(add_to(unit.dialect, channel_months, ["channel", "month"], "calls"), row)


async def month_of(unit: Unit, channel: str, allowed: int) -> Month:
    """The present month of an account that may make `allowed` calls in it."""
    statement = select(channel_months.c.calls).where(
        channel_months.c.channel == channel, channel_months.c.month == _month(unit.today)
    )
    calls = (await unit.connection.execute(statement)).scalar() or 0
    begins = _begin(unit.today.replace(day=1), unit)
    return Month(
        channel, calls, allowed, used_up_on(calls, allowed, begins, unit.now, next_month(unit), unit)
    )


def next_month(unit: Unit) -> datetime:
    """When the next month begins."""
    return _begin((unit.today.replace(day=1) + timedelta(days=32)).replace(day=1), unit)


def used_up_on(
    calls: int, allowed: int, begins: datetime, now: datetime, ends: datetime, unit: Unit
) -> date | None:
    """The day on which the last call is made if it goes on as it has since the month began."""
    if calls >= allowed:
        return unit.today
    passed = max(now - begins, timedelta(days=1))  # one busy hour on the first day foretells no month
    when = begins + passed * (allowed / calls) if calls else ends
    return when.astimezone(unit.clock.zone).date() if when < ends else None


def _begin(day: date, unit: Unit) -> datetime:
    return datetime.combine(day, time(0), unit.clock.zone).astimezone(UTC)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
