"""docs/codes.md has every code table, code by code, in the order of the catalogue, and nothing else."""

from __future__ import annotations

import re

from doc_pages import text

from service.tables.catalogue import CATALOGUE

TABLES = {
    f"`{entity.name}.{field.name}` {entity.label}·{field.label}": field
    for entity in CATALOGUE.entities.values()
    for field in entity.fields.values()
    if field.codes
}
PARTS = re.split(r"^## (.+)$", text("docs/codes.md"), flags=re.MULTILINE)[1:]
TOLD = dict(zip(PARTS[::2], PARTS[1::2], strict=True))


def test_every_code_table_has_its_heading_in_the_order_of_the_catalogue() -> None:
    assert list(TOLD) == list(TABLES)


def test_every_code_is_listed_with_its_name_and_no_other() -> None:
    listed = {heading: re.findall(r"^- `(.+?)` (.+)$", body, re.MULTILINE) for heading, body in TOLD.items()}
    assert listed == {heading: list(field.codes.items()) for heading, field in TABLES.items()}


def test_a_table_whose_codes_may_be_longer_says_so() -> None:
    longer = {heading for heading, body in TOLD.items() if "may be longer" in body}
    assert longer == {heading for heading, field in TABLES.items() if field.code_length}
