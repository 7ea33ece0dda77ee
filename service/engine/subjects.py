"""The records behind many subjects: only the fields that are read, one statement per relation path."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Row, Table, select

from rules import Catalogue, Entity
from rules.catalogue import EXTRA
from service.access.unit import Unit

BATCH = 1000
"""Keys per statement; SQLite takes 32,766 variables, PostgreSQL 32,767."""

Record = dict[str, Any]
Read = tuple[tuple[str, ...], str]


@dataclass
class _Wanted:
    """What a rule reads of one entity, and through which of its relations it goes on."""

    entity: Entity
    fields: set[str] = field(default_factory=set)
    relations: dict[str, _Wanted] = field(default_factory=dict)


async def records(
    unit: Unit, known: Catalogue, subject: str, reads: Iterable[Read], subject_ids: Iterable[int]
) -> dict[int, Record]:
    """Subject key → nested record as `rules.judge` takes it. Subjects that are gone are left out.

    `reads` are (relation names from the subject, field), as a checked rule has them.
    """
    wanted = _wanted(known, subject, reads)
    return await _load(unit, wanted, wanted.entity.key, list(subject_ids), many=False)


def _wanted(known: Catalogue, subject: str, reads: Iterable[Read]) -> _Wanted:
    root = _Wanted(known[subject])
    for path, name in reads:
        node = root
        for step in path:
            target = known.target(node.entity.relations[step])
            node = node.relations.setdefault(step, _Wanted(target))
        node.fields.add(name)
    return root


async def _load(
    unit: Unit, wanted: _Wanted, by: Column[Any], keys: Sequence[int], *, many: bool
) -> dict[int, Any]:
    """`by` value → record (or list of records when `many`), relations filled in."""
    rows = [row async for row in _rows(unit, wanted, by, keys)]
    built = [_own_fields(wanted, row) for row in rows]
    for name, below in wanted.relations.items():
        relation = wanted.entity.relations[name]
        near = [row._mapping[relation.local] for row in rows]
        found = await _load(unit, below, relation.remote, _distinct(near), many=relation.many)
        for record, value in zip(built, near, strict=True):
            record[name] = found.get(value, [] if relation.many else None)
    return _keyed([row._mapping[by] for row in rows], built, many)


async def _rows(unit: Unit, wanted: _Wanted, by: Column[Any], keys: Sequence[int]) -> AsyncIterator[Row[Any]]:
    table: Table = wanted.entity.table
    columns = {by, *(table.c[EXTRA] if _added(wanted, name) else table.c[name] for name in wanted.fields)}
    columns |= {wanted.entity.relations[name].local for name in wanted.relations}
    ordered = sorted(columns, key=lambda column: column.name)
    for batch in _batches(keys):
        for row in await unit.connection.execute(select(*ordered).select_from(table).where(by.in_(batch))):
            yield row


def _own_fields(wanted: _Wanted, row: Row[Any]) -> Record:
    table, known = wanted.entity.table, wanted.entity.fields
    return {
        name: known[name].unpack(row._mapping[table.c[EXTRA]])
        if _added(wanted, name)
        else row._mapping[table.c[name]]
        for name in wanted.fields
    }


def _added(wanted: _Wanted, name: str) -> bool:
    """Whether a field is a declared one; the key of an entity is no field at all."""
    return name in wanted.entity.fields and wanted.entity.fields[name].extra


def _keyed(keys: Sequence[int], built: Sequence[Record], many: bool) -> dict[int, Any]:
    if not many:
        return dict(zip(keys, built, strict=True))
    grouped: dict[int, list[Record]] = {}
    for key, record in zip(keys, built, strict=True):
        grouped.setdefault(key, []).append(record)
    return grouped


def _distinct(values: Iterable[Any]) -> list[Any]:
    return sorted({value for value in values if value is not None})


def _batches(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]
