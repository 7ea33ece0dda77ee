"""INSERT … ON CONFLICT, which SQLAlchemy offers per dialect only, under one name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable, Table
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
