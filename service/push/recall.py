"""Withdrawing: what still waits is cancelled; what was accepted is taken back where the channel can.

Whether that worked is written down: a delivery is `recalled` only when its provider said so, and what could not be taken
back keeps its state, with an attempt that says it was tried.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import case, exists, insert, select, update

from connectors.channels.message import Sent
from service.access.unit import Unit
from service.push.outbox import READY, message_id
from service.push.settlements import storable
from service.tables import attempts, deliveries, notifications

TRIED_FOR = timedelta(days=1)
"""After which a provider that could not be reached is no longer asked to take a message back."""
_SENT = ("accepted", "delivered", "read", "handed_over", "unknown")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many deliveries were not sent because of it, and how many had been sent or were under way."""

    cancelled: int
    sent: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A delivery that is to be taken back."""

    delivery_id: int
    sent: Sent


async def withdraw(unit: Unit, notification_ids: Collection[int], reason: str) -> Withdrawn:
    """Send nothing more of these notifications. `reason` is for operators and holds nothing personal.

    What was sent is taken back by the sender, soon, where that can be.
    """
    of_these = deliveries.c.notification_id.in_(sorted(notification_ids))
    waiting = select(deliveries.c.delivery_id).where(of_these, READY).order_by(deliveries.c.delivery_id)
    cancelled = await unit.connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(waiting.with_for_update()))
        .values(
            status=case((deliveries.c.uncertain_at.is_(None), "cancelled"), else_="unknown"),
            last_code="withdrawn", last_reason=storable(reason),
        )
    )  # fmt: skip
    gone = (
        select(deliveries.c.delivery_id)
        .where(of_these, deliveries.c.status.in_(("leased", *_SENT)))
        .order_by(deliveries.c.delivery_id)
    )
    sent = await unit.connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(gone.with_for_update()))
        .values(recall_at=unit.now)
    )
    return Withdrawn(cancelled.rowcount, sent.rowcount)


async def any_wish(unit: Unit, channel: str) -> bool:
    """Whether something is to be taken back over this channel; reads only."""
    waiting = exists().where(
        deliveries.c.channel == channel, deliveries.c.recall_at <= unit.now, deliveries.c.status.in_(_SENT)
    )
    return bool(await unit.connection.scalar(select(waiting)))


async def wanted(unit: Unit, channel: str, *, limit: int) -> list[Wanted]:
    """What is to be taken back over this channel now."""
    statement = (
        select(deliveries, notifications.c.created_at)
        .join_from(deliveries, notifications)
        .where(
            deliveries.c.channel == channel,
            deliveries.c.recall_at <= unit.now,
            deliveries.c.status.in_(_SENT),
            deliveries.c.provider_ref.is_not(None),
        )
        .order_by(deliveries.c.recall_at, deliveries.c.delivery_id)
        .limit(limit)
    )
    house = unit.vault.key_id
    return [_wanted(row, house) for row in await unit.connection.execute(statement)]


async def give_up(unit: Unit, channel: str, *, able: bool) -> int:
    """Close wishes that cannot be met: nothing to name it by, tried for too long, or not `able`; how many."""
    late = deliveries.c.sent_at < unit.now - TRIED_FOR
    hopeless = deliveries.c.provider_ref.is_(None) | late if able else deliveries.c.delivery_id.is_not(None)
    statement = (
        update(deliveries)
        .where(
            deliveries.c.channel == channel,
            deliveries.c.recall_at.is_not(None),
            deliveries.c.status.in_(_SENT),
            hopeless,
        )
        .values(recall_at=None)
        .returning(deliveries.c.delivery_id, deliveries.c.provider_ref)
    )
    rows = (await unit.connection.execute(statement)).all()
    await _log(unit, [row.delivery_id for row in rows], "not_recalled", "渠道不能撤回此消息")
    return len(rows)


async def done(unit: Unit, recalled: Collection[Wanted], kept: Collection[Wanted], reason: str = "") -> None:
    """Write what was taken back, and what the provider would not take back."""
    mark = update(deliveries).where(deliveries.c.status.in_(_SENT))
    back, stays = ([one.delivery_id for one in group] for group in (recalled, kept))
    await unit.connection.execute(
        mark.where(deliveries.c.delivery_id.in_(back)).values(
            # An earlier attempt that may have arrived went under another reference.
            status=case((deliveries.c.uncertain_at.is_(None), "recalled"), else_="unknown"),
            recall_at=None,
            check_at=None,
            last_code="withdrawn",
            last_reason="已从渠道撤回",
        )
    )
    await unit.connection.execute(mark.where(deliveries.c.delivery_id.in_(stays)).values(recall_at=None))
    await _log(unit, back, "recalled", None)
    await _log(unit, stays, "not_recalled", reason or "渠道未能撤回")


async def later(unit: Unit, tried: Collection[Wanted], pause: timedelta) -> None:
    """Try these again after a pause."""
    await unit.connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id.in_([one.delivery_id for one in tried]))
        .values(recall_at=unit.now + pause)
    )


async def _log(unit: Unit, numbers: list[int], outcome: str, reason: str | None) -> None:
    row = {"started_at": unit.now, "milliseconds": 0, "outcome": outcome, "reason": reason}
    if numbers:
        await unit.connection.execute(insert(attempts), [{"delivery_id": one, **row} for one in numbers])


def _wanted(row: Any, house: str) -> Wanted:
    identity = message_id(house, row.delivery_id, row.created_at)
    return Wanted(row.delivery_id, Sent(identity, row.address, row.provider_ref, row.sent_at))
