"""Calls that are known as repeats only when they carry exactly what they carried before.

Where a provider compares whole calls, each call gets a key before it is made, kept with every delivery in it. What may have
arrived goes out again with all of its call and with nothing else; when one of them has come to another end meanwhile, the call
cannot be made again as it was, and what is left of it stays in doubt.
"""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select, update

from service.access.unit import Unit
from service.push import outbox
from service.push.gathering import Load
from service.push.rowsets import Shape, rowset
from service.push.settlements import Claimed
from service.tables import deliveries


@dataclass
class Sorted:
    """A claimed batch: calls to be made again, what is left of others, what has to wait for its call, and the rest."""

    whole: list[tuple[Claimed, ...]] = field(default_factory=list)
    torn: list[Claimed] = field(default_factory=list)
    waiting: list[Claimed] = field(default_factory=list)
    fresh: list[Claimed] = field(default_factory=list)


async def sort(unit: Unit, batch: Sequence[Claimed]) -> Sorted:
    """Complete the calls that parts of `batch` may have arrived in. All of it is under one lease."""
    keys = {one.call_key for one in batch if one.uncertain_at is not None and one.call_key}
    if not keys:
        return Sorted(fresh=list(batch))
    found = Sorted()
    groups: dict[str, list[Claimed]] = defaultdict(list)
    for one in await outbox.claim_calls(unit, keys, batch[0].lease):
        if one.uncertain_at is not None and one.call_key in keys:
            groups[one.call_key].append(one)
        else:
            found.fresh.append(one)
    alive = await _alive(unit, keys)
    for key, group in groups.items():
        if alive[key] < _size(key):
            found.torn += group
        elif len(group) < _size(key):
            found.waiting += group
        else:
            found.whole.append(tuple(sorted(group, key=lambda one: one.delivery_id)))
    return found


async def mark(unit: Unit, loads: Iterable[Load]) -> list[Load]:
    """Give each call its key; what it carries is in the order in which it would be repeated."""
    marked = []
    for load in loads:
        key = f"{secrets.token_hex(8)}:{len(load.claimed)}"
        ordered = sorted(load.claimed, key=lambda one: one.delivery_id)
        marked.append(replace(load, claimed=tuple(replace(one, call_key=key) for one in ordered)))
    rows = [{"id": one.delivery_id, "key": one.call_key} for load in marked for one in load.claimed]
    if rows:
        keyed = rowset(unit.connection.dialect, _KEYED, rows)
        await unit.connection.execute(
            update(deliveries).where(deliveries.c.delivery_id == keyed.c.id).values(call_key=keyed.c.key)
        )
    return marked


_KEYED: Shape = {"id": deliveries.c.delivery_id.type, "key": deliveries.c.call_key.type}


def _size(key: str) -> int:
    """How many went with a call."""
    return int(key.rpartition(":")[2])


async def _alive(unit: Unit, keys: Iterable[str]) -> Counter[str]:
    """How many of each call may still be sent again."""
    statement = (
        select(deliveries.c.call_key, func.count())
        .where(
            deliveries.c.call_key.in_(list(keys)),
            deliveries.c.uncertain_at.is_not(None),
            deliveries.c.recall_at.is_(None),
            deliveries.c.status.in_(("ready", "leased")),
        )
        .group_by(deliveries.c.call_key)
    )
    return Counter({row[0]: row[1] for row in await unit.connection.execute(statement)})
