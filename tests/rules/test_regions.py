"""Where parameters differ by division, the map is parted: every code in one region, and judged by its own values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import CheckedRule, Parameters, RuleErrors, check, load, load_parameters
from rules.files.documents import Cited
from rules.files.parameters import Dated, Defined
from rules.regions import Region, about_whom, place_of, regions, where_read
from service.tables.catalogue import CATALOGUE
from tests.rules import making

FIRST = date(2026, 1, 1)
DIVISIONS = ["", "33", "3301", "330102", "330103", "330102003", "330102003057", "34"]
CODES = st.sampled_from([*DIVISIONS, "330102003057001", "330199", "3302", "11", "330103001001"])
BOTH = 'param("elders.from_age") <= age(resident.birth_date) || resident.household.income_pc_month < param("social_aid.dibao")'


def _source(mark: str) -> Cited:
    return Cited(law="某法", article="第一条", date="2026", verified_on=FIRST, mark=mark)


@st.composite
def _values(draw: st.DrawFn) -> tuple[Dated, ...]:
    made = []
    for division in draw(st.lists(st.sampled_from(DIVISIONS), unique=True)):
        for start in draw(st.lists(st.integers(0, 9), unique=True, min_size=1, max_size=2)):
            made.append(
                Dated(
                    **{"from": FIRST + timedelta(days=start)},
                    to=draw(st.none() | st.just(FIRST + timedelta(days=start + 2))),
                    division=division,
                    value=draw(st.integers(60, 62)),
                    source=_source(draw(st.sampled_from("VVVM"))),
                )
            )
    return tuple(made)


def _parameters(ages: tuple[Dated, ...], limits: tuple[Dated, ...]) -> Parameters:
    return Parameters(
        {
            "elders.from_age": Defined(label="起始年龄", kind="int", values=ages),
            "social_aid.dibao": Defined(label="低保标准", kind="decimal", values=limits),
        }
    )


def _rule(known: Parameters, when: str = BOTH, applies: str = "true") -> CheckedRule:
    text = making.document_text(when, applies=applies)
    return check(load(text, file="rule.yaml"), CATALOGUE, known)


RULE = _rule(_parameters((), ()))


@given(_values(), _values(), st.integers(-1, 12), CODES)
def test_every_code_is_in_one_region_and_judged_by_its_own_values(
    ages: tuple[Dated, ...], limits: tuple[Dated, ...], after: int, code: str
) -> None:
    known, on = _parameters(ages, limits), FIRST + timedelta(days=after)
    parts = regions(RULE, known, on)
    (mine,) = (part for part in parts if part.region.holds(code))
    assert mine.values == known.at(on, code)
    assert set(mine.missing) == set(known.defined) - set(mine.values)


@given(_values(), _values(), st.integers(-1, 12))
def test_no_region_says_the_same_as_the_one_around_it(
    ages: tuple[Dated, ...], limits: tuple[Dated, ...], after: int
) -> None:
    known, on = _parameters(ages, limits), FIRST + timedelta(days=after)
    parts = regions(RULE, known, on)
    assert parts[0].region.prefix == ""
    for part in parts:
        for hole in part.region.without:
            (inner,) = (other for other in parts if other.region.prefix == hole)
            assert inner.values != part.values


def test_without_overrides_there_is_one_region_and_it_is_everywhere() -> None:
    age = Dated(**{"from": FIRST}, value=60, source=_source("V"))
    same = age.model_copy(update={"division": "3301"})
    known = _parameters((age, same), (age,))
    assert [part.region for part in regions(RULE, known, FIRST)] == [Region()]


def test_only_parameters_the_rule_uses_part_the_map() -> None:
    age = Dated(**{"from": FIRST}, value=60, source=_source("V"))
    local = age.model_copy(update={"division": "3301", "value": 70})
    known = _parameters((age,), (age, local))
    rule = _rule(known, 'age(resident.birth_date) >= param("elders.from_age")')
    assert [part.region for part in regions(rule, known, FIRST)] == [Region()]


def test_a_record_is_placed_where_its_catalogue_says() -> None:
    known = _parameters((), ())
    rule = _rule(known)
    assert where_read(rule) == {((), "live_code")}
    assert place_of(rule, {"live_code": "330102003057"}) == "330102003057"
    assert place_of(rule, {"live_code": None}) == ""


def test_what_a_missing_parameter_says_of_whom_it_is_about_is_left_aside() -> None:
    known = _parameters((), ())
    applies = 'resident.death_on == null && (age(resident.birth_date) >= param("elders.from_age") || resident.lives_alone)'
    rule = _rule(known, "resident.lives_alone", applies)
    looser = about_whom(rule, {"elders.from_age"})
    assert len(looser.applies.items) == 1  # type: ignore[union-attr]
    assert len(about_whom(rule, {"social_aid.dibao"}).applies.items) == 2  # type: ignore[union-attr]


PARAMETERS = """\
parameters:
  age.from:
    label: 起始年龄
    kind: int
    values:
      - {from: 2026-01-01, value: 80}
      - {from: 2026-07-01, to: 2026-12-31, value: 79}
      - {from: 2026-07-01, division: "330102000000", value: 75}
