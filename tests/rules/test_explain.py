"""The reason of a verdict: one line for a phone, and every clause behind it."""

from datetime import date

import pytest

from rules import CannotEvaluate, judge, paraphrase
from tests.rules import world
from tests.rules.making import rule

HEALTH = (
    '!resident.certificates.exists(c, c.kind == "HEALTH_FOOD" && c.valid_to >= today + days(param("notice")))'
)


@pytest.mark.parametrize(
    ("condition", "record", "reason"),
    [
        (HEALTH, {}, "没有健康证"),
        (
            HEALTH,
            {"certificates": [{"kind": "HEALTH_FOOD", "valid_to": date(2026, 10, 1)}]},
            "健康证已过期 53 天（2026-10-01）",
        ),
        (
            HEALTH,
            {"certificates": [{"kind": "HEALTH_FOOD", "valid_to": date(2026, 12, n)} for n in (1, 3)]},
            "健康证还有 10 天到期（2026-12-03）",
        ),
        (
            "age(resident.birth_date) >= 80",
            {"birth_date": date(1946, 11, 23)},
            "80 周岁（1946-11-23 出生）",
        ),
        ("resident.household.income < 1138.51", {"household": {"income": 900}}, "人均月收入 900 元"),
        ("resident.lives_alone", {"lives_alone": True}, "独居"),
        ("resident.lives_alone && resident.care_level == 4", {"lives_alone": True, "care_level": 4}, "独居；失能等级完全"),
        ("resident.certificates.size() >= 1", {"certificates": [{"kind": "RESIDENCE"}]}, "证件 1 条"),
    ],
)  # fmt: skip
def test_a_match_is_told_in_one_line(condition: str, record: dict[str, object], reason: str) -> None:
    judgement = judge(rule(condition), record, world.moment())
    assert judgement.verdict == "match"
    assert judgement.reason == reason
    assert len(judgement.reason) <= 40


def test_every_clause_is_shown_with_its_facts_even_after_one_failed() -> None:
    checked = rule(
        "age(resident.birth_date) >= 80 && resident.lives_alone",
        applies="resident.death_on == null && " + HEALTH,
    )
    record = {
        "death_on": date(2026, 1, 1),
        "birth_date": date(1950, 1, 1),
        "certificates": [{"kind": "HEALTH_FOOD", "valid_to": None}],
    }
    judgement = judge(checked, record, world.moment())
    assert (judgement.verdict, judgement.applies) == ("no", False)
    assert [(clause.part, clause.holds) for clause in judgement.clauses] == [
        ("applies", False),
        ("applies", None),
        ("when", False),
        ("when", None),
    ]
    died, health, aged, alone = judgement.clauses
    assert died.source == "resident.death_on == null"
    assert [fact.text for fact in died.facts] == ["2026-01-01"]
    assert [(used.name, used.label, used.value) for used in health.parameters] == [("notice", "提前天数", 30)]
    assert health.chinese == "没有 30 天后仍未过期（2026-12-23 及以后）的健康证"
    assert [(fact.label, fact.text, fact.row) for fact in health.facts] == [
        ("证件类型", "健康证", 1),
        ("有效期至", "未登记", 1),
    ]
    assert aged.chinese == "年满 80 周岁"
    assert alone.missing == ("独居",)


def test_an_undecided_record_names_the_missing_facts() -> None:
    judgement = judge(rule("age(resident.birth_date) >= 80 && resident.lives_alone"), {}, world.moment())
    assert judgement.verdict == "unknown"
    assert judgement.missing == ("出生日期", "独居")
    assert judgement.reason == "缺少：出生日期、独居"


def test_an_encrypted_field_never_shows_its_value() -> None:
    judgement = judge(rule("resident.phone != null"), {"phone": "13800001111"}, world.moment())
    (clause,) = judgement.clauses[1:]
    assert [(fact.value, fact.text) for fact in clause.facts] == [(None, "已登记")]
    assert "138" not in repr(judgement)


def test_a_rule_without_its_parameter_is_not_guessed_at() -> None:
    with pytest.raises(CannotEvaluate):
        judge(rule(HEALTH), {}, world.moment(notice=None))


def test_a_rule_is_paraphrased_in_whole_sentences() -> None:
    checked = rule(
        HEALTH, applies="age(resident.birth_date) >= 60 && !(resident.lives_alone || resident.veteran)"
    )
    assert paraphrase(checked).splitlines() == [
        "对象：年满 60 周岁，且（不独居且不是“退役军人”）。",
        "情形：没有〔提前天数〕天后仍未过期的健康证。",
    ]


def test_what_a_rule_reads_is_known() -> None:
    checked = rule(HEALTH, applies="resident.household.members.exists(m, m.lives_alone)")
    assert checked.reads == {
        (("certificates",), "kind"),
        (("certificates",), "valid_to"),
        (("certificates",), "paper_id"),
        (("household", "members"), "person_id"),
        (("household", "members"), "lives_alone"),
    }


def test_a_cell_that_a_condition_reads_twice_is_one_fact() -> None:
    checked = rule("resident.care_level == null || resident.care_level >= 2")
    judgement = judge(checked, {"person_id": 7, "care_level": 4}, world.moment())
    assert [(fact.field, fact.key) for fact in judgement.clauses[-1].facts] == [("care_level", 7)]


def test_a_relation_without_rows_is_one_fact_of_each_who_has_none() -> None:
    none = "!resident.certificates.exists(c, c.valid_to >= today)"
    judgement = judge(rule(f"{none} || {none} && resident.lives_alone"), {}, world.moment())
    assert [fact.text for fact in judgement.clauses[-1].facts if not fact.field] == ["没有"]
