"""`year(d)`: the calendar year of a date, of a fixed day and of a field."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import RuleErrors, judge
from rules.checking.expressions import check_condition
from rules.fold import fold
from rules.interpret import test as compiled
from rules.meaning import Column, Compare, Formula, Term, Within, Year
from rules.normalise import normalise
from rules.wording.words import phrase
from tests.rules import world
from tests.rules.making import PARAMETERS, rule

DAYS = st.one_of(
    st.dates(),
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.sampled_from([date.min, date(1, 12, 31), date(9999, 1, 1), date.max, None]),
)
YEARS = st.one_of(
    st.integers(2024, 2028),
    st.integers(-1, 3),
    st.integers(9997, 10_001),
    st.sampled_from([-(10**18), 10**18, 2**63 - 1]),
)
SIGNS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
MOVED = st.sampled_from(
    [
        "{}", "{} + days(1)", "{} - weeks(1)", "{} + days(400)", "{} - days(800000)", "{} + days(4000000)",
        "start_of_year({})", "end_of_month({} - days(31))", "start_of_month({} + days(31))",
    ]
)  # fmt: skip
FIELDS = st.sampled_from(["birth_date", "death_on"])  # an empty cell is unknown in one, a fact in the other


def _meant(condition: str) -> Formula:
    checked = check_condition(condition, world.CATALOGUE, "resident", PARAMETERS.terms())
    assert checked.formula is not None, checked.errors
    return checked.formula


def _of(formula: Formula, record: dict[str, Any]) -> bool | None:
    return compiled(formula, world.moment())({"resident": record})


@given(day=DAYS, sign=SIGNS, year=YEARS, moved=MOVED, field=FIELDS, negated=st.booleans())
def test_the_normal_form_says_of_every_day_what_the_calendar_says(
    day: date | None, sign: str, year: int, moved: str, field: str, negated: bool
) -> None:
    written = f"year({moved.format(f'resident.{field}')}) {sign} {year}"
    formula = _meant(f"!({written})" if negated else written)
    normal = normalise(formula, world.moment())
    assert _of(normal, {field: day}) == _of(formula, {field: day})
    assert not list(_years(normal))


@given(day=st.dates(), sign=SIGNS, year=YEARS)
def test_a_year_is_that_of_the_calendar(day: date, sign: str, year: int) -> None:
    compared = {
        "==": day.year == year, "!=": day.year != year, "<": day.year < year,
        "<=": day.year <= year, ">": day.year > year, ">=": day.year >= year,
    }  # fmt: skip
    assert _of(_meant(f"year(resident.birth_date) {sign} {year}"), {"birth_date": day}) == compared[sign]


@given(day=DAYS, sign=SIGNS, tenths=st.integers(20_240, 20_280))
def test_a_year_compares_with_decimals(day: date | None, sign: str, tenths: int) -> None:
    formula = _meant(f"year(resident.birth_date) {sign} {Decimal(tenths) / 10:.1f}")
    normal = normalise(formula, world.moment())
    assert _of(normal, {"birth_date": day}) == _of(formula, {"birth_date": day})


@given(day=DAYS, years=st.lists(YEARS, max_size=3), negated=st.booleans(), field=FIELDS)
def test_a_year_may_be_one_of_several(day: date | None, years: list[int], negated: bool, field: str) -> None:
    written = f"year(resident.{field}) in {years}"
    formula = _meant(f"!({written})" if negated else written)
    normal = normalise(formula, world.moment())
    assert _of(normal, {field: day}) == _of(formula, {field: day})


@pytest.mark.parametrize(
    ("condition", "day", "holds"),
    [
        ("year(resident.birth_date) == year(today) - 1", date(2025, 1, 1), True),
        ("year(resident.birth_date) == year(today) - 1", date(2025, 12, 31), True),
        ("year(resident.birth_date) == year(today) - 1", date(2024, 12, 31), False),
        ("year(resident.birth_date) == year(today) - 1", date(2026, 1, 1), False),
        ("year(resident.birth_date) + 60 <= year(today)", date(1966, 12, 31), True),
        ("year(resident.birth_date) + 60 <= year(today)", date(1967, 1, 1), False),
        ("year(today) == 2026", None, True),
        ('year(date("2024-02-29") + years(1)) == 2025', None, True),
        ("year(today + days(param(\"notice\"))) != 2026", None, False),
        ("year(resident.birth_date) in [year(today), year(today) - 1]", date(2025, 6, 1), True),
        ("year(resident.birth_date) == (resident.veteran ? 2026 : 2025)", date(2025, 6, 1), True),
        ("year(resident.birth_date) == 2025", None, None),
    ],
)  # fmt: skip
def test_a_year_is_asked_of_fields_and_of_fixed_days(
    condition: str, day: date | None, holds: bool | None
) -> None:
    formula = _meant(condition)
    record = {"birth_date": day, "veteran": False}
    assert _of(formula, record) is holds
    assert _of(normalise(formula, world.moment()), record) is holds


@pytest.mark.parametrize("day", [date.min, date(1, 1, 2), date(9999, 12, 30), date.max])
@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("move", ["+ days(1)", "- days(1)", "+ weeks(600000)", "- weeks(600000)"])
@pytest.mark.parametrize("bound", ["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31"])
def test_a_day_moved_to_the_end_of_the_calendar_stops_there_in_every_form(
    day: date, sign: str, move: str, bound: str
) -> None:
    formula = _meant(f'resident.birth_date {move} {sign} date("{bound}")')
    assert _of(normalise(formula, world.moment()), {"birth_date": day}) is _of(formula, {"birth_date": day})


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("year(resident.name) == 2025", "wrong_type"),
        ("year() == 2025", "wrong_arguments"),
        ("year(resident.birth_date) == \"2025\"", "incomparable"),
        ("year(resident.birth_date) == year(resident.death_on)", "two_fields"),
        ("year(resident.birth_date)", "not_a_condition"),
        ("year(2025) == 2025", "wrong_type"),
    ],
)  # fmt: skip
def test_a_year_of_anything_else_is_refused(condition: str, code: str) -> None:
    with pytest.raises(RuleErrors) as caught:
        rule(condition)
    assert [error.code for error in caught.value.errors] == [code]


@pytest.mark.parametrize(
    ("condition", "words", "today"),
    [
        ("year(resident.birth_date) == year(today)", "出生在今年", "出生在今年（2026 年）"),
        ("year(resident.birth_date) != year(today) - 1", "出生不在去年", "出生不在去年（2025 年）"),
        ("year(resident.birth_date) < year(today) - 3", "出生在 3 年前以前", "出生在 3 年前（2023 年）以前"),
        ("year(resident.birth_date) >= 1966", "出生在 1966 年或以后", "出生在 1966 年或以后"),
        ("year(today) == 2026", "今年是 2026 年", "今年（2026 年）是 2026 年"),
        (
            "year(resident.birth_date) in [2024, 2025]",
            "出生的年份是 2024 年或 2025 年",
            "出生的年份是 2024 年或 2025 年",
        ),
    ],
)
def test_a_year_is_said_as_people_say_it(condition: str, words: str, today: str) -> None:
    formula = _meant(condition)
    assert phrase(formula) == words
    assert phrase(formula, world.moment()) == today


@pytest.mark.parametrize(
    ("condition", "record", "reason"),
    [
        (
            "year(resident.birth_date) <= 1966",
            {"birth_date": date(1966, 5, 1)},
            "60 周岁（1966-05-01 出生）",
        ),
        (
            "resident.certificates.exists(c, year(c.issued_on) == year(today) - 1)",
            {"certificates": [{"issued_on": date(2025, 5, 1)}]},
            "证件发证已 571 天（2025-05-01）",
        ),
        (
            "!resident.certificates.exists(c, year(c.issued_on) == year(today))",
            {"certificates": [{"issued_on": date(2025, 5, 1)}]},
            "证件发证已 571 天（2025-05-01）",
        ),
    ],
)
def test_a_year_gives_its_date_as_the_reason(condition: str, record: dict[str, object], reason: str) -> None:
    judgement = judge(rule(condition), record, world.moment())
    assert (judgement.verdict, judgement.reason) == ("match", reason)


def test_the_year_of_a_fixed_day_is_folded() -> None:
    formula = _meant("year(resident.birth_date) == year(today) - 1")
    comparison = getattr(formula, "formula", formula)
    assert isinstance(comparison, Compare)
    assert fold(comparison.right, world.moment()) == 2025


def _years(part: object) -> list[Term]:
    """The `year(…)` left on a field."""
    match part:
        case Year():
            return [part]
        case Compare(_, left, right) | Within(left, right):
            return [*_years(left), *_years(right)]
        case Column():
            return []
        case _:
            inner = getattr(part, "items", None) or [getattr(part, "item", None)]
            return [found for item in inner if item is not None for found in _years(item)]
