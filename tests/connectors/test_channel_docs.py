"""docs/channels.md says of every channel what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from connectors.channels.limits import Limits, Rate
from connectors.channels.registry import CHANNELS

PAGE = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
SECTIONS = dict(zip(*[iter(re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)[1:])] * 2, strict=True))


def test_every_channel_has_its_heading_and_no_heading_is_left_over() -> None:
    assert set(SECTIONS) - {"Limits"} == set(CHANNELS)


def test_every_limit_that_can_be_set_is_told() -> None:
    told = re.findall(r"^\| `(\w+)` \|", SECTIONS["Limits"], flags=re.MULTILINE)
    assert told == list(Limits.model_fields)


@pytest.mark.parametrize("name", CHANNELS)
def test_the_table_lists_exactly_the_settings_with_their_defaults(name: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \|", SECTIONS[name], flags=re.MULTILINE)
    told = {key: shown.strip("`") for key, shown in rows}
    assert told == {key: _shown(field) for key, field in CHANNELS[name].config.model_fields.items()}


def _shown(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.default
    if isinstance(default, Limits):
        return _limits(default)
    return "none" if default is None else str(default).lower().removesuffix(".0")


def _limits(limits: Limits) -> str:
    """`calls=20/60s;together=100`: what differs from no limit at all."""
    told = []
    for name, value in limits:
        if value == Limits.model_fields[name].default:
            continue
        rates = (
            [f"{one.most}/{one.seconds:g}s" if isinstance(one, Rate) else str(one) for one in value]
            if isinstance(value, tuple)
            else [f"{value:g}"]
        )
        told.append(f"{name}={'+'.join(rates)}")
    return ";".join(told) or "none"


@pytest.mark.parametrize("name", CHANNELS)
def test_retry_safety_and_credentials_are_told(name: str) -> None:
    assert f"Retry safety: `{CHANNELS[name].retry_safety}`" in SECTIONS[name]
    assert "Credentials: " in SECTIONS[name]