"""


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("from: 2026-01-01, value", "from: 2026-07-01, value", [("overlapping_values", 7)]),
        ("from: 2026-01-01, value", "from: 2026-01-01, to: 2026-07-01, value", [("overlapping_values", 7)]),
        ('"330102000000", value: 75}', '"330102", value: 75}\n      - {from: 2026-07-01, division: "330102000000", value: 1}',
         [("overlapping_values", 9)]),
        ("to: 2026-12-31", "to: 2026-06-30", [("backward_period", 7)]),
        ("from: 2026-01-01", "from: 2026-02-30", [("bad_yaml", 6)]),
        ("kind: int", "kind: whole", [("bad_value", 4)]),
        ("value: 79", "value: 七十九", [("unfit_value", 7)]),
        ("value: 79", "value: 79.5", [("unfit_value", 7)]),
        ("value: 79", "value: true", [("unfit_value", 7)]),
        ("value: 79", "value: [79]", [("unfit_value", 7)]),
        ("value: 79", f"value: {'9' * 300}", [("unfit_value", 7)]),
        ("value: 79", f"value: {'9' * 5000}", [("bad_yaml", 7)]),
        ("kind: int", "kind: decimal", []),
        ("value: 79", "value: 123456789012345678.5", [("unfit_value", 7)]),
        ("value: 79", 'value: "a\\0b"', [("unfit_value", 7)]),
        ('"330102000000"', '"湖滨"', [("bad_value", 8)]),
        ("to: 2026-12-31, ", "", []),
    ],
)  # fmt: skip
def test_values_that_contradict_each_other_or_their_kind_are_refused_with_their_line(
    wrong: str, right: str, expected: list[tuple[str, int]]
) -> None:
    assert wrong in PARAMETERS
    text = PARAMETERS.replace(wrong, right, 1)
    if not expected:
        load_parameters(text, file="parameters.yaml")
        return
    with pytest.raises(RuleErrors) as caught:
        load_parameters(text, file="parameters.yaml")
    assert [(error.code, error.line) for error in caught.value.errors] == expected
    for error in caught.value.errors:
        assert error.file == "parameters.yaml"
        assert error.chinese.isascii() is False
        assert error.english.replace("“", "").isascii() or error.code in ("bad_yaml", "bad_value")


def test_a_value_with_an_end_is_not_followed_by_the_one_before_it() -> None:
    known = load_parameters(
        PARAMETERS.replace(
            "value: ", "source: {law: 甲, article: 一, date: 2026-01-01, verified_on: 2026-01-02}, value: "
        ),
        file="parameters.yaml",
    )
    days = {date(2026, 6, 30): 80, date(2026, 7, 1): 79, date(2026, 12, 31): 79}
    assert {day: known.at(day)["age.from"] for day in days} == days
    assert known.at(date(2027, 1, 1)) == {}
    assert known.at(date(2027, 1, 1), "330102003057") == {"age.from": 75}
