"""What became of the messages: counts and lists inside the actor's scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, Table, and_, func, select, union_all

from service.access.actors import visible
from service.access.unit import Unit
from service.push.notifications import NO_ADDRESS
from service.tables import (
    accounts,
    archived_deliveries,
    archived_notifications,
    deliveries,
    notifications,
)

STATUSES: dict[str, str] = deliveries.c.status.info["values"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as an operator sees it. The address is left out: it is private, or a secret of the receiver."""

    delivery_id: int
    account_id: int
    login: str
    topic: str
    subject: str
    channel: str
    status: str
    label: str
    attempts: int
    due_at: datetime
    code: str | None
    reason: str | None
    accepted_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True)
class Waiting:
    """Deliveries that are ready and not due yet, and when the first one is; and of today's, how many had no address."""

    count: int
    earliest: datetime | None
    unreachable: int


async def waiting(unit: Unit) -> Waiting:
    """What is still to be sent."""
    row = (
        await unit.connection.execute(
            select(func.count(), func.min(deliveries.c.due_at)).where(deliveries.c.status == "ready")
        )
    ).one()
    earliest = row[1].astimezone(unit.clock.zone) if row[1] else None
    without = (
        select(func.count())
        .select_from(deliveries)
        .join(notifications, notifications.c.notification_id == deliveries.c.notification_id)
        .where(
            _made_on(unit, unit.today), deliveries.c.status == "failed", deliveries.c.last_code == NO_ADDRESS
        )
    )
    return Waiting(row[0], earliest, (await unit.connection.execute(without)).scalar_one())


async def counts_of_day(unit: Unit, day: date) -> dict[str, int]:
    """How many deliveries of the notifications made on `day` are in each status; every status is named."""
    told = _of_day(unit, day)
    statement = select(told.c.status, func.count().label("number")).group_by(told.c.status)
    found = {row.status: row.number for row in await unit.connection.execute(statement)}
    return {status: found.get(status, 0) for status in STATUSES}


async def deliveries_of_day(
    unit: Unit, day: date, *, status: str | None = None, after: int = 0, limit: int = 50
) -> list[Delivery]:
    """A page of the day's deliveries by delivery_id, from the first one after `after`; archived ones too."""
    told = _of_day(unit, day)
    statement = select(told).where(told.c.delivery_id > after).order_by(told.c.delivery_id).limit(limit)
    if status is not None:
        statement = statement.where(told.c.status == status)
    return [_delivery(row) for row in (await unit.connection.execute(statement)).mappings()]


def _of_day(unit: Unit, day: date) -> Subquery:
    """Deliveries of the day to accounts of the actor's area, wherever they are kept."""
    at_work = _told(unit, day, deliveries, notifications)
    return union_all(at_work, _told(unit, day, archived_deliveries, archived_notifications)).subquery("told")


def _told(unit: Unit, day: date, sent: Table, why: Table) -> Select[Any]:
    names = ("delivery_id", "channel", "status", "attempts", "due_at", "last_code", "last_reason", "accepted_at",
             "delivered_at")  # fmt: skip
    return (
        select(
            *(sent.c[name] for name in names), why.c.account_id, why.c.topic, why.c.subject, accounts.c.login
        )
        .select_from(sent)
        .join(why, why.c.notification_id == sent.c.notification_id)
        .join(accounts, accounts.c.account_id == why.c.account_id)
        .where(visible(unit.actor, accounts.c.division_code), _made_on(unit, day, why))
    )


def _made_on(unit: Unit, day: date, why: Table = notifications) -> ColumnElement[bool]:
    begins = datetime.combine(day, time(0), unit.clock.zone).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(0), unit.clock.zone).astimezone(UTC)
    return and_(why.c.created_at >= begins, why.c.created_at < ends)


def _delivery(row: Any) -> Delivery:
    return Delivery(
        delivery_id=row["delivery_id"],
        account_id=row["account_id"],
        login=row["login"],
        topic=row["topic"],
        subject=row["subject"],
        channel=row["channel"],
        status=row["status"],
        label=STATUSES[row["status"]],
        attempts=row["attempts"],
        due_at=row["due_at"],
        code=row["last_code"],
        reason=row["last_reason"],
        accepted_at=row["accepted_at"],
        delivered_at=row["delivered_at"],
    )
