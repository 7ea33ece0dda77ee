"""Scans: who is found, what ends, what a human settled, and what one bad rule may not do."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import made
import pytest
from sqlalchemy import select, update

from service.access.unit import House
from service.clock import SetClock
from service.engine import rule_scan, scan
from service.engine.preview import preview
from service.errors import Conflict, InvalidInput
from service.tables import findings, residents, rule_versions, scan_rules

TODAY = date(2026, 11, 23)
EIGHTY = date(1946, 11, 23)


async def _scan(house: House, as_of: date = TODAY, *, wait: bool = True) -> scan.Scan:
    """A scan of `as_of`; with `wait` the clock moves on to that day first."""
    assert isinstance(house.clock, SetClock)
    if wait:
        house.clock.instant += max(as_of - house.clock.today(), timedelta())
    async with house.write() as unit:
        scan_id = await scan.begin(unit, as_of=as_of, whole=True)  # tests write past the ledger
    return await scan.run(house, scan_id)


async def _rows(house: House, *columns: Any) -> list[tuple[Any, ...]]:
    async with house.read() as unit:
        rows = await unit.connection.execute(select(*columns).order_by(findings.c.finding_id))
        return [tuple(row) for row in rows]


async def _people(house: House, **rule: str) -> dict[str, int]:
    async with house.write() as unit:
        await made.rule_version(unit, **rule)
        home = await made.household(unit)
        return {
            "eighty": await made.resident(unit, "陈一", birth_date=EIGHTY, household_id=home),
            "tomorrow": await made.resident(unit, "陈二", birth_date=EIGHTY + timedelta(days=1)),
            "unborn": await made.resident(unit, "陈三", birth_date=None),
            "dead": await made.resident(unit, "陈四", birth_date=date(1930, 1, 1), death_on=date(2026, 1, 1)),
            "old": await made.resident(unit, "陈五", birth_date=date(1920, 2, 29)),
        }


async def test_a_scan_finds_who_matches_and_counts_who_cannot_be_decided(house: House) -> None:
    people = await _people(house)
    result = await _scan(house)
    (rule,) = result.rules
    assert (result.state, rule.matched, rule.unknown, rule.opened) == ("done", 2, 1, 2)
    assert rule.missing == {"出生日期": 1}
    found = await _rows(house, findings.c.subject_id, findings.c.target_kind, findings.c.due_on)
    assert found == [
        (people["eighty"], "household", date(2026, 11, 30)),
        (people["old"], "resident", date(2026, 11, 30)),
    ]


async def test_scanning_again_changes_nothing(house: House) -> None:
    await _people(house)
    await _scan(house)
    before = await _rows(house, findings)
    again = await _scan(house)
    assert again.rules[0].opened == 0
    assert await _rows(house, findings) == before


async def test_the_next_day_finds_whoever_had_a_birthday(house: House) -> None:
    people = await _people(house)
    await _scan(house)
    await _scan(house, TODAY + timedelta(days=1))
    subjects = await _rows(house, findings.c.subject_id, findings.c.since_on)
    assert (people["tomorrow"], TODAY + timedelta(days=1)) in subjects


async def test_what_is_done_is_resolved_and_who_died_is_withdrawn(house: House) -> None:
    people = await _people(house)
    await _scan(house)
    async with house.write() as unit:
        for person, values in (("eighty", {"birth_date": date(1990, 1, 1)}), ("old", {"death_on": TODAY})):
            await unit.connection.execute(
                update(residents).where(residents.c.resident_id == people[person]).values(**values)
            )
    result = await _scan(house)
    assert (result.rules[0].resolved, result.rules[0].withdrawn) == (1, 1)
    assert await _rows(house, findings.c.clearing, findings.c.cleared_on) == [
        ("resolved", TODAY),
        ("withdrawn", TODAY),
    ]


async def test_a_finding_that_became_undecidable_stays_open(house: House) -> None:
    people = await _people(house)
    await _scan(house)
    async with house.write() as unit:
        await unit.connection.execute(
            update(residents).where(residents.c.resident_id == people["eighty"]).values(birth_date=None)
        )
    result = await _scan(house)
    assert (result.rules[0].resolved, result.rules[0].withdrawn, result.rules[0].unknown) == (0, 0, 2)
    assert await _rows(house, findings.c.verdict, findings.c.cleared_on) == [
        ("unknown", None),
        ("match", None),
    ]


async def test_what_a_person_settled_stays_settled(house: House) -> None:
    await _people(house)
    await _scan(house)
    async with house.write() as unit:
        await unit.connection.execute(update(findings).values(outcome="declined", settled_on=TODAY))
    await _scan(house, TODAY + timedelta(days=400))
    assert await _rows(house, findings.c.outcome, findings.c.cleared_on) == [
        ("declined", None),
        ("declined", None),
        (None, None),  # the one whose birthday came in between
    ]


async def test_a_settled_finding_is_opened_anew_when_its_quiet_time_is_over(house: House) -> None:
    await _people(house)
    await _scan(house)
    quiet = TODAY + timedelta(days=30)
    async with house.write() as unit:
        await unit.connection.execute(
            update(findings).values(outcome="done", settled_on=TODAY, quiet_until=quiet)
        )
    await _scan(house, quiet - timedelta(days=1))
    assert len(await _rows(house, findings.c.finding_id)) == 3
    await _scan(house, quiet)
    open_ones = [
        row for row in await _rows(house, findings.c.outcome, findings.c.cleared_on) if row[1] is None
    ]
    assert open_ones == [(None, None)] * 3


async def test_a_rule_that_fails_keeps_its_findings_and_stops_no_other(house: House) -> None:
    await _people(house)
    await _scan(house)
    async with house.write() as unit:
        await made.rule_version(unit, "second-rule")
        broken = made.RULE.format(rule="test-rule", again="never", done="").replace(
            "birth_date)", "no_such_field)"
        )
        await unit.connection.execute(
            update(rule_versions).where(rule_versions.c.rule == "test-rule").values(document=broken)
        )
    result = await _scan(house)
    states = {rule.rule: rule.state for rule in result.rules}
    assert (result.state, states) == ("incomplete", {"second-rule": "done", "test-rule": "failed"})
    assert "no_such_field" in (result.rules[1].error or "")
    assert [row[0] for row in await _rows(house, findings.c.rule)] == ["test-rule"] * 2 + ["second-rule"] * 2


async def test_a_rule_out_of_force_withdraws_its_findings(house: House) -> None:
    await _people(house)
    await _scan(house)
    async with house.write() as unit:
        await unit.connection.execute(update(rule_versions).values(effective_to=TODAY - timedelta(days=1)))
    result = await _scan(house)
    assert result.rules[0].withdrawn == 2


async def test_a_retired_rule_withdraws_its_findings(house: House) -> None:
    await _people(house)
    await _scan(house)
    async with house.write() as unit:
        await unit.connection.execute(update(rule_versions).values(state="retired"))
    await _scan(house)
    assert await _rows(house, findings.c.clearing) == [("withdrawn",), ("withdrawn",)]


async def test_a_scan_that_was_cut_off_goes_on_with_the_rules_that_are_left(house: House) -> None:
    await _people(house)
    async with house.write() as unit:
        await made.rule_version(unit, "second-rule")
        scan_id = await scan.begin(unit, as_of=TODAY)
        await made.row(unit, scan_rules, scan_id=scan_id, rule="second-rule", state="done", milliseconds=1)
    async with house.read() as unit:
        assert await scan.unfinished(unit) == [scan_id]
    result = await scan.run(house, scan_id)
    assert {rule.rule for rule in result.rules} == {"second-rule", "test-rule"}
    assert {row[0] for row in await _rows(house, findings.c.rule)} == {"test-rule"}
    async with house.read() as unit:
        assert await scan.unfinished(unit) == []


async def test_a_rule_that_asks_makes_a_finding_of_what_it_cannot_decide(house: House) -> None:
    people = await _people(house)
    async with house.write() as unit:
        asking = made.RULE.format(rule="test-rule", again="never", done="").replace(
            "unknown: count", "unknown: ask"
        )
        await unit.connection.execute(update(rule_versions).values(document=asking))
    await _scan(house)
    assert (people["unborn"], "unknown") in await _rows(house, findings.c.subject_id, findings.c.verdict)


async def test_a_day_to_come_is_previewed_and_nothing_is_kept(house: House) -> None:
    await _people(house)
    await _scan(house)
    before = await _rows(house, findings)
    async with house.read() as unit:
        assert not await scan.keeps(unit, TODAY + timedelta(days=1))
        told = await preview(unit, as_of=TODAY + timedelta(days=1))
    assert (told.state, told.rules[0].matched, told.rules[0].unknown) == ("preview", 3, 1)
    assert await _rows(house, findings) == before
    with pytest.raises(InvalidInput):
        await _scan(house, TODAY + timedelta(days=1), wait=False)


async def test_a_day_before_the_newest_scan_is_only_previewed(house: House) -> None:
    await _people(house)
    await _scan(house)
    async with house.read() as unit:
        assert not await scan.keeps(unit, TODAY - timedelta(days=1))
        assert await scan.keeps(unit, TODAY)


async def test_without_any_rule_a_scan_says_what_to_do(house: House) -> None:
    with pytest.raises(Conflict, match="rules load"):
        await _scan(house)


async def test_a_rule_that_fails_for_an_unforeseen_reason_stops_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _people(house)
    async with house.write() as unit:
        await made.rule_version(unit, "second-rule")

    async def fails(*_: Any) -> dict[str, int]:
        raise KeyError("a bug")

    monkeypatch.setattr(rule_scan, "missing_counts", fails)
    result = await _scan(house)
    assert {rule.state for rule in result.rules} == {"failed"}
    assert len(result.rules) == 2
    assert await _rows(house, findings) == []


async def test_what_others_may_settle_first_waits_unless_it_is_urgent(house: House) -> None:
    people = await _people(house)
    held = made.RULE.format(rule="test-rule", again="never", done="").replace(
        "due: {working_days: 5}",
        "due: {working_days: 3}\nfirst: {enterprise: {working_days: 5}}\n"
        'grades: {urgent: "age(resident.birth_date) >= 100"}',
    )
    async with house.write() as unit:
        await unit.connection.execute(update(rule_versions).values(document=held))
    await _scan(house)
    columns = (findings.c.subject_id, findings.c.visit_from, findings.c.due_on)
    assert await _rows(house, *columns) == [
        (people["eighty"], date(2026, 11, 30), date(2026, 12, 3)),
        (people["old"], None, date(2026, 11, 26)),
    ]
    async with house.write() as unit:
        await unit.connection.execute(update(residents).values(birth_date=date(1900, 1, 1)))
    tomorrow = TODAY + timedelta(days=1)
    await _scan(house, tomorrow)
    assert (await _rows(house, *columns))[0] == (people["eighty"], None, date(2026, 11, 27))


async def test_two_processes_on_one_scan_do_each_rule_once(house: House) -> None:
    await _people(house)
    async with house.write() as unit:
        for number in range(4):
            await made.rule_version(unit, f"rule-{number}")
        scan_id = await scan.begin(unit, as_of=TODAY)
    both = await asyncio.gather(scan.run(house, scan_id), scan.run(house, scan_id))
    async with house.read() as unit:
        final = await scan.get(unit, scan_id)
    assert [one.state for one in both] == ["done", "done"]
    assert [(rule.state, rule.opened) for rule in final.rules] == [("done", 2)] * 5
