"""Documents, packs and parameters: every error at once, with file and line, and what to do."""

import re
from datetime import date
from pathlib import Path

import pytest

from rules import (
    RuleErrors,
    check,
    check_pack,
    load,
    load_and_check,
    load_pack,
    load_parameters,
    run_examples,
    unverified,
)
from tests.rules import making, world

GOOD = making.document_text("resident.lives_alone").replace(
    "{name: 甲, today: 2026-11-23, given: {}, expect: match}",
    "{name: 甲, today: 2026-11-23, given: {resident: {lives_alone: true}}, expect: match}",
).replace(
    "{name: 乙, today: 2026-11-23, given: {}, expect: no}",
    "{name: 乙, today: 2026-11-23, given: {resident: {lives_alone: false}}, expect: no}",
)  # fmt: skip


def _codes(text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(RuleErrors) as caught:
        load(text, file="rule.yaml")
    assert all(error.file == "rule.yaml" for error in caught.value.errors)
    return [(error.code, error.line) for error in caught.value.errors]


@pytest.mark.parametrize("text", ["[" * 60_000, "- " * 30_000, "{a: " * 20_000, "? " * 20_000])
def test_a_document_that_nests_without_end_is_refused_at_once(text: str) -> None:
    assert _codes(text) == [("bad_yaml", 1)]


def test_an_error_repeats_no_endless_line() -> None:
    with pytest.raises(RuleErrors) as caught:
        load("title: " + "!" * 60_000, file="rule.yaml")
    assert len(caught.value.errors[0].chinese) < 400


def test_a_good_document_loads_checks_and_passes_its_examples() -> None:
    rule = check(load(GOOD, file="rule.yaml"), world.CATALOGUE, making.PARAMETERS)
    results = run_examples(rule, world.CATALOGUE, making.PARAMETERS)
    assert [(result.name, result.passed) for result in results] == [("甲", True), ("乙", True)]


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("title: 一条规则", "titel: 一条规则", [("missing_key", 1), ("unknown_key", 3)]),
        ("subject: resident", "subject: 居民", [("bad_value", 10)]),
        ("department: 民政局", "department: 民政局\ntitle: 又一个", [("duplicate_key", 5)]),
        ("duty: SG-2026-001", "duty: 没有", [("bad_value", 5)]),
        ("date: 2026-01-01", "date: 2026-02-30", [("bad_yaml", None)]),
        ("due: {days: 30}", "due: {days: 30, working_days: 3}", [("bad_value", 14)]),
        ("due: {days: 30}", "due: {}", [("bad_value", 14)]),
        ("again: never", "again: 每年", [("bad_value", 15)]),
        ("expect: no}", "expect: match}", [("bad_value", None)]),
        ("title: 一件事", "title: '一件事", [("bad_yaml", 21)]),
        ("unknown: count", "unknown: &a count\nask: *a", [("bad_yaml", 17)]),
        ("rule: a-rule", "rule: 规则一", [("bad_value", 2)]),
    ],
)
def test_a_wrong_document_says_what_and_where(
    wrong: str, right: str, expected: list[tuple[str, int]]
) -> None:
    assert wrong in GOOD
    found = _codes(GOOD.replace(wrong, right, 1))
    assert [code for code, _ in found] == [code for code, _ in expected]
    for (_, line), (_, known) in zip(found, expected, strict=True):
        assert known is None or line == known


def test_the_unknown_key_comes_with_the_near_one() -> None:
    with pytest.raises(RuleErrors) as caught:
        load(GOOD.replace("title: 一条规则", "titel: 一条规则"), file="rule.yaml")
    assert "title" in [error.suggestion for error in caught.value.errors]


def test_half_a_file_is_refused_wherever_it_breaks_off() -> None:
    for length in range(0, len(GOOD) - 20, 23):
        with pytest.raises(RuleErrors):
            load(GOOD[:length], file="rule.yaml")


