"""INSERT … ON CONFLICT, which SQLAlchemy offers per dialect only, under one name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable, Select, Table, true
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    dialect: str, table: Table, keys: Sequence[str], changed: Sequence[str], **fixed: Any
) -> Executable:
    """Insert a row, or give the row with the same `keys` the new values of the `changed` columns.

    `fixed` are values of the statement itself; the others come as execution parameters, one dict a row.
    """
    statement: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    if fixed:
        statement = statement.values(**fixed)
    new = {name: statement.excluded[name] for name in changed}
    updated: Executable = statement.on_conflict_do_update(index_elements=list(keys), set_=new)
    return updated


def add_to(dialect: str, table: Table, keys: Sequence[str], column: str) -> Executable:
    """Insert a row, or add its `column` to that of the row with the same `keys`."""
    statement: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    total = {column: table.c[column] + statement.excluded[column]}
    added: Executable = statement.on_conflict_do_update(index_elements=list(keys), set_=total)
    return added


def add_missing(dialect: str, table: Table, rows: Select[Any]) -> Executable:
    """Insert the rows of a select, whose columns are the table's own in order, where there is none of the same key."""
    make: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # SQLite reads ON CONFLICT behind a bare SELECT as part of a join; a WHERE ends it.
    chosen = rows if rows.whereclause is not None else rows.where(true())
    statement = make(table).from_select([column.name for column in table.columns], chosen)
    added: Executable = statement.on_conflict_do_nothing()
    return added
