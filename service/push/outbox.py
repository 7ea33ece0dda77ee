"""The outbox: deliveries are claimed under a lease, sent with no transaction open, and settled in batches.

The laws, on both databases and however many processes there are:

1. A delivery has at most one lease; whoever claims skips what others hold (SKIP LOCKED; SQLite has one writer).
2. Only the holder settles (`completion`): a late worker's settlement changes nothing but adds its attempt to the log.
3. A lease that runs out is *not* a failure (`tidying`). Where a repeat is harmless the delivery is ready again, else unknown.
4. What has expired or was withdrawn is not claimed.

Rows are always locked in CTEs with SKIP LOCKED, so two processes never wait for each other in opposite order.
`status` is compared with literals, because a partial index is not used for a parameter.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Select,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    update,
)

from connectors.channels.message import Message
from service.access.unit import Unit
from service.push.settlements import Claimed, Lease
from service.tables import deliveries, notifications

READY = deliveries.c.status == literal_column("'ready'")
LEASED = deliveries.c.status == literal_column("'leased'")
_IDENTITY = re.compile(r"[0-9a-f]{8}-([1-9][0-9]{0,17})-[0-9a-f]{1,16}")


async def anything_due(unit: Unit, channel: str) -> bool:
    """Whether `claim` would find something; reads only, so that an idle sender never takes the writer's turn."""
    return bool(await unit.connection.scalar(select(exists(_due(channel, unit.now)))))


async def claim(unit: Unit, channel: str, *, limit: int, lease: timedelta) -> list[Claimed]:
    """Lease up to `limit` deliveries of `channel` that are due and not expired, the longest due first."""
    held = Lease(secrets.token_hex(12), unit.now + lease)
    picked = locked(_due(channel, unit.now).limit(limit))
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(picked))
        .values(status="leased", lease_by=held.by, lease_until=held.until, leased_at=unit.now)
    )
    taken = (await unit.connection.execute(statement)).rowcount
    return await _contents(unit, held) if taken else []


async def claim_calls(unit: Unit, keys: Collection[str], lease: Lease) -> list[Claimed]:
    """Take under `lease`, due or not, what may have arrived in these calls; all that the lease holds then."""
    together = select(deliveries.c.delivery_id).where(
        READY, deliveries.c.call_key.in_(keys), deliveries.c.uncertain_at.is_not(None)
    )
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(locked(together)))
        .values(status="leased", lease_by=lease.by, lease_until=lease.until, leased_at=unit.now)
    )
    await unit.connection.execute(statement)
    return await _contents(unit, lease)


async def renew(unit: Unit, leases: Collection[Lease], *, lease: timedelta) -> set[int]:
    """Move the leases on; the delivery_ids that are still ours. The others were settled or lost."""
    until = unit.now + lease
    held = select(deliveries.c.delivery_id).where(
        LEASED, deliveries.c.lease_by.in_([one.by for one in leases])
    )
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(locked(held)))
        .values(lease_until=until)
        .returning(deliveries.c.delivery_id)
    )
    return set(await unit.connection.scalars(statement))


async def release(unit: Unit, claimed: Collection[Claimed]) -> None:
    """Give back what was leased and never sent, as if it had not been claimed."""
    rows = sorted((one.delivery_id, one.lease.by) for one in claimed)
    if rows:
        await unit.connection.execute(_RELEASE, [{"id": number, "by": by} for number, by in rows])


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
        .where(
            READY,
            deliveries.c.channel == channel,
            deliveries.c.due_at <= now,
            deliveries.c.recall_at.is_(None),
            alive,
        )
        .order_by(deliveries.c.due_at, deliveries.c.delivery_id)
    )


def locked(rows: Select[int]) -> Select[int]:
    """The rows, locked once and left out where somebody else has them. SQLite ignores the lock: it has one writer."""
    return select(rows.with_for_update(skip_locked=True).cte("picked").c.delivery_id)


async def _contents(unit: Unit, lease: Lease) -> list[Claimed]:
    """What was leased a moment ago; `lease_until` is compared too because that is what the index is on."""
    statement = (
        select(
            deliveries.c.delivery_id, deliveries.c.channel, deliveries.c.address,
            deliveries.c.attempts, deliveries.c.max_attempts, deliveries.c.uncertain_at, deliveries.c.call_key,
            notifications.c.notification_id, notifications.c.account_id, notifications.c.topic, notifications.c.urgent,
            notifications.c.subject, notifications.c.body, notifications.c.link, notifications.c.expires_at, notifications.c.created_at,
        )
        .join_from(deliveries, notifications)
        .where(LEASED, deliveries.c.lease_until == lease.until, deliveries.c.lease_by == lease.by)
        .order_by(deliveries.c.due_at, deliveries.c.delivery_id)
    )  # fmt: skip
    return [_claimed(row, lease, unit.vault.key_id) for row in await unit.connection.execute(statement)]


def message_id(house: str, delivery_id: int, created_at: datetime) -> str:
    """The same over all attempts, and of no other delivery of any installation ever made.

    A database begun anew counts from 1 again, hence the instant its notification was made; two installations may share
    a mail domain, hence the key's id.
    """
    return f"{house}-{delivery_id}-{int(created_at.timestamp() * 1000):x}"


def delivery_in(identity: str) -> int | None:
    """The delivery whose message may be called so; None where nothing of ours is."""
    found = _IDENTITY.fullmatch(identity)
    return int(found[1]) if found else None


def _claimed(row: Any, lease: Lease, house: str) -> Claimed:
    message = Message(
        id=message_id(house, row.delivery_id, row.created_at),
        to=row.address,
        subject=row.subject,
        text=row.body,
        link=row.link,
        expires_at=row.expires_at,
        topic=row.topic,
    )
    return Claimed(
        row.delivery_id,
        row.notification_id,
        row.account_id,
        row.channel,
        row.attempts,
        row.max_attempts,
        row.expires_at,
        message,
        lease,
        row.uncertain_at,
        row.urgent,
        row.call_key,
    )


_RELEASE = (
    update(deliveries)
    .where(deliveries.c.delivery_id == bindparam("id"), LEASED, deliveries.c.lease_by == bindparam("by"))
    .values(status="ready", lease_by=None, lease_until=None, leased_at=None)
)
