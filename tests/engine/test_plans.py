"""Plans on a city of fifty thousand people: no relation is read from end to end again and again, on either database."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from made_databases import copy_of, sqlite_with_tables
from shipped import PACK
from sizes import settle
from sqlalchemy import Select, func, insert, literal, select, text

from rules import (
    EVERYONE,
    CheckedRule,
    Moment,
    Parameters,
    Region,
    check,
    check_pack,
    crossing,
    load,
    touched,
    verdicts,
)
from rules.files.workdays import weekday
from service.access.keys import Vault
from service.access.unit import House, Unit
from service.clock import SetClock
from service.engine.estimates import population
from service.engine.plans import Plan, plan_of
from service.tables import changes, changesets
from service.tables.catalogue import CATALOGUE
from service.tables.database import Database

TODAY = date(2026, 11, 23)

RULES = check_pack(PACK, CATALOGUE)
INVENTED = {"int": 3, "decimal": Decimal("1000"), "text": "3301", "list": ["6210"]}
"""For parameters nobody verified: a plan does not hang on the value."""
SEASON = (TODAY - timedelta(60), TODAY + timedelta(60))

BIG = {"resident", "household", "employment", "certificate", "enrolment", "service_event"}

LATER = "resident.lives_alone || resident.service_events.exists(v, v.happened_on < resident.birth_date)"
CONSTRUCTS = (
    LATER,
    'resident.certificates.exists(c, c.kind == "RESIDENCE")',
    '!resident.certificates.exists(c, c.kind == "RESIDENCE" && c.valid_to >= today)',
    "resident.certificates.all(c, c.valid_to >= today)",
    "resident.certificates.exists_one(c, c.valid_to >= today)",
    "resident.certificates.filter(c, c.valid_to < today).size() > 1",
    "resident.certificates.size() == 0",
    "resident.certificates.exists(c, c.valid_to < resident.birth_date)",
    "resident.household.members.exists(m, m.certificates.exists(c, c.valid_to < today))",
    "!resident.household.members.exists(m, !m.enrolments.exists(e, e.ended_on == null))",
    "resident.household.members.exists(m, m.birth_date < resident.birth_date)",
    "resident.lives_alone || resident.disabilities.exists(d, d.grade == 1)",
    "resident.employments.exists(e, e.enterprise.certificates.exists(c, c.valid_to < today))",
    "resident.household.special_family || resident.household.income_pc_month < 1000",
    "age(resident.birth_date) >= 80 && !resident.enrolments.exists(e, e.policy == \"HIGH_AGE\")",
    "anniversary_in(resident.birth_date, today, today + days(30))",
)  # fmt: skip
DOCUMENT = """
rule: a-rule
title: 一条规则
department: 民政局
duty: SG-2026-001
legal_basis: statutory_duty
sources: [{{law: 某法, article: 第一条, date: 2026-01-01, verified_on: 2026-11-23}}]
effective: {{from: 2026-01-01}}
subject: resident
applies: "true"
when: '{condition}'
visit: resident
due: {{days: 30}}
again: never
unknown: count
task: {{title: 一件事, advice: 去看看}}
examples:
  - {{name: 甲, today: 2026-11-23, given: {{}}, expect: match}}
  - {{name: 乙, today: 2026-11-23, given: {{}}, expect: no}}
"""


@pytest.fixture(scope="module")
def city(
    postgres_url: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The URLs of the city in both databases."""
    urls = {
        "sqlite": sqlite_with_tables(tmp_path_factory.mktemp("city")),
        "postgresql": copy_of(postgres_url, postgres_template),
    }
    settle(list(urls.values()), TODAY)
    return urls


@pytest.fixture(params=["sqlite", "postgresql"])
async def house(
    request: pytest.FixtureRequest, city: dict[str, str], vault: Vault, tmp_path: Path
) -> AsyncIterator[House]:
    database = Database(city[request.param])
    yield House(database, SetClock.at(TODAY, 8, 30), vault)
    await database.close()


def _moment(rule: CheckedRule, on: date = TODAY) -> Moment:
    given: dict[str, Any] = dict(PACK.parameters.at(TODAY, "330102003057"))
    for name in rule.parameters - given.keys():
        kind = PACK.parameters.defined[name].kind
        given[name] = SEASON[name.endswith(("to_on", "closes_on"))] if kind == "date" else INVENTED[kind]
    return Moment(on, given, weekday)


