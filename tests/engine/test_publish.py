"""A pack comes into force whole, and the former pack takes it back whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from rules import LIBRARY, RuleErrors
from service.access.unit import House
from service.demo.obligations import RULES
from service.engine import publish, rulebook
from service.tables import rule_versions

NEXT_YEAR = date(2027, 2, 1)


def _copy(folder: Path) -> Path:
    folder.mkdir()
    for file in LIBRARY.iterdir():
        if file.suffix in (".yaml", ".yml"):
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


async def _notice_days(house: House) -> object:
    async with house.read() as unit:
        return (await rulebook.basis(unit)).parameters.at(NEXT_YEAR)["health.notice_days"]


async def test_a_parameter_value_goes_with_the_pack_that_brought_it(house: House, tmp_path: Path) -> None:
    other = _copy(tmp_path / "other")
    file = other / "parameters.yaml"
    head, _, tail = file.read_text().partition("      - from: 2026-01-01\n        value: 30\n")
    source = "        source: {law: 试行规定, article: 第一条, date: 2026-11-01, verified_on: 2026-11-20}\n"
    added = f"      - from: 2027-01-01\n        value: 365\n{source}"
    file.write_text(f"{head}{added}      - from: 2026-01-01\n        value: 30\n{tail}")
    seen = []
    for folder in (LIBRARY, other, LIBRARY):
        async with house.write() as unit:
            await publish.publish(unit, folder, only=RULES)
        seen.append(await _notice_days(house))
    assert seen == [30, 365, 30]


async def test_a_changed_rule_is_a_new_version_and_an_unchanged_one_is_not(
    house: House, tmp_path: Path
) -> None:
    other = _copy(tmp_path / "other")
    file = other / "elder-visits.yaml"
    file.write_text(file.read_text().replace("due: {working_days: 5}", "due: {working_days: 6}"))
    async with house.write() as unit:
        await publish.publish(unit, LIBRARY, only=RULES)
    async with house.write() as unit:
        published = await publish.publish(unit, other, only=RULES)
        versions = await unit.connection.execute(
            select(rule_versions.c.version, rule_versions.c.state)
            .where(rule_versions.c.rule == "elder-visits")
            .order_by(rule_versions.c.version)
        )
        assert [tuple(row) for row in versions] == [(1, "retired"), (2, "active")]
    assert published.rules["elder-visits"] == "updated"
    assert list(published.rules.values()).count("unchanged") == 5


async def test_a_rule_with_a_parameter_nobody_verified_is_not_published(house: House, tmp_path: Path) -> None:
    other = _copy(tmp_path / "other")
    file = other / "parameters.yaml"
    file.write_text(file.read_text().replace("verified_on: 2026-11-23", "verified_on:"))
    with pytest.raises(RuleErrors, match="notice_days"):
        async with house.write() as unit:
            await publish.publish(unit, other, only=RULES)
    async with house.read() as unit:
        assert await rulebook.active(unit) == []
