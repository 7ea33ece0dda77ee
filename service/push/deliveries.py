"""What became of the messages: counts and lists inside the actor's scope, and sending once more what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, update

from service.access.actors import visible
from service.access.unit import Unit
from service.errors import Conflict, NotFound
from service.push.notifications import CONSOLE, NO_ADDRESS
from service.tables import accounts, addresses, deliveries, notifications

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
    statement = (
        _within(unit, select(deliveries.c.status, func.count().label("number")))
        .where(_made_on(unit, day))
        .group_by(deliveries.c.status)
    )
    found = {row.status: row.number for row in await unit.connection.execute(statement)}
    return {status: found.get(status, 0) for status in STATUSES}


async def deliveries_of_day(
    unit: Unit, day: date, *, status: str | None = None, after: int = 0, limit: int = 50
) -> list[Delivery]:
    """A page of the day's deliveries by delivery_id, from the first one after `after`."""
    statement = (
        _within(
            unit,
            select(
                deliveries,
                notifications.c.account_id,
                notifications.c.topic,
                notifications.c.subject,
                accounts.c.login,
            ),
        )
        .where(_made_on(unit, day), deliveries.c.delivery_id > after)
        .order_by(deliveries.c.delivery_id)
        .limit(limit)
    )
    if status is not None:
        statement = statement.where(deliveries.c.status == status)
    return [_delivery(row) for row in (await unit.connection.execute(statement)).mappings()]


async def replay(unit: Unit, delivery_id: int, *, risk_double: bool = False) -> None:
    """Send a dead or failed delivery once more, to the account's present address, with all its attempts again.

    The message keeps its id, so a receiver that did get it can tell. An unknown one may have arrived: it is
    replayed only with `risk_double`. NotFound outside the scope; Conflict where there is nothing to send or nowhere.
    """
    row = await _found(unit, delivery_id)
    if row["status"] not in {"dead", "failed"} | ({"unknown"} if risk_double else set()):
        raise Conflict(f"此条投递的状态是“{STATUSES[row['status']]}”，不能补发。")
    if row["expires_at"] <= unit.now:
        raise Conflict("通知已过期，不再补发。")
    address = row["login"] if row["channel"] == CONSOLE and row["known"] is None else row["known"]
    if address is None:
        raise Conflict("账号在此渠道没有可用地址，请先登记地址。")
    changed = await unit.connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id == delivery_id, deliveries.c.status == row["status"])
        .values(status="ready", due_at=unit.now, attempts=0, address=address)
    )
    if changed.rowcount != 1:
        raise Conflict()


async def _found(unit: Unit, delivery_id: int) -> Any:
    statement = _within(
        unit,
        select(
            deliveries.c.status, deliveries.c.channel, notifications.c.expires_at, accounts.c.login,
            addresses.c.address.label("known"),
        ),
    ).where(deliveries.c.delivery_id == delivery_id)  # fmt: skip
    statement = statement.outerjoin(
        addresses,
        and_(
            addresses.c.account_id == accounts.c.account_id,
            addresses.c.channel == deliveries.c.channel,
            addresses.c.disabled_at.is_(None),
        ),
    )
    row = (await unit.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return row


def _within(unit: Unit, statement: Select[Any]) -> Select[Any]:
    """Deliveries to accounts of the actor's area."""
    return (
        statement.select_from(deliveries)
        .join(notifications, notifications.c.notification_id == deliveries.c.notification_id)
        .join(accounts, accounts.c.account_id == notifications.c.account_id)
        .where(visible(unit.actor, accounts.c.division_code))
    )


def _made_on(unit: Unit, day: date) -> ColumnElement[bool]:
    begins = datetime.combine(day, time(0), unit.clock.zone).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(0), unit.clock.zone).astimezone(UTC)
    return and_(notifications.c.created_at >= begins, notifications.c.created_at < ends)


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