async def _read_again(unit: Unit, rule: CheckedRule) -> dict[str, list[str]]:
    """By mode, the tables a plan of the rule reads again and again."""
    size = await population(unit, CATALOGUE, rule.document.subject)
    now, subject = _moment(rule), CATALOGUE[rule.document.subject]
    few = Select(subject.key).where(subject.key < 500)
    found = {}
    for mode, among in (("full", None), ("few", few), ("one", 77)):
        statement = verdicts(
            rule, CATALOGUE, now, dialect=unit.dialect, mode=mode, among=among, population=size
        )
        plan = await plan_of(unit.connection, statement, unit.dialect)
        assert plan.lines
        found[mode] = plan.read_again
    return {mode: tables for mode, tables in found.items() if tables}


async def test_no_shipped_rule_reads_a_table_again_and_again(house: House) -> None:
    async with house.read() as unit:
        found = {name: await _read_again(unit, rule) for name, rule in RULES.items()}
    assert {name: tables for name, tables in found.items() if tables} == {}, found
    assert len(found) >= 6


async def test_no_construct_reads_a_table_again_and_again(house: House) -> None:
    async with house.read() as unit:
        found = {condition: await _read_again(unit, _rule(condition)) for condition in CONSTRUCTS}
    assert {condition: tables for condition, tables in found.items() if tables} == {}


async def test_a_plan_without_its_index_is_seen_to_read_the_table_again_and_again(house: House) -> None:
    rule = _rule(LATER)
    async with house.read() as unit:  # rolled back
        for index in (
            "ix_service_events_resident_id",
            "uq_service_events_resident_kind_day",
            "ix_service_events_happened_on",
        ):
            await unit.connection.execute(text(f"DROP INDEX {index}"))
        found = await _read_again(unit, rule)
    assert found["full"] == found["few"] == ["service_events"]


def _read_whole(plan: Plan) -> set[str]:
    """The big tables that a plan reads from end to end, those read in the order of an index among them."""
    reads = [line for line in plan.lines if re.search(r"\bSCAN |Seq Scan", line)]
    named = set(re.findall(r"[a-z_]+[a-z]", " ".join(reads)))
    big = {entity.table.name for entity in CATALOGUE.entities.values() if entity.name in BIG}
    assert plan.lines
    return named & big


@pytest.mark.parametrize("days", [1, 3, 30])
async def test_no_window_of_a_shipped_rule_reads_a_big_table(house: House, days: int) -> None:
    """PostgreSQL knows how many rows lie in a window: of a few days it looks them up, of many it may read a table once."""
    found, asked = {}, 0
    async with house.read() as unit:
        for name, rule in RULES.items():
            for region in (Region(), Region("330102003")):
                then, now = _moment(rule), _moment(rule, TODAY + timedelta(days))
                windows = crossing(rule, CATALOGUE, then, now, dialect=unit.dialect, within=region)
                assert windows is not EVERYONE
                if windows is None:
                    continue
                asked += 1
                plan = await plan_of(unit.connection, windows, unit.dialect)
                read = set(plan.read_again)
                if unit.dialect == "sqlite" or days == 1:
                    read |= _read_whole(plan)
                found[name, region.prefix] = read
    assert {name: tables for name, tables in found.items() if tables} == {}
    assert asked > len(RULES)


class _Ledger:
    """The changes of the newest changeset."""

    def records(self, entity: str, fields: Collection[str]) -> Select[Any]:
        return self._of(entity, list(fields), changes.c.record_id)

    def parents(self, entity: str, column: str) -> Select[Any]:
        return self._of(entity, [column], changes.c.old_reference)

    def _of(self, entity: str, fields: list[str], column: Any) -> Select[Any]:
        c, newest = changes.c, select(func.max(changesets.c.changeset_id)).scalar_subquery()
        return select(column).where(
            c.changeset_id == newest, c.entity == entity, c.field.in_(fields), column.is_not(None)
        )


async def test_no_change_is_walked_back_through_a_big_table(house: House) -> None:
    async with house.write() as unit:  # of a city of this module
        key = (
            await unit.connection.execute(
                insert(changesets)
                .values(source="admin", recorded_at=unit.now)
                .returning(changesets.c.changeset_id)
            )
        ).scalar_one()
        for name, entity in CATALOGUE.entities.items():
            some = select(literal(key), literal(name), entity.key, literal("*")).where(entity.key <= 20)
            await unit.connection.execute(
                insert(changes).from_select(["changeset_id", "entity", "record_id", "field"], some)
            )
    async with house.read() as unit:
        found = {}
        for name, rule in RULES.items():
            statement = touched(rule, CATALOGUE, _Ledger())
            found[name] = _read_whole(await plan_of(unit.connection, statement, unit.dialect))
    assert {name: tables for name, tables in found.items() if tables} == {}
    assert len(found) == len(RULES)


def _rule(condition: str) -> CheckedRule:
    known = Parameters({})
    return check(load(DOCUMENT.format(condition=condition), file="rule.yaml"), CATALOGUE, known)
