"""The fields of this house: those of the tables, and those its administrators declared beside them.

A declared field is usable in rules, imports and corrections at once, without a migration: its values live in the JSON
column `extra` of the records.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Row, select

from rules import Catalogue, Extension, read
from rules.kinds import Kind
from service.access.unit import Unit
from service.tables import extension_fields
from service.tables.columns import metadata


async def declared(unit: Unit) -> tuple[Extension, ...]:
    """The declared fields in use, by entity and name."""
    f = extension_fields.c
    rows = await unit.connection.execute(
        select(extension_fields).where(f.retired_at.is_(None)).order_by(f.entity, f.name)
    )
    return tuple(extension_of(row) for row in rows)


async def catalogue(unit: Unit) -> Catalogue:
    """Everything a rule may mention in this house; one object as long as the declarations stay the same."""
    return catalogue_with(await declared(unit))


@lru_cache(maxsize=8)
def catalogue_with(extensions: tuple[Extension, ...]) -> Catalogue:
    """The catalogue of the tables and these fields."""
    return read(metadata.tables.values(), extensions)


def extension_of(row: Row[Any]) -> Extension:
    """The declaration in a row of the table."""
    return Extension(
        entity=row.entity,
        name=row.name,
        label=row.label,
        kind=Kind(row.kind),
        missing=row.missing,
        sensitivity=row.sensitivity,
        codes=tuple((row.codes or {}).items()),
        unit=row.unit or "",
    )
