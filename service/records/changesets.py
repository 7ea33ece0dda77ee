"""Provenance: who changed what, where from; and corrections, which beat an older import until the source changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Date, Text, and_, func, insert, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from rules import Entity, Field
from rules.catalogue import EXTRA
from service.access import fields
from service.access.unit import Unit
from service.access.wakes import tell_changed
from service.errors import Conflict, InvalidInput, NotFound
from service.records.changes import NEW, highest_key
from service.records.corrected import read_corrected
from service.records.entities import ENTITIES
from service.records.extensions import pack
from service.records.undo_notes import keep_before
from service.tables import changes, changesets, corrections, residents, service_events
from service.tables.codes import SERVICE_KIND

_TURN = 0x7A687475
"""The advisory lock of whoever merges an import, shared by those who correct single records meanwhile."""
_CHUNK = 500


async def open_changeset(unit: Unit, source: str, *, note: str | None = None) -> int:
    """Begin a set of changes; `source` is a value of changesets.source. Whoever scans hears of it when it is committed."""
    await tell_changed(unit)
    row = {"source": source, "actor_id": unit.actor.account_id, "recorded_at": unit.now, "note": note}
    result = await unit.connection.execute(
        insert(changesets).values(row).returning(changesets.c.changeset_id)
    )
    return int(result.scalar_one())


async def take_turn(unit: Unit, *, shared: bool = False) -> None:
    """Let imports follow one another, and a correction never fall between their comparing and their writing.

    SQLite has one writer anyway.
    """
    if unit.dialect == "postgresql":
        function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        await unit.connection.execute(text(f"SELECT {function}(:key)"), {"key": _TURN})


async def correct(
    unit: Unit,
    entity: str,
    record_id: int,
    values: Mapping[str, Any],
    *,
    observed_on: date,
    undoable: bool = False,
) -> int:
    """Write what a visit found. `entity` as in the catalogue ("resident"); gives the changeset's id.

    Imports leave the fields alone until the file says something else than it said before. What is `undoable` can be taken
    back for a while (`undoing.take_back`).
    The caller has made sure that the record is in the actor's scope.
    InvalidInput for a field that does not exist, or a value it cannot hold; NotFound without such a record; Conflict where
    another record already has what tells this one apart (the same kind of certificate of the same person).
    """
    known = (await fields.catalogue(unit)).entities.get(entity)
    if known is None or not values:
        raise InvalidInput("没有这种记录，或没有要更正的字段。")
    await take_turn(unit, shared=True)
    new = {name: read_corrected(known, name, value) for name, value in values.items()}
    current = await _current(unit, known, record_id)
    changeset_id = await open_changeset(unit, "visit")
    if undoable:
        await keep_before(unit, changeset_id, known, record_id, current, list(new))
    written: dict[str, Any] = {"changeset_id": changeset_id}
    for name, value in new.items():
        field = known.fields[name]
        stored = _stored(unit, field, value)
        written |= _with_extra(field, value, current, written) if field.extra else stored
        await _remember(unit, known, record_id, field, changeset_id, stored[name], current, observed_on)
        if _held(field, current) != stored[_told_by(field)]:
            row = {"changeset_id": changeset_id, "entity": entity, "record_id": record_id, "field": name}
            await unit.connection.execute(insert(changes).values(row))
    try:
        async with unit.connection.begin_nested():
            await unit.connection.execute(update(known.table).where(known.key == record_id).values(written))
    except IntegrityError as error:
        raise Conflict("已有另一条记录登记着同样的内容，没有改动；请核对后更正那一条。") from error
    return changeset_id


async def record_service(unit: Unit, resident_ids: Sequence[int], kind: str, happened_on: date) -> int:
    """Note that people were served on a day; whoever has it noted already, or is unknown, is passed over. Gives the changeset's id."""
    if kind not in SERVICE_KIND:
        raise InvalidInput(f"没有这种服务类型，可选：{'、'.join(SERVICE_KIND)}。")
    await take_turn(unit, shared=True)  # an import might be making the same record
    changeset_id = await open_changeset(unit, "visit")
    people = list(dict.fromkeys(resident_ids))
    made: list[int] = []
    for start in range(0, len(people), _CHUNK):
        statement = await _service_of(unit, people[start : start + _CHUNK], kind, happened_on, changeset_id)
        made += (await unit.connection.execute(statement)).scalars()
    if made:
        noted = [
            {"changeset_id": changeset_id, "entity": "service_event", "record_id": i, "field": NEW}
            for i in made
        ]
        await unit.connection.execute(insert(changes), noted)
    return changeset_id


