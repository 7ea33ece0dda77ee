"""The shipped rules: all of them are there, each is what an official needs, and what nobody verified is left empty."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from shipped import PACK

from rules import (
    LIBRARY,
    CheckedRule,
    Moment,
    check_pack,
    judge,
    run_examples,
    unverified,
)
from rules.files.documents import Example
from rules.files.workdays import weekday
from service.tables.catalogue import CATALOGUE
from service.tables.tasks import OUTCOME

TODAY = date(2026, 11, 23)
ADMIN_PAGE = Path(__file__).parents[2] / "docs/zh/规则管理员.md"

RULES = check_pack(PACK, CATALOGUE)
FILES = {document.rule: file for file, document in PACK.documents.items()}
DUTIES = {
    item["duty"]: item for item in yaml.safe_load((LIBRARY / "duties.yml").read_text("utf-8"))["duties"]
}
EACH = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)

NUMBERS = {
    "R01": "health-certificate-food",
    "R02": "small-food-health-certificate",
    "R03": "health-certificate-public",
    "R04": "old-age-allowance",
    "R05": "old-age-allowance-band",
    "R06": "elder-preference",
    "R07": "elder-checkup",
    "R08": "elder-visits",
    "R09": "care-subsidy",
    "R10": "disability-living",
    "R11": "severe-disability-nursing",
    "R12": "disability-card-expiry",
    "R13": "social-aid-discovery",
    "R14": "medical-cost-warning",
    "R15": "aid-recheck",
    "R16": "extreme-poverty",
    "R17": "special-family-support",
    "R18": "one-child-reward",
    "R19": "child-care-subsidy",
    "R20": "school-entry",
    "R21": "vaccination-card",
    "R22": "pregnancy-registration",
    "R23": "cancer-screening",
    "R24": "residence-permit-endorsement",
    "R25": "residence-registration",
    "E01": "food-licence-renewal",
    "E02": "annual-report",
    "E03": "equipment-test",
    "E04": "special-work-certificate",
    "E05": "fire-facilities-test",
    "E06": "job-stability-refund",
    "E07": "unemployment-benefit",
    "E08": "resident-medical-insurance",
}

WAITING = {
    "cancer-screening": {
        "screening.breast_years", "screening.cervical_years", "screening.from_on", "screening.to_on",
    },
    "disability-card-expiry": {"disability_card.notice_days"},
    "health-certificate-public": {"public_places.industries"},
    "old-age-allowance-band": {"high_age.second_band", "high_age.third_band"},
    "pregnancy-registration": {"pregnancy.register_weeks"},
    "resident-medical-insurance": {"medical_pay.from_on", "medical_pay.to_on"},
    "school-entry": {"school.cutoff_on", "school.enrol_from_on", "school.enrol_to_on"},
    "social-aid-discovery": {
        "social_aid.dibao", "social_aid.edge_income", "social_aid.rigid_income", "social_aid.rigid_ratio",
    },
    "special-family-support": {"special_family.from_age"},
    "special-work-certificate": {"special_work.notice_days"},
}  # fmt: skip
"""The rules that wait for a department to enter a value, and for which."""

EXPIRED = {"job-stability-refund"}
"""Policies that have run out; kept as samples of how one ends."""

ALWAYS_DECIDED = {"pregnancy-registration"}
"""Rules that read only facts which every record has, or whose absence is itself a fact."""


def test_every_rule_of_the_list_is_shipped_and_no_other() -> None:
    assert len(NUMBERS) == 33
    assert set(RULES) == set(NUMBERS.values())
    assert {f"{name}.yaml" for name in RULES} == set(PACK.documents)


@EACH
def test_a_rule_has_examples_of_everything_it_may_say(rule: CheckedRule) -> None:
    results = run_examples(rule, CATALOGUE, PACK.parameters)
    assert len(results) >= 3
    given = {result.judgement.verdict for result in results if result.judgement}
    expected = {"match", "no"} if rule.document.rule in ALWAYS_DECIDED else {"match", "no", "unknown"}
    assert given == expected
    names = [example.name for example in rule.document.examples]
    assert len(set(names)) == len(names)


@EACH
def test_advice_names_outcomes_as_the_worker_sees_them(rule: CheckedRule) -> None:
    advice = rule.document.task.advice
    named = re.findall(r"选“([^”]*)”", advice)
    assert set(named) <= set(OUTCOME.values())
    assert len(named) == advice.count("选“")
    if rule.document.done is not None and named:
        assert OUTCOME["already_has"] not in named, "only done records the event, or the rule asks again"


@EACH
def test_the_line_a_worker_reads_first_fits_a_phone(rule: CheckedRule) -> None:
    results = run_examples(rule, CATALOGUE, PACK.parameters)
    reasons = [r.judgement.reason for r in results if r.judgement and r.judgement.verdict == "match"]
    assert [reason for reason in reasons if len(reason) > 40] == []


@EACH
def test_title_and_advice_fit_a_phone(rule: CheckedRule) -> None:
    task = rule.document.task
    assert "{count}" in task.title or "{enterprise.name}" in task.title
    assert len(re.sub(r"\{[^{}]*\}", "", task.title)) <= 16
    lines = task.advice.splitlines()
    assert 2 <= len(lines) <= 4
    assert all(10 <= len(line) <= 90 for line in lines)
    assert len(task.advice) <= 230
    assert len(rule.document.ask) <= 3


@EACH
def test_one_day_or_one_step_more_makes_the_difference(rule: CheckedRule) -> None:
    """Every rule has its edge among its examples: two that differ in one value by the least step, one match, one no."""
    pairs = combinations(rule.document.examples, 2)
    assert [
        one.name
        for one, other in pairs
        if {one.expect, other.expect} == {"match", "no"} and _near(one, other)
    ]


@EACH
def test_a_rule_that_reads_birthdays_says_what_becomes_of_29_february(rule: CheckedRule) -> None:
    reads_age = "age(" in rule.document.applies + rule.document.when
    days = [value for example in rule.document.examples for value in _facts(example).values()]
    leap = [day for day in days if isinstance(day, date) and (day.month, day.day) == (2, 29)]
    assert leap or not reads_age


def _near(one: Example, other: Example) -> bool:
    mine, others = _facts(one), _facts(other)
    if mine.keys() != others.keys():
        return False
    differing = [(mine[key], others[key]) for key in mine if mine[key] != others[key]]
    return len(differing) == 1 and _one_step(*differing[0])


def _one_step(one: Any, other: Any) -> bool:
    if isinstance(one, date) and isinstance(other, date):
        return abs((one - other).days) == 1
    numbers = [
        value for value in (one, other) if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return len(numbers) == 2 and abs(numbers[0] - numbers[1]) <= 1


def _facts(example: Example) -> dict[tuple[Any, ...], Any]:
    given = dict(_leaves(example.given, ()))
    return {("today",): example.today, ("parameters",): str(example.parameters), **given}


def _leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    items = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else None
    )
    if items is None:
        yield path, value
        return
    for key, item in items:
        yield from _leaves(item, (*path, key))


@EACH
def test_no_condition_holds_a_code_of_a_place_or_of_an_industry(rule: CheckedRule) -> None:
    for text in rule.document.expressions().values():
        assert not re.search(r"""["']\d{4,}""", text)


