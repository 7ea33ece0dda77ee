"""A declared field from the file to the verdict: what the file said is what a rule reads, in both evaluators."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import made
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from records.record_files import many_id_numbers, write_csv
from sqlalchemy import select, update

from rules import (
    Catalogue,
    CheckedRule,
    Extension,
    Moment,
    Parameters,
    RuleErrors,
    check,
    judge,
    load,
    verdicts,
)
from rules.kinds import Kind
from service.access import fields
from service.access.actors import SYSTEM
from service.access.unit import House, Unit
from service.engine import scan
from service.engine.field_use import rules_kept
from service.engine.subjects import records
from service.errors import Conflict
from service.records import declaring
from service.records.importing import import_file
from service.tables import residents, rule_versions

TODAY = date(2026, 11, 23)
SHOES = Extension("resident", "shoe_size", "鞋码", Kind.INT, "unknown")
PENSION = Extension("resident", "pension", "养老金", Kind.DECIMAL, "unknown")
HOBBY = Extension("resident", "hobby", "爱好", Kind.TEXT, "unknown")
LIFT = Extension("resident", "has_lift", "家有电梯", Kind.BOOL, "unknown")
SEEN = Extension("resident", "seen_on", "走访日", Kind.DATE, "unknown")
BLOOD = Extension("resident", "blood", "血型", Kind.TEXT, "unknown", codes=(("A", "甲型"), ("B", "乙型")))
FLOOR = Extension("resident", "floor", "楼层", Kind.INT, "unknown", codes=(("1", "底层"), ("-1", "地下一层")))
FIELDS = (SHOES, PENSION, HOBBY, LIFT, SEEN, BLOOD, FLOOR)
HEADER = ["身份证号", "姓名", *(field.label for field in FIELDS)]

WORDS = st.text("下棋种花a'\"%_\\{}é𠮷", min_size=1, max_size=8).map(lambda text: f"好{text}好")
DECIMALS = st.decimals(-(10**9), 10**9, places=4, allow_nan=False)
PERSON = st.fixed_dictionaries(
    {},
    optional={
        "shoe_size": st.integers(-(10**15) + 1, 10**15 - 1) | st.sampled_from([0, 42]),
        "pension": DECIMALS | st.sampled_from([Decimal("0.1"), Decimal("3500.50")]),
        "hobby": WORDS,
        "has_lift": st.booleans(),
        "seen_on": st.dates(date(1900, 1, 1), date(2100, 12, 31)),
        "blood": st.sampled_from(["A", "B"]),
        "floor": st.sampled_from([1, -1]),
    },
)


def written(value: Any) -> object:
    """A value as a file has it."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case date():
            return f"{value.year}年{value.month}月{value.day}日"
        case _:
            return str(value)


def literal(value: Any) -> str:
    """A value as a rule has it."""
    match value:
        case bool():
            return str(value).lower()
        case date():
            return f'date("{value}")'
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case _:
            return str(value)


def told_of(held: Any, value: Any) -> str:
    """The verdict of `held == value`."""
    if held is None:
        return "unknown"
    return "match" if held == value else "no"


def document(when: str) -> str:
    return made.RULE.format(rule="test-rule", again="never", done="").replace(
        "when: age(resident.birth_date) >= 80", "when: >-\n  " + when
    )


def checked(when: str, known: Catalogue) -> CheckedRule:
    return check(load(document(when), file="rule.yaml"), known, Parameters({}))


async def declare_all(house: House) -> None:
    async with house.write() as unit:
        for field in FIELDS:
            await declaring.declare(unit, field)