async def _service_of(
    unit: Unit, people: Sequence[int], kind: str, happened_on: date, changeset_id: int
) -> Any:
    values: dict[str, Any] = {
        "resident_id": residents.c.resident_id,
        "kind": literal(kind, Text),
        "happened_on": literal(happened_on, Date),
        "changeset_id": literal(changeset_id, BigInteger),
    }
    if unit.dialect == "sqlite":
        highest = await highest_key(unit.connection, ENTITIES["service_events"])
        values["service_event_id"] = highest + func.row_number().over(order_by=residents.c.resident_id)
    known = select(*values.values()).where(residents.c.resident_id.in_(people))
    make = sqlite.insert if unit.dialect == "sqlite" else postgresql.insert
    statement = make(service_events).from_select(list(values), known)
    return statement.on_conflict_do_nothing().returning(service_events.c.service_event_id)


async def _current(unit: Unit, entity: Entity, record_id: int) -> Mapping[str, Any]:
    statement = select(entity.table).where(entity.key == record_id)
    if unit.dialect == "postgresql":
        statement = statement.with_for_update()
    row = (await unit.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return dict(row)


def _stored(unit: Unit, field: Field, value: Any) -> dict[str, Any]:
    """The columns to write; of a declared field its value by its name."""
    if not field.encrypted:
        return {field.name: value}
    label = f"{field.column.table.name}.{field.name}"
    index = None if value is None else unit.vault.index(label, value)
    return {
        field.name: None if value is None else unit.vault.seal(label, value),
        _told_by(field): index,
    }


def _with_extra(
    field: Field, value: Any, current: Mapping[str, Any], written: Mapping[str, Any]
) -> dict[str, Any]:
    """The whole object of declared fields, because a column is written whole; the record is locked meanwhile."""
    held = written.get(EXTRA, current[EXTRA])
    kept = (
        dict(held) if isinstance(held, dict) else {}
    )  # anything else was written past the house and counts as empty
    kept.pop(field.name, None)
    if value is not None:
        kept[field.name] = pack(value)
    return {EXTRA: kept}


def _held(field: Field, current: Mapping[str, Any]) -> Any:
    """What tells the value a record has from another."""
    return field.unpack(current[EXTRA]) if field.extra else current[_told_by(field)]


def _told_by(field: Field) -> str:
    """The column by which values are told apart: ciphertexts of equal values differ."""
    return f"{field.name}_index" if field.encrypted else field.name


async def _remember(
    unit: Unit,
    entity: Entity,
    record_id: int,
    field: Field,
    changeset_id: int,
    value: Any,
    current: Mapping[str, Any],
    observed_on: date,
) -> None:
    """Keep the correction; one made before keeps the imported value it once replaced."""
    c = corrections.c
    latest = {"changeset_id": changeset_id, "value": _as_json(value), "observed_on": observed_on}
    same = and_(c.entity == entity.name, c.record_id == record_id, c.field == field.name)
    again = await unit.connection.execute(update(corrections).where(same).values(latest))
    if again.rowcount == 0:
        row = {"entity": entity.name, "record_id": record_id, "field": field.name, **latest}
        replaced = _as_json(_held(field, current))
        await unit.connection.execute(insert(corrections).values(row | {"replaced": replaced}))


def _as_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
