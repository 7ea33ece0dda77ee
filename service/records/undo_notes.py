"""What a record said before a correction that may be taken back: kept as long as it may, encrypted fields as they lie there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, delete, insert, select

from rules import Entity, Field
from rules.catalogue import EXTRA
from rules.kinds import Kind
from service.access.unit import Unit
from service.tables import corrections, learned_facts

KEPT = timedelta(minutes=15)
"""Somewhat longer than an answer may be taken back."""


async def keep_before(
    unit: Unit,
    changeset_id: int,
    entity: Entity,
    record_id: int,
    current: Mapping[str, Any],
    names: Sequence[str],
) -> None:
    """Note what `current` says of the fields, and the corrections they have; forget what is too old to be taken back."""
    c = corrections.c
    of_record = and_(c.entity == entity.name, c.record_id == record_id, c.field.in_(names))
    earlier = {
        row["field"]: row
        for row in (await unit.connection.execute(select(corrections).where(of_record))).mappings()
    }
    await unit.connection.execute(delete(learned_facts).where(learned_facts.c.at < unit.now - KEPT))
    await unit.connection.execute(
        insert(learned_facts),
        [
            {
                "changeset_id": changeset_id,
                "entity": entity.name,
                "record_id": record_id,
                "field": name,
                "before": _before(entity.fields[name], current, earlier.get(name)),
                "at": unit.now,
            }
            for name in names
        ],
    )


def _before(field: Field, current: Mapping[str, Any], correction: Any) -> dict[str, Any]:
    noted: dict[str, Any] = {"correction": None}
    if field.extra:
        held = current[EXTRA]
        noted["value"] = held.get(field.name) if isinstance(held, dict) else None
    else:
        noted["value"] = _packed(current[field.name])
    if field.encrypted:
        noted["index"] = current[f"{field.name}_index"]
    if correction is not None:
        noted["correction"] = {
            name: _packed(correction[name]) for name in ("value", "replaced", "observed_on")
        }
    return noted


def columns_before(field: Field, before: Mapping[str, Any], extra: Any) -> dict[str, Any]:
    """The columns of the record as they were; `extra` is the object of declared fields as it is now."""
    if field.extra:
        kept = dict(extra) if isinstance(extra, dict) else {}
        kept.pop(field.name, None)
        if before["value"] is not None:
            kept[field.name] = before["value"]
        return {EXTRA: kept}
    values = {field.name: before["value"] if field.encrypted else _unpacked(field, before["value"])}
    return values | ({f"{field.name}_index": before["index"]} if field.encrypted else {})


def _packed(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _unpacked(field: Field, value: Any) -> Any:
    if value is None:
        return None
    match field.kind:
        case Kind.DATE:
            return date.fromisoformat(value)
        case Kind.DECIMAL:
            return Decimal(value)
        case _:
            return value
