"""Moving what was finished long ago out of the way of daily work, where it can still be found.

A notification goes with all its deliveries and their attempts, in batches of one short transaction each: a process that is
killed leaves nothing half moved. What an operator or a provider still has to say something about stays, and so does the
newest: SQLite gives the greatest key of a table again once its row is gone, and two messages would bear one number.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import CompoundSelect, Select, Table, delete, exists, func, insert, literal, select, union

from service.access.unit import House, Unit
from service.tables import (
    archived_attempts,
    archived_deliveries,
    archived_notifications,
    attempts,
    deliveries,
    notifications,
)

BATCH = 500
_AT_WORK = ("ready", "leased")


async def move_finished(house: House, days: int, *, batch: int = BATCH) -> int:
    """Move every notification made more than `days` ago on which nothing is left to do; how many."""
    total = 0
    while True:
        async with house.write() as unit:
            moved = await _move(unit, timedelta(days=days), batch)
        total += moved
        if moved < batch:
            return total
        await house.database.give_way()


async def _move(unit: Unit, age: timedelta, batch: int) -> int:
    numbers = list(await unit.connection.scalars(_finished(unit, age).limit(batch)))
    sent = select(deliveries.c.delivery_id).where(deliveries.c.notification_id.in_(numbers))
    tried = attempts.c.delivery_id.in_(sent)
    of_these = deliveries.c.notification_id.in_(numbers)
    themselves = notifications.c.notification_id.in_(numbers)
    for table, archive, which in (
        (attempts, archived_attempts, tried),
        (deliveries, archived_deliveries, of_these),
        (notifications, archived_notifications, themselves),
    ):
        rows = select(*table.c, literal(unit.today, archive.c.archived_on.type)).where(which)
        await unit.connection.execute(insert(archive).from_select(_names(archive), rows))
        await unit.connection.execute(delete(table).where(which))
    return len(numbers)


def _finished(unit: Unit, age: timedelta) -> Select[int]:
    """Locked, so that nobody sends again meanwhile what is moved; the oldest first."""
    open_ = exists().where(
        deliveries.c.notification_id == notifications.c.notification_id,
        deliveries.c.status.in_(_AT_WORK)
        | deliveries.c.check_at.is_not(None)
        | deliveries.c.recall_at.is_not(None),
    )
    return (
        select(notifications.c.notification_id)
        .where(notifications.c.created_at < unit.now - age, notifications.c.expires_at < unit.now, ~open_)
        .where(notifications.c.notification_id.not_in(_newest()))
        .order_by(notifications.c.created_at)
        .with_for_update(skip_locked=True)
    )


def _newest() -> CompoundSelect[int]:
    """The notifications that hold the greatest key of one of the three tables."""
    delivery = select(func.max(deliveries.c.delivery_id)).scalar_subquery()
    attempt = select(func.max(attempts.c.attempt_id)).scalar_subquery()
    of_delivery = select(deliveries.c.notification_id).where(deliveries.c.delivery_id == delivery)
    of_attempt = select(deliveries.c.notification_id).join(attempts).where(attempts.c.attempt_id == attempt)
    return union(select(func.max(notifications.c.notification_id)), of_delivery, of_attempt)


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]
