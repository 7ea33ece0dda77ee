"""What a rule may mention, read off the table definitions so that a field exists once.

A table takes part when `Table.info` names its entity; a column when `Column.info` says what *missing* means;
a foreign key gives a to-one relation here and a to-many relation on its target. Fields that administrators declare
are added to these; their values live in the JSON column `extra` of their entity's table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Numeric,
    String,
    Table,
)

from rules import packed
from rules.kinds import Kind, Scalar

Missing = Literal["none", "unknown"]
Sensitivity = Literal["public", "internal", "private", "sensitive"]
Part = Literal["", "birth", "end", "event", "name", "mark", "place"]
"""A field's part in a sentence: a day of birth, the day something runs out, the day something happened; a code that
names its record (健康证), or stands before the name (有效的健康证); a place given as a prefix of codes."""

EXTRA = "extra"


@dataclass(frozen=True)
class Extension:
    """A field an administrator declared for an entity; `codes` are pairs of code and Chinese name.

    In JSON a whole number is a number, a decimal an exact text, a date its ISO text, a yes or no true or false.
    """

    entity: str
    name: str
    label: str
    kind: Kind
    missing: Missing
    sensitivity: Sensitivity = "internal"
    codes: tuple[tuple[str, str], ...] = ()
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Field:
    """One visible column, or one declared field kept in the column `extra`.

    `missing` says what an empty cell means: a fact ("none") or nobody recorded it. With a `code_length` a code begins
    with a listed one of that length and may go on. `part` is its part in a sentence; `present` is how people say that
    it is recorded, or yes, `absent` the opposite.
    """

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
    code_length: int | None = None
    extra: bool = False
    part: Part = ""
    present: str = ""
    absent: str = ""

    def meaning(self, code: object) -> str | None:
        """The Chinese name of a code, for a longer code that of what it begins with; None when it is not in the table."""
        written = str(code)
        return self.codes.get(written if self.code_length is None else written[: self.code_length])

    def cell(self, source: FromClause) -> ColumnElement[Any]:
        """The field as SQL, in its own type, of a table or an alias of it."""
        stored = source.c[self.column.name]
        return packed.cell(stored[self.name], self.kind) if self.extra else stored

    def unpack(self, stored: Any) -> Scalar | None:
        """The value of the field out of what its column holds in Python."""
        known: Scalar | None = packed.unpack(stored, self.name, self.kind) if self.extra else stored
        return known


@dataclass(frozen=True, eq=False)
class Relation:
    """A way from one entity to another: `local` on the near table equals `remote` on the far one.

    `has` and `lacks` are how people say that there are such rows or none (享受{}, 未享受{}), `counter` counts them.
    """

    name: str
    label: str
    target: str
    many: bool
    local: Column[Any]
    remote: Column[Any]
    nullable: bool
    inverse: str
    has: str = ""
    lacks: str = ""
    counter: str = ""


@dataclass(frozen=True, eq=False)
class Entity:
    """One table as rules see it."""

    name: str
    label: str
    table: Table
    key: Column[Any]
    fields: Mapping[str, Field]
    relations: Mapping[str, Relation]
    place: str | None = None
    """Dotted path from a record to the code of the division it belongs to."""


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


def read(tables: Iterable[Table], extensions: Iterable[Extension] = ()) -> Catalogue:
    """Read the catalogue off table definitions and declared fields.

    `KeyError` or `TypeError` for a malformed definition; a declared field never hides a column or relation.
    """
    declared: dict[str, list[Extension]] = {}
    for extension in extensions:
        declared.setdefault(extension.entity, []).append(extension)
    named = {table.info["entity"]: table for table in tables if "entity" in table.info}
    owners = {table: name for name, table in named.items()}
    relations: dict[str, dict[str, Relation]] = {name: {} for name in named}
    for name, table in named.items():
        for column in table.columns:
            if "relation" in column.info:
                _relate(name, column, owners, relations)
    return Catalogue(
        MappingProxyType(
            {
                name: _entity(name, table, relations[name], declared.get(name, ()))
                for name, table in named.items()
            }
        )
    )


def _entity(
    name: str, table: Table, relations: Mapping[str, Relation], declared: Iterable[Extension]
) -> Entity:
    (key,) = table.primary_key.columns
    fields = {column.name: _field(column) for column in table.columns if "missing" in column.info}
    added = {
        extension.name: _declared(extension, table.c[EXTRA])
        for extension in declared
        if extension.name not in table.c and extension.name not in relations
    }
    return Entity(
        name,
        table.info["label"],
        table,
        key,
        MappingProxyType({**fields, **added}),
        MappingProxyType(relations),
        table.info.get("place"),
    )


def _declared(extension: Extension, column: Column[Any]) -> Field:
    return Field(
        name=extension.name,
        label=extension.label,
        kind=extension.kind,
        missing=extension.missing,
        sensitivity=extension.sensitivity,
        codes=MappingProxyType(dict(extension.codes)),
        unit=extension.unit,
        encrypted=False,
        nullable=True,
        column=column,
        extra=True,
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
        code_length=info.get("code_length"),
        part=info.get("part", ""),
        present=info.get("present", ""),
        absent=info.get("absent", ""),
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
        said = {
            key: column.table.info[key] for key in ("has", "lacks", "counter") if key in column.table.info
        }
        relations[target][info["inverse"]] = Relation(
            info["inverse"], info["inverse_label"], name, True, key, column, nullable, info["name"], **said
        )
