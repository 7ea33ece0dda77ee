"""What providers say afterwards: accepted becomes delivered, read, dropped or failed, as far as they tell.

Each delivery is asked after with pauses that grow with its age, as long as its provider can still tell. News only ever
move a delivery on; one that somebody has sent again or withdrawn meanwhile is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from connectors.channels.message import News, Sent
from service.access.unit import Unit
from service.push.judge import FIRST_LOOK
from service.push.outbox import message_id
from service.push.rowsets import Shape, rowset
from service.push.settlements import storable
from service.tables import deliveries, notifications

LONGEST_PAUSE = timedelta(hours=6)
LAST_LOOK = timedelta(minutes=2)
"""So long before a provider forgets a message it is asked for the last time."""
_OPEN = ("accepted", "delivered", "unknown")
_STEPS = {"accepted": 0, "unknown": 0, "delivered": 1, "read": 2, "dropped": 2, "failed": 2}
REPEATED = "此前一次尝试已送达，渠道把本次作为重复内容丢弃"


@dataclass(frozen=True, slots=True)
class Asked:
    """A delivery as it was when its provider was asked."""

    delivery_id: int
    status: str
    sent: Sent
    doubted: bool


async def due(unit: Unit, channel: str, *, limit: int, after: int = 0, whenever: bool = False) -> list[Asked]:
    """Deliveries that are to be asked after now, or with `whenever` all that can be, from the first id beyond `after`."""
    statement = (
        select(deliveries, notifications.c.created_at)
        .join_from(deliveries, notifications)
        .where(
            deliveries.c.channel == channel,
            deliveries.c.check_at.is_not(None) if whenever else deliveries.c.check_at <= unit.now,
            deliveries.c.status.in_(_OPEN),
            deliveries.c.provider_ref.is_not(None) | (deliveries.c.status == "unknown"),
            deliveries.c.delivery_id > after,
        )
        .order_by(deliveries.c.delivery_id if whenever else deliveries.c.check_at)
        .limit(limit)
    )
    house = unit.vault.key_id
    return [_asked(row, house) for row in await unit.connection.execute(statement)]


async def apply(
    unit: Unit, asked: Sequence[Asked], news: Iterable[News], asks_within: timedelta
) -> Counter[str]:
    """Write what is news, and when to ask next; how many became what."""
    told = {one.id: one for one in news}
    rows = [_row(one, told.get(one.sent.id), unit.now, asks_within) for one in asked]
    if not rows:
        return Counter()
    found = rowset(unit.connection.dialect, _NEWS, rows)
    statement = (
        update(deliveries)
        .where(deliveries.c.delivery_id == found.c.id, deliveries.c.status == found.c.before)
        .values(
            status=found.c.status,
            last_code=func.coalesce(found.c.code, deliveries.c.last_code),
            last_reason=func.coalesce(found.c.reason, deliveries.c.last_reason),
            delivered_at=func.coalesce(deliveries.c.delivered_at, found.c.delivered_at),
            read_at=func.coalesce(deliveries.c.read_at, found.c.read_at),
            check_at=found.c.check_at,
        )
        .returning(deliveries.c.delivery_id)
    )
    written = set(await unit.connection.scalars(statement))
    return Counter(row["status"] for row in rows if row["id"] in written and row["status"] != row["before"])


def next_look(sent_at: datetime, now: datetime, asks_within: timedelta) -> datetime | None:
    """When to ask next; None when the provider will have forgotten."""
    pause = min(max(FIRST_LOOK, (now - sent_at) / 2), LONGEST_PAUSE)
    last = sent_at + asks_within - LAST_LOOK
    return min(now + pause, last) if now < last else None


def _asked(row: Any, house: str) -> Asked:
    identity = message_id(house, row.delivery_id, row.created_at)
    sent = Sent(identity, row.address, row.provider_ref or "", row.accepted_at or row.sent_at)
    # What has no reference is looked for by its id: the news are of the very attempt that is in doubt.
    doubted = row.uncertain_at is not None and row.provider_ref is not None
    return Asked(row.delivery_id, row.status, sent, doubted)


def _row(one: Asked, news: News | None, now: datetime, asks_within: timedelta) -> dict[str, Any]:
    status, code, reason = _meaning(one, news)
    at = (news.at if news else None) or now
    final = _STEPS[status] == 2
    return {
        "id": one.delivery_id, "before": one.status, "status": status, "code": code, "reason": reason,
        "delivered_at": at if status in ("delivered", "read") else None,
        "read_at": at if status == "read" else None,
        "check_at": None if final else next_look(one.sent.at, now, asks_within),
    }  # fmt: skip


def _meaning(one: Asked, news: News | None) -> tuple[str, str | None, str | None]:
    """State, code and reason after the news; what is no step forward changes nothing."""
    if news is None or _STEPS[news.status] <= _STEPS[one.status]:
        return one.status, None, None
    code, reason = storable(news.code), storable(news.reason)
    if news.repeated and one.doubted:
        return "delivered", code, REPEATED
    if news.status in ("dropped", "failed") and one.doubted:
        return "unknown", code, reason  # this attempt was lost; an earlier one may have arrived
    if news.status in ("dropped", "failed") and one.status == "delivered":
        return one.status, None, None
    return news.status, code, reason


_NEWS: Shape = {
    "id": deliveries.c.delivery_id.type, "before": deliveries.c.status.type, "status": deliveries.c.status.type,
    "code": deliveries.c.last_code.type, "reason": deliveries.c.last_reason.type,
    "delivered_at": deliveries.c.delivered_at.type, "read_at": deliveries.c.read_at.type,
    "check_at": deliveries.c.check_at.type,
}  # fmt: skip
