"""Forecasts: what is told of a day is what scans day by day would open, if no record changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import made
import pytest
from sqlalchemy import select, update

from bench.filling import fill
from bench.made_city import City, Sizes
from rules import LIBRARY
from rules.files.documents import Cited
from service.access.unit import House, Unit
from service.clock import SetClock
from service.engine import forecast, parameter_edits, parameters, publish, scan
from service.engine.parameter_edits import Described, Entry
from service.errors import Conflict, NotFound
from service.tables import (
    certificates,
    enrolments,
    findings,
    forecast_rules,
    forecasts,
    residents,
    rule_versions,
)
from service.tables.places import division_of
from tests.rules.effort import DEEP

TODAY = date(2026, 11, 23)
EIGHTY = date(1946, 11, 23)
SHIPPED = (
    "elder-visits", "health-certificate-food", "residence-permit-endorsement",
)  # fmt: skip
Counts = dict[tuple[str, date, str], int]


def _days(number: int) -> timedelta:
    return timedelta(days=number)


async def _scan(house: House, days: int = 0) -> None:
    assert isinstance(house.clock, SetClock)
    house.clock.instant += _days(days)
    async with house.write() as unit:
        scan_id = await scan.begin(unit, as_of=unit.today)
    await scan.run(house, scan_id)


async def _told(house: House) -> Counts:
    async with house.read() as unit:
        rows = await unit.connection.execute(select(forecasts))
        return {(row.rule, row.day, row.division_code): row.expected for row in rows}


async def _heads(house: House) -> dict[str, Any]:
    async with house.read() as unit:
        return {row.rule: row for row in await unit.connection.execute(select(forecast_rules))}


async def _opened_by_scans(house: House, days: int) -> Counts:
    """What scans of each of the next days open."""
    for _ in range(days):
        await _scan(house, 1)
    f = findings.c
    opened = select(f.rule, f.since_on, division_of(f.target_kind, f.target_id)).where(f.since_on > TODAY)
    async with house.read() as unit:
        return dict(Counter((row[0], row[1], row[2]) for row in await unit.connection.execute(opened)))


async def _assert_told_rightly(house: House, days: int) -> Counts:
    """The forecast of the first days is what the scans of those days do; gives it."""
    await forecast.bring_up(house, anew=True)
    told = {key: count for key, count in (await _told(house)).items() if key[1] <= TODAY + _days(days)}
    assert told == await _opened_by_scans(house, days)
    return told


async def _rule(unit: Unit, rule: str = "test-rule", when: str = "", **lines: str) -> int:
    """A rule in force, with these lines of its document put in the place of those of `made.RULE`."""
    version_id = await made.rule_version(unit, rule)
    text = made.RULE.format(rule=rule, again="never", done="")
    for name, value in {**lines, **({"when": when} if when else {})}.items():
        (line,) = (line for line in text.splitlines() if line.startswith(f"{name}:"))
        text = text.replace(line, f"{name}: {value}")
    changed = update(rule_versions).where(rule_versions.c.version_id == version_id)
    await unit.connection.execute(changed.values(document=text))
    return version_id


async def _turns_eighty(unit: Unit, in_days: int, **values: Any) -> int:
    return await made.resident(unit, birth_date=EIGHTY + _days(in_days), **values)


async def test_a_birthday_to_come_is_told_on_its_day_where_the_person_lives_and_nobody_else_is_judged(
    house: House,
) -> None:
    async with house.write() as unit:
        await _rule(unit, visit="resident")
        for days in (-400, 0, 3, 31):
            await _turns_eighty(unit, days)
        await _turns_eighty(unit, 3, grid_code=made.OTHER_GRID)
        await _turns_eighty(unit, 30, grid_code=None)
        for number in range(20):
            await made.resident(unit, birth_date=date(1990, 5, 5) + _days(number))
    await _scan(house)
    made_now = await forecast.bring_up(house)
    rule = "test-rule"
    assert made_now == [rule]
    assert await _told(house) == {
        (rule, TODAY + _days(3), made.GRID): 1,
        (rule, TODAY + _days(3), made.OTHER_GRID): 1,
        (rule, TODAY + _days(30), made.COMMUNITY): 1,
    }
    head = (await _heads(house))[rule]
    assert (head.judged, head.whole_days, head.error) == (3, 0, None)


async def test_what_is_resolved_on_one_day_and_matches_again_on_another_is_told_again(house: House) -> None:
    async with house.write() as unit:
        await _rule(unit, when="resident.live_since in [today, today - days(4)]")
        await made.resident(unit, live_since=TODAY)
        await made.resident(unit, live_since=TODAY + _days(2))
    await _scan(house)
    told = await _assert_told_rightly(house, 6)
    assert {key[1]: count for key, count in told.items()} == {
        TODAY + _days(2): 1, TODAY + _days(4): 1, TODAY + _days(6): 1,
    }  # fmt: skip


async def test_who_was_settled_is_told_again_when_the_quiet_time_is_over(house: House) -> None:
    async with house.write() as unit:
        await _rule(unit)
        people = [await _turns_eighty(unit, -number) for number in range(4)]
    await _scan(house)
    f = findings.c
    async with house.write() as unit:
        for person, quiet in zip(people, (5, 40, None, None), strict=True):
            until = None if quiet is None else TODAY + _days(quiet)
            values: dict[str, Any] = {"quiet_until": until, "outcome": "declined", "settled_on": TODAY}
            mine = update(findings).where(f.subject_id == person)
            await unit.connection.execute(mine.values(**values))
        gone = {"cleared_on": TODAY, "clearing": "withdrawn", "quiet_until": TODAY + _days(3)}
        await unit.connection.execute(update(findings).where(f.subject_id == people[3]).values(**gone))
    told = await _assert_told_rightly(house, 7)
    assert {key[1]: count for key, count in told.items()} == {TODAY + _days(3): 1, TODAY + _days(5): 1}


async def test_a_parameter_that_changes_meanwhile_is_told_with_its_new_value_from_its_day(
    house: House,
) -> None:
    cited = Cited(law="某办法", article="第三条", date="2026", verified_on=date(2026, 1, 5))
    async with house.write() as unit:
        for start, age in ((date(2026, 1, 1), 80), (TODAY + _days(4), 79)):
            described = Described("起始年龄", "int", "周岁")
            await parameter_edits.put(
                unit, Entry("elders.age", age, start, source=cited, described=described)
            )
        end = TODAY + _days(8)
        (last,) = [value for value in await parameters.page(unit) if value.value == 79]
        await parameter_edits.end(unit, last.parameter_id, last.version, end)
        await _rule(unit, when='age(resident.birth_date) >= param("elders.age")')
        for days in (2, 6, 20, 40, 300, 368, 371):
            await _turns_eighty(unit, days)
    await _scan(house)
    told = await _assert_told_rightly(house, 9)
    assert {key[1]: count for key, count in told.items()} == {
        TODAY + _days(2): 1, TODAY + _days(4): 5, TODAY + _days(6): 1,
    }  # fmt: skip
    assert "起不能推算" in (await _heads(house))["test-rule"].error


async def test_a_rule_that_begins_finds_everyone_and_one_that_ends_nobody(house: House) -> None:
    v = rule_versions.c
    async with house.write() as unit:
        begins, ends = await _rule(unit, "begins"), await _rule(unit, "ends")
        start = update(rule_versions).where(v.version_id == begins)
        await unit.connection.execute(start.values(effective_from=TODAY + _days(3)))
        end = update(rule_versions).where(v.version_id == ends)
        await unit.connection.execute(end.values(effective_to=TODAY + _days(3)))
        for days in (-50, -5, 2, 5):
            await _turns_eighty(unit, days)
    await _scan(house)
    told = await _assert_told_rightly(house, 6)
    assert {key[:2]: count for key, count in told.items()} == {
        ("ends", TODAY + _days(2)): 1, ("begins", TODAY + _days(3)): 3, ("begins", TODAY + _days(5)): 1,
    }  # fmt: skip
    assert {rule: head.whole_days for rule, head in (await _heads(house)).items()} == {"begins": 1, "ends": 0}


async def test_a_rule_that_fails_is_told_and_stops_no_other(house: House) -> None:
    async with house.write() as unit:
        await _rule(unit, "a-good-one")
        broken = await _rule(unit, "broken")
        await _turns_eighty(unit, 3)
    await _scan(house)
    async with house.write() as unit:
        changed = update(rule_versions).where(rule_versions.c.version_id == broken)
        await unit.connection.execute(changed.values(document="rule: broken"))
    await forecast.bring_up(house)
    heads = await _heads(house)
    assert heads["a-good-one"].error is None
    assert "不能推算" in heads["broken"].error
    assert [key[0] for key in await _told(house)] == ["a-good-one"]


async def test_a_forecast_is_kept_until_there_is_a_scan_of_another_day(house: House) -> None:
    with pytest.raises(Conflict):
        await forecast.bring_up(house)
    async with house.write() as unit:
        await _rule(unit)
        await _turns_eighty(unit, 3)
    await _scan(house)
    rule = "test-rule"
    assert await forecast.bring_up(house) == [rule]
    assert await forecast.bring_up(house) == []
    await _scan(house)
    assert await forecast.bring_up(house) == []
    assert await forecast.bring_up(house, anew=True) == [rule]
    with pytest.raises(NotFound):
        await forecast.bring_up(house, only_rule="no-such-rule")
    await _scan(house, 1)
    assert await forecast.bring_up(house, only_rule=rule) == [rule]
    async with house.write() as unit:
        await unit.connection.execute(update(rule_versions).values(state="retired"))
    await forecast.bring_up(house)
    assert (await _told(house), await _heads(house)) == ({}, {})


async def test_rows_written_in_several_transactions_are_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house.write() as unit:
        await _rule(unit)
        for days in (3, 9, 9, 27):
            await _turns_eighty(unit, days, grid_code=f"{made.COMMUNITY}00{days % 4}")
    await _scan(house)
    await forecast.bring_up(house)
    whole = await _told(house)
    monkeypatch.setattr(forecast, "CHUNK", 1)
    await forecast.bring_up(house, anew=True)
    assert await _told(house) == whole
    assert len(whole) == 3
    assert (await _heads(house))["test-rule"].made_at is not None


def _atoms(chance: Random, unknown: bool) -> Iterator[str]:
    """Conditions on days, of every kind the windows know, about a person and what hangs on the person."""
    near, far = chance.randint(0, 8), chance.randint(0, 40)
    yield f"age(resident.birth_date) >= {chance.choice([79, 80])}"
    yield f"resident.live_since in [today, today - days({near}), today - days({far})]"
    yield f"anniversary_in(resident.birth_date, today, today + days({near}))"
    yield f"resident.live_since >= start_of_month(today - days({near}))"
    sign = chance.choice(["<", ">="])
    yield f'resident.certificates.exists(c, c.kind == "A" && c.valid_to {sign} today + days({near}))'
    yield f"!resident.enrolments.exists(e, e.started_on <= today && e.revisit_on > today - days({near}))"
    yield f"resident.enrolments.filter(e, e.revisit_on <= today + days({near})).size() >= 1"
    yield f'today {chance.choice([">=", "<"])} date("{TODAY + _days(near)}")'
    if unknown:
        yield "resident.unemployed_on <= today - days(3)"


def _document(chance: Random) -> dict[str, str]:
    parts = [chance.sample(list(_atoms(chance, unknown)), 2) for unknown in (True, False)]
    joined = [f" {chance.choice(['&&', '||'])} ".join(part) for part in parts]
    wrapped = [f"({text})" if chance.random() < 0.7 else f"!({text})" for text in joined]
    applies = chance.choice(["resident.death_on == null", wrapped[1]])
    return {"when": f"'{wrapped[0]}'", "applies": f"'{applies}'", "unknown": chance.choice(["count", "ask"])}


async def _people(unit: Unit, chance: Random, number: int) -> None:
    """People whose days lie around today, some of them missing."""

    def day(base: date = TODAY) -> date | None:
        return None if chance.random() < 0.15 else base + _days(chance.randint(-12, 14))

    for _ in range(number):
        person = await made.resident(
            unit, birth_date=day(EIGHTY), live_since=day(), unemployed_on=day(), household_id=None,
            grid_code=chance.choice([made.GRID, made.OTHER_GRID, None]),
        )  # fmt: skip
        for _ in range(chance.randint(0, 2)):
            row = {"resident_id": person, "kind": chance.choice(["A", "B"]), "number": str(chance.random())}
            await made.row(unit, certificates, **row, valid_to=day())
        for policy in chance.sample(["DIBAO", "EDGE"], chance.randint(0, 2)):
            enrolled = {"resident_id": person, "policy": policy, "state": "candidate"}
            await made.row(unit, enrolments, **enrolled, started_on=day(), revisit_on=day())


async def _settle(unit: Unit, chance: Random) -> None:
    """What people decided of some of the findings: quiet for ever or for some days, open or withdrawn."""
    f = findings.c
    keys = list((await unit.connection.execute(select(f.finding_id).order_by(f.finding_id))).scalars())
    for key in chance.sample(keys, len(keys) // 2):
        until = chance.choice([None, TODAY + _days(chance.randint(1, 9))])
        values: dict[str, Any] = {"outcome": "declined", "settled_on": TODAY, "quiet_until": until}
        if chance.random() < 0.3:
            values |= {"cleared_on": TODAY, "clearing": "withdrawn"}
        await unit.connection.execute(update(findings).where(f.finding_id == key).values(**values))


SEEDS = range(1, 1 + DEEP)
"""One town in a usual run, more of them in a deep one (docs/contributing.md)."""


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_told_of_a_day_is_what_scans_day_by_day_open(house: House, seed: int) -> None:
    chance = Random(seed)
    async with house.write() as unit:
        for number in range(5):
            await _rule(unit, f"rule-{number}", **_document(chance))
        await _people(unit, chance, 20)
    await _scan(house)
    async with house.write() as unit:
        await _settle(unit, chance)
    told = await _assert_told_rightly(house, 6)
    assert len({key[0] for key in told}) >= 3, told
    assert len({key[1] for key in told}) >= 4, told


async def test_shipped_rules_are_told_as_scans_of_the_next_days_find(house: House) -> None:
    await fill(City(Sizes(5_000), TODAY), [house.database])
    async with house.write() as unit:
        await publish.publish(unit, LIBRARY, SHIPPED)
    await _scan(house)
    told = await _assert_told_rightly(house, 2)
    assert len({key[0] for key in told}) >= 2, told
    heads = (await _heads(house)).values()
    assert {head.whole_days for head in heads} == {0}
    async with house.read() as unit:
        everybody = len((await unit.connection.execute(select(residents.c.resident_id))).all())
    assert sum(head.judged for head in heads) < everybody
