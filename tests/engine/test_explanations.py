"""Where the facts of an explanation come from, whose parameters count, and what it costs."""

from __future__ import annotations

from datetime import date

import made
import pytest
from sqlalchemy import insert, update
from statements import statements

from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.engine import wording
from service.engine.explain import WITHOUT_VALUE, Explanation, explain, explain_finding
from service.engine.rulebook import Version, versions
from service.errors import Conflict
from service.records.changesets import correct, record_service
from service.tables import (
    changes,
    changesets,
    divisions,
    imports,
    parameters,
    residents,
    rule_versions,
)

TODAY = date(2026, 11, 23)
SOURCE = {
    "law": "某办法",
    "article": "第三条",
    "date": "2026-01-01",
    "verified_on": "2026-11-20",
    "mark": "S",
}
CARE = """\
applies: resident.death_on == null
when: >-
  age(resident.birth_date) >= param("care.age") && resident.lives_alone && resident.care_level >= 2
  && !resident.service_events.exists(v, v.kind == "VISIT")
"""


async def _imported(unit: Unit, *people: int) -> int:
    """An import of residents that made these records."""
    row = {"source": "import", "recorded_at": unit.now, "note": "residents"}
    changeset = await made.row(unit, changesets, **row)
    known = {"kind": "residents", "file_name": "张三的名单.xlsx", "digest": str(changeset), "dry_run": False}
    await made.row(unit, imports, **known, state="done", changeset_id=changeset, started_at=unit.now)
    made_up = [
        {"changeset_id": changeset, "entity": "resident", "record_id": key, "field": "*"} for key in people
    ]
    await unit.connection.execute(insert(changes), made_up)
    await unit.connection.execute(
        update(residents).where(residents.c.resident_id.in_(people)).values(changeset_id=changeset)
    )
    return changeset


async def _version(unit: Unit) -> Version:
    """A rule on elders who live alone, with a parameter."""
    key = await made.rule_version(unit)
    text = made.RULE.format(rule="test-rule", again="never", done="")
    old = "applies: resident.death_on == null\nwhen: age(resident.birth_date) >= 80\n"
    assert old in text
    document = text.replace(old, CARE)
    await unit.connection.execute(
        update(rule_versions).where(rule_versions.c.version_id == key).values(document=document)
    )
    return (await versions(unit, {key}))[key]


async def _parameter(unit: Unit, value: int | None, division: str = "", version: int = 1) -> None:
    row = {
        "name": "care.age", "label": "起始年龄", "kind": "int", "unit": "周岁", "division_code": division,
        "effective_from": date(2026, 1, 1), "value": value, "source": SOURCE, "version": version,
        "recorded_at": unit.now,
    }  # fmt: skip
    await unit.connection.execute(insert(parameters), [row])


def _origins(told: Explanation) -> dict[str, str]:
    return {cell[2]: origin.text for cell, origin in told.origins.items()}


async def test_every_fact_says_where_it_comes_from_and_of_which_day(house: House) -> None:
    async with house.write() as unit:
        person = await made.resident(unit, birth_date=date(1946, 1, 1), lives_alone=False, care_level=2)
        await _imported(unit, person)
        version = await _version(unit)
        await _parameter(unit, 60)
        told = await explain(unit, version, person, TODAY)
        assert _origins(told) == dict.fromkeys(
            ("death_on", "birth_date", "lives_alone", "care_level"), "导入 2026-11-23（居民）"
        )
        await correct(unit, "resident", person, {"lives_alone": True}, observed_on=date(2026, 11, 2))
        await record_service(unit, [person], "VISIT", date(2026, 11, 3))
        told = await explain(unit, version, person, TODAY)
    origins = _origins(told)
    assert origins["lives_alone"] == "走访核实 2026-11-02"
    assert origins["kind"] == "走访核实 2026-11-23（服务记录）"
    assert origins["birth_date"] == "2026-11-23 以前登记"
    assert "张三" not in repr(told.origins)


