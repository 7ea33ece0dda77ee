"""Records that have to go, with what hangs on them: every one in the ledger, so that the next scan withdraws what it found.

Findings, tasks and what people did stay as they are: they hold plain keys, no scan finds the record again, and no key is
given twice (`merge.create_new`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Column, ColumnElement, and_, delete, func, null, select, update

from service.access.unit import Unit
from service.errors import Conflict, InvalidInput
from service.records.changes import GONE, recorded
from service.records.changesets import take_turn
from service.records.entities import ENTITIES, Entity
from service.tables import accounts, corrections, enterprises, households, residents

CHUNK = 500
"""Records in one round of statements."""

_BY_NAME: Mapping[str, Entity] = {entity.name: entity for entity in ENTITIES.values() if entity.tracked}


async def remove(unit: Unit, changeset_id: int, entity: str, record_ids: Sequence[int]) -> Counter[str]:
    """Delete records, and with a resident or an enterprise what they hold; gives the number of records by entity.

    `entity` as in the catalogue ("resident"). Whoever is gone already is passed over. A household stays that is left
    without a member; one whose head goes has none. Conflict for a household somebody is still registered in, and for an
    enterprise that has an account: then nothing is removed. The caller has made sure that the records are in the
    actor's scope, and audits.
    """
    gone = _BY_NAME.get(entity)
    if gone is None:
        raise InvalidInput(f"没有这种记录；可选：{'、'.join(_BY_NAME)}。")
    await take_turn(unit)
    counts: Counter[str] = Counter()
    for keys in _chunks(sorted(set(record_ids))):
        await _refuse_inhabited(unit, gone, keys)
        await _refuse_with_account(unit, gone, keys)
        await _leave_without_head(unit, changeset_id, gone, keys)
        for child, reference in _hanging_on(gone):
            counts[child.name] += await _delete(unit, changeset_id, child, reference.in_(keys))
        counts[entity] += await _delete(unit, changeset_id, gone, gone.primary.in_(keys))
    return +counts


def _chunks(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def _hanging_on(parent: Entity) -> Iterator[tuple[Entity, Column[int]]]:
    """The records that mean nothing without the parent, by their foreign key; members outlive their household."""
    for child in _BY_NAME.values():
        for reference in child.references:
            column = child.table.c[reference.column]
            if parent.table is not households and column.references(parent.primary):
                yield child, column


async def _delete(unit: Unit, changeset_id: int, entity: Entity, which: ColumnElement[bool]) -> int:
    """Tell of the records, then delete them and what visits corrected in them."""
    await unit.connection.execute(recorded(entity, changeset_id, GONE, which))
    for reference in entity.references:
        held = and_(which, entity.table.c[reference.column].is_not(None))
        await unit.connection.execute(recorded(entity, changeset_id, reference.column, held))
    c = corrections.c
    theirs = and_(c.entity == entity.name, c.record_id.in_(select(entity.primary).where(which)))
    await unit.connection.execute(delete(corrections).where(theirs))
    return (await unit.connection.execute(delete(entity.table).where(which))).rowcount


async def _leave_without_head(unit: Unit, changeset_id: int, gone: Entity, keys: Sequence[int]) -> None:
    if gone.table is not residents:
        return
    headed = households.c.head_id.in_(keys)
    await unit.connection.execute(recorded(_BY_NAME["household"], changeset_id, "head_id", headed))
    without = {"head_id": null(), "changeset_id": changeset_id}
    await unit.connection.execute(update(households).where(headed).values(without))


async def _refuse_inhabited(unit: Unit, gone: Entity, keys: Sequence[int]) -> None:
    if gone.table is not households:
        return
    lived_in = select(func.count(residents.c.household_id.distinct())).where(
        residents.c.household_id.in_(keys)
    )
    count = (await unit.connection.execute(lived_in)).scalar_one()
    if count:
        raise Conflict(
            f"有 {count} 户还登记着居民，不能删除；请先删除这些居民，或把他们改登记到别的户。没有删除任何记录。"
        )


async def _refuse_with_account(unit: Unit, gone: Entity, keys: Sequence[int]) -> None:
    if gone.table is not enterprises:
        return
    used = select(func.count(accounts.c.enterprise_id.distinct())).where(accounts.c.enterprise_id.in_(keys))
    count = (await unit.connection.execute(used)).scalar_one()
    if count:
        raise Conflict(
            f"有 {count} 家企业还有登录账号（停用的也算），不能删除，否则登录和审计记录就对不上了。没有删除任何记录。"
        )
