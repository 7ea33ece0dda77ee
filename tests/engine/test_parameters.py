"""Parameters at work: each division by its own values, each day by the values and versions of that day."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import made
import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from rules.files.documents import Cited
from service.access.unit import House
from service.clock import SetClock
from service.engine import explain, parameter_edits, parameter_history, publish, rulebook, scan
from service.engine.parameter_edits import Correction, Described, Entry
from service.engine.preview import preview
from service.errors import Conflict, Outdated
from service.tables import findings, parameters, residents, rule_versions

TODAY = date(2026, 11, 23)
AGE = "elders.from_age"
INCOME = "aid.limit"
CITED = Cited(law="某办法", article="第三条", date="2026", verified_on=date(2026, 1, 5))
KINDS = {AGE: Described("起始年龄", "int", "周岁"), INCOME: Described("低保标准", "decimal", "元")}
HANGZHOU, SHANGCHENG, GONGSHU = "330102003057", "330102", "330105"
OLD_ENOUGH = f'age(resident.birth_date) >= param("{AGE}")'
POOR = f'resident.household.income_pc_month < param("{INCOME}")'


async def _value(
    house: House, name: str, value: Any, start: date = date(2026, 1, 1), **more: Any
) -> parameter_edits.Value:
    entry = Entry(name, value, start, source=CITED, described=KINDS[name], **more)
    async with house.write() as unit:
        return await parameter_edits.put(unit, entry)


async def _rule(house: House, when: str = OLD_ENOUGH, **changed: str) -> None:
    text = made.RULE.format(rule="test-rule", again="never", done="").replace(
        "age(resident.birth_date) >= 80", when
    )
    for wrong, right in changed.items():
        text = text.replace(f"{wrong}: ", f"{wrong}: {right} # ")
    async with house.write() as unit:
        await made.rule_version(unit)
        await unit.connection.execute(update(rule_versions).values(document=text))


async def _people(house: House, **ages: tuple[int, str | None]) -> dict[str, int]:
    """Residents by name: completed years today, and the code of where they live."""
    async with house.write() as unit:
        return {
            name: await made.resident(
                unit, name, birth_date=TODAY.replace(year=TODAY.year - age), live_code=code
            )
            for name, (age, code) in ages.items()
        }


async def _scan(house: House) -> scan.RuleResult:
    async with house.write() as unit:
        # People are moved past the ledger here, so everyone is asked.
        scan_id = await scan.begin(unit, as_of=house.clock.today(), whole=True)
    (result,) = (await scan.run(house, scan_id)).rules
    return result


async def _open(house: House) -> set[int]:
    async with house.read() as unit:
        rows = await unit.connection.execute(
            select(findings.c.subject_id).where(findings.c.cleared_on.is_(None))
        )
        return set(rows.scalars())


async def test_each_division_is_judged_by_its_own_value(house: House) -> None:
    people = await _people(
        house,
        here=(70, HANGZHOU),
        there=(70, "330105001001"),
        elsewhere=(70, "330106001001"),
        nowhere=(70, None),
        older=(81, None),
    )
    await _rule(house)
    await _value(house, AGE, 80)
    await _value(house, AGE, 70, division=SHANGCHENG)
    await _value(house, AGE, 75, division="330102003")
    await _value(house, AGE, 65, division=GONGSHU)
    result = await _scan(house)
    assert (result.state, result.matched, result.unknown) == ("done", 2, 0)
    assert await _open(house) == {people["there"], people["older"]}
    async with house.read() as unit:
        version = (await rulebook.active(unit))[0]
        told = {
            name: (await explain.explain(unit, version, person, TODAY)).judgement.verdict
            for name, person in people.items()
        }
    assert told == {"here": "no", "there": "match", "elsewhere": "no", "nowhere": "no", "older": "match"}


async def test_who_moves_to_another_division_is_judged_by_its_value(house: House) -> None:
    people = await _people(house, one=(70, HANGZHOU))
    await _rule(house)
    await _value(house, AGE, 80)
    await _value(house, AGE, 70, division=SHANGCHENG)
    await _scan(house)
    assert await _open(house) == {people["one"]}
    async with house.write() as unit:
        await unit.connection.execute(update(residents).values(live_code="330105001001"))
    assert (await _scan(house)).resolved == 1


async def test_where_a_value_is_missing_nobody_is_judged_and_what_is_open_stays(house: House) -> None:
    people = await _people(
        house, here=(90, HANGZHOU), there=(90, "330105001001"), nowhere=(90, None), dead=(90, "330105001001")
    )
    async with house.write() as unit:
        await unit.connection.execute(
            update(residents).where(residents.c.resident_id == people["dead"]).values(death_on=TODAY)
        )
    await _rule(house, unknown="ask")
    everywhere = await _value(house, AGE, 80)
    await _value(house, AGE, 85, division=SHANGCHENG)
    assert (await _scan(house)).opened == 3
    async with house.write() as unit:
        there = findings.c.subject_id == people["there"]
        settled = {"outcome": "done", "settled_on": TODAY, "quiet_until": TODAY}
        await unit.connection.execute(update(findings).where(there).values(**settled))
        rows = await unit.connection.execute(select(findings).order_by(findings.c.finding_id))
        before = rows.all()
        nobody = Correction(None, None, CITED)
        await parameter_edits.correct(unit, everywhere.parameter_id, everywhere.version, nobody)
    newcomer = await _people(house, newcomer=(90, "330105001001"))
    result = await _scan(house)
    assert (result.state, result.matched, result.unknown) == ("done", 1, 3)
    assert result.missing == {"参数：起始年龄（该区划没有值）": 3}
    assert (result.opened, result.resolved, result.withdrawn) == (0, 0, 0)
    assert newcomer["newcomer"] not in await _open(house)
    async with house.read() as unit:
        after = (await unit.connection.execute(select(findings).order_by(findings.c.finding_id))).all()
    assert after == before


async def test_a_condition_of_whom_it_is_about_that_lacks_its_value_leaves_nobody_out(house: House) -> None:
    people = await _people(house, there=(90, "330105001001"), young=(10, "330105001001"))
    await _rule(house, "resident.name != null", applies=f"resident.death_on == null && {OLD_ENOUGH}")
    general = await _value(house, AGE, 80)
    await _value(house, AGE, 85, division=SHANGCHENG)
    await _scan(house)
    assert await _open(house) == {people["there"]}
    async with house.write() as unit:
        await parameter_edits.correct(unit, general.parameter_id, 1, Correction(None, None, CITED))
    result = await _scan(house)
    assert (result.unknown, result.withdrawn) == (2, 0)
    assert await _open(house) == {people["there"]}


async def test_a_rule_without_any_value_fails_with_its_name_and_day_and_keeps_its_findings(
    house: House,
) -> None:
    people = await _people(house, one=(90, HANGZHOU))
    await _rule(house, f"{OLD_ENOUGH} || {POOR}")
    age = await _value(house, AGE, 80)
    await _value(house, INCOME, 1200.5)
    await _scan(house)
    async with house.write() as unit:
        await made.rule_version(unit, "second-rule")
        await parameter_edits.end(unit, age.parameter_id, age.version, TODAY - timedelta(days=1))
        scan_id = await scan.begin(unit, as_of=TODAY)
    result = await scan.run(house, scan_id)
    assert {rule.rule: rule.state for rule in result.rules} == {"second-rule": "done", "test-rule": "failed"}
    (error,) = (rule.error for rule in result.rules if rule.rule == "test-rule")
    assert error is not None
    assert all(part in error for part in ("起始年龄", AGE, "2026-11-23"))
    assert "低保标准" not in error
    assert people["one"] in await _open(house)


async def test_an_unverified_value_is_used_by_no_scan(house: House) -> None:
    await _people(house, one=(70, HANGZHOU))
    await _rule(house)
    await _value(house, AGE, 80)
    memory = CITED.model_copy(update={"mark": "M"})
    async with house.write() as unit:
        for division, source in ((SHANGCHENG, None), ("3301", memory)):
            entry = Entry(AGE, 60, date(2026, 1, 1), division=division, source=source)
            assert not (await parameter_edits.put(unit, entry)).verified
    assert (await _scan(house)).matched == 0


async def test_a_stored_value_that_cannot_be_read_counts_as_empty_and_harms_no_other_rule(
    house: House,
) -> None:
    await _people(house, one=(90, HANGZHOU))
    await _rule(house)
    await _value(house, AGE, 80)
    async with house.write() as unit:
        await made.row(
            unit, parameters, name=AGE, label="起始年龄", kind="int", effective_from=date(2026, 3, 1),
            value={"not": "a value"}, source={}, recorded_at=unit.now,
        )  # fmt: skip
    assert (await _scan(house)).matched == 1


async def test_one_region_is_one_statement(house: House) -> None:
    await _people(house, one=(90, HANGZHOU))
    await _rule(house)
    await _value(house, AGE, 80)
    await _value(house, AGE, 80, division=SHANGCHENG)
    statements: list[str] = []

    def note(*given: Any) -> None:
        statements.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert (await _scan(house)).matched == 1
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert sum("INTO verdicts_now" in statement for statement in statements) == 1
    assert sum("FROM parameters" in statement for statement in statements) == 1


async def test_who_moves_while_the_regions_are_judged_is_judged_once(house: House) -> None:
    if house.database.url.drivername.startswith("sqlite"):
        pytest.skip("SQLite has one writer")
    people = await _people(house, one=(90, SHANGCHENG))
    await _rule(house)
    await _value(house, AGE, 80)
    await _value(house, AGE, 70, division=SHANGCHENG)
    assert (await _scan(house)).matched == 1
    moved: list[str] = []

    async def move() -> None:
        engine = create_async_engine(house.database.url)
        async with engine.begin() as connection:
            mine = residents.c.resident_id == people["one"]
            await connection.execute(update(residents).where(mine).values(live_code=GONGSHU))
        await engine.dispose()

    def judged(*given: Any) -> None:
        if "INTO verdicts_now" in given[2] and not moved:
            moved.append(given[2])
            with ThreadPoolExecutor() as another:
                another.submit(asyncio.run, move()).result()

    event.listen(Engine, "after_cursor_execute", judged)
    try:
        result = await _scan(house)
    finally:
        event.remove(Engine, "after_cursor_execute", judged)
    assert moved
    assert (result.matched, result.opened, result.resolved, result.withdrawn) == (1, 0, 0, 0)


PACK = """\
parameters:
  elders.from_age:
    label: 起始年龄
    kind: int
    values:
      - {from: 2026-01-01, value: 80, source: {law: 甲, article: 一, date: "2026", verified_on: 2026-01-05}}
      - {from: 2026-07-01, value: 85, source: {law: 乙, article: 一, date: "2026", verified_on: 2026-01-05}}
