"""The shipped rules: they check against the real catalogue, pass their examples, and become reviewed SQL."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from rules import CheckedRule, Moment, check_pack, judge, load_pack, run_examples, unverified, verdicts
from rules.workdays import weekday
from service.tables.catalogue import CATALOGUE

TODAY = date(2026, 11, 23)
GOLDEN = Path(__file__).parent / "golden"
PACK = load_pack()
RULES = check_pack(PACK, CATALOGUE)
COMPILERS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.asyncpg.dialect()}


def test_the_six_rules_of_this_release_are_shipped() -> None:
    assert set(RULES) == {
        "health-certificate-food",
        "old-age-allowance",
        "elder-visits",
        "severe-disability-nursing",
        "residence-permit-endorsement",
        "food-licence-renewal",
    }


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_shipped_rule_has_what_publishing_needs(rule: CheckedRule) -> None:
    document = rule.document
    assert all(source.verified for source in document.sources)
    assert unverified(rule, PACK.parameters.at(TODAY, "330102003057")) == []
    assert document.effective.holds(TODAY)
    results = run_examples(rule, CATALOGUE, PACK.parameters)
    assert len(results) >= 3
    assert {"match", "no", "unknown"} == {r.judgement.verdict for r in results if r.judgement}
    reasons = [r.judgement.reason for r in results if r.judgement and r.judgement.verdict == "match"]
    assert all(len(reason) <= 40 for reason in reasons)


def test_an_empty_parameter_is_left_empty_rather_than_guessed() -> None:
    assert "high_age.month_amount" in PACK.parameters.defined
    assert "high_age.month_amount" not in PACK.parameters.at(TODAY, "330102003057")


def _golden() -> Iterator[tuple[str, Literal["sqlite", "postgresql"]]]:
    for name in RULES:
        yield name, "sqlite"
        yield name, "postgresql"


@pytest.mark.parametrize(("name", "dialect"), list(_golden()))
def test_the_sql_is_the_reviewed_one(name: str, dialect: Literal["sqlite", "postgresql"]) -> None:
    moment = Moment(TODAY, PACK.parameters.at(TODAY, "330102003057"), weekday)
    statement = verdicts(RULES[name], CATALOGUE, moment, dialect=dialect)
    compiled = statement.compile(dialect=COMPILERS[dialect], compile_kwargs={"render_postcompile": True})
    lines = [line.rstrip() for line in str(compiled).splitlines()]
    values = [f"-- {key} = {value}" for key, value in compiled.params.items()]
    text = "\n".join([*lines, *values]) + "\n"
    path = GOLDEN / f"{name}.{dialect}.sql"
    if os.environ.get("ZHITUI_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text


def test_the_reason_names_the_alternative_that_makes_this_person_meant() -> None:
    moment = Moment(TODAY, PACK.parameters.at(TODAY, "330102003057"), weekday)
    elder = {"birth_date": date(1950, 5, 1), "lives_alone": False, "care_level": 3, "household": None}
    changes = ({}, {"lives_alone": True, "care_level": 0}, {"lives_alone": True})
    reasons = [judge(RULES["elder-visits"], elder | change, moment).reason for change in changes]
    assert "重度失能" in reasons[0]
    assert "独居" in reasons[1]
    assert reasons[2].index("独居") < reasons[2].index("重度失能")


def test_an_allowance_for_an_empty_cell_is_no_reason() -> None:
    moment = Moment(TODAY, PACK.parameters.at(TODAY, "330102003057"), weekday)
    cook = {"handles_food": True, "enterprise": {"status": "open"}, "resident": {"certificates": []}}
    assert "状态" not in judge(RULES["health-certificate-food"], cook, moment).reason
