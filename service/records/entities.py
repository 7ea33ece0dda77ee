"""How each kind of record is recognised and joined when it is merged: its natural key and its references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, Table

from service.tables import (
    certificates,
    disabilities,
    divisions,
    employments,
    enrolments,
    enterprises,
    equipment,
    households,
    pregnancies,
    residents,
    service_events,
)


@dataclass(frozen=True)
class Reference:
    """`column` of the record is found by looking the staged `by` up in `found_in`. `missing`: the issue if not found."""

    column: str
    by: str
    found_in: Column[str]
    missing: str | None

    @property
    def key(self) -> Column[int]:
        """The primary key of the table looked up."""
        return _key_of(self.found_in.table)


@dataclass(frozen=True)
class Entity:
    """`key`: what is staged that tells one record from another, never NULL. `matched`: alternatives of columns by which
    the stored record is found, references already resolved. `holder`: any one of the references is enough."""

    table: Table
    name: str
    key: tuple[str, ...]
    matched: tuple[tuple[str, ...], ...]
    references: tuple[Reference, ...] = ()
    holder: bool = False
    divisions: tuple[str, ...] = ()

    @property
    def primary(self) -> Column[int]:
        return _key_of(self.table)

    @property
    def tracked(self) -> bool:
        """Whether its rows belong to changesets; divisions do not."""
        return "changeset_id" in self.table.c


def _key_of(table: Table) -> Column[int]:
    return next(iter(table.primary_key.columns))


_PERSON, _USCC = residents.c.id_number_index, enterprises.c.uscc
_RESIDENT = Reference("resident_id", "person_index", _PERSON, "resident_unknown")
_HOLDERS = (
    Reference("resident_id", "holder", _PERSON, "resident_unknown"),
    Reference("enterprise_id", "holder", _USCC, "enterprise_unknown"),
)

ENTITIES: Mapping[str, Entity] = {
    entity.table.name: entity
    for entity in (
        Entity(divisions, "division", ("code",), (("code",),)),
        Entity(
            households, "household", ("number",), (("number",),),
            (Reference("head_id", "head_index", _PERSON, "resident_unknown"),), divisions=("live_code",),
        ),
        Entity(
            residents, "resident", ("id_number_index",), (("id_number_index",),),
            (Reference("household_id", "household_number", households.c.number, None),),
            divisions=("hukou_code", "live_code", "grid_code"),
        ),
        Entity(enterprises, "enterprise", ("uscc",), (("uscc",),), divisions=("site_code", "grid_code")),
        Entity(
            employments, "employment", ("person_index", "uscc"), (("resident_id", "enterprise_id"),),
            (_RESIDENT, Reference("enterprise_id", "uscc", _USCC, "enterprise_unknown")),
        ),
        Entity(
            certificates, "certificate", ("holder", "kind", "number"),
            (("resident_id", "kind", "number"), ("enterprise_id", "kind", "number")), _HOLDERS, holder=True,
        ),
        Entity(
            enrolments, "enrolment", ("holder", "policy"),
            (("resident_id", "policy"), ("enterprise_id", "policy")), _HOLDERS, holder=True,
        ),
        Entity(disabilities, "disability", ("person_index", "kind"), (("resident_id", "kind"),), (_RESIDENT,)),
        Entity(
            service_events, "service_event", ("person_index", "kind", "happened_on"),
            (("resident_id", "kind", "happened_on"),), (_RESIDENT,),
        ),
        Entity(pregnancies, "pregnancy", ("person_index", "due_on"), (("resident_id", "due_on"),), (_RESIDENT,)),
        Entity(
            equipment, "equipment", ("number",), (("number",),),
            (Reference("enterprise_id", "uscc", _USCC, "enterprise_unknown"),),
        ),
    )
}  # fmt: skip
