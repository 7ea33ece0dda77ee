"""Housekeeping: leases of processes that died, what waited too long, and what was withdrawn while it was under way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, insert, or_, select, update

from service.access.unit import Unit
from service.push.judge import FIRST_LOOK, MARGIN
from service.push.outbox import LEASED, READY, locked
from service.tables import attempts, deliveries, notifications

LEASE_EXPIRED = "lease_expired"
Windows = Mapping[str, timedelta | None]
"""Channels on which a repeat is harmless, and for how long after the first attempt; None: for good."""


async def reap(unit: Unit, windows: Windows, asking: Collection[str] = ()) -> dict[str, int]:
    """Take back the leases of processes that died: ready where a repeat is harmless still, else unknown; how many of each.

    Whether the message went out is not known, and the attempt log says so. It may have as soon as it was claimed. The
    providers of `asking` can tell, by the message's id.
    """
    told_by = case((deliveries.c.channel.in_(sorted(asking)), unit.now + FIRST_LOOK))
    doubt = func.coalesce(deliveries.c.uncertain_at, deliveries.c.leased_at, unit.now)
    lapsed = select(deliveries.c.delivery_id).where(LEASED, deliveries.c.lease_until <= unit.now)
    reason = "发送进程中断，结果未知"
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(locked(lapsed)))
        .values(
            status=case((_known(windows, doubt, unit.now), "ready"), else_="unknown"),
            lease_by=None, lease_until=None, last_code=LEASE_EXPIRED, last_reason=reason,
            uncertain_at=doubt, check_at=told_by, sent_at=func.coalesce(deliveries.c.lease_until, unit.now),
        )
        .returning(deliveries.c.delivery_id, deliveries.c.status)
    )  # fmt: skip
    rows = (await unit.connection.execute(statement)).all()
    if rows:
        lost = {
            "started_at": unit.now,
            "milliseconds": 0,
            "outcome": "uncertain",
            "code": LEASE_EXPIRED,
            "reason": reason,
        }
        await unit.connection.execute(
            insert(attempts), [{"delivery_id": row.delivery_id, **lost} for row in rows]
        )
    back = sum(row.status == "ready" for row in rows)
    return {"ready": back, "unknown": len(rows) - back}


async def expire(unit: Unit) -> int:
    """Close what waited beyond its time; how many. The reason for the waiting, if there was one, is kept.

    What may have arrived at an earlier attempt is not called expired but unknown.
    """
    late = select(deliveries.c.delivery_id).where(
        READY,
        exists().where(
            notifications.c.notification_id == deliveries.c.notification_id,
            notifications.c.expires_at <= unit.now,
        ),
    )
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(locked(late)))
        .values(
            status=case((deliveries.c.uncertain_at.is_(None), "expired"), else_="unknown"),
            last_code=func.coalesce(deliveries.c.last_code, "expired"),
            last_reason=func.coalesce(deliveries.c.last_reason, "过期前未能送出"),
        )
        .returning(deliveries.c.delivery_id)
    )
    return len((await unit.connection.scalars(statement)).all())


async def cancel_withdrawn(unit: Unit) -> int:
    """Close what was withdrawn and is not under way; how many."""
    waiting = select(deliveries.c.delivery_id).where(READY, deliveries.c.recall_at.is_not(None))
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(locked(waiting)))
        .values(
            status=case((deliveries.c.uncertain_at.is_(None), "cancelled"), else_="unknown"), recall_at=None
        )
        .returning(deliveries.c.delivery_id)
    )
    return len((await unit.connection.scalars(statement)).all())


def _known(windows: Windows, doubt: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """Whether the receiver knows a repeat now."""
    always = sorted(name for name, window in windows.items() if window is None)
    limited = [
        and_(deliveries.c.channel == name, doubt > now - window + MARGIN)
        for name, window in windows.items()
        if window is not None
    ]
    return or_(deliveries.c.channel.in_(always), *limited)
