"""Calendar laws: every bound says exactly what the plain question says."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import CannotEvaluate, dates
from rules.files.workdays import weekday

DAYS = st.dates(date(1890, 1, 1), date(2110, 12, 31))


def _naive_age(birth: date, on: date) -> int:
    """Count the birthdays that have come, one year at a time."""
    years = 0
    while True:
        try:
            birthday = birth.replace(year=birth.year + years + 1)
        except ValueError:
            birthday = date(birth.year + years + 1, 3, 1)
        if birthday > on:
            return years
        years += 1


@given(birth=DAYS, days=st.integers(0, 40_000))
def test_completed_years_count_the_birthdays(birth: date, days: int) -> None:
    on = birth + timedelta(days)
    assert dates.completed_years(birth, on) == _naive_age(birth, on)


@given(birth=DAYS, on=DAYS, years=st.integers(-5, 130))
def test_the_latest_birth_is_the_bound_of_the_age(birth: date, on: date, years: int) -> None:
    reached = dates.completed_years(birth, on) >= years
    assert reached == (birth.toordinal() <= dates.latest_birth(on, years))


@pytest.mark.parametrize(
    ("on", "age"),
    [(date(2026, 2, 28), 77), (date(2026, 3, 1), 78), (date(2028, 2, 28), 79), (date(2028, 2, 29), 80)],
)
def test_a_child_of_leap_day_ages_on_the_first_of_march_of_a_common_year(on: date, age: int) -> None:
    assert dates.completed_years(date(1948, 2, 29), on) == age


@given(start=DAYS, first=DAYS, length=st.integers(0, 800))
def test_an_anniversary_falls_in_a_window_when_some_day_of_it_is_one(
    start: date, first: date, length: int
) -> None:
    last = first + timedelta(length)
    days = (first + timedelta(n) for n in range(length + 1))
    naive = any(
        dates.anniversary(start, day.year - start.year) == day for day in days if day.year > start.year
    )
    assert dates.has_anniversary(start, first, last) == naive


@given(start=DAYS, first=DAYS, length=st.integers(0, 800))
def test_the_season_of_a_window_holds_exactly_its_anniversaries(
    start: date, first: date, length: int
) -> None:
    last = first + timedelta(length)
    season, day = dates.season(first, last), start.month * 100 + start.day
    old_enough = start.toordinal() <= dates.latest_birth(last, 1)
    if season is None:
        within = True
    elif season.wraps:
        within = day >= season.first or day <= season.last
    else:
        within = season.first <= day <= season.last
    assert (old_enough and within) == dates.has_anniversary(start, first, last)


@given(day=DAYS, bound=DAYS, function=st.sampled_from(["start_of_month", "start_of_year", "end_of_month"]))
def test_an_edge_moves_off_the_field(day: date, bound: date, function: str) -> None:
    edge = dates.edge(function, day)
    assert (edge >= bound) == (day.toordinal() >= dates.earliest(function, bound.toordinal()))


def test_adding_months_clips_to_the_end_of_a_shorter_month() -> None:
    assert dates.add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert dates.add_months(date(2024, 2, 29), -12) == date(2023, 2, 28)
    assert dates.add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)


def test_a_day_beyond_the_calendar_is_refused_not_wrapped() -> None:
    with pytest.raises(CannotEvaluate):
        dates.day(0)
    with pytest.raises(CannotEvaluate):
        dates.add_months(date(9999, 12, 1), 1)


@given(start=DAYS, count=st.integers(1, 200))
def test_weekdays_forth_and_back_come_home(start: date, count: int) -> None:
    there = weekday(start, count)
    assert there.weekday() < 5
    assert weekday(there, -count) <= start < there


def test_the_calendar_has_a_first_and_a_last_day_and_none_beyond() -> None:
    assert (dates.day(dates.FIRST), dates.day(dates.LAST)) == (date.min, date.max)
    for beyond in (dates.FIRST - 1, dates.LAST + 1):
        with pytest.raises(CannotEvaluate):
            dates.day(beyond)
