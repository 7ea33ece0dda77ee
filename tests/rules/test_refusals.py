"""Why a record does not match, and what is missing where it cannot be decided; held to rules and records made up at random."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rules import CannotEvaluate, CheckedRule, Judge, Judgement, check, judge, load
from service.tables.catalogue import CATALOGUE
from tests.rules import world
from tests.rules.conditions import Maker
from tests.rules.making import document_text, rule

MADE_UP, EACH = 120, 6
ONE_DAY = timedelta(days=1)
SENSITIVE = document_text("resident.lives_alone && resident.care_level >= 2")
CERTIFICATE = (
    '!resident.certificates.exists(c, c.kind == "HEALTH_FOOD" && c.valid_to >= today + days(param("notice")))'
)


@pytest.mark.parametrize(
    ("condition", "record", "reason", "from_day"),
    [
        (
            "age(resident.birth_date) >= 80",
            {"birth_date": date(1946, 12, 5)},
            "不符合：还差 12 天满 80 周岁（1946-12-05 出生）；2026-12-05 起符合",
            date(2026, 12, 5),
        ),
        (
            "age(resident.birth_date) >= 80",
            {"birth_date": date(1966, 11, 24)},
            "不符合：还差 20 年多满 80 周岁（1966-11-24 出生）；2046-11-24 起符合",
            date(2046, 11, 24),
        ),
        (
            CERTIFICATE,
            {"certificates": [{"kind": "HEALTH_FOOD", "valid_to": date(2027, 1, 7)}]},
            "不符合：健康证还有 45 天到期（2027-01-07）；2026-12-09 起符合",
            date(2026, 12, 9),
        ),
        (
            "resident.death_on == null",
            {"death_on": date(2026, 11, 1)},
            "不符合：“在世”不成立，已死亡（2026-11-01）",
            None,
        ),
        (
            "resident.death_on == null && age(resident.birth_date) >= 80",
            {"death_on": date(2026, 11, 1), "birth_date": date(1946, 12, 5)},
            "不符合：还差 12 天满 80 周岁（1946-12-05 出生）；另有 1 项不成立",
            None,
        ),
        (
            "resident.lives_alone && resident.veteran",
            {"lives_alone": False, "veteran": False},
            "不符合：“独居”不成立，不独居；另有 1 项不成立",
            None,
        ),
        (
            "resident.certificates.exists(c, anniversary_in(c.issued_on, today, today + days(30)))",
            {"certificates": [{"kind": "RESIDENCE", "issued_on": date(2025, 12, 24)}]},
            "不符合：证件还有 31 天满 1 年（2025-12-24 发证）；2026-11-24 起符合",
            date(2026, 11, 24),
        ),
        (
            "today >= start_of_year(today) + months(9) && today < start_of_year(today) + months(10)",
            {},
            "不符合：“今天早于今年 11 月 1 日”不成立；2027-10-01 起符合",
            date(2027, 10, 1),
        ),
    ],
)
def test_a_no_is_told_by_the_nearest_failing_condition(
    condition: str, record: dict[str, Any], reason: str, from_day: date | None
) -> None:
    judged = judge(rule(condition), record, world.moment())
    assert (judged.verdict, judged.matches_from) == ("no", from_day)
    assert judged.reason == reason


def test_no_day_is_promised_after_the_rule_has_ended() -> None:
    checked = rule("age(resident.birth_date) >= 80")
    record = {"birth_date": date(1946, 12, 5)}
    for last, day in ((date(2026, 12, 4), None), (date(2026, 12, 5), date(2026, 12, 5))):
        ended = checked.document.effective.model_copy(update={"to": last})
        document = checked.document.model_copy(update={"effective": ended})
        assert judge(replace(checked, document=document), record, world.moment()).matches_from == day


@pytest.mark.parametrize(
    ("condition", "record", "asks"),
    [
        ("resident.lives_alone", {}, [("独居", [("独居", "match"), ("不独居", "no")])]),
        (
            "resident.care_level >= 2",
            {},
            [("失能等级", [("完好", "no"), ("中度", "match"), ("完全", "match")])],
        ),
        (
            "age(resident.birth_date) >= 80",
            {},
            [("出生日期", [("出生日期早于 1946-11-24", "match"), ("出生日期不早于 1946-11-24", "no")])],
        ),
        (
            "resident.household.income < 1000 || resident.household.income >= 5000",
            {"household": {}},
            [
                (
                    "所在家庭的人均月收入",
                    [
                        ("人均月收入低于 1000 元", "match"),
                        ("人均月收入不低于 1000 元且低于 5000 元", "no"),
                        ("人均月收入不低于 5000 元", "match"),
                    ],
                )
            ],
        ),
        (
            "resident.lives_alone && age(resident.birth_date) >= 80",
            {},
            [
                ("独居", [("独居", "unknown"), ("不独居", "no")]),
                ("出生日期", [("出生日期早于 1946-11-24", "unknown"), ("出生日期不早于 1946-11-24", "no")]),
            ],
        ),
        ("resident.household.income < 1000", {"household": None}, [("所在家庭的人均月收入", [])]),
        ("resident.certificates.exists(c, c.valid_to >= today)", {"certificates": [{}]}, [("有效期至", [])]),
    ],
)
def test_an_unknown_tells_what_each_value_would_make_of_it(
    condition: str, record: dict[str, Any], asks: list[Any]
) -> None:
    judged = judge(rule(condition), record, world.moment())
    assert judged.verdict == "unknown"
    told = [
        (one.label, [(outcome.value, outcome.verdict) for outcome in one.outcomes]) for one in judged.asks
    ]
    assert told == asks


def test_a_reader_who_may_not_know_sensitive_facts_is_not_told_them() -> None:
    checked = check(load(SENSITIVE, file="rule.yaml"), CATALOGUE, None)
    record = {"lives_alone": True, "care_level": 3}
    assert Judge(checked, world.moment()).line(record).reason == "独居；重度失能"
    assert Judge(checked, world.moment(), discreet=True).line(record).reason == "独居"


Judged = tuple[Judgement, CheckedRule, Any]


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """Judgements of records of the hostile town by rules made up at random, the same in every run."""
    found: list[Judged] = []
    records = world.nest(world.town(seed=20261123))
    for seed in range(MADE_UP):
        checked = Maker(random.Random(seed)).rule()
        known = records[checked.document.subject]
        for key in random.Random(seed).sample(sorted(known), EACH):
            try:
                found.append((judge(checked, known[key], world.moment()), checked, known[key]))
            except CannotEvaluate:
                break
    return found


def test_a_list_is_told_the_same_line_as_one_record(judged: list[Judged]) -> None:
    for one, checked, record in judged:
        if one.verdict != "no":
            assert Judge(checked, world.moment()).line(record).reason == one.reason
        assert Judge(checked, world.moment()).line(record).verdict == one.verdict


def test_clauses_agree_with_the_verdict_and_every_no_and_unknown_is_accounted_for(
    judged: list[Judged],
) -> None:
    found = {"match": 0, "no": 0, "unknown": 0}
    for one, checked, _ in judged:
        holds = [clause.holds for clause in one.clauses]
        together = "no" if False in holds else "unknown" if None in holds else "match"
        assert one.verdict == together, checked.document.when
        found[one.verdict] += 1
        if one.verdict == "no":
            assert one.nearest is not None
            assert one.clauses[one.nearest.clause].holds is False
            assert one.reason.startswith("不符合：")
        if one.verdict == "unknown":
            assert one.missing
            assert one.asks
    assert min(found.values()) > 50


def test_the_day_from_which_a_record_will_match_is_right(judged: list[Judged]) -> None:
    days = 0
    for one, checked, record in judged:
        if one.matches_from is None:
            continue
        days += 1
        then = world.moment(one.matches_from)
        before = world.moment(one.matches_from - ONE_DAY)
        assert judge(checked, record, then).verdict == "match", checked.document.when
        assert judge(checked, record, before).verdict != "match", checked.document.when
    assert days > 5


def test_no_day_is_missed_that_time_alone_would_bring(judged: list[Judged]) -> None:
    asked = 0
    for one, checked, record in judged:
        if one.verdict != "no" or one.matches_from is not None:
            continue
        for ahead in (1, 30, 200):
            try:
                later = judge(checked, record, world.moment(world.TODAY + timedelta(days=ahead)))
            except CannotEvaluate:
                continue
            asked += 1
            assert later.verdict != "match", (ahead, checked.document.when)
    assert asked > 500