@EACH
def test_a_rule_stands_on_a_valid_duty_of_its_own_department(rule: CheckedRule) -> None:
    duty = DUTIES[rule.document.duty]
    assert duty["department"] == rule.document.department
    assert duty["kind"] in ("main", "assist")


def test_every_duty_of_the_list_is_used() -> None:
    assert set(DUTIES) == {rule.document.duty for rule in RULES.values()}


@EACH
def test_a_rule_can_be_published_unless_it_waits_for_a_value(rule: CheckedRule) -> None:
    name, document = rule.document.rule, rule.document
    day = document.effective.from_ if name in EXPIRED else TODAY
    missing = {error.english.split("'")[1] for error in unverified(rule, PACK.parameters.at(day))}
    assert missing == WAITING.get(name, set())
    assert any(source.verified for source in document.sources) or missing


def test_what_is_from_memory_never_counts_as_verified() -> None:
    cited = [
        (name, dated, dated.source)
        for name, defined in PACK.parameters.defined.items()
        for dated in defined.values
        if dated.source is not None
    ]
    memory = [(name, dated.value, source) for name, dated, source in cited if source.mark == "M"]
    assert len(memory) >= 10
    for name, value, source in memory:
        assert (value, source.verified_on) == (None, None), name
        assert source.note, f"{name}: who is to enter it?"
    for document in PACK.documents.values():
        assert all(source.verified_on is None for source in document.sources if source.mark == "M")


def test_an_empty_parameter_is_left_empty_rather_than_guessed() -> None:
    assert "high_age.month_amount" in PACK.parameters.defined
    assert "high_age.month_amount" not in PACK.parameters.at(TODAY, "330102003057")


@EACH
def test_only_the_expired_policy_is_out_of_force(rule: CheckedRule) -> None:
    assert rule.document.effective.holds(TODAY) == (rule.document.rule not in EXPIRED)


def test_the_administrators_page_lists_the_library_as_it_is() -> None:
    section = ADMIN_PAGE.read_text("utf-8").split("\n## 随程序附带的规则\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    expected = [_listed(number, RULES[name]) for number, name in NUMBERS.items()]
    assert rows == expected


def test_the_record_of_changes_tells_of_every_rule() -> None:
    told = re.findall(r"^\| `([a-z0-9-]+)`", (LIBRARY / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(RULES)


def _listed(number: str, rule: CheckedRule) -> str:
    document = rule.document
    waiting = "、".join(
        PACK.parameters.defined[name].label for name in sorted(WAITING.get(document.rule, ()))
    )
    state = f"已于 {document.effective.to} 到期" if document.rule in EXPIRED else "可以发布"
    link = f"[{document.title}](../../rules/library/{FILES[document.rule]})"
    return f"| {number} | {link} | {document.department} | {f'待登记：{waiting}' if waiting else state} |"


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
