"""Writing down what came of claimed deliveries: the delivery where the lease is still ours, the attempt always."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import FromClause, Update, func, insert, select, update

from service.access.unit import Unit
from service.push.gathering import ACCEPTED
from service.push.outbox import LEASED, READY, locked
from service.push.rowsets import Shape, rowset
from service.push.settlements import Settlement
from service.tables import addresses, attempts, deliveries


async def complete(unit: Unit, settlements: Iterable[Settlement]) -> None:
    """Write settlements: the delivery where the lease is still ours, the attempt always, dead addresses off."""
    ordered = sorted(settlements, key=lambda one: one.claimed.delivery_id)
    if not ordered:
        return
    await unit.connection.execute(_settle(rowset(unit.connection.dialect, _SETTLED, map(_settled, ordered))))
    tried = [_attempt(one) for one in ordered if one.attempt is not None]
    if tried:
        log = rowset(unit.connection.dialect, _ATTEMPT, tried)
        await unit.connection.execute(insert(attempts).from_select(list(_ATTEMPT), select(log)))
    for one in ordered:
        if one.outcome == "gone":
            await _disable(unit, one)


_SETTLED: Shape = {
    "id": deliveries.c.delivery_id.type, "by": deliveries.c.lease_by.type, "status": deliveries.c.status.type,
    "used": deliveries.c.attempts.type, "due_at": deliveries.c.due_at.type,
    "provider_ref": deliveries.c.provider_ref.type, "code": deliveries.c.last_code.type,
    "reason": deliveries.c.last_reason.type, "accepted_at": deliveries.c.accepted_at.type,
    "delivered_at": deliveries.c.delivered_at.type, "uncertain_at": deliveries.c.uncertain_at.type,
    "sent_at": deliveries.c.sent_at.type, "check_at": deliveries.c.check_at.type,
}  # fmt: skip
_ATTEMPT: Shape = {
    name: attempts.c[name].type
    for name in ("delivery_id", "started_at", "milliseconds", "outcome", "code", "reason", "provider_ref")
}


def _settled(one: Settlement) -> dict[str, Any]:
    return {
        "id": one.claimed.delivery_id, "by": one.claimed.lease.by, "status": one.status, "used": int(one.counts),
        "due_at": one.due_at, "provider_ref": one.provider_ref, "code": one.code, "reason": one.reason,
        "accepted_at": one.at if one.status in ACCEPTED else None,
        "delivered_at": one.at if one.status == "delivered" else None,
        "uncertain_at": one.uncertain_at,
        "sent_at": one.at if one.status in ACCEPTED or one.uncertain_at is not None else None,
        "check_at": one.check_at,
    }  # fmt: skip


def _settle(done: FromClause) -> Update:
    return (
        update(deliveries)
        .where(deliveries.c.delivery_id == done.c.id, LEASED, deliveries.c.lease_by == done.c.by)
        .values(
            status=done.c.status,
            lease_by=None,
            lease_until=None,
            attempts=deliveries.c.attempts + done.c.used,
            due_at=func.coalesce(done.c.due_at, deliveries.c.due_at),
            provider_ref=func.coalesce(done.c.provider_ref, deliveries.c.provider_ref),
            last_code=done.c.code,
            last_reason=done.c.reason,
            accepted_at=done.c.accepted_at,
            delivered_at=done.c.delivered_at,
            uncertain_at=func.coalesce(done.c.uncertain_at, deliveries.c.uncertain_at),
            sent_at=func.coalesce(done.c.sent_at, deliveries.c.sent_at),
            check_at=done.c.check_at,
        )
    )


def _attempt(one: Settlement) -> dict[str, Any]:
    assert one.attempt is not None
    return {
        "delivery_id": one.claimed.delivery_id, "started_at": one.attempt.started_at,
        "milliseconds": one.attempt.milliseconds, "outcome": one.outcome, "code": one.code, "reason": one.reason,
        "provider_ref": one.provider_ref,
    }  # fmt: skip


async def _disable(unit: Unit, one: Settlement) -> None:
    """The address exists no more: switch it off, and close what else was waiting for it."""
    claimed = one.claimed
    await unit.connection.execute(
        update(addresses)
        .where(
            addresses.c.account_id == claimed.account_id,
            addresses.c.channel == claimed.channel,
            addresses.c.address == claimed.message.to,
            addresses.c.disabled_at.is_(None),
        )
        .values(disabled_at=one.at)
    )
    waiting = select(deliveries.c.delivery_id).where(
        READY, deliveries.c.channel == claimed.channel, deliveries.c.address == claimed.message.to
    )
    await unit.connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(locked(waiting)))
        .values(status="failed", last_code=one.code, last_reason=one.reason)
    )
