"""Whom a match sends the worker to, how urgent it is and when it is due, out of the one statement."""

from typing import Literal

import pytest

from rules import applying, check, judge, load, verdicts
from tests.rules import making, world
from tests.rules.town import Town

DIALECTS: list[Literal["sqlite", "postgresql"]] = ["sqlite", "postgresql"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_resident_without_a_household_is_visited_himself(
    town: Town, dialect: Literal["sqlite", "postgresql"]
) -> None:
    checked = making.rule("resident.lives_alone", visit="resident.household")
    statement = verdicts(checked, world.CATALOGUE, world.moment(), dialect=dialect)
    rows = town.ask[dialect](statement)
    kinds = {row.target_kind for row in rows}
    assert kinds == {"household", "resident"}
    for row in rows:
        home = town.records["resident"][row.subject_id]["home_id"]
        expected = ("resident", row.subject_id) if home is None else ("household", home)
        assert (row.target_kind, row.target_id) == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_grade_is_the_first_that_certainly_holds(
    town: Town, dialect: Literal["sqlite", "postgresql"]
) -> None:
    text = making.document_text("resident.lives_alone", visit="resident").replace(
        "due: {days: 30}",
        "grades: {urgent: resident.veteran, low: resident.care_level == 4}\ndue: {field: resident.birth_date}",
    )
    checked = check(load(text, file="rule.yaml"), world.CATALOGUE, making.PARAMETERS)
    rows = town.ask[dialect](verdicts(checked, world.CATALOGUE, world.moment(), dialect=dialect))
    assert {row.grade for row in rows} == {"urgent", "low", "normal"}
    for row in rows:
        record = town.records["resident"][row.subject_id]
        assert row.grade == judge(checked, record, world.moment()).grade
        assert row.due_on == record["birth_date"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_those_a_rule_is_still_about_are_told_from_those_it_is_not(
    town: Town, dialect: Literal["sqlite", "postgresql"]
) -> None:
    checked = making.rule("resident.veteran", applies="resident.death_on == null && resident.lives_alone")
    rows = town.ask[dialect](applying(checked, world.CATALOGUE, world.moment(), dialect=dialect))
    found = {row.subject_id for row in rows}
    records = town.records["resident"]
    expected = {
        key for key, item in records.items() if judge(checked, item, world.moment()).applies is not False
    }
    assert found == expected
    assert 0 < len(found) < len(records)