async def asked(unit: Unit, when: str, reads: list[str]) -> dict[int, tuple[str, str]]:
    """Resident → what the database says and what the interpreter says."""
    known = await fields.catalogue(unit)
    rule = checked(when, known)
    moment = Moment(TODAY, {}, lambda day, _count: day)
    rows = await unit.connection.execute(verdicts(rule, known, moment, dialect=unit.dialect))
    told = {row.subject_id: row.verdict for row in rows}
    everyone = list((await unit.connection.execute(select(residents.c.resident_id))).scalars())
    found = await records(unit, await fields.catalogue(unit), "resident", rule.reads, everyone)
    assert {name for _, name in rule.reads} >= set(reads)
    return {key: (told.get(key, "no"), judge(rule, found[key], moment).verdict) for key in everyone}


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(people=st.lists(PERSON, min_size=4, max_size=6))
async def test_what_the_file_said_is_what_a_rule_reads(
    house: House, tmp_path: Path, people: list[dict[str, Any]]
) -> None:
    await declare_all(house)
    async with house.write() as unit:
        await unit.connection.execute(update(residents).values(extra=None))
    numbers = many_id_numbers(len(people))
    rows = [
        [number, "陈大文", *(written(person.get(field.name)) for field in FIELDS)]
        for number, person in zip(numbers, people, strict=True)
    ]
    path = write_csv(tmp_path / "f.csv", HEADER, rows)
    report = await import_file(house, path, "residents", actor=SYSTEM)
    assert (report.bad, report.issues) == (0, ())
    again = await import_file(house, path, "residents", actor=SYSTEM)
    assert (again.created, again.updated) == (0, 0)
    async with house.read() as unit:
        await _read_back(unit, people, numbers)


async def _read_back(unit: Unit, people: list[dict[str, Any]], numbers: list[str]) -> None:
    index = [unit.vault.index("residents.id_number", number) for number in numbers]
    stored = await unit.connection.execute(select(residents.c.id_number_index, residents.c.resident_id))
    keys = {row.id_number_index: row.resident_id for row in stored}
    mine = {keys[index[at]]: person for at, person in enumerate(people)}
    reads = [((), field.name) for field in FIELDS]
    assert await records(unit, await fields.catalogue(unit), "resident", reads, mine) == {
        key: {field.name: person.get(field.name) for field in FIELDS} for key, person in mine.items()
    }
    for field in FIELDS:
        name = f"resident.{field.name}"
        for value in {person[field.name] for person in people if field.name in person}:
            told = await asked(unit, f"{name} == {literal(value)}", [field.name])
            for key, person in mine.items():
                held = person.get(field.name)
                assert told[key] == (told_of(held, value),) * 2, (field.name, held, value)


CONDITIONS = {
    "shoe_size": ("resident.shoe_size >= 40", 42),
    "pension": ("resident.pension < 13.5", "1.5"),
    "hobby": ('resident.hobby != ""', "下棋"),
    "has_lift": ("resident.has_lift", True),
    "seen_on": ('resident.seen_on >= date("0001-01-01")', "2024-02-29"),
    "floor": ("resident.floor == 1", 1),
}
NO_VALUES: list[Any] = [
    "abc", "", "true", "1", "2026-02-30", "2026-1-1", "2023-02-29", "1900-02-29", "0000-01-01", "NaN", "1e5", "-",
    "1.", ".5", "1.2.3", "1-2", "9" * 41, 1.5, 10**30, 2**63, 1, True, False, None, [1], {"a": 1}, "2026-11-23 08:00",
]  # fmt: skip
FITTING: dict[str, list[Any]] = {
    "shoe_size": [1],
    "pension": ["1"],
    "hobby": [value for value in NO_VALUES if isinstance(value, str)],
    "has_lift": [True, False],
    "seen_on": [],
    "floor": [1],
}


@pytest.mark.parametrize("name", CONDITIONS)
async def test_what_was_written_past_the_house_and_is_no_value_counts_as_empty(
    house: House, name: str
) -> None:
    """One such cell must not keep a rule from judging everybody else (RULES §4)."""
    await declare_all(house)
    when, good = CONDITIONS[name]
    fits = [json.dumps(value) for value in FITTING[name]]
    bad: list[Any] = [{name: value} for value in NO_VALUES if json.dumps(value) not in fits]
    async with house.write() as unit:
        fine = await made.resident(unit, extra={name: good})
        strange = {await made.resident(unit, extra=extra) for extra in (*bad, [name], name, 1)}
        told = await asked(unit, when, [name])
    assert told == {fine: ("match", "match")} | dict.fromkeys(strange, ("unknown", "unknown"))
    await rule_reading(house, when)
    async with house.write() as unit:
        scan_id = await scan.begin(unit, as_of=TODAY)
    (result,) = (await scan.run(house, scan_id)).rules
    assert (result.state, result.matched, result.unknown) == ("done", 1, len(strange))


