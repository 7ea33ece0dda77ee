"""Notifications: what somebody is to be told, written in the transaction of its cause.

If the cause is rolled back nobody is told; if it is committed the message is in the outbox and cannot be lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from service.access.unit import Unit
from service.access.wakes import OUTBOX, tell_changed
from service.tables import accounts, addresses, deliveries, notification_tasks, notifications, tasks

CONSOLE = "console"
NO_ADDRESS = "no_address"
MAX_ATTEMPTS = (
    10  # with the back-off of settlements.py two to four hours: longer than most outages, shorter than a day
)
_CHUNK = 2_000  # accounts or rows a statement; far below the 32,766 parameters of SQLite and PostgreSQL


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing one account is to be told, once per `dedupe_key`.

    `subject`, `body` and `link` leave the house: counts and a signed link, never anything about a person.
    `channels` narrows the addresses used, None takes every address of the account. What is `urgent` goes out beyond the
    number of messages a person gets a day. Instants are aware.
    """

    account_id: int
    topic: str
    subject: str
    body: str
    link: str | None
    expires_at: datetime
    due_at: datetime
    dedupe_key: str
    channels: tuple[str, ...] | None = None
    urgent: bool = False


class _Goal(NamedTuple):
    channel: str
    address: str


async def notify(
    unit: Unit,
    *,
    account_id: int,
    topic: str,
    subject: str,
    body: str,
    link: str | None,
    expires_at: datetime,
    due_at: datetime,
    dedupe_key: str,
    channels: Sequence[str] | None = None,
) -> int | None:
    """Queue one notice; its notification_id, or None when `dedupe_key` was queued before or the account is disabled."""
    chosen = None if channels is None else tuple(channels)
    notice = Notice(account_id, topic, subject, body, link, expires_at, due_at, dedupe_key, chosen)
    return (await _queue(unit, [notice])).get(dedupe_key)


async def notify_many(
    unit: Unit, notices: Iterable[Notice], *, about: ColumnElement[bool] | None = None
) -> int:
    """Queue many notices in few statements; how many were new.

    `about` is a condition on `tasks`: each new notice is noted to tell of its receiver's tasks of which it holds now.
    """
    total = 0
    pending = iter(notices)
    while chunk := list(islice(pending, _CHUNK)):
        ids = await _queue(unit, chunk)
        if about is not None and ids:
            await _note_tasks(unit, ids.values(), about)
        total += len(ids)
    return total


async def _note_tasks(unit: Unit, ids: Collection[int], about: ColumnElement[bool]) -> None:
    told = (
        select(notifications.c.notification_id, tasks.c.task_id)
        .join(tasks, tasks.c.account_id == notifications.c.account_id)
        .where(notifications.c.notification_id.in_(ids), about)
    )
    await unit.connection.execute(
        insert(notification_tasks).from_select(["notification_id", "task_id"], told)
    )


async def _queue(unit: Unit, notices: list[Notice]) -> dict[str, int]:
    """Insert what is new with one delivery per address: dedupe_key → notification_id."""
    goals = await _goals(unit, {notice.account_id for notice in notices})
    first: dict[str, Notice] = {}
    for notice in notices:
        if notice.account_id in goals:
            first.setdefault(notice.dedupe_key, notice)
    if not first:
        return {}
    ids = await _insert_new(unit, list(first.values()))
    rows = [
        row
        for key, number in ids.items()
        for row in _deliveries(number, first[key], goals[first[key].account_id])
    ]
    if rows:
        await unit.connection.execute(insert(deliveries), rows)
        await tell_changed(unit, OUTBOX)
    return ids


async def _goals(unit: Unit, ids: set[int]) -> dict[int, list[_Goal]]:
    """Per enabled account the console under its login, and then every address that still works."""
    statement = (
        select(accounts.c.account_id, accounts.c.login, addresses.c.channel, addresses.c.address)
        .outerjoin(
            addresses,
            and_(addresses.c.account_id == accounts.c.account_id, addresses.c.disabled_at.is_(None)),
        )
        .where(accounts.c.account_id.in_(sorted(ids)), accounts.c.disabled_at.is_(None))
        .order_by(accounts.c.account_id, addresses.c.address_id)
    )
    found: dict[int, list[_Goal]] = defaultdict(list)
    for account_id, login, channel, address in await unit.connection.execute(statement):
        if account_id not in found:
            found[account_id].append(_Goal(CONSOLE, login))
        if channel is not None:
            found[account_id].append(_Goal(channel, address))
    return found


async def _insert_new(unit: Unit, notices: list[Notice]) -> dict[str, int]:
    """One statement per thousand rows; a key that exists is passed over by the database itself."""
    kind: Any = postgresql.insert if unit.dialect == "postgresql" else sqlite.insert
    statement = (
        kind(notifications)
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(notifications.c.dedupe_key, notifications.c.notification_id)
    )
    now = unit.now
    rows = [
        {
            "dedupe_key": notice.dedupe_key, "account_id": notice.account_id, "topic": notice.topic,
            "subject": notice.subject, "body": notice.body, "link": notice.link, "urgent": notice.urgent,
            "expires_at": notice.expires_at, "created_at": now,
        }
        for notice in notices
    ]  # fmt: skip
    return {row.dedupe_key: row.notification_id for row in await unit.connection.execute(statement, rows)}


def _deliveries(number: int, notice: Notice, goals: list[_Goal]) -> Iterator[dict[str, Any]]:
    """A row per goal. What is due after it expires is expired now; what nobody can send has failed now."""
    too_late = notice.due_at >= notice.expires_at
    for goal in _chosen(goals, notice.channels):
        status, code, reason = "ready", None, None
        if not goal.address:
            status, code, reason = "failed", NO_ADDRESS, "账号在此渠道没有可用地址，请登记地址后补发"
        elif too_late:
            status, code, reason = "expired", "expired", "到可以发送时已过期，未发送"
        yield {
            "notification_id": number, "channel": goal.channel, "address": goal.address, "status": status,
            "due_at": notice.due_at, "max_attempts": MAX_ATTEMPTS, "last_code": code, "last_reason": reason,
        }  # fmt: skip


def _chosen(goals: list[_Goal], wanted: tuple[str, ...] | None) -> list[_Goal]:
    """The addresses wanted.

    Without a wish: all of them, or the console when there are none. A wished channel without an address is kept
    with an empty one and shown as failed: a line on the server's console would be called delivered, and nobody
    would have been told.
    """
    console, *rest = goals
    if wanted is None:
        return rest or [console]
    by_channel = {goal.channel: goal for goal in goals}
    return [by_channel.get(channel, _Goal(channel, "")) for channel in dict.fromkeys(wanted)]
