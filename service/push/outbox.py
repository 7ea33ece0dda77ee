"""The outbox: deliveries are claimed under a lease, sent with no transaction open, and settled in batches.

The laws, on both databases and however many processes there are:

1. A delivery has at most one lease; whoever claims skips what others hold (SKIP LOCKED; SQLite has one writer).
2. Only the holder settles: a late worker's settlement changes nothing but adds its attempt to the log.
3. A lease that runs out is *not* a failure. Where a repeat is harmless the delivery is ready again, else unknown.
4. What has expired is not claimed.

Rows are always locked in CTEs with SKIP LOCKED, so two processes never wait for each other in opposite order.
`status` is compared with literals, because a partial index is not used for a parameter.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    FromClause,
    Select,
    Update,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)

from connectors.channels.message import Message
from service.access.unit import Unit
from service.push.rowsets import Shape, rowset
from service.push.settlements import Claimed, Lease, Settlement
from service.tables import addresses, attempts, deliveries, notifications

READY = deliveries.c.status == literal_column("'ready'")
LEASED = deliveries.c.status == literal_column("'leased'")
LEASE_EXPIRED = "lease_expired"
ACCEPTED = frozenset({"accepted", "delivered", "handed_over"})


async def anything_due(unit: Unit, channel: str) -> bool:
    """Whether `claim` would find something; reads only, so that an idle sender never takes the writer's turn."""
    return bool(await unit.connection.scalar(select(exists(_due(channel, unit.now)))))


async def claim(unit: Unit, channel: str, *, limit: int, lease: timedelta) -> list[Claimed]:
    """Lease up to `limit` deliveries of `channel` that are due and not expired, the longest due first."""
    held = Lease(secrets.token_hex(12), unit.now + lease)
    picked = _locked(_due(channel, unit.now).limit(limit))
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(picked))
        .values(status="leased", lease_by=held.by, lease_until=held.until)
    )
    taken = (await unit.connection.execute(statement)).rowcount
    return await _contents(unit, held) if taken else []


async def renew(unit: Unit, leases: Collection[Lease], *, lease: timedelta) -> set[int]:
    """Move the leases on; the delivery_ids that are still ours. The others were settled or lost."""
    until = unit.now + lease
    held = select(deliveries.c.delivery_id).where(
        LEASED, deliveries.c.lease_by.in_([one.by for one in leases])
    )
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(_locked(held)))
        .values(lease_until=until)
        .returning(deliveries.c.delivery_id)
    )
    return set(await unit.connection.scalars(statement))


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


async def release(unit: Unit, claimed: Collection[Claimed]) -> None:
    """Give back what was leased and never sent, as if it had not been claimed."""
    rows = sorted((one.delivery_id, one.lease.by) for one in claimed)
    if rows:
        await unit.connection.execute(_RELEASE, [{"id": number, "by": by} for number, by in rows])


async def reap(unit: Unit, safe: Collection[str]) -> dict[str, int]:
    """Take back the leases of processes that died: ready on channels in `safe`, unknown on others; how many of each.

    Whether the message went out is not known, and the attempt log says so.
    """
    lapsed = select(deliveries.c.delivery_id).where(LEASED, deliveries.c.lease_until <= unit.now)
    reason = "发送进程中断，结果未知"
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(_locked(lapsed)))
        .values(
            status=case((deliveries.c.channel.in_(sorted(safe)), "ready"), else_="unknown"),
            lease_by=None, lease_until=None, last_code=LEASE_EXPIRED, last_reason=reason,
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
    """Close what waited beyond its time; how many. The reason for the waiting, if there was one, is kept."""
    late = select(deliveries.c.delivery_id).where(
        READY,
        exists().where(
            notifications.c.notification_id == deliveries.c.notification_id,
            notifications.c.expires_at <= unit.now,
        ),
    )
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(_locked(late)))
        .values(
            status="expired",
            last_code=func.coalesce(deliveries.c.last_code, "expired"),
            last_reason=func.coalesce(deliveries.c.last_reason, "过期前未能送出"),
        )
        .returning(deliveries.c.delivery_id)
    )
    return len((await unit.connection.scalars(statement)).all())


