"""docs/importing.md says what the code does: every form, column, synonym and error code, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.records.form import Kind
from service.records.issues import ADVICE
from service.records.kinds import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")


def table_of(kind: Kind) -> list[str]:
    """The lines of a form's table, as the page has to show them."""
    return [
        f"| {column.header} | {'yes' if column.required else ''} | {'、'.join(column.names)} |"
        for column in kind.columns
    ]


def section(heading: str) -> str:
    found = re.search(rf"^### {re.escape(heading)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/importing.md has no section {heading}"
    return found[1]


@pytest.mark.parametrize("kind", list(KINDS.values()), ids=list(KINDS))
def test_every_form_is_described_column_by_column(kind: Kind) -> None:
    lines = [line for line in section(f"{kind.name} ({kind.label})").splitlines() if line.startswith("| ")]
    assert lines[1:] == table_of(kind)


def test_every_error_code_is_described_and_no_other() -> None:
    listed = re.findall(r"^- `([a-z_0-9]+)`: \S", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(ADVICE)


def test_the_forms_are_listed_in_the_order_in_which_they_are_imported() -> None:
    assert re.findall(r"^### ([a-z_]+) \(", PAGE, re.MULTILINE) == list(KINDS)
