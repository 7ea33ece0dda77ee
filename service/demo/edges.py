"""Births on which rules are most easily wrong, each lived by somebody in the street."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.demo.days import years_before
from service.demo.families import Member

EVERYWHERE_FROM = 1000
"""Communities of at least so many residents hold every edge; smaller ones share them out."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A person with an exact birth date. `parents` for children; `died_on` for the dead."""

    kind: str
    birth: date
    died_on: date | None = None

    @property
    def is_child(self) -> bool:
        return self.kind in ("born_today", "school_last_day", "school_next_day")


def edges(today: date) -> list[Edge]:
    """All kinds, in fixed order, as of `today`."""
    school = today.year - 6
    return [
        Edge("turns_80_today", years_before(today, 80)),
        Edge("turns_80_tomorrow", years_before(today + timedelta(days=1), 80)),
        Edge("born_29_february", _leap_day(today.year - 80)),
        Edge("born_29_february", _leap_day(today.year - 66)),
        Edge("school_last_day", date(school, 8, 31)),
        Edge("school_next_day", date(school, 9, 1)),
        Edge("born_today", today),
        Edge("over_100", years_before(today, 101) - timedelta(days=40)),
        Edge("turns_100_today", years_before(today, 100)),
        Edge("died_this_month", years_before(today, 86) - timedelta(days=150), died_on=_day_of_month(today)),
        Edge("turns_60_today", years_before(today, 60)),
        Edge("turned_80_yesterday", years_before(today - timedelta(days=1), 80)),
    ]


def edges_of(index: int, communities: int, residents: int, today: date) -> Iterator[Edge]:
    """Those that live in community `index`."""
    every = edges(today)
    yield from every if residents >= EVERYWHERE_FROM else every[index::communities]


def household_of(edge: Edge, today: date) -> tuple[list[Member], int]:
    """The members of the person's household, and which of them is the person."""
    age = max(0, today.year - edge.birth.year)
    if edge.is_child:
        parents = [Member("0", True, 33, "20"), Member("1", False, 31, "20")]
        return [*parents, Member("2", True, age, "10")], 2
    return [Member("0", False, age, "30")], 0


def _leap_day(year: int) -> date:
    """29 February of the latest leap year up to `year`."""
    while year % 4 or (year % 100 == 0 and year % 400):
        year -= 1
    return date(year, 2, 29)


def _day_of_month(today: date) -> date:
    """A day of this month that is not after today."""
    return today.replace(day=max(1, today.day - 12))
