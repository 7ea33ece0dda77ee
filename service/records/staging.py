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
    Date,
    Index,
    MetaData,
    Numeric,
    Table,
    Text,
    func,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from service.records.entities import ENTITIES, Entity
from service.records.form import Kind, Part
from service.tables import residents

_SHEET = 1 << 32

DERIVED = "derived_"
"""Begins the names of staged values that follow from others and count only where nothing else is known."""


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
    def compared(self) -> Mapping[str, str]:
        """The facts an import may change, each with the column that tells whether it did (a blind index, if private)."""
        fixed = {name for alternative in self.entity.matched for name in alternative}
        indexes = {f"{c.name}_index" for c in self.entity.table.c if c.info.get("encrypted")}
        told = {
            name: f"{name}_index" if f"{name}_index" in indexes else name
            for name in self.facts
            if name not in indexes
        }
        return {name: by for name, by in told.items() if name not in fixed and by not in fixed}

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
