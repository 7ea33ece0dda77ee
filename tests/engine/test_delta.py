"""Deltas: whom a scan judges after a change, a day, a new version, and what it leaves alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import made
import pytest
from sqlalchemy import delete, insert, select, update

from service.access.unit import House
from service.clock import SetClock
from service.engine import scan
from service.engine.scan import RuleResult
from service.engine.verify import verify
from service.records.changesets import correct, open_changeset
from service.tables import (
    changes,
    changesets,
    findings,
    pending_targets,
    residents,
    rule_versions,
    tasks,
    undecided,
)

TODAY = date(2026, 11, 23)
EIGHTY = date(1946, 11, 23)


async def _scan(house: House, days: int = 0, *, whole: bool = False) -> scan.Scan:
    assert isinstance(house.clock, SetClock)
    house.clock.instant += timedelta(days=days)
    async with house.write() as unit:
        scan_id = await scan.begin(unit, as_of=unit.today, whole=whole)
    return await scan.run(house, scan_id)


async def _rule(house: House, days: int = 0) -> RuleResult | None:
    """What a scan did for the one rule; None where it had nobody to judge."""
    done = await _scan(house, days)
    assert done.state == "done"
    return done.rules[0] if done.rules else None


async def _town(house: House, number: int = 3, **rule: Any) -> list[int]:
    async with house.write() as unit:
        await made.rule_version(unit, **rule)
        return [
            await made.resident(unit, f"陈{i}", birth_date=EIGHTY - timedelta(days=i), household_id=None)
            for i in range(number)
        ]


async def _correct(house: House, resident_id: int, **values: Any) -> None:
    async with house.write() as unit:
        await correct(unit, "resident", resident_id, values, observed_on=TODAY)


async def _open(house: House) -> set[int]:
    async with house.read() as unit:
        rows = await unit.connection.execute(
            select(findings.c.subject_id).where(findings.c.cleared_on.is_(None))
        )
        return set(rows.scalars())


async def test_the_first_scan_of_a_rule_judges_everyone_and_the_next_nobody(house: House) -> None:
    await _town(house)
    first, second = await _rule(house), await _scan(house)
    assert first is not None
    assert (first.mode, first.why_full, first.opened) == ("full", "first", 3)
    assert (second.rules, second.untouched, second.state) == ([], 1, "done")


async def test_a_correction_has_only_that_subject_judged(house: House) -> None:
    people = await _town(house)
    await _scan(house)
    await _correct(house, people[0], birth_date=date(1990, 1, 1))
    result = await _rule(house)
    assert result is not None
    assert (result.mode, result.candidates, result.resolved, result.opened) == ("delta", 1, 1, 0)
    assert await _open(house) == set(people[1:])


async def test_a_field_the_rule_does_not_read_has_nobody_judged(house: House) -> None:
    people = await _town(house)
    await _scan(house)
    await _correct(house, people[0], sex="2")
    assert await _rule(house) is None


async def test_a_day_has_those_judged_whose_birthday_came(house: House) -> None:
    async with house.write() as unit:
        await made.rule_version(unit)
        soon = await made.resident(unit, "陈一", birth_date=EIGHTY + timedelta(days=2))
        await made.resident(unit, "陈二", birth_date=EIGHTY + timedelta(days=30))
        await made.resident(unit, "陈三", birth_date=date(1990, 5, 5))
    await _scan(house)
    one, two = await _rule(house, 1), await _rule(house, 1)
    assert one is None
    assert two is not None
    assert (two.mode, two.candidates, two.opened) == ("delta", 1, 1)
    assert await _open(house) == {soon}


async def test_another_version_has_everyone_judged(house: House) -> None:
    await _town(house)
    await _scan(house)
    async with house.write() as unit:
        await unit.connection.execute(update(rule_versions).values(state="retired"))
        await made.rule_version(unit, version=2)
    result = await _rule(house)
    assert result is not None
    assert (result.mode, result.why_full, result.updated) == ("full", "version", 3)


async def test_a_version_about_others_withdraws_what_was_found_of_those_before(house: House) -> None:
    people = await _town(house)
    await _scan(house)
    async with house.write() as unit:
        await unit.connection.execute(update(rule_versions).values(state="retired"))
        version = await made.rule_version(unit, version=2)
        document = (
            made.RULE.format(rule="test-rule", again="never", done="")
            .replace("subject: resident", "subject: household")
            .replace("applies: resident.death_on == null", "applies: 'true'")
            .replace("age(resident.birth_date) >= 80", "household.number == 'H1'")
            .replace("visit: resident.household", "visit: household")
            .replace("{resident.name}", "一户")
        )
        newest = update(rule_versions).where(rule_versions.c.version_id == version)
        await unit.connection.execute(newest.values(document=document))
        home = await made.household(unit)
    result = await _rule(house)
    assert result is not None
    assert (result.why_full, result.withdrawn, result.opened) == ("version", 3, 1)
    assert (await verify(house)).equal
    async with house.read() as unit:
        f = findings.c
        rows = await unit.connection.execute(
            select(f.subject_kind, f.subject_id, f.clearing).order_by(f.finding_id)
        )
        found = [tuple(row) for row in rows]
    assert found == [*(("resident", person, "withdrawn") for person in people), ("household", home, None)]


async def test_the_same_condition_asked_otherwise_has_everyone_judged(house: House) -> None:
    await _town(house)
    await _scan(house)
    async with house.write() as unit:
        document = made.RULE.format(rule="test-rule", again="never", done="").replace(">= 80", ">= 81")
        await unit.connection.execute(update(rule_versions).values(document=document))
    result = await _rule(house)
    assert result is not None
    assert (result.why_full, result.resolved) == ("question", 3)


async def test_a_changeset_that_lists_nothing_has_everyone_judged(house: House) -> None:
    people = await _town(house)
    await _scan(house)
    async with house.write() as unit:
        changeset_id = await open_changeset(unit, "import")
        await unit.connection.execute(
            update(changesets).where(changesets.c.changeset_id == changeset_id).values(whole=True)
        )
        await unit.connection.execute(
            update(residents).where(residents.c.resident_id == people[0]).values(birth_date=None)
        )
    result = await _rule(house)
    assert result is not None
    assert (result.why_full, result.unknown) == ("whole", 1)


async def test_a_rule_that_failed_makes_up_for_what_it_missed(house: House) -> None:
    people = await _town(house)
    await _scan(house)
    await _correct(house, people[0], birth_date=date(1990, 1, 1))
    async with house.write() as unit:
        (good,) = (await unit.connection.execute(select(rule_versions.c.document))).scalars()
        await unit.connection.execute(
            update(rule_versions).values(document=good.replace("birth_date)", "no_such_field)"))
        )
    assert (await _scan(house)).rules[0].state == "failed"
    async with house.write() as unit:
        await unit.connection.execute(update(rule_versions).values(document=good))
    result = await _rule(house)
    assert result is not None
    assert (result.mode, result.candidates, result.resolved) == ("delta", 1, 1)


async def test_a_scan_of_one_rule_leaves_the_changes_to_the_others(house: House) -> None:
    people = await _town(house)
    async with house.write() as unit:
        await made.rule_version(unit, "second-rule")
    await _scan(house)
    await _correct(house, people[0], birth_date=date(1990, 1, 1))
    async with house.write() as unit:
        scan_id = await scan.begin(unit, as_of=unit.today, only_rule="test-rule")
    alone = await scan.run(house, scan_id)
    async with house.read() as unit:
        assert await scan.behind(unit), "the other rules have not seen it"
    then = await _scan(house)
    async with house.read() as unit:
        assert not await scan.behind(unit)
    assert [(rule.rule, rule.resolved) for rule in alone.rules] == [("test-rule", 1)]
    assert [(rule.rule, rule.resolved) for rule in then.rules] == [("second-rule", 1)]


async def test_who_moves_house_is_in_the_queue_of_tasks_though_no_rule_reads_the_address(
    house: House,
) -> None:
    people = await _town(house)
    await _scan(house)
    async with house.write() as unit:
        await unit.connection.execute(delete(pending_targets))
        await made.row(
            unit,
            tasks,
            target_kind="resident",
            target_id=people[1],
            grade="normal",
            state="waiting",
            opened_on=TODAY,
        )
    await _correct(house, people[0], address="解放路 1 号")
    await _correct(house, people[1], address="解放路 2 号")
    assert await _rule(house) is None
    async with house.read() as unit:
        queued = await unit.connection.execute(
            select(pending_targets.c.target_kind, pending_targets.c.target_id)
        )
        assert [tuple(row) for row in queued] == [("resident", people[1])]


async def test_what_is_missing_of_whom_is_kept_as_it_changes(house: House) -> None:
    people = await _town(house)
    await _correct(house, people[0], birth_date=None)
    await _scan(house)

    async def noted() -> list[tuple[int, str]]:
        async with house.read() as unit:
            rows = await unit.connection.execute(
                select(undecided.c.subject_id, undecided.c.fact).order_by(undecided.c.fact)
            )
            return [tuple(row) for row in rows]

    before = await noted()
    await _correct(house, people[0], birth_date=EIGHTY)
    result = await _rule(house)
    assert before == [(people[0], ""), (people[0], "出生日期")]
    assert await noted() == []
    assert result is not None
    assert result.opened == 1


@pytest.mark.parametrize(("source", "again"), [("visit", 0), ("import", 1)])
async def test_a_wrong_fact_stays_quiet_until_somebody_else_changes_it(
    house: House, source: str, again: int
) -> None:
    people = await _town(house)
    await _scan(house)
    async with house.write() as unit:
        await unit.connection.execute(
            update(findings)
            .where(findings.c.subject_id == people[0])
            .values(outcome="not_eligible", settled_on=TODAY)
        )
        changeset_id = await open_changeset(unit, source)
        await unit.connection.execute(
            insert(changes).values(
                changeset_id=changeset_id, entity="resident", record_id=people[0], field="birth_date"
            )
        )
    result = await _rule(house)
    assert result is not None
    assert (result.candidates, result.opened) == (1, again)
