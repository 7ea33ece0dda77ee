"""What a rule may mention, read off the table definitions so that a field exists once.

A table takes part when `Table.info` names its entity; a column when `Column.info` says what *missing* means;
a foreign key gives a to-one relation here and a to-many relation on its target.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Numeric, String, Table

from rules.kinds import Kind

Missing = Literal["none", "unknown"]
Sensitivity = Literal["public", "internal", "private", "sensitive"]


@dataclass(frozen=True, eq=False)
class Field:
    """One visible column. `missing` says what an empty cell means: a fact ("none") or nobody recorded it."""

    name: str
    label: str
    kind: Kind
    missing: Missing
    sensitivity: Sensitivity
    codes: Mapping[str, str]
    unit: str
    encrypted: bool
    nullable: bool
    column: Column[Any]


@dataclass(frozen=True, eq=False)
class Relation:
    """A way from one entity to another: `local` on the near table equals `remote` on the far one."""

    name: str
    label: str
    target: str
    many: bool
    local: Column[Any]
    remote: Column[Any]
    nullable: bool
    inverse: str


@dataclass(frozen=True, eq=False)
class Entity:
    """One table as rules see it."""

    name: str
    label: str
    table: Table
    key: Column[Any]
    fields: Mapping[str, Field]
    relations: Mapping[str, Relation]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Every entity by name."""

    entities: Mapping[str, Entity] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Entity:
        return self.entities[name]

    def __contains__(self, name: object) -> bool:
        return name in self.entities

    def target(self, relation: Relation) -> Entity:
        """The entity a relation leads to."""
        return self.entities[relation.target]


def read(tables: Iterable[Table]) -> Catalogue:
    """Read the catalogue off table definitions; `KeyError` or `TypeError` for a malformed definition."""
    named = {table.info["entity"]: table for table in tables if "entity" in table.info}
    owners = {table: name for name, table in named.items()}
    relations: dict[str, dict[str, Relation]] = {name: {} for name in named}
    for name, table in named.items():
        for column in table.columns:
            if "relation" in column.info:
                _relate(name, column, owners, relations)
    return Catalogue(
        MappingProxyType({name: _entity(name, table, relations[name]) for name, table in named.items()})
    )


def _entity(name: str, table: Table, relations: Mapping[str, Relation]) -> Entity:
    (key,) = table.primary_key.columns
    fields = {column.name: _field(column) for column in table.columns if "missing" in column.info}
    return Entity(
        name, table.info["label"], table, key, MappingProxyType(fields), MappingProxyType(relations)
    )


def _field(column: Column[Any]) -> Field:
    info = column.info
    return Field(
        name=column.name,
        label=info["label"],
        kind=_kind(column),
        missing=info["missing"],
        sensitivity=info.get("sensitivity", "internal"),
        codes=MappingProxyType({str(code): str(label) for code, label in info.get("codes", {}).items()}),
        unit=info.get("unit", ""),
        encrypted=bool(info.get("encrypted", False)),
        nullable=bool(column.nullable),
        column=column,
    )


def _kind(column: Column[Any]) -> Kind:
    if column.info.get("encrypted"):
        return Kind.TEXT
    match column.type:
        case Boolean():
            return Kind.BOOL
        case Date() if not isinstance(column.type, DateTime):
            return Kind.DATE
        case Integer():
            return Kind.INT
        case Numeric():
            return Kind.DECIMAL
        case String():
            return Kind.TEXT
    raise TypeError(f"{column.table.name}.{column.name}: rules cannot read a column of type {column.type!r}")


def _relate(
    name: str, column: Column[Any], owners: Mapping[Table, str], relations: Mapping[str, dict[str, Relation]]
) -> None:
    info = column.info["relation"]
    (foreign,) = column.foreign_keys
    key = foreign.column
    target = owners[key.table]
    nullable = bool(column.nullable)
    relations[name][info["name"]] = Relation(
        info["name"], info["label"], target, False, column, key, nullable, info.get("inverse", "")
    )
    if "inverse" in info:
        relations[target][info["inverse"]] = Relation(
            info["inverse"], info["inverse_label"], name, True, key, column, nullable, info["name"]
        )
