"""What a scan takes in: the committed changesets that no scan took before, and what they changed.

There is no watermark. A changeset is taken when it is committed and carries no scan yet, so a transaction that began
early and commits late is simply taken by a later scan (RULES §4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, exists, false, literal, select, update

from rules.sql.reached import DELETED, NEW
from service.access.unit import Unit
from service.tables import changes, changesets, pending_targets, residents, tasks
from service.tables.tasks import OPEN
from service.tables.upsert import add_missing

Kinds: TypeAlias = frozenset[tuple[str, str]]
"""Pairs of entity and field."""
PLACES = {
    "resident": (
        "grid_code",
        "live_code",
        "address",
        "household_id",
        "death_on",
        "moved_out_on",
        NEW,
        DELETED,
    ),
    "household": ("live_code", NEW, DELETED),
    "enterprise": ("grid_code", "site_code", "address", NEW, DELETED),
}
"""The fields by which a task is placed, by entity: the visit's target itself or, of a resident, the household."""


async def take_in(unit: Unit, scan_id: int) -> int:
    """Mark every committed changeset that waits as taken by a scan, and queue whose task it may have moved."""
    taken = await unit.connection.execute(
        update(changesets).where(changesets.c.scan_id.is_(None)).values(scan_id=scan_id)
    )
    if taken.rowcount:
        await _queue_moved(unit, scan_id)
    return taken.rowcount


async def waiting(unit: Unit) -> bool:
    """Whether any changeset waits for a scan."""
    some = select(changesets.c.changeset_id).where(changesets.c.scan_id.is_(None)).limit(1)
    return (await unit.connection.execute(some)).first() is not None


async def taken_after(unit: Unit, scan_id: int) -> bool:
    """Whether a later scan has taken any changeset in: one of a single rule, or one that was given up."""
    some = select(changesets.c.changeset_id).where(changesets.c.scan_id > scan_id).limit(1)
    return (await unit.connection.execute(some)).first() is not None


@dataclass(frozen=True)
class Ledger:
    """The changes of the changesets that the scans `after` < scan <= `upto` took in, as `rules.sql.reached` asks for them.

    `kinds` are those there are: what is not among them is asked of no table. Without `visits` what workers corrected on
    a visit is left out.
    """

    after: int
    upto: int
    kinds: Kinds
    visits: bool = True

    def records(self, entity: str, fields: Collection[str]) -> Select[tuple[int]]:
        """The keys of the records of which one of these fields changed."""
        return select(changes.c.record_id).where(self._of(entity, fields))

    def parents(self, entity: str, column: str) -> Select[tuple[int]]:
        """The keys that a key column of this entity held before it changed."""
        held = changes.c.old_reference
        return select(held).where(self._of(entity, [column]), held.is_not(None))

    def _of(self, entity: str, fields: Collection[str]) -> ColumnElement[bool]:
        c = changes.c
        wanted = sorted(field for field in fields if (entity, field) in self.kinds)
        if not wanted:
            return false()
        taken = _taken(self.after, self.upto)
        if not self.visits:
            taken = taken.where(changesets.c.source != "visit")
        return and_(c.changeset_id.in_(taken), c.entity == entity, c.field.in_(wanted))


async def ledger(unit: Unit, after: int, upto: int) -> Ledger:
    """The changes that the scans `after` < scan <= `upto` took in."""
    c = changes.c
    kinds = select(c.entity, c.field).where(c.changeset_id.in_(_taken(after, upto))).distinct()
    return Ledger(after, upto, frozenset((row[0], row[1]) for row in await unit.connection.execute(kinds)))


async def holds_whole(unit: Unit, after: int, upto: int) -> bool:
    """Whether a bulk load is among what these scans took in, of which only is known that it may have changed anything."""
    found = _taken(after, upto).where(changesets.c.whole).limit(1)
    return (await unit.connection.execute(found)).first() is not None


def _taken(after: int, upto: int) -> Select[tuple[int]]:
    c = changesets.c
    return select(c.changeset_id).where(c.scan_id > after, c.scan_id <= upto)


async def _queue_moved(unit: Unit, scan_id: int) -> None:
    """Queue the targets with an open task of which a field changed that says where they are."""
    if await holds_whole(unit, scan_id - 1, scan_id):
        everywhere = select(tasks.c.target_kind, tasks.c.target_id).where(OPEN)
        await unit.connection.execute(add_missing(unit.dialect, pending_targets, everywhere))
        return
    for moved in _moved(await ledger(unit, scan_id - 1, scan_id)):
        them = moved.subquery()
        open_task = exists().where(
            OPEN, tasks.c.target_kind == them.c.target_kind, tasks.c.target_id == them.c.target_id
        )
        queued = select(them.c.target_kind, them.c.target_id).where(open_task).distinct()
        await unit.connection.execute(add_missing(unit.dialect, pending_targets, queued))


def _moved(changed: Ledger) -> Iterator[Select[Any]]:
    for entity, fields in PLACES.items():
        if not any((entity, field) in changed.kinds for field in fields):
            continue
        records = changed.records(entity, fields)
        them = records.subquery()
        yield select(literal(entity).label("target_kind"), them.c.record_id.label("target_id"))
        if entity == "resident":
            kind = literal("household").label("target_kind")
            home = residents.c.household_id
            yield select(kind, home.label("target_id")).where(
                residents.c.resident_id.in_(records), home.is_not(None)
            )
            left = changed.parents(entity, "household_id").subquery()
            yield select(kind, left.c.old_reference.label("target_id"))