"""
DUTIES = """\
duties:
  - {duty: SG-2026-001, name: 探访, kind: main, department: 民政局, basis: 甲}
"""


async def test_three_past_days_have_three_truths(house: House, clock: SetClock, tmp_path: Path) -> None:
    """The age is raised on 1 July, and the rule asks for living alone from 1 October on."""
    people = await _people(house, eighty=(82, HANGZHOU), ninety=(90, HANGZHOU), alone=(90, HANGZHOU))
    async with house.write() as unit:
        alone = residents.c.resident_id == people["alone"]
        await unit.connection.execute(update(residents).where(alone).values(lives_alone=True))
        await unit.connection.execute(update(residents).where(~alone).values(lives_alone=False))
    (tmp_path / "parameters.yaml").write_text(PACK)
    (tmp_path / "duties.yml").write_text(DUTIES)
    first = made.RULE.format(rule="test-rule", again="never", done="").replace(
        "age(resident.birth_date) >= 80", OLD_ENOUGH
    )
    first = first.replace("today: 2026-11-23, given", "today: 2026-06-01, given").replace(
        "birth_date: 1946-11-23", "birth_date: 1946-06-01", 1
    )
    alone_too = first.replace(OLD_ENOUGH, f"{OLD_ENOUGH} && resident.lives_alone").replace(
        "birth_date: 1946-06-01", "birth_date: 1946-06-01, lives_alone: true", 1
    )
    for day, text in ((date(2026, 2, 1), first), (date(2026, 10, 1), alone_too)):
        clock.instant += day - clock.today()
        (tmp_path / "test-rule.yaml").write_text(text)
        async with house.write() as unit:
            assert (await publish.publish(unit, tmp_path)).held == {}
    clock.instant += TODAY - clock.today()
    truths = {}
    async with house.read() as unit:
        for day in (date(2026, 1, 15), date(2026, 6, 30), date(2026, 7, 1), date(2026, 10, 1)):
            (told,) = (await preview(unit, as_of=day)).rules
            assert told.state == "done", told.error
            version = await rulebook.rule_in_force(unit, "test-rule", day)
            explained = {
                name
                for name, person in people.items()
                if (await explain.explain(unit, version, person, day)).judgement.verdict == "match"
            }
            assert told.matched == len(explained)
            truths[day] = (version.version, explained)
    assert truths == {
        date(2026, 1, 15): (1, {"eighty", "ninety", "alone"}),
        date(2026, 6, 30): (1, {"eighty", "ninety", "alone"}),
        date(2026, 7, 1): (1, {"ninety", "alone"}),
        date(2026, 10, 1): (2, {"alone"}),
    }
    assert await _open(house) == set(), "a preview keeps nothing"


async def test_of_many_editors_at_once_one_is_heard_and_the_others_are_told(house: House) -> None:
    async def enter(number: int) -> object:
        entry = Entry(AGE, 60 + number, date(2026, 1, 1), source=CITED, described=KINDS[AGE])
        async with house.write() as unit:
            return await parameter_edits.put(unit, entry)

    async def correct(number: int) -> object:
        async with house.write() as unit:
            return await parameter_edits.correct(unit, 1, 1, Correction(number, None, CITED))

    for act, refusal in ((enter, Conflict), (correct, Outdated)):
        done = await asyncio.gather(*(act(number) for number in range(4)), return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == [refusal.__name__] * 3 + ["Value"]
    async with house.read() as unit:
        assert len(await parameter_history.changes(unit, AGE)) == 2
