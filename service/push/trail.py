"""One message with all its ways and every attempt, wherever they are kept; the text, the link and addresses stay out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, select

from service.access.actors import traceable
from service.access.unit import Unit
from service.errors import NotFound
from service.push.outbox import delivery_in, message_id
from service.tables import (
    accounts,
    archived_attempts,
    archived_deliveries,
    archived_notifications,
    attempts,
    deliveries,
    notification_tasks,
    notifications,
)

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_KEPT = {
    False: (notifications, deliveries, attempts),
    True: (archived_notifications, archived_deliveries, archived_attempts),
}
"""Where messages are, by whether they were archived."""


@dataclass(frozen=True)
class Attempt:
    """One call to a provider. Outcomes are those of `attempts.outcome`."""

    started_at: datetime
    milliseconds: int
    outcome: str
    code: str | None
    reason: str | None
    provider_ref: str | None


@dataclass(frozen=True)
class Way:
    """A delivery of the message over one channel, with what was tried. States are those of `deliveries.status`."""

    delivery_id: int
    step: int
    channel: str
    status: str
    due_at: datetime
    code: str | None
    reason: str | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """A message: to whom, of what kind, by which ways, about which tasks. `archived` once it was moved away as finished."""

    notification_id: int
    account_id: int
    login: str
    topic: str
    subject: str
    urgent: bool
    created_at: datetime
    expires_at: datetime
    archived: bool
    ways: list[Way]
    task_ids: list[int]


async def told_by(unit: Unit, reference: str) -> Told:
    """The message of a delivery, by its number or by the id the message carried to its receiver.

    NotFound where there is none in the actor's sight.
    """
    delivery_id = int(reference) if _NUMBER.fullmatch(reference) else delivery_in(reference)
    if delivery_id is None:
        raise NotFound()
    for archived, (why, sent, tried) in _KEPT.items():
        row = (await unit.connection.execute(_message(unit, why, sent, delivery_id))).first()
        if row is not None and _is_meant(unit, reference, delivery_id, row.created_at):
            ways = await _ways(unit, sent, tried, row.notification_id)
            about = await _tasks(unit, row.notification_id)
            return Told(**row._mapping, archived=archived, ways=ways, task_ids=about)
    raise NotFound()


def _is_meant(unit: Unit, reference: str, delivery_id: int, created_at: datetime) -> bool:
    """Whether an id is that of this message: another installation, or a database before this one, counts alike."""
    return reference in (str(delivery_id), message_id(unit.vault.key_id, delivery_id, created_at))


def _message(unit: Unit, why: Table, sent: Table, delivery_id: int) -> Select[Any]:
    c = why.c
    return (
        select(
            c.notification_id, c.account_id, accounts.c.login, c.topic, c.subject, c.urgent, c.created_at, c.expires_at
        )
        .join(sent, sent.c.notification_id == c.notification_id)
        .join(accounts, accounts.c.account_id == c.account_id)
        .where(sent.c.delivery_id == delivery_id, traceable(unit.actor, accounts.c.division_code))
    )  # fmt: skip


async def _ways(unit: Unit, sent: Table, tried: Table, notification_id: int) -> list[Way]:
    c = sent.c
    found = await unit.connection.execute(
        select(
            c.delivery_id, c.step, c.channel, c.status, c.due_at, c.last_code, c.last_reason, c.accepted_at,
            c.delivered_at, c.read_at,
        )
        .where(c.notification_id == notification_id)
        .order_by(c.step, c.delivery_id)
    )  # fmt: skip
    ways = [Way(*row) for row in found]
    by_way = await _attempts(unit, tried, [way.delivery_id for way in ways])
    for way in ways:
        way.attempts.extend(by_way[way.delivery_id])
    return ways


async def _attempts(unit: Unit, tried: Table, delivery_ids: Sequence[int]) -> dict[int, list[Attempt]]:
    c = tried.c
    found: dict[int, list[Attempt]] = defaultdict(list)
    rows = await unit.connection.execute(
        select(
            c.delivery_id, c.started_at, c.milliseconds, c.outcome, c.code, c.reason, c.provider_ref
        )
        .where(c.delivery_id.in_(delivery_ids))
        .order_by(c.delivery_id, c.attempt_id)
    )  # fmt: skip
    for delivery_id, *rest in rows:
        found[delivery_id].append(Attempt(*rest))
    return found


async def _tasks(unit: Unit, notification_id: int) -> list[int]:
    about = notification_tasks.c
    chosen = select(about.task_id).where(about.notification_id == notification_id).order_by(about.task_id)
    return list(await unit.connection.scalars(chosen))
