"""Many rows as one parameter, to be joined with: one statement for a batch instead of one per row.

The rows travel as JSON, read back by `json_each` on SQLite and `jsonb_to_recordset` on PostgreSQL. Every value passes
its type's own conversion first, so that it is stored exactly as an ordinary insert would store it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Dialect, FromClause, Text, cast, column, func, literal, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

Shape = Mapping[str, TypeEngine[Any]]


def rowset(dialect: Dialect, shape: Shape, rows: Iterable[Mapping[str, Any]]) -> FromClause:
    """A table of `rows` with the columns and types of `shape`; each row has every one of its keys."""
    text = literal(_encoded(dialect, shape, rows), Text)
    if dialect.name == "postgresql":
        records = func.jsonb_to_recordset(cast(text, JSONB))
        columns = [column(name, type_) for name, type_ in shape.items()]
        return records.table_valued(*columns).render_derived(with_types=True)
    value = func.json_each(text).table_valued("value").c.value
    columns_of = (
        type_coerce(func.json_extract(value, f"$.{name}"), type_).label(name) for name, type_ in shape.items()
    )
    return select(*columns_of).subquery()


def _encoded(dialect: Dialect, shape: Shape, rows: Iterable[Mapping[str, Any]]) -> str:
    convert = {
        name: processor
        for name, type_ in shape.items()
        if (processor := type_.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    plain = [
        {
            name: convert[name](value) if value is not None and name in convert else value
            for name, value in row.items()
        }
        for row in rows
    ]
    return json.dumps(
        plain, ensure_ascii=False, default=str
    )  # PostgreSQL's driver takes instants, JSON their text
