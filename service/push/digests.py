"""The morning digest: one message per worker per working morning, with counts and a signed link, nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement

from service.access.unit import Unit
from service.push import links
from service.push.notifications import Notice, notify_many
from service.push.quiet import QuietHours

TOPIC = "tasks.digest"
SPREAD = 600  # seconds over which one morning's messages are spread
CROWDED_MINUTES = (0, 30)  # DingTalk, WeCom and Feishu throttle in them (facts/channels §1.2, §1.5, §1.6)


@dataclass(frozen=True, slots=True)
class Digest:
    """One worker's day in numbers: visits planned, how many of them are urgent, how many overdue."""

    account_id: int
    day: date
    visits: int
    urgent: int
    overdue: int


async def queue(
    unit: Unit,
    digests: Iterable[Digest],
    *,
    base_url: str,
    quiet: QuietHours,
    channels: Sequence[str] | None = None,
    spread: int = SPREAD,
    about: ColumnElement[bool] | None = None,
) -> int:
    """Queue a message for each worker who has visits; how many were new. `about` says which tasks, see `notify_many`.

    A second digest of the same worker and day is not queued. Each is due now, or at the end of quiet time, plus
    the worker's own share of `spread` seconds (0: all at once), and expires when its day ends.
    """
    chosen = None if channels is None else tuple(channels)
    return await notify_many(
        unit,
        (_notice(unit, digest, base_url, quiet, chosen, spread) for digest in digests if digest.visits > 0),
        about=about,
    )


def due_at(account_id: int, start: datetime, quiet: QuietHours, spread: int = SPREAD) -> datetime:
    """When this account is told of what is ready at `start`: after quiet time, spread, and not in a crowded minute."""
    start = quiet.lifted(start)
    due = start + _share(account_id, start, spread)
    if quiet.covers(due):  # the spread ran into the evening
        start = quiet.lifted(due)
        due = start + _share(account_id, start, spread)
    return due


def _notice(
    unit: Unit,
    digest: Digest,
    base_url: str,
    quiet: QuietHours,
    channels: tuple[str, ...] | None,
    spread: int,
) -> Notice:
    begins, ends = _bounds(digest.day, unit)
    return Notice(
        account_id=digest.account_id,
        topic=TOPIC,
        subject=_subject(digest),
        body=_body(digest),
        link=links.make(unit.vault, base_url, digest.account_id, digest.day, ends),
        expires_at=ends,
        due_at=due_at(digest.account_id, max(unit.now, begins), quiet, spread),
        dedupe_key=f"{TOPIC}:{digest.day.isoformat()}:{digest.account_id}",
        channels=channels,
    )


def _bounds(day: date, unit: Unit) -> tuple[datetime, datetime]:
    """The instants at which the civil day begins and ends."""
    begins = datetime.combine(day, time(0), unit.clock.zone)
    ends = datetime.combine(day + timedelta(days=1), time(0), unit.clock.zone)
    return begins.astimezone(UTC), ends.astimezone(UTC)


def _subject(digest: Digest) -> str:
    urgent = f"，其中紧急 {digest.urgent} 户" if digest.urgent else ""
    return f"智推 {digest.day.month}月{digest.day.day}日：今天 {digest.visits} 户{urgent}"


def _body(digest: Digest) -> str:
    """Says at once what cannot wait; names and places are behind the link."""
    lines = [f"今天安排走访 {digest.visits} 户。"]
    lines.append(f"其中紧急 {digest.urgent} 户，请先办。" if digest.urgent else "没有紧急事项。")
    if digest.overdue:
        lines.append(f"已逾期 {digest.overdue} 户。")
    lines.append("打开链接查看清单，当天有效；打不开时可在社区打印纸质清单。")
    return "".join(lines)


def _share(account_id: int, start: datetime, spread: int) -> timedelta:
    """The account's own place in the spread: the same every day, unrelated to its number."""
    seconds = _free_seconds(start, spread)
    digest = hashlib.sha256(str(account_id).encode()).digest()
    return timedelta(seconds=seconds[int.from_bytes(digest[:8], "big") % len(seconds)])


@lru_cache(maxsize=64)
def _free_seconds(start: datetime, spread: int) -> tuple[int, ...]:
    """The seconds after `start`, both ends included, outside crowded minutes; 0 when there are none."""
    free = (
        second
        for second in range(spread + 1)
        if (start + timedelta(seconds=second)).minute not in CROWDED_MINUTES
    )
    return (tuple(free) or (0,)) if spread else (0,)
