"""Keeping back what would be sent into the void, or be one message too many for a person.

Some providers answer success and throw away what goes beyond so many messages to a person, or a text that person has
already. What would meet that fate waits until the window is over; what would have expired by then is closed at once,
with the reason. One set-based look a claimed batch, which holds at most one message an address: of its own it knows
nothing yet.

In all channels together a person gets at most `cap` messages a day. Urgent ones are counted but never kept back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Subquery, and_, exists, func, literal, literal_column, select, union_all, update

from connectors.channels.contract import Channel, Gathering
from connectors.channels.limits import Limits, Rate
from connectors.channels.message import ChannelError
from service.access.unit import Unit
from service.push.rowsets import Shape, rowset
from service.push.settlements import Claimed, Settlement
from service.tables import deliveries, notifications

SAME_TEXT, PERSON, CAP = "predicted_same_text", "predicted_person_limit", "person_cap"
REASONS = {
    SAME_TEXT: "对方在渠道规定的时间内已收到相同内容，再发会被渠道丢弃",
    PERSON: "对方在渠道规定的时间内收到的消息已达上限，再发会被渠道丢弃",
    CAP: "此人当天收到的消息已达上限",
}
LEEWAY = timedelta(seconds=5)
"""By so much later than the provider's window we count on it to be over."""
_LASTS = timedelta(days=4)
"""How long before it is sent a notification may have been made: what is older has expired."""
_LOST = ("dropped", "failed")


@dataclass
class Sifted:
    """A claimed batch: what may be sent, what is written of the rest, and what is simply given back."""

    sendable: list[Claimed] = field(default_factory=list)
    settled: list[Settlement] = field(default_factory=list)
    returned: list[Claimed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Block:
    """Why a delivery may not go out now, and when it may."""

    code: str
    until: datetime


def exact(limits: Limits) -> bool:
    """Whether two claims of one account must not look at the same time."""
    return bool(limits.person or limits.same_text)


def watches(limits: Limits, cap: int | None) -> bool:
    """Whether there is anything to look at."""
    return exact(limits) or bool(cap)


async def sift(
    unit: Unit,
    name: str,
    channel: Channel,
    batch: Sequence[Claimed],
    *,
    cap: int | None,
    awake: Callable[[datetime], datetime],
) -> Sifted:
    """Tell apart what may be sent. `batch` was claimed in this very transaction; `awake` lifts an instant out of quiet time."""
    found = Sifted()
    looked_at = list(batch)
    if exact(channel.limits):
        first: dict[str, Claimed] = {}
        looked_at = [one for one in batch if first.setdefault(one.message.to, one) is one]
        found.returned = [one for one in batch if first[one.message.to] is not one]
    blocks = await _blocks(unit, name, channel, looked_at, cap)
    for one in looked_at:
        block = blocks.get(one.delivery_id)
        if block is None:
            found.sendable.append(one)
        else:
            found.settled.append(_kept_back(one, block, awake(block.until), unit.now))
    return found


async def _blocks(
    unit: Unit, name: str, channel: Channel, batch: list[Claimed], cap: int | None
) -> dict[int, _Block]:
    """The longest block of each delivery that has one."""
    blocks: dict[int, _Block] = {}

    def add(number: int, block: _Block) -> None:
        if number not in blocks or blocks[number].until < block.until:
            blocks[number] = block

    if channel.limits.person:
        for number, until in (await _person_limits(unit, name, channel.limits.person, batch)).items():
            add(number, _Block(PERSON, until))
    if channel.limits.same_text is not None:
        for number, until in (await _same_texts(unit, name, channel, batch)).items():
            add(number, _Block(SAME_TEXT, until))
    if cap:
        tomorrow = datetime.combine(unit.today + timedelta(days=1), time(0), unit.clock.zone).astimezone(UTC)
        for number in await _capped(unit, batch, cap):
            add(number, _Block(CAP, tomorrow))
    return blocks


def _kept_back(one: Claimed, block: _Block, due_at: datetime, now: datetime) -> Settlement:
    reason = REASONS[block.code]
    if due_at < one.expires_at:
        return Settlement(one, "ready", now, due_at=due_at, code=block.code, reason=reason)
    # What an earlier attempt may have brought is not called dropped for want of another.
    status = "dropped" if one.uncertain_at is None else "unknown"
    return Settlement(one, status, now, code=block.code, reason=f"{reason}，到可发时已过期，未发送")


_ROW: Shape = {
    "id": deliveries.c.delivery_id.type, "address": deliveries.c.address.type,
    "text_digest": deliveries.c.text_digest.type,
}  # fmt: skip


async def _same_texts(unit: Unit, name: str, channel: Channel, batch: list[Claimed]) -> dict[int, datetime]:
    """Delivery → when the provider has forgotten that its address got this text."""
    assert channel.limits.same_text is not None
    rows = [
        {"id": one.delivery_id, "address": one.message.to, "text_digest": _digest(unit, channel, one)}
        for one in batch
    ]
    now_claimed = rowset(unit.connection.dialect, _ROW, rows)
    await unit.connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id == now_claimed.c.id)
        .values(text_digest=now_claimed.c.text_digest)
    )
    window = timedelta(seconds=channel.limits.same_text) + LEEWAY
    claimed = rowset(unit.connection.dialect, _ROW, rows)
    sent = _sent(unit, name, [one.delivery_id for one in batch], window, itself=False)
    statement = (
        select(claimed.c.id, func.max(sent.c.at).label("at"))
        .join(sent, and_(sent.c.address == claimed.c.address, sent.c.text_digest == claimed.c.text_digest))
        .group_by(claimed.c.id)
    )
    return {row.id: row.at + window for row in await unit.connection.execute(statement)}


