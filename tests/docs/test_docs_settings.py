"""docs/settings.md has a heading for every setting, with the default and an example that are real."""

from __future__ import annotations

import re
from typing import Any

import pytest
from doc_pages import sections

from service.settings import Settings

PAGE = sections("docs/settings.md")
FIELDS = Settings.model_fields
PREFIX = "ZHITUI_"


def under(field: str) -> str:
    return PAGE[PREFIX + field.upper()]


def shown(value: Any) -> str:
    """A default as the page writes it."""
    return "empty" if value in (None, "", {}) else f"`{value}`"


def test_every_setting_has_its_heading_and_no_heading_is_left_over() -> None:
    assert set(PAGE) == {PREFIX + field.upper() for field in FIELDS}


@pytest.mark.parametrize("field", FIELDS)
def test_the_default_shown_is_the_real_one(field: str) -> None:
    told = re.search(r"^Default: (empty|`[^`]+`)", under(field), re.MULTILINE)
    assert told, f"{field} has no line that begins with “Default:”"
    assert told[1] == shown(FIELDS[field].get_default(call_default_factory=True))


@pytest.mark.parametrize("field", FIELDS)
def test_the_example_is_accepted_and_changes_the_setting(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in FIELDS:
        monkeypatch.delenv(PREFIX + other.upper(), raising=False)
    before = getattr(Settings(), field)
    told = re.search(rf"^Example: `{PREFIX}{field.upper()}=(.+)`", under(field), re.MULTILINE)
    assert told, f"{field} has no example"
    monkeypatch.setenv(PREFIX + field.upper(), told[1].strip("'"))
    assert getattr(Settings(), field) != before


@pytest.mark.parametrize("field", FIELDS)
def test_the_bounds_shown_are_the_real_ones(field: str) -> None:
    bounds = [
        f"{value:,}" for rule in FIELDS[field].metadata for value in [getattr(rule, "ge", getattr(rule, "le", None))]
        if value is not None
    ]  # fmt: skip
    missing = [bound for bound in bounds if not re.search(rf"(?<![\d,]){bound}(?!,?\d)", under(field))]
    assert not missing
