"""What a visit found, read as the field it belongs to would be imported."""

from __future__ import annotations

from typing import Any

from rules import Entity, Field
from rules.kinds import Kind
from service.errors import InvalidInput
from service.records.dates import read_date
from service.records.extensions import reader_of
from service.records.issues import Noted, Wrong, advice
from service.records.normalise import (
    Reader,
    read_amount,
    read_code,
    read_count,
    read_industry,
    read_phone,
    read_ratio,
    read_text,
    read_yes_no,
)

_IDENTIFYING = frozenset({"id_number", "id_type", "uscc", "number"})
_CENTS = 2


def read_corrected(entity: Entity, name: str, value: Any) -> Any:
    """The value as the record keeps it, None for one taken back.

    InvalidInput for what is no fact of the record, identifies it, or cannot be read.
    """
    field = entity.fields.get(name)
    if field is None or name in _IDENTIFYING:
        raise InvalidInput(f"字段“{name[:40]}”不能更正。")
    if value is None:
        if not field.nullable:
            raise InvalidInput(f"“{field.label}”不能为空。")
        return None
    try:
        read = _reader_of(field)(value)
    except Wrong as wrong:
        details = {"column": field.label, **wrong.details}
        raise InvalidInput(advice(wrong.code, **details)) from None
    return read.value if isinstance(read, Noted) else read


def _reader_of(field: Field) -> Reader:
    if field.extra:
        return reader_of(field)
    if field.code_length is not None:
        return read_industry
    if field.codes:
        return read_code(field.codes, {}, number=field.kind is Kind.INT)
    match field.kind:
        case Kind.DATE:
            return read_date
        case Kind.BOOL:
            return read_yes_no
        case Kind.INT:
            return read_count
        case Kind.DECIMAL:
            # Amounts are kept in cents, shares in four decimals.
            return read_amount if getattr(field.column.type, "scale", _CENTS) == _CENTS else read_ratio
        case _:
            return read_phone if field.name == "phone" else read_text(200)
