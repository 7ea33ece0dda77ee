"""Declared fields in the records: the columns a form gets for them, how their cells are read and how values are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from rules import Catalogue, Field
from rules.kinds import Kind as ValueKind
from service.records.columns import Column, always
from service.records.dates import read_date
from service.records.entities import ENTITIES
from service.records.form import Kind, Part, heading
from service.records.issues import Privacy
from service.records.normalise import Reader, read_code, read_decimal, read_text, read_whole, read_yes_no
from service.records.text import as_text

TEXT_LIMIT = 200
_PRIVACY: Mapping[str, Privacy] = {
    "public": "open",
    "internal": "open",
    "private": "private",
    "sensitive": "private",
}


def form_with(kind: Kind, known: Catalogue) -> Kind:
    """The form with the declared fields of every record its rows become.

    A declared field is found by its label, by its name, by both behind the name of its record (居民鞋码,
    resident.shoe_size); a header that already means something, or would mean two fields, means none of the new ones.
    """
    parts = tuple(_with_added(part, known) for part in kind.parts)
    fields = {name: (part, field) for part in parts for name, field in part.added.items()}
    if not fields:
        return kind
    called = {name: _names(name, known, part, field) for name, (part, field) in fields.items()}
    uses = Counter(heading(word) for words in called.values() for word in set(words))
    free = {heading(word) for word in kind.by_name}
    columns = []
    for name, (_, field) in fields.items():
        words = [w for w in called[name] if uses[heading(w)] == 1 and heading(w) not in free]
        columns.append(_column(name, field, words or [name]))
    return replace(kind, columns=(*kind.columns, *columns), parts=parts)


def reader_of(field: Field) -> Reader:
    """Reads a cell as a value of a declared field."""
    if field.codes:
        return read_code(field.codes, {}, number=field.kind is ValueKind.INT)
    match field.kind:
        case ValueKind.INT:
            return _without(field.unit, read_whole)
        case ValueKind.DECIMAL:
            return _without(field.unit, read_decimal)
        case ValueKind.BOOL:
            return read_yes_no
        case ValueKind.DATE:
            return read_date
        case ValueKind.TEXT:
            return read_text(TEXT_LIMIT)
        case ValueKind.LIST | ValueKind.NULL | ValueKind.ANY:
            raise TypeError(f"{field.name}: no field is of kind {field.kind}")
        case _:
            assert_never(field.kind)


def pack(value: Any) -> Any:
    """A value as JSON keeps it: a date as ISO text, a decimal as exact text; `Field.unpack` is the way back."""
    if isinstance(value, Decimal):
        return format((value + 0).normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value


def _without(unit: str, read: Reader) -> Reader:
    """Also takes numbers with the field's unit behind them (42码)."""
    if not unit:
        return read
    ending = as_text(unit)
    return lambda cell: read(as_text(cell).removesuffix(ending) if isinstance(cell, str) else cell)


def _with_added(part: Part, known: Catalogue) -> Part:
    """What a part only creates is described by another form."""
    entity = ENTITIES[part.entity].name
    if part.creates_only or entity not in known:
        return part
    added = {f"{entity}.{field.name}": field for field in known[entity].fields.values() if field.extra}
    return replace(part, added=added, when=(*part.when, *added) if part.when else ())


def _names(name: str, known: Catalogue, part: Part, field: Field) -> list[str]:
    entity = known[ENTITIES[part.entity].name]
    return [field.label, f"{entity.label}{field.label}", field.name]


def _column(name: str, field: Field, words: list[str]) -> Column:
    return Column(
        words[0], name, always(_staged(field)), tuple(words[1:]), privacy=_PRIVACY[field.sensitivity]
    )


def _staged(field: Field) -> Reader:
    """Decimals are staged as the record keeps them, so that no database rounds them."""
    read = reader_of(field)
    if field.kind is not ValueKind.DECIMAL:
        return read
    return lambda cell: pack(read(cell))
