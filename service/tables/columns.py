"""How a column is declared here: its type, and in `Column.info` everything else there is to say of it once.

`info` keys: `label` (Chinese), `missing` ("none": an empty cell is a fact; "unknown": nobody recorded it; without it
rules cannot see the column), `sensitivity` (public | internal | private | sensitive), `codes` (code → Chinese),
`code_length` (a code begins with a
listed one of this length and may go on), `unit`, `encrypted`, `relation` (on a foreign key), `values` (of an enumeration: value → meaning);
how people say it: `part` (its part in a sentence, see `rules.catalogue.Part`), `present` and `absent` (filled or yes, and the opposite).
A table's `info` may hold `has`, `lacks` (享受{}, 未享受{}) and `counter` (张) for its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.types import TypeEngine

from rules.catalogue import Part

Missing = Literal["none", "unknown"]
Sensitivity = Literal["public", "internal", "private", "sensitive"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Key = BigInteger().with_variant(Integer(), "sqlite")
"""Surrogate keys: 64 bits on PostgreSQL, the rowid on SQLite."""


class Instant(TypeDecorator[datetime]):
    """A UTC instant. Naive values are refused; SQLite keeps it as text that sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def key(name: str) -> Column[int]:
    """The surrogate primary key."""
    return Column(name, Key, primary_key=True, autoincrement=True)


def fact(
    name: str,
    type_: TypeEngine[Any],
    label: str,
    *,
    missing: Missing = "unknown",
    sensitivity: Sensitivity = "internal",
    codes: Mapping[str, str] | None = None,
    code_length: int | None = None,
    unit: str | None = None,
    encrypted: bool = False,
    part: Part = "",
    present: str = "",
    absent: str = "",
    **options: Any,
) -> Column[Any]:
    """A recorded fact that rules may see."""
    info: dict[str, Any] = {"label": label, "missing": missing, "sensitivity": sensitivity}
    if codes is not None:
        info["codes"] = dict(codes)
    if code_length is not None:
        info["code_length"] = code_length
    if unit is not None:
        info["unit"] = unit
    if encrypted:
        info["encrypted"] = True
    said = {"part": part, "present": present, "absent": absent}
    info |= {key: words for key, words in said.items() if words}
    return Column(name, type_, info=info, **options)


def relation(
    name: str,
    target: str,
    *,
    to: str,
    label: str,
    inverse: str,
    inverse_label: str,
    nullable: bool = False,
) -> Column[int]:
    """A foreign key that rules follow: `to` from here, `inverse` (to many) from the other side."""
    info = {"relation": {"name": to, "label": label, "inverse": inverse, "inverse_label": inverse_label}}
    return Column(name, Key, ForeignKey(target), nullable=nullable, index=True, info={"label": label, **info})


def plain(name: str, type_: TypeEngine[Any], label: str, **options: Any) -> Column[Any]:
    """A column of the work itself, which rules do not see."""
    return Column(name, type_, info={"label": label}, **options)


def reference(
    name: str,
    target: str,
    label: str,
    *,
    nullable: bool = False,
    index: bool = True,
    primary_key: bool = False,
) -> Column[int]:
    """A foreign key that rules do not see."""
    return Column(
        name, Key, ForeignKey(target), nullable=nullable, index=index, primary_key=primary_key, info={"label": label}
    )  # fmt: skip


def day_index(table: str, column: str) -> Index:
    """An index of the days a rule compares with today, by which a scan finds whose day has come; empty cells are left out."""
    filled = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, postgresql_where=filled, sqlite_where=filled)


def every_day_index(table: str, column: str, holder: str) -> Index:
    """The same of a column that is never empty, with the key column the scan asks for beside the days.

    Never a partial one: SQLite takes "is not empty" of such a column for granted, and then does not see that a comparison
    implies it. It would read another index that has both columns from end to end.
    """
    return Index(f"ix_{table}_{column}", column, holder)


def choice(
    name: str, label: str, values: Mapping[str, str], *, nullable: bool = False, **options: Any
) -> Column[str]:
    """An enumeration as TEXT with a CHECK; `values` says what each value means."""
    listed = ", ".join(f"'{value}'" for value in values)
    info = {"label": label, "values": dict(values)}
    column: Column[str] = Column(name, Text, nullable=nullable, info=info, **options)

    # A constraint of the table, not of the column: alembic draws up only the former.
    @event.listens_for(column, "after_parent_attach")
    def _check(_column: Column[str], table: Table) -> None:
        table.append_constraint(CheckConstraint(f"{name} IN ({listed})", name=name))

    return column