async def rule_reading(house: House, when: str, state: str = "active") -> int:
    async with house.write() as unit:
        key = await made.rule_version(unit)
        mine = rule_versions.c.version_id == key
        await unit.connection.execute(
            update(rule_versions).where(mine).values(document=document(when), state=state)
        )
        return key


async def change(house: House, field: Extension | None) -> None:
    """Declare the field, or retire SHOES, as the interface and the command line do."""
    async with house.write() as unit, rules_kept(unit):
        if field is None:
            await declaring.retire(unit, SHOES.entity, SHOES.name)
        else:
            await declaring.declare(unit, field)


@pytest.mark.parametrize("state", ["active", "checked"])
async def test_a_field_a_rule_in_use_reads_cannot_be_retired(house: House, state: str) -> None:
    await declare_all(house)
    await rule_reading(house, "resident.shoe_size > 45", state)
    with pytest.raises(Conflict, match="测试规则（test-rule）"):
        await change(house, None)
    async with house.read() as unit:
        assert "shoe_size" in (await fields.catalogue(unit))["resident"].fields
    await change(house, Extension("resident", "hat_size", "帽码", Kind.INT, "none"))


async def test_a_field_only_former_rules_read_may_go(house: House) -> None:
    await declare_all(house)
    await rule_reading(house, "resident.shoe_size > 45", "retired")
    await change(house, None)
    async with house.read() as unit:
        with pytest.raises(RuleErrors, match="unknown_field"):
            checked("resident.shoe_size > 45", await fields.catalogue(unit))


async def test_a_field_stays_while_a_finding_is_told_from_it(house: House) -> None:
    await declare_all(house)
    version = await rule_reading(house, "resident.shoe_size > 45", "retired")
    async with house.write() as unit:
        await made.finding(unit, version, await made.resident(unit))
    with pytest.raises(Conflict):
        await change(house, None)


async def test_a_field_cannot_become_what_a_rule_cannot_read(house: House) -> None:
    await declare_all(house)
    await rule_reading(house, 'resident.shoe_size > 45 && resident.blood == "B"')
    with pytest.raises(Conflict):
        await change(house, Extension("resident", "shoe_size", "鞋码", Kind.DATE, "unknown"))
    with pytest.raises(Conflict):
        await change(
            house, Extension("resident", "blood", "血型", Kind.TEXT, "unknown", codes=(("A", "甲型"),))
        )
    await change(house, Extension("resident", "shoe_size", "鞋号", Kind.DECIMAL, "none"))


async def test_a_rule_that_was_broken_before_forbids_nothing(house: House) -> None:
    await declare_all(house)
    await rule_reading(house, "resident.no_such_field")
    await change(house, None)


async def test_a_code_nobody_declared_is_refused_with_the_nearest(house: House) -> None:
    await declare_all(house)
    async with house.read() as unit:
        known = await fields.catalogue(unit)
    checked('resident.blood == "B" && resident.floor in [1, -1]', known)
    with pytest.raises(RuleErrors) as caught:
        checked('resident.blood == "乙型" || resident.floor == 2', known)
    told = [(error.code, error.suggestion) for error in caught.value.errors]
    assert told[0] == ("unknown_code", '"B"')
    assert told[1][0] == "unknown_code"


async def test_private_values_of_declared_fields_are_masked_in_the_reason(house: House) -> None:
    nickname = Extension("resident", "nickname", "小名", Kind.TEXT, "unknown", "private")
    async with house.write() as unit:
        await declaring.declare(unit, nickname)
        key = await made.resident(unit, extra={"nickname": "阿毛毛毛毛"})
        known = await fields.catalogue(unit)
        rule = checked('resident.nickname.startsWith("阿")', known)
        found = await records(unit, await fields.catalogue(unit), "resident", rule.reads, [key])
    judgement = judge(rule, found[key], Moment(TODAY, {}, lambda day, _count: day))
    assert judgement.verdict == "match"
    assert "阿毛毛毛毛" not in judgement.reason
    facts = [fact for clause in judgement.clauses for fact in clause.facts]
    assert {fact.sensitivity for fact in facts if fact.field == "nickname"} == {"private"}
