"""The rows of the table `changes` as statements: scans believe them, so whoever writes records writes these beside."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    cast,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from service.records.entities import Entity
from service.tables import changes

NEW, GONE = "*", "-"
"""What stands in place of a field when a whole record came or went."""


def recorded(
    entity: Entity,
    changeset_id: int,
    field: str,
    where: ColumnElement[bool],
    record: ColumnElement[Any] | None = None,
) -> Any:
    """The statement that writes one change of `field` for each record that `where` finds.

    It has to run before the records are written: where the field is a reference, the old key is kept. `record` gives the
    key of the record where `where` looks at other tables besides.
    """
    reference = field in {reference.column for reference in entity.references}
    old = entity.table.c[field] if reference else cast(null(), BigInteger)
    rows = select(
        literal(changeset_id, BigInteger),
        literal(entity.name, Text),
        entity.primary if record is None else record,
        literal(field, Text),
        old,
    ).where(where)
    return insert(changes).from_select(
        ["changeset_id", "entity", "record_id", "field", "old_reference"], rows
    )


async def highest_key(connection: AsyncConnection, entity: Entity) -> int:
    """The highest key of a record there is or was, 0 where there never was one.

    SQLite gives the key after the highest there is. After a removal that is one that findings, tasks and changes already
    know, and another person would come by them; so whoever makes records counts on from here instead.
    """
    # The mark is spelled out: a database uses a partial index only where it can read the condition in the statement.
    removed = and_(changes.c.entity == entity.name, changes.c.field == literal_column(f"'{GONE}'"))
    there = select(func.max(entity.primary))
    was = select(func.max(changes.c.record_id)).where(removed)
    return max([(await connection.execute(statement)).scalar_one() or 0 for statement in (there, was)])
