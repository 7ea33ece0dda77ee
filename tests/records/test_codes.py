"""Code tables are what imports are checked against: every code and every Chinese name is read, nothing else is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rules import Field
from service.records import wordings
from service.records.entities import ENTITIES
from service.records.issues import Wrong
from service.records.kinds import KINDS
from service.tables import codes
from service.tables.catalogue import CATALOGUE

TODAY = date(2026, 11, 23)
FOLLOWS = {"resident.id_type"}
"""Coded fields no column is read for: they follow from others."""
CODED = {
    f"{entity.name}.{field.name}": field
    for entity in CATALOGUE.entities.values()
    for field in entity.fields.values()
    if field.codes
}


def column_of(path: str) -> Any:
    """The column of the record's own form that fills a field."""
    entity, name = path.split(".")
    for kind in KINDS.values():
        if [ENTITIES[part.entity].name for part in kind.parts if not part.creates_only] == [entity]:
            return kind.column_of(name) if kind.has(name) else None
    return None


def value_of(field: Field, code: str) -> Any:
    return int(code) if field.kind == "int" else code


def test_every_coded_field_is_imported_or_follows_from_another() -> None:
    assert {path for path in CODED if column_of(path) is None} == FOLLOWS
    assert len(CODED) >= 20


@pytest.mark.parametrize("path", sorted(CODED.keys() - FOLLOWS))
def test_an_import_takes_every_code_and_every_name_of_the_table_and_nothing_else(path: str) -> None:
    field, column = CODED[path], column_of(path)
    read = column.reader(TODAY)
    assert all(read(code) == value_of(field, code) for code in field.codes)
    assert all(read(name) == value_of(field, code) for code, name in field.codes.items())
    for strange in ("ZZ", "999999", "不在表里"):
        with pytest.raises(Wrong):
            read(strange)


@pytest.mark.parametrize("table", [name for name in dir(wordings) if name.isupper()])
def test_every_other_word_means_a_code_there_is(table: str) -> None:
    assert set(getattr(wordings, table).values()) <= set(getattr(codes, table))


def test_an_only_child_is_told_from_a_child() -> None:
    read = column_of("resident.relation").reader(TODAY)
    told = {"独生子": "21", "21": "21", 31: "31", "独生女": "31", "长子": "2", "女儿": "3", "22": "2"}
    assert {word: read(word) for word in told} == told
