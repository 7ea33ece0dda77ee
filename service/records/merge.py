"""One entity's staged rows into its table, in a few statements however many rows there are.

An empty cell never overwrites what is known, only rows that differ are written, and every change is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Numeric,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.catalogue import EXTRA
from service.records.changes import NEW, highest_key, recorded
from service.records.extra import created_extra, updated_extra
from service.records.staging import DERIVED, Stage
from service.tables import changesets, corrections

BULK, BULK_SHARE = 100_000, 0.2
"""An import that makes so many records of a kind, and this share of all there are then, is not told of one by one: a scan
takes the full way above such a share anyway (`bench/scan_speed.py`), and the rows would cost a tenth of the import."""


@dataclass(frozen=True)
class Tally:
    """What a merge did to the records of one entity. `duplicates`: rows of the file that told a record once more."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0


async def resolve(connection: AsyncConnection, stage: Stage) -> None:
    """Look the references up."""
    s = stage.table.c
    for reference in stage.entity.references:
        if reference.column in s:
            found = s[reference.by] == reference.found_in
            await connection.execute(
                update(stage.table).values({reference.column: reference.key}).where(found)
            )


async def recognise(connection: AsyncConnection, stage: Stage) -> None:
    """Find the records that are known already."""
    s, t = stage.table.c, stage.entity.table.c
    for alternative in stage.entity.matched:
        same = and_(*(s[name] == t[name] for name in alternative))
        known = update(stage.table).values(record_id=stage.entity.primary).where(same, s.record_id.is_(None))
        await connection.execute(known)


async def fill_derived(connection: AsyncConnection, stage: Stage) -> None:
    """Take what follows from other values where neither the file nor the record says anything."""
    s, t = stage.table.c, stage.entity.table.c
    for column in s:
        name = column.name.removeprefix(DERIVED)
        if name != column.name:
            filled = update(stage.table).values({name: column})
            await connection.execute(filled.where(s[name].is_(None), s.record_id.is_(None)))
            await connection.execute(filled.where(s[name].is_(None), _known(stage), t[name].is_(None)))


async def respect_corrections(connection: AsyncConnection, stage: Stage) -> None:
    """Drop staged values that a visit has corrected; let those win that the source itself has changed since."""
    if not stage.entity.tracked:
        return
    s, c = stage.table.c, corrections.c
    mine = c.entity == stage.entity.name
    rows = (
        await connection.execute(
            select(c.field, c.record_id, c.replaced).where(mine, c.record_id == s.record_id)
        )
    ).all()
    by_field: dict[str, list[dict[str, Any]]] = {}
    for field, record_id, replaced in rows:
        if field in stage.compared:
            old = _plain(replaced, stage.compared[field].staged.type)
            by_field.setdefault(field, []).append({"held": record_id, "old": old})
    for field, held in by_field.items():
        told = stage.compared[field]
        unmoved = and_(
            s.record_id == bindparam("held"),
            told.staged.is_not_distinct_from(bindparam("old", type_=told.staged.type)),
        )
        blank = {name: null() for name in told.columns}
        await connection.execute(update(stage.table).where(unmoved).values(blank), held)
        moved = select(s.record_id).where(told.staged.is_not(None), s.record_id.is_not(None))
        await connection.execute(delete(corrections).where(mine, c.field == field, c.record_id.in_(moved)))


async def mark_changed(connection: AsyncConnection, stage: Stage) -> int:
    """Mark the staged rows whose record differs; gives their number."""
    if stage.part.creates_only or not stage.compared:
        return 0
    differs = or_(*(told.differs for told in stage.compared.values()))
    marked = update(stage.table).values(changed=true()).where(_known(stage), differs)
    return int((await connection.execute(marked)).rowcount)


async def create_new(connection: AsyncConnection, stage: Stage, changeset_id: int, *, synthetic: bool) -> int:
    """Insert the records nobody knew and record it, with one change `*` each or as a whole; gives their number."""
    entity, s = stage.entity, stage.table.c
    values = _created(connection, stage, changeset_id, synthetic=synthetic)
    highest = await highest_key(connection, entity) if entity.tracked else 0
    if entity.tracked and connection.dialect.name == "sqlite":
        values[entity.primary.name] = highest + func.row_number().over(order_by=s.seq)
    new = select(*values.values()).where(s.record_id.is_(None)).order_by(s.seq)
    created = int((await connection.execute(insert(entity.table).from_select(list(values), new))).rowcount)
    if created and entity.tracked:
        if await _is_bulk(connection, stage, created):
            mine = changesets.c.changeset_id == changeset_id
            await connection.execute(update(changesets).where(mine).values(whole=true()))
        else:
            fresh = and_(entity.table.c.changeset_id == changeset_id, entity.primary > highest)
            await connection.execute(recorded(entity, changeset_id, NEW, fresh))
    return created


def _created(
    connection: AsyncConnection, stage: Stage, changeset_id: int, *, synthetic: bool
) -> dict[str, ColumnElement[Any]]:
    """The columns of a new record, out of its staged row."""
    entity = stage.entity
    values: dict[str, ColumnElement[Any]] = {name: _or_default(stage, name) for name in stage.facts}
    if stage.part.added:
        values[EXTRA] = created_extra(stage, connection.dialect.name)
    if entity.tracked:
        values["changeset_id"] = literal(changeset_id, BigInteger)
    if synthetic and "synthetic" in entity.table.c:
        values["synthetic"] = true()
    return values


async def _is_bulk(connection: AsyncConnection, stage: Stage, created: int) -> bool:
    """Whether so much is new that a scan had better look at everybody than be told of each record."""
    if created < BULK:
        return False
    count = select(func.count()).select_from(stage.entity.table)
    return created >= BULK_SHARE * int((await connection.execute(count)).scalar_one())


async def update_changed(connection: AsyncConnection, stage: Stage, changeset_id: int) -> None:
    """Record every changed field of the marked rows, then write them."""
    entity, s, t = stage.entity, stage.table.c, stage.entity.table.c
    marked = and_(_known(stage), s.changed)
    if entity.tracked:
        for field, told in stage.compared.items():
            await connection.execute(
                recorded(entity, changeset_id, field, and_(marked, told.differs), s.record_id)
            )
    names = {name for told in stage.compared.values() for name in told.columns if name in t}
    values: dict[str, Any] = {name: func.coalesce(s[name], t[name]) for name in sorted(names)}
    if stage.part.added:
        values[EXTRA] = updated_extra(stage, connection.dialect.name)
    if entity.tracked:
        values["changeset_id"] = changeset_id
    await connection.execute(update(entity.table).values(values).where(marked))


def _known(stage: Stage) -> ColumnElement[bool]:
    return stage.table.c.record_id == stage.entity.primary


def _or_default(stage: Stage, name: str) -> ColumnElement[Any]:
    staged, stored = stage.table.c[name], stage.entity.table.c[name]
    default: Any = stored.server_default
    return staged if default is None else func.coalesce(staged, literal(default.arg, stored.type))


def _plain(value: Any, type_: Any) -> Any:
    """A value as JSON keeps it, back in the column's type."""
    if value is not None and isinstance(type_, Date):
        return date.fromisoformat(value)
    return Decimal(str(value)) if value is not None and isinstance(type_, Numeric) else value