async def _person_limits(
    unit: Unit, name: str, rates: Sequence[Rate], batch: list[Claimed]
) -> dict[int, datetime]:
    """Delivery → when its address may get another message."""
    longest = timedelta(seconds=max(rate.seconds for rate in rates)) + LEEWAY
    rows = [{"id": one.delivery_id, "address": one.message.to, "text_digest": None} for one in batch]
    claimed = rowset(unit.connection.dialect, _ROW, rows)
    sent = _sent(unit, name, [one.delivery_id for one in batch], longest, itself=True)
    place = func.row_number().over(partition_by=claimed.c.id, order_by=sent.c.at.desc()).label("place")
    ranked = select(claimed.c.id, sent.c.at, place).join(sent, sent.c.address == claimed.c.address).subquery()
    statement = select(ranked).where(ranked.c.place.in_({rate.most for rate in rates}))
    until: dict[int, datetime] = {}
    for number, at, rank in await unit.connection.execute(statement):
        for rate in rates:
            free = at + timedelta(seconds=rate.seconds) + LEEWAY
            if rate.most == rank and free > unit.now:
                until[number] = max(free, until.get(number, free))
    return until


def _sent(unit: Unit, channel: str, batch: list[int], window: timedelta, *, itself: bool) -> Subquery:
    """What addresses of the channel got, or may have got, within `window`; under way counts as of now."""
    columns = (deliveries.c.address, deliveries.c.text_digest)
    own = deliveries.c.delivery_id.in_(batch)
    past = select(*columns, deliveries.c.sent_at.label("at")).where(
        deliveries.c.channel == channel,
        deliveries.c.sent_at > unit.now - window,
        deliveries.c.status.not_in(_LOST),
        *(() if itself else (~own,)),
    )
    under_way = select(*columns, literal(unit.now, deliveries.c.sent_at.type).label("at")).where(
        deliveries.c.status == literal_column("'leased'"), deliveries.c.channel == channel, ~own
    )
    return union_all(past, under_way).subquery()


async def _capped(unit: Unit, batch: Sequence[Claimed], cap: int) -> list[int]:
    """Deliveries to those who have had their messages of today, or get the last of them with this batch.

    A notification that goes over several channels is one message, and what was begun on one goes on.
    """
    begins = datetime.combine(unit.today, time(0), unit.clock.zone).astimezone(UTC)
    arrived = exists().where(
        deliveries.c.notification_id == notifications.c.notification_id,
        deliveries.c.sent_at >= begins,
        deliveries.c.status.not_in(_LOST),
    )
    statement = select(notifications.c.account_id, notifications.c.notification_id).where(
        notifications.c.account_id.in_({one.account_id for one in batch}),
        notifications.c.created_at >= unit.now - _LASTS,
        arrived,
    )
    had: dict[int, set[int]] = defaultdict(set)
    for account_id, number in await unit.connection.execute(statement):
        had[account_id].add(number)
    full = []
    for one in batch:
        messages = had[one.account_id]
        if one.notification_id not in messages and len(messages) >= cap and not one.urgent:
            full.append(one.delivery_id)
        else:
            messages.add(one.notification_id)
    return full


def _digest(unit: Unit, channel: Channel, one: Claimed) -> str:
    """The same for what the provider takes for the same text; nobody can read the text off it."""
    message = one.message
    text = "\0".join((message.subject, message.text, *message.items, message.link or ""))
    if isinstance(channel, Gathering):
        with suppress(ChannelError):  # it will be refused, and nobody gets it
            text = channel.alike(message)
    return unit.vault.index("deliveries.text_digest", text)
