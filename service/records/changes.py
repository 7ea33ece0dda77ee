"""The rows of the table `changes` as statements: scans believe them, so whoever writes records writes these beside."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, cast, insert, literal, null, select

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
