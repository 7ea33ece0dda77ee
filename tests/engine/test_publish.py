"""A pack comes into force rule by rule, the former pack takes it back, and the house keeps what it entered itself."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from rules import LIBRARY
from rules.files.documents import Cited
from service.access.unit import House
from service.clock import SetClock
from service.demo.obligations import RULES
from service.engine import (
    activations,
    parameter_edits,
    parameter_history,
    parameters,
    publish,
    rulebook,
)
from service.errors import Conflict, InvalidInput, NotFound
from service.tables import audit, rule_versions

TODAY = date(2026, 11, 23)
NEXT_YEAR = date(2027, 2, 1)
CITED = Cited(law="试行规定", article="第一条", date="2026-11-01", verified_on=TODAY)


def _copy(folder: Path) -> Path:
    folder.mkdir()
    for file in LIBRARY.iterdir():
        if file.suffix in (".yaml", ".yml"):
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


def _unverify(folder: Path, name: str) -> None:
    """Strike out who verified the values of one parameter."""
    file = folder / "parameters.yaml"
    head, _, tail = file.read_text().partition(f"  {name}:")
    assert tail
    file.write_text(f"{head}  {name}:{tail.replace('verified_on: 2026-11-23', 'verified_on:', 1)}")


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


async def test_a_rule_with_a_parameter_nobody_verified_waits_and_the_others_come_into_force(
    house: House, tmp_path: Path
) -> None:
    other = _copy(tmp_path / "other")
    _unverify(other, "health.notice_days")
    async with house.write() as unit:
        published = await publish.publish(unit, other, only=RULES)
    waiting = "health-certificate-food"
    assert published.rules == {rule: "held" if rule == waiting else "new" for rule in RULES}
    assert published.held[waiting].active is None
    assert "health.notice_days" in published.held[waiting].reasons[0]
    async with house.read() as unit:
        assert {version.rule for version in await rulebook.active(unit)} == set(RULES) - {waiting}
        assert {version.rule: version.state for version in await rulebook.current(unit)}[waiting] == "checked"


async def test_a_rule_that_lost_its_parameter_keeps_the_version_in_force_and_is_told(
    house: House, tmp_path: Path
) -> None:
    other = _copy(tmp_path / "other")
    _unverify(other, "health.notice_days")
    file = other / "health-certificate-food.yaml"
    file.write_text(file.read_text().replace("title: ", "title: 新", 1))
    async with house.write() as unit:
        await publish.publish(unit, LIBRARY, only=RULES)
    async with house.write() as unit:
        published = await publish.publish(unit, other, only=RULES)
        assert published.held["health-certificate-food"].active == 1
        assert (await rulebook.rule_in_force(unit, "health-certificate-food", TODAY)).version == 1
        with pytest.raises(InvalidInput, match=r"health\.notice_days"):
            await activations.activate(unit, "health-certificate-food", 2)
    async with house.write() as unit:
        again = await publish.publish(unit, other, only=RULES)
        assert again.rules == published.rules
        stored = await unit.connection.execute(
            select(rule_versions.c.version).where(rule_versions.c.rule == "health-certificate-food")
        )
        assert sorted(stored.scalars()) == [1, 2], "what waits is stored once"


async def test_what_waited_comes_into_force_when_its_parameter_is_verified(
    house: House, tmp_path: Path
) -> None:
    other = _copy(tmp_path / "other")
    _unverify(other, "health.notice_days")
    async with house.write() as unit:
        await publish.publish(unit, other, only=RULES)
    async with house.write() as unit:
        (value,) = await parameters.of_name(unit, "health.notice_days")
        await parameter_edits.verify(unit, value.parameter_id, value.version, CITED)
    async with house.write() as unit:
        published = await publish.publish(unit, other, only=RULES)
    assert (published.rules["health-certificate-food"], published.held) == ("new", {})
    assert published.kept == ["health.notice_days（通用，自 2026-01-01）"]


async def test_an_older_version_is_taken_back_and_every_change_is_kept(
    house: House, clock: SetClock, tmp_path: Path
) -> None:
    other = _copy(tmp_path / "other")
    file = other / "elder-visits.yaml"
    file.write_text(file.read_text().replace("due: {working_days: 5}", "due: {working_days: 6}"))
    for folder in (LIBRARY, other):
        async with house.write() as unit:
            await publish.publish(unit, folder, only=["elder-visits"])
        clock.instant += timedelta(days=2)
    async with house.write() as unit:
        assert await activations.activate(unit, "elder-visits", 1) == 2
        with pytest.raises(Conflict):
            await activations.activate(unit, "elder-visits", 1)
        with pytest.raises(NotFound):
            await activations.activate(unit, "elder-visits", 9)
    days = [TODAY + timedelta(days=after) for after in (-400, -1, 0, 1, 2, 3, 4, 30)]
    async with house.read() as unit:
        in_force = [[version.version for version in await rulebook.in_force(unit, day)] for day in days]
        assert in_force == [[], [1], [1], [1], [2], [2], [1], [1]]
        trail = select(audit.c.detail).where(audit.c.action == "rules.activate")
        assert (await unit.connection.execute(trail)).scalars().all() == [{"version": 1, "before": 2}]


async def test_what_was_replaced_the_day_it_came_into_force_judges_no_day(
    house: House, tmp_path: Path
) -> None:
    other = _copy(tmp_path / "other")
    file = other / "elder-visits.yaml"
    file.write_text(file.read_text().replace("due: {working_days: 5}", "due: {working_days: 6}"))
    for folder in (LIBRARY, other):
        async with house.write() as unit:
            await publish.publish(unit, folder, only=["elder-visits"])
    async with house.read() as unit:
        for after in (-1, 0, 1):
            (version,) = await rulebook.in_force(unit, TODAY + timedelta(days=after))
            assert version.version == 2


async def test_what_was_entered_in_the_house_is_kept_and_told_unless_the_pack_is_to_win(house: House) -> None:
    async with house.write() as unit:
        await publish.publish(unit, LIBRARY, only=RULES)
    async with house.write() as unit:
        (value,) = await parameters.of_name(unit, "health.notice_days")
        await parameter_edits.correct(
            unit, value.parameter_id, value.version, parameter_edits.Correction(45, None, CITED)
        )
        own = parameter_edits.Entry(
            "health.notice_days", 20, date(2026, 1, 1), division="330102", source=CITED
        )
        await parameter_edits.put(unit, own)
    for overwrite, general, kept in ((False, 45, 1), (True, 30, 0), (False, 30, 0)):
        async with house.write() as unit:
            published = await publish.publish(unit, LIBRARY, only=RULES, overwrite=overwrite)
            assert len(published.kept) == kept
            known = (await rulebook.basis(unit)).parameters
        assert known.at(TODAY)["health.notice_days"] == general
        assert known.at(TODAY, "330102003057")["health.notice_days"] == 20, "the pack says nothing of it"
    async with house.read() as unit:
        changes = await parameter_history.changes(unit, "health.notice_days")
    assert [(change.action, change.new and change.new["value"]) for change in changes] == [
        ("load", 30), ("set", 20), ("edit", 45), ("load", 30),
    ]  # fmt: skip
    assert [change.old and change.old["value"] for change in changes] == [45, None, 30, None]


async def test_a_pack_that_claims_the_days_of_a_value_entered_here_is_refused_whole(
    house: House, tmp_path: Path
) -> None:
    async with house.write() as unit:
        await publish.publish(unit, LIBRARY, only=RULES)
        own = parameter_edits.Entry("health.notice_days", 20, date(2026, 6, 1), source=CITED)
        await parameter_edits.put(unit, own)
    other = _copy(tmp_path / "other")
    file = other / "parameters.yaml"
    head, _, tail = file.read_text().partition("      - from: 2026-01-01\n        value: 30\n")
    file.write_text(f"{head}      - from: 2026-01-01\n        to: 2026-12-31\n        value: 30\n{tail}")
    with pytest.raises(InvalidInput, match=r"health.notice_days.*重叠"):
        async with house.write() as unit:
            await publish.publish(unit, other, only=RULES)
    async with house.read() as unit:
        assert (await rulebook.basis(unit)).parameters.at(date(2026, 2, 1))["health.notice_days"] == 30
