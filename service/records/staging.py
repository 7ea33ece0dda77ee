"""Temporary tables that hold an import's rows on the write connection, filled by the driver's own bulk load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    MetaData,
    Numeric,
    Table,
    Text,
    and_,
    cast,
    func,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from rules import Field
from rules.kinds import Kind as ValueKind
from service.records.entities import ENTITIES, Entity
from service.records.form import Kind, Part
from service.tables import residents

_SHEET = 1 << 32

DERIVED = "derived_"
"""Begins the names of staged values that follow from others and count only where nothing else is known."""

ADDED = "added_"
"""Begins the names of staged values of declared fields, which might otherwise be called like another staged column."""

_TYPES: Mapping[ValueKind, Any] = {
    ValueKind.INT: BigInteger(),
    ValueKind.DECIMAL: Text(),  # exact, as the record keeps it
    ValueKind.TEXT: Text(),
    ValueKind.BOOL: Boolean(),
    ValueKind.DATE: Date(),
}


def sequence_of(sheet: int, row: int) -> int:
    """One number for a sheet's row; larger is later in the file."""
    return sheet * _SHEET + row


def place_of(sequence: int) -> tuple[int, int]:
    """The sheet's index and the row's number."""
    return divmod(sequence, _SHEET)


@dataclass(frozen=True)
class Loaded:
    """One column of the bulk load: the row's field it takes, and, if private, the name under which it is sealed.

    `as_index`: it takes the blind index of the value instead.
    """

    name: str
    field: str
    sealed: str | None = None
    as_index: bool = False


@dataclass(frozen=True)
class Told:
    """What the file says of one fact and what the record holds, in a form to compare; and the staged `columns` of it."""

    staged: ColumnElement[Any]
    stored: ColumnElement[Any]
    columns: frozenset[str]

    @property
    def differs(self) -> ColumnElement[bool]:
        """An empty cell says nothing."""
        return and_(self.staged.is_not(None), self.staged.is_distinct_from(self.stored))


@dataclass(frozen=True)
class Stage:
    """Where one part of a form waits to be merged. `facts`: its columns that end up in the record."""

    part: Part
    entity: Entity
    table: Table
    loaded: tuple[Loaded, ...]
    facts: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """What the bulk load fills, in order."""
        return ["seq", *(column.name for column in self.loaded)]

    @cached_property
    def compared(self) -> Mapping[str, Told]:
        """The facts an import may change, by the name of their field; private ones are told apart by a blind index."""
        fixed = {name for alternative in self.entity.matched for name in alternative}
        indexes = {f"{c.name}_index" for c in self.entity.table.c if c.info.get("encrypted")}
        by = {
            name: f"{name}_index" if f"{name}_index" in indexes else name
            for name in self.facts
            if name not in indexes
        }
        s, t = self.table.c, self.entity.table.c
        own = {
            name: Told(s[column], t[column], frozenset({name, column}))
            for name, column in by.items()
            if name not in fixed and column not in fixed
        }
        return own | {field.name: self._told(field) for field in self.part.added.values()}

    def _told(self, field: Field) -> Told:
        staged = self.table.c[ADDED + field.name]
        exact = cast(staged, Numeric()) if field.kind is ValueKind.DECIMAL else staged
        return Told(exact, field.cell(self.entity.table), frozenset({staged.name}))

    @property
    def contents(self) -> list[str]:
        """Every staged column that ends up in the record."""
        return [*self.facts, *(ADDED + field.name for field in self.part.added.values())]

    @property
    def dates(self) -> tuple[int, ...]:
        """Positions of dates in a loaded row."""
        return self._positions(Date)

    @property
    def amounts(self) -> tuple[int, ...]:
        """Positions of decimals in a loaded row."""
        return self._positions(Numeric)

    def _positions(self, kind: type[Any]) -> tuple[int, ...]:
        return tuple(i for i, name in enumerate(self.columns) if isinstance(self.table.c[name].type, kind))


def stages_of(kind: Kind) -> list[Stage]:
    """The stages of a form, in the order they are merged."""
    metadata = MetaData()
    return [_stage(part, metadata) for part in kind.parts]


async def create(connection: AsyncConnection, stages: Sequence[Stage]) -> None:
    """Make the temporary tables; they go with the transaction or by `drop`."""
    for stage in stages:
        await connection.run_sync(stage.table.create, checkfirst=False)


async def drop(connection: AsyncConnection, stages: Sequence[Stage]) -> None:
    """Remove the temporary tables on SQLite, where they would outlive the transaction."""
    for stage in stages if connection.dialect.name == "sqlite" else ():
        await connection.run_sync(stage.table.drop, checkfirst=False)


async def load(connection: AsyncConnection, stage: Stage, rows: Sequence[tuple[Any, ...]]) -> None:
    """Bulk load rows in the driver's own form (`rows.py` makes it): executemany on SQLite, COPY on PostgreSQL."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(stage.columns))
        # Names come from the table definitions, never from the file.
        insert = f"INSERT INTO {stage.table.name} ({', '.join(stage.columns)}) VALUES ({marks})"  # noqa: S608
        await connection.exec_driver_sql(insert, list(rows))
        return
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    await driver.copy_records_to_table(stage.table.name, records=rows, columns=stage.columns)


async def settle(connection: AsyncConnection, stages: Sequence[Stage]) -> None:
    """Index the staged keys and let the planner know the sizes."""
    for stage in stages:
        index = Index(f"ix_{stage.table.name}_key", *(stage.table.c[name] for name in stage.entity.key))
        await connection.run_sync(index.create)
        await connection.execute(text(f"ANALYZE {stage.table.name}"))


async def size(connection: AsyncConnection, stage: Stage) -> int:
    """How many rows are staged."""
    return int((await connection.execute(select(func.count()).select_from(stage.table))).scalar_one())


def _stage(part: Part, metadata: MetaData) -> Stage:
    entity = ENTITIES[part.entity]
    loaded = tuple(column for name, field in part.fields.items() for column in _loaded(entity, name, field))
    columns = [Column(column.name, _type_of(entity, column.name)) for column in loaded]
    columns += [Column(ADDED + field.name, _TYPES[field.kind]) for field in part.added.values()]
    loaded += tuple(Loaded(ADDED + field.name, name) for name, field in part.added.items())
    names = {column.name for column in loaded}
    references = [reference for reference in entity.references if reference.by in names]
    columns += [Column(reference.column, BigInteger) for reference in references]
    table = Table(
        f"staged_{part.entity}",
        metadata,
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        *columns,
        Column("record_id", entity.primary.type),
        Column("changed", Boolean, nullable=False, server_default=text("false")),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    facts = [column.name for column in columns if column.name in entity.table.c]
    return Stage(part, entity, table, loaded, tuple(facts))


def _loaded(entity: Entity, name: str, field: str) -> list[Loaded]:
    stored = entity.table.c.get(name)
    if stored is None or not stored.info.get("encrypted"):
        return [Loaded(name, field)]
    sealed = f"{entity.table.name}.{name}"
    if stored is residents.c.id_number:  # its index has been made already, to look the person up
        return [Loaded(name, field, sealed), Loaded("id_number_index", "person_index")]
    return [Loaded(name, field, sealed), Loaded(f"{name}_index", field, sealed, as_index=True)]


def _type_of(entity: Entity, name: str) -> Any:
    stored = entity.table.c.get(name.removeprefix(DERIVED))
    return Text() if stored is None else stored.type