async def test_what_an_administrator_changed_is_told_from_what_was_there_before(house: House) -> None:
    async with house.write() as unit:
        person = await made.resident(unit, birth_date=date(1946, 1, 1), lives_alone=True, care_level=2)
        row = {"source": "admin", "recorded_at": unit.now}
        changeset = await made.row(unit, changesets, **row)
        changed = {
            "changeset_id": changeset,
            "entity": "resident",
            "record_id": person,
            "field": "care_level",
        }
        await unit.connection.execute(insert(changes), [changed])
        await unit.connection.execute(
            update(residents).where(residents.c.resident_id == person).values(changeset_id=changeset)
        )
        version = await _version(unit)
        await _parameter(unit, 60)
        origins = _origins(await explain(unit, version, person, TODAY))
    assert origins["care_level"] == "后台修改 2026-11-23（居民）"
    assert origins["lives_alone"] == "2026-11-23 以前登记"


async def test_a_subject_is_judged_by_the_values_of_its_own_division(house: House) -> None:
    async with house.write() as unit:
        await made.row(
            unit,
            divisions,
            code="330102000000",
            prefix="330102",
            name="上城区",
            level="county",
            parent_code=None,
        )
        facts = {"birth_date": date(1956, 1, 1), "lives_alone": True, "care_level": 3}
        here = await made.resident(unit, "陈一", **facts)
        there = await made.resident(unit, "陈二", live_code="330105001001", **facts)
        version = await _version(unit)
        await _parameter(unit, 80)
        await _parameter(unit, 65, "330102", version=3)
        local, other = [await explain(unit, version, key, TODAY) for key in (here, there)]
        lines = await _lines(unit, version, here, there)
    assert (local.judgement.verdict, other.judgement.verdict) == ("match", "no")
    (used,) = local.parameters
    assert (used.value, used.version, used.division, used.unit) == (65, 3, "上城区", "周岁")
    assert (other.parameters[0].value, other.parameters[0].division) == (80, None)
    assert other.judgement.matches_from == date(2036, 1, 1)
    assert lines == [local.judgement.reason, wording.CHANGED]


async def _lines(unit: Unit, version: Version, *people: int) -> list[str]:
    silent = [wording.Silent(key, key, version.version_id, key) for key in people]
    told = await wording.words(unit, silent, TODAY)
    return [told[key].reason for key in people]


async def test_a_day_is_written_also_where_a_parameter_has_lost_its_value(house: House) -> None:
    async with house.write() as unit:
        person = await made.resident(unit, birth_date=date(1946, 1, 1), lives_alone=True, care_level=3)
        version = await _version(unit)
        await _parameter(unit, None)
        assert await _lines(unit, version, person) == [WITHOUT_VALUE]
        finding = await made.finding(unit, version.version_id, person)
        with pytest.raises(Conflict, match="没有经过核实的值"):
            await explain_finding(unit, finding)


async def test_whoever_may_not_know_sensitive_facts_is_not_told_them_in_the_reason(house: House) -> None:
    supervisor = Actor(1, "主任", Role.SUPERVISOR, division="330102")
    worker = Actor(2, "社工", Role.WORKER, division="330102")
    async with house.write() as unit:
        person = await made.resident(unit, birth_date=date(1946, 1, 1), lives_alone=True, care_level=3)
        version = await _version(unit)
        await _parameter(unit, 60)
        finding = await made.finding(unit, version.version_id, person)
    reasons = []
    for actor in (worker, supervisor):
        async with house.read(actor) as unit:
            reasons.append((await explain_finding(unit, finding)).judgement.reason)
    assert "重度失能" in reasons[0]
    assert "失能" not in reasons[1]
    assert "独居" in reasons[1]


async def test_an_explanation_takes_a_handful_of_statements_however_many_facts_there_are(
    sqlite_house: House,
) -> None:
    counts = []
    async with sqlite_house.write() as unit:
        version = await _version(unit)
        await _parameter(unit, 60)
        for facts in (1, 40):
            person = await made.resident(unit, birth_date=date(1946, 1, 1), lives_alone=True, care_level=3)
            await _imported(unit, person)
            for number in range(facts):
                await record_service(unit, [person], "VISIT", date(2026, 1, 1 + number % 28))
            with statements(unit) as seen:
                told = await explain(unit, version, person, TODAY)
            assert told.judgement.verdict == "no"
            counts.append(len(seen))
    assert counts[0] == counts[1] <= 16