def test_every_condition_of_a_document_is_checked_at_once() -> None:
    text = GOOD.replace("'true'", "'resident.nam == null'").replace("'resident.lives_alone'", "'年龄 >= 80'")
    text = text.replace("visit: resident", "visit: resident.hous\nask: [resident.tel]")
    with pytest.raises(RuleErrors) as caught:
        check(load(text, file="rule.yaml"), world.CATALOGUE, making.PARAMETERS)
    assert [(error.part, error.line, error.code) for error in caught.value.errors] == [
        ("applies", 11, "unknown_field"),
        ("when", 12, "chinese_label"),
        ("visit", 13, "bad_path"),
        ("ask", 14, "bad_path"),
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("{resident: {lives_alon: true}}", "lives_alone"),
        ("{resident: {lives_alone: 是}}", "请写 true 或 false"),
        ("{shop: {name: x}}", "可写"),
        ("{resident: {care_level: 3}}", "没有代码"),
        ("{resident: [1]}", "字段: 值"),
    ],
)
def test_an_example_of_facts_that_do_not_exist_is_an_error(given: str, says: str) -> None:
    text = GOOD.replace("{resident: {lives_alone: true}}", given)
    rule = check(load(text, file="rule.yaml"), world.CATALOGUE, making.PARAMETERS)
    first = run_examples(rule, world.CATALOGUE, making.PARAMETERS)[0]
    assert [error.code for error in first.errors] == ["bad_example"]
    assert says in first.errors[0].chinese


def test_a_failed_example_says_what_came_out() -> None:
    text = GOOD.replace("{resident: {lives_alone: true}}", "{resident: {lives_alone: false}}")
    rule = check(load(text, file="rule.yaml"), world.CATALOGUE, making.PARAMETERS)
    first = run_examples(rule, world.CATALOGUE, making.PARAMETERS)[0]
    assert first.errors[0].code == "example_failed"
    assert "match" in first.errors[0].chinese
    assert "no" in first.errors[0].chinese


def test_a_pack_tells_every_error_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "b.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "c.yaml").write_bytes(GOOD.encode("gb18030"))
    (tmp_path / "d.yaml").write_text(GOOD[:300], "utf-8")
    with pytest.raises(RuleErrors) as caught:
        load_pack(tmp_path)
    found = {(error.file, error.code) for error in caught.value.errors}
    assert {("b.yaml", "duplicate_rule"), ("c.yaml", "not_utf8")} <= found
    assert any(file == "d.yaml" for file, _ in found)


def test_a_pack_is_checked_with_its_examples(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD, "utf-8")
    assert list(check_pack(load_pack(tmp_path), world.CATALOGUE)) == ["a-rule"]
    (tmp_path / "a.yaml").write_text(GOOD.replace("expect: no}", "expect: unknown}"), "utf-8")
    with pytest.raises(RuleErrors) as caught:
        check_pack(load_pack(tmp_path), world.CATALOGUE)
    assert [(error.file, error.code) for error in caught.value.errors] == [("a.yaml", "example_failed")]


PARAMETERS = """
parameters:
  age.from:
    label: 起始年龄
    kind: int
    values:
      - {from: 2026-01-01, value: 80, source: {law: 甲, article: 一, date: 2026-01-01, verified_on: 2026-01-02}}
      - {from: 2026-07-01, value: 79, source: {law: 乙, article: 一, date: 2026-07-01, verified_on: 2026-07-02}}
      - {from: 2026-01-01, division: "3301", value: 75, source: {law: 丙, article: 一, date: "2026", verified_on: 2026-01-02}}
      - {from: 2026-08-01, value: 60, source: {law: 丁, article: 一, date: 2026-01-01, verified_on: null}}
      - {from: 2026-09-01, value: 61, source: {law: 戊, article: 一, date: 2026-01-01, verified_on: 2026-09-01, mark: M}}
  amount: {label: 金额, kind: decimal, values: []}
"""


