"""The JSON column `extra` in SQL: the staged values of declared fields as an object, alone or over what a record has.

Both databases merge by key, so that fields the file says nothing of, and fields declared no longer, keep their values.
On SQLite the column is text, on PostgreSQL it stays JSON.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, ColumnElement, Text, case, cast, func, literal
from sqlalchemy.dialects.postgresql import JSONB

from rules.catalogue import EXTRA
from service.records.staging import ADDED, Stage

_EMPTY = "{}"


def created_extra(stage: Stage, dialect: str) -> ColumnElement[Any]:
    """What a new record gets: NULL where the row says nothing."""
    if dialect == "postgresql":
        return cast(func.nullif(_filled(stage, dialect), cast(literal(_EMPTY, Text), JSONB)), JSON)
    return func.nullif(_filled(stage, dialect), _EMPTY)


def updated_extra(stage: Stage, dialect: str) -> ColumnElement[Any]:
    """What a known record keeps: its own object with the row's values in it."""
    stored = stage.entity.table.c[EXTRA]
    said = _filled(stage, dialect)
    if dialect == "postgresql":
        # Anything but an object (a JSON null) would make an array of the two.
        own = case(
            (func.json_typeof(stored) == "object", cast(stored, JSONB)),
            else_=cast(literal(_EMPTY, Text), JSONB),
        )
        return cast(own.op("||")(said), JSON)
    return func.json_patch(case((func.json_type(stored) == "object", stored), else_=_EMPTY), said)


def _filled(stage: Stage, dialect: str) -> ColumnElement[Any]:
    """An object of the staged declared fields that are not NULL."""
    members: list[ColumnElement[Any]] = []
    for field in stage.part.added.values():
        staged = stage.table.c[ADDED + field.name]
        plain = _json_boolean(staged) if isinstance(staged.type, Boolean) and dialect == "sqlite" else staged
        members += [cast(literal(field.name, Text), Text), plain]
    if dialect == "postgresql":
        return func.jsonb_strip_nulls(func.jsonb_build_object(*members), type_=JSONB)
    return func.json_patch(_EMPTY, func.json_object(*members))  # a merge patch drops what is null (RFC 7396)


def _json_boolean(staged: ColumnElement[bool]) -> ColumnElement[Any]:
    """SQLite knows true and false as 1 and 0 only; in JSON they have to be told from numbers."""
    return func.json(case((staged.is_(None), None), (staged, "true"), else_="false"))