async def unserved(unit: Unit, channels: Collection[str]) -> dict[str, int]:
    """Per channel outside `channels`, how many deliveries are due that nobody here can send."""
    statement = (
        select(deliveries.c.channel, func.count().label("number"))
        .where(READY, deliveries.c.channel.not_in(sorted(channels)), deliveries.c.due_at <= unit.now)
        .group_by(deliveries.c.channel)
    )
    return {row.channel: row.number for row in await unit.connection.execute(statement)}


def _due(channel: str, now: datetime) -> Select[int]:
    alive = exists().where(
        notifications.c.notification_id == deliveries.c.notification_id, notifications.c.expires_at > now
    )
    return (
        select(deliveries.c.delivery_id)
        .where(READY, deliveries.c.channel == channel, deliveries.c.due_at <= now, alive)
        .order_by(deliveries.c.due_at, deliveries.c.delivery_id)
    )


def _locked(rows: Select[int]) -> Select[int]:
    """The rows, locked once and left out where somebody else has them. SQLite ignores the lock: it has one writer."""
    return select(rows.with_for_update(skip_locked=True).cte("picked").c.delivery_id)


async def _contents(unit: Unit, lease: Lease) -> list[Claimed]:
    """What was leased a moment ago; `lease_until` is compared too because that is what the index is on."""
    statement = (
        select(
            deliveries.c.delivery_id, deliveries.c.channel, deliveries.c.address,
            deliveries.c.attempts, deliveries.c.max_attempts,
            notifications.c.account_id, notifications.c.topic, notifications.c.subject, notifications.c.body,
            notifications.c.link, notifications.c.expires_at, notifications.c.created_at,
        )
        .join_from(deliveries, notifications)
        .where(LEASED, deliveries.c.lease_until == lease.until, deliveries.c.lease_by == lease.by)
        .order_by(deliveries.c.due_at, deliveries.c.delivery_id)
    )  # fmt: skip
    return [_claimed(row, lease, unit.vault.key_id) for row in await unit.connection.execute(statement)]


def _claimed(row: Any, lease: Lease, house: str) -> Claimed:
    """The message's id is the same over all attempts, and of no other delivery of any installation ever made.

    A database begun anew counts from 1 again, hence the instant; two installations may share a mail domain,
    hence the key's id.
    """
    message = Message(
        id=f"{house}-{row.delivery_id}-{int(row.created_at.timestamp() * 1000):x}",
        to=row.address,
        subject=row.subject,
        text=row.body,
        link=row.link,
        expires_at=row.expires_at,
        topic=row.topic,
    )
    return Claimed(
        row.delivery_id,
        row.account_id,
        row.channel,
        row.attempts,
        row.max_attempts,
        row.expires_at,
        message,
        lease,
    )


_RELEASE = (
    update(deliveries)
    .where(deliveries.c.delivery_id == bindparam("id"), LEASED, deliveries.c.lease_by == bindparam("by"))
    .values(status="ready", lease_by=None, lease_until=None)
)
_SETTLED: Shape = {
    "id": deliveries.c.delivery_id.type, "by": deliveries.c.lease_by.type, "status": deliveries.c.status.type,
    "used": deliveries.c.attempts.type, "due_at": deliveries.c.due_at.type,
    "provider_ref": deliveries.c.provider_ref.type, "code": deliveries.c.last_code.type,
    "reason": deliveries.c.last_reason.type, "accepted_at": deliveries.c.accepted_at.type,
    "delivered_at": deliveries.c.delivered_at.type,
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
        .where(deliveries.c.delivery_id.in_(_locked(waiting)))
        .values(status="failed", last_code=one.code, last_reason=one.reason)
    )