@pytest.mark.parametrize(
    ("on", "division", "value"),
    [
        (date(2026, 1, 1), "", 80),
        (date(2026, 6, 30), "", 80),
        (date(2026, 12, 1), "", 79),
        (date(2026, 12, 1), "330102003057", 75),
        (date(2026, 12, 1), "340100000000", 79),
    ],
)
def test_the_nearest_division_and_the_latest_verified_day_win(on: date, division: str, value: int) -> None:
    parameters = load_parameters(PARAMETERS, file="parameters.yaml")
    assert parameters.at(on, division) == {"age.from": value}


def test_a_parameter_without_a_verified_value_stops_publishing() -> None:
    parameters = load_parameters(PARAMETERS, file="parameters.yaml")
    rule = making.rule("resident.household.income < param('amount')", parameters=parameters)
    assert rule.parameters == {"amount"}
    errors = unverified(rule, parameters.at(date(2026, 12, 1)))
    assert [error.code for error in errors] == ["unverified_parameter"]
    assert unverified(rule, {"amount": 3}) == []


def test_a_parameter_of_another_kind_than_it_says_is_an_error() -> None:
    with pytest.raises(RuleErrors) as caught:
        load_parameters(PARAMETERS.replace("value: 79", "value: 七十九"), file="parameters.yaml")
    assert [(error.code, error.line) for error in caught.value.errors] == [("unfit_value", 8)]


def test_a_grade_nobody_knows_is_told_at_its_place() -> None:
    graded = GOOD.replace("visit:", "grades: {very_urgent: resident.lives_alone}\nvisit:", 1)
    with pytest.raises(RuleErrors) as caught:
        load(graded, file="rule.yaml")
    assert [error.part for error in caught.value.errors] == ["grades.very_urgent"]


def test_wrong_keys_hide_no_wrong_condition_and_every_sentence_says_what_to_write() -> None:
    wrong = GOOD.replace("'resident.lives_alone'", "'residents.lives_alone'", 1)
    wrong = wrong.replace("again: never", "again: 一年\nagain_: never", 1)
    with pytest.raises(RuleErrors) as caught:
        load_and_check(wrong, world.CATALOGUE, None, file="rule.yaml")
    told = {(error.code, error.part): error for error in caught.value.errors}
    assert set(told) == {("unknown_key", "again_"), ("bad_value", "again"), ("unknown_name", "when")}
    assert all(error.line for error in told.values())
    assert "P1Y（一年后）" in told["bad_value", "again"].chinese
    assert str(told["bad_value", "again"]).endswith("（bad_value）")


@pytest.mark.parametrize("key", ["sources", "examples"])
def test_a_wrong_item_is_not_counted_as_a_missing_one_too(key: str) -> None:
    old, new = {"sources": ("article:", "articl:"), "examples": ("expect: match", "expect: yes")}[key]
    assert old in GOOD
    with pytest.raises(RuleErrors) as caught:
        load(GOOD.replace(old, new, 1), file="rule.yaml")
    assert key not in [error.part for error in caught.value.errors]


@pytest.mark.parametrize("written", ["2022-1", "去年", "20260101"])
def test_a_source_of_no_date_is_told_once(written: str) -> None:
    dated = re.sub(r"date: [^,}]*", f'date: "{written}"', GOOD, count=1)
    assert written in dated
    with pytest.raises(RuleErrors) as caught:
        load(dated, file="rule.yaml")
    (error,) = caught.value.errors
    assert error.part == "sources.0.date"
    assert "2026-07" in error.chinese


def test_values_that_overlap_are_both_named() -> None:
    values = "[{from: 2026-01-01, to: 2026-07-01, value: 3}, {from: 2026-06-01, value: 4}]"
    text = f"parameters:\n  notice: {{label: 提前天数, kind: int, values: {values}}}\n"
    with pytest.raises(RuleErrors) as caught:
        load_parameters(text, file="parameters.yaml")
    (error,) = caught.value.errors
    assert all("2026-01-01" in told and "2026-06-01" in told for told in (error.chinese, error.english))
