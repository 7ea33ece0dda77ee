"""Declaring a field beside those of the tables, changing what it is called, and retiring it; without a migration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, func, insert, null, select, update

from rules import Catalogue, Extension
from rules.catalogue import EXTRA
from rules.kinds import Kind
from service.access import audit, fields
from service.access.unit import Unit
from service.errors import Conflict, InvalidInput, NotFound
from service.records.changesets import take_turn
from service.records.declarations import faults_of
from service.tables import extension_fields

State = Literal["new", "changed", "unchanged", "restored"]

MOST = 40
"""Fields in use per record. PostgreSQL takes 100 arguments in a function, two of which are one field."""
_SHOWN = 8


@dataclass(frozen=True)
class Declaration:
    """A declared field as it stands; `retired_at` tells that rules and imports no longer know it."""

    entity: str
    name: str
    label: str
    kind: str
    missing: str
    sensitivity: str
    codes: Mapping[str, str]
    unit: str
    recorded_at: datetime
    retired_at: datetime | None


async def declarations(unit: Unit, entity: str | None = None) -> list[Declaration]:
    """Every declared field, retired ones too, by entity and name."""
    f = extension_fields.c
    statement = select(extension_fields).order_by(f.entity, f.name)
    if entity is not None:
        statement = statement.where(f.entity == entity)
    return [_declaration(row) for row in await unit.connection.execute(statement)]


async def declared(unit: Unit, entity: str, name: str) -> Extension | None:
    """The field as it was last declared, retired or not; None when nobody did."""
    row = await _stored(unit, entity, name)
    return None if row is None else fields.extension_of(row)


async def declare(unit: Unit, wanted: Extension) -> State:
    """Declare a field, give a declared one another label, unit or codes, or take a retired one up again.

    InvalidInput with every fault at once; Conflict for another kind, or codes taken away, while records hold values.
    The caller makes sure that the rules still check afterwards.
    """
    await take_turn(unit)  # so that no import is merging values of what changes here
    known = await fields.catalogue(unit)
    faults = faults_of(wanted, known)
    if faults:
        raise InvalidInput(errors=faults)
    row = await _stored(unit, wanted.entity, wanted.name)
    if row is None or row.retired_at is not None:
        _refuse_too_many(known, wanted.entity)
    if row is None:
        await unit.connection.execute(insert(extension_fields).values(_values(unit, wanted)))
        await _told(unit, wanted, None)
        return "new"
    before = fields.extension_of(row)
    if before == wanted and row.retired_at is None:
        return "unchanged"
    await _refuse_lost(unit, before, wanted)
    mine = extension_fields.c.extension_field_id == row.extension_field_id
    await unit.connection.execute(update(extension_fields).where(mine).values(_values(unit, wanted)))
    await _told(unit, wanted, before)
    return "changed" if row.retired_at is None else "restored"


async def retire(unit: Unit, entity: str, name: str) -> bool:
    """Take a field out of use; its values stay. False when it was retired before; NotFound when nobody declared it.

    The caller makes sure that the rules still check afterwards.
    """
    await take_turn(unit)
    row = await _stored(unit, entity, name)
    if row is None:
        raise NotFound("没有登记过这个扩展字段，请用 zhitui fields list 查看。")
    if row.retired_at is not None:
        return False
    mine = extension_fields.c.extension_field_id == row.extension_field_id
    gone = {"retired_at": unit.now, "actor_id": unit.actor.account_id}
    await unit.connection.execute(update(extension_fields).where(mine).values(gone))
    await audit.record(unit, "fields.retire", "field", f"{entity}.{name}")
    return True


async def _stored(unit: Unit, entity: str, name: str) -> Row[Any] | None:
    f = extension_fields.c
    found = select(extension_fields).where(f.entity == entity, f.name == name)
    return (await unit.connection.execute(found)).one_or_none()


def _refuse_too_many(known: Catalogue, entity: str) -> None:
    if sum(field.extra for field in known[entity].fields.values()) >= MOST:
        raise Conflict(f"“{known[entity].label}”已有 {MOST} 个扩展字段，请先停用不再使用的。")


async def _refuse_lost(unit: Unit, before: Extension, wanted: Extension) -> None:
    """Values that records hold have to stay what they are, and codes be found in the table."""
    table = fields.catalogue_with(())[wanted.entity].table
    stored = table.c[EXTRA][wanted.name].as_string()
    if before.kind is not wanted.kind:
        count = select(func.count()).select_from(table).where(stored.is_not(None))
        held = (await unit.connection.execute(count)).scalar_one()
        if held:
            raise Conflict(
                f"已有 {held} 条记录填写了“{before.label}”，不能改变类型；请停用它，另行登记一个新字段。"
            )
        return
    if not wanted.codes or before.codes == wanted.codes:
        return
    left = stored.is_not(None) & stored.not_in([code for code, _ in wanted.codes])
    lost = select(stored).where(left).distinct().order_by(stored).limit(_SHOWN + 1)
    values = list((await unit.connection.execute(lost)).scalars())
    if values:
        # What was never coded may be anybody's name, so it is not shown.
        which = "、".join(values[:_SHOWN]) if before.codes else f"{len(values)} 种以上的值"
        raise Conflict(f"仍有记录填写了不在新代码表里的值（{which}），请保留这些代码，或先更正记录。")


def _values(unit: Unit, wanted: Extension) -> dict[str, Any]:
    given = asdict(replace(wanted, codes=()))
    return given | {
        "kind": wanted.kind.value,
        "codes": dict(wanted.codes) if wanted.codes else null(),
        "unit": wanted.unit or None,
        "actor_id": unit.actor.account_id,
        "recorded_at": unit.now,
        "retired_at": None,
    }


async def _told(unit: Unit, after: Extension, before: Extension | None) -> None:
    detail = {"before": None if before is None else _plain(before), "after": _plain(after)}
    await audit.record(unit, "fields.declare", "field", f"{after.entity}.{after.name}", detail=detail)


def _plain(declared: Extension) -> dict[str, Any]:
    return asdict(declared) | {"kind": declared.kind.value, "codes": dict(declared.codes)}


def _declaration(row: Row[Any]) -> Declaration:
    own = fields.extension_of(row)
    return Declaration(
        own.entity, own.name, own.label, Kind(own.kind).value, own.missing, own.sensitivity, dict(own.codes),
        own.unit, row.recorded_at, row.retired_at,
    )  # fmt: skip
