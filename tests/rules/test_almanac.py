"""The calendar of the rules against a naive one that only looks days up."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest

from rules import dates
from rules.interpret import ORDERS
from rules.interpret import test as compiled
from rules.normalise import normalise
from tests.rules import almanac, world
from tests.rules.effort import DEEP
from tests.rules.test_laws import meaning

EDGES = [
    date(year, month, day)
    for year in (1944, 1946, 1999, 2000, 2023, 2024, 2026)
    for month, day in ((1, 1), (2, 28), (3, 1), (6, 30), (7, 1), (10, 31), (11, 23), (12, 31))
] + [date(year, 2, 29) for year in (1904, 1944, 1996, 2000, 2024)]
FUNCTIONS = ("start_of_month", "start_of_year", "end_of_month")
Means = Callable[[date, date], bool]
Order = Callable[[Any, Any], bool]


def _some(chance: Random, count: int, first: int = 1895, last: int = 2110) -> list[date]:
    """Days of which every third is an edge."""
    low, high = (almanac.PLACES[year, 1, 1] for year in (first, last))
    return [
        chance.choice(EDGES) if number % 3 == 0 else almanac.named(chance.randrange(low, high))
        for number in range(count)
    ]


def test_the_almanac_lists_every_day_once() -> None:
    assert almanac.named(0) == date(almanac.FIRST_YEAR, 1, 1)
    assert almanac.named(len(almanac.DAYS) - 1) == date(almanac.LAST_YEAR, 12, 31)
    assert (date(almanac.LAST_YEAR, 12, 31) - date(almanac.FIRST_YEAR, 1, 1)).days == len(almanac.DAYS) - 1


def test_ages_are_what_the_almanac_counts() -> None:
    chance = Random(80)
    births, todays = _some(chance, 300 * DEEP), _some(chance, 120)
    for birth in births:
        for on in todays:
            assert dates.completed_years(birth, on) == almanac.age(birth, on), (birth, on)


def test_the_latest_birth_of_an_age_is_the_last_that_has_reached_it() -> None:
    chance = Random(81)
    for on in _some(chance, 4000 * DEEP, 1990, 2060):
        years = chance.choice([0, 1, 18, 60, 80, 95])
        latest = date.fromordinal(dates.latest_birth(on, years))
        assert almanac.age(latest, on) >= years, (on, years)
        assert almanac.age(almanac.days_later(latest, 1), on) < years, (on, years)


def test_yearly_returns_are_what_the_almanac_finds() -> None:
    chance = Random(82)
    for start in _some(chance, 10_000 * DEEP):
        first = chance.choice(_some(chance, 3))
        last = almanac.days_later(first, chance.choice([0, 1, 30, 365, 366, 800]))
        assert dates.has_anniversary(start, first, last) == almanac.returns(start, first, last), (
            start,
            first,
        )


def test_edges_and_months_are_where_the_almanac_walks_to() -> None:
    chance = Random(83)
    for day in _some(chance, 3000 * DEEP, 1900, 2100):
        for function in FUNCTIONS:
            assert dates.edge(function, day) == almanac.edge(function, day), (function, day)
        months = chance.choice([-25, -12, -1, 0, 1, 3, 9, 11, 12, 48])
        assert dates.add_months(day, months) == almanac.months_later(day, months), (day, months)


def _aged(order: Order, years: int) -> Means:
    return lambda born, today: order(almanac.age(born, today), years)


def _edged(order: Order, function: str, bound: date) -> Means:
    return lambda born, today: order(almanac.edge(function, born), bound)


def _moved(order: Order, days: int) -> Means:
    return lambda born, today: order(almanac.days_later(born, days), today)


def _since(order: Order, months: int) -> Means:
    return lambda born, today: order(born, almanac.months_later(today, -months))


def _returning(before: int, after: int) -> Means:
    return lambda born, today: almanac.returns(
        born, almanac.days_later(today, -before), almanac.days_later(today, after)
    )


BORN = "resident.birth_date"
BOUNDS = [date(1946, 11, 1), date(2024, 2, 29), date(2026, 2, 28), date(2000, 1, 1)]
WINDOWS = [(0, 0), (1, 0), (0, 30), (60, 60), (0, 364), (0, 365), (400, 0)]
CONDITIONS = {
    f"anniversary_in({BORN}, today - days({before}), today + days({after}))": _returning(before, after)
    for before, after in WINDOWS
}
for sign, order in ORDERS.items():
    CONDITIONS |= {f"age({BORN}) {sign} {years}": _aged(order, years) for years in (0, 1, 60, 80)}
    CONDITIONS |= {f"{BORN} + days({days}) {sign} today": _moved(order, days) for days in (0, 1, -1, 30, 366)}
    CONDITIONS |= {f"{BORN} {sign} today - months({n})": _since(order, n) for n in (1, 12, 960)}
    CONDITIONS |= {
        f'{function}({BORN}) {sign} date("{bound}")': _edged(order, function, bound)
        for function in FUNCTIONS
        for bound in BOUNDS
    }


@pytest.mark.parametrize("today", world.HARD_DAYS, ids=str)
def test_conditions_on_dates_mean_what_the_almanac_says(today: date) -> None:
    """As interpreted and in the normal form that the databases get."""
    births = [*EDGES, *_some(Random(84), 60, 1930, 2030)]
    moment = world.moment(today)
    for condition, means in CONDITIONS.items():
        formula = meaning(condition)
        holds, normal = compiled(formula, moment), compiled(normalise(formula, moment), moment)
        expected = [means(born, today) for born in births]
        scopes = [{"resident": {"birth_date": born}} for born in births]
        assert [holds(scope) for scope in scopes] == expected, condition
        assert [normal(scope) for scope in scopes] == expected, condition
