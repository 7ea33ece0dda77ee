"""The laws of laying one worker's visits out on days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.work.packing import Most, Visit, building_of, lay_out

MONDAY = date(2026, 11, 23)
DAYS = [MONDAY + timedelta(days=number) for number in range(30)]
PLACES = ["", "湖滨路1幢101室", "湖滨路1幢102室", "湖滨路2幢101室", "涌泉里3弄5号", "涌泉里3弄6号"]


@st.composite
def visits(draw: st.DrawFn) -> list[Visit]:
    return [
        Visit(
            number,
            draw(st.integers(11, 60)),
            MONDAY + timedelta(days=draw(st.integers(-5, 5))),
            draw(st.integers(0, 3)),
            draw(st.sampled_from(PLACES)),
            must=draw(st.integers(0, 5)) == 0,
        )
        for number in range(draw(st.integers(0, 25)))
    ]


def _first(found: Sequence[Visit], most: Most) -> Most:
    """What a fresh day has left beside what must be."""
    must = [visit for visit in found if visit.must]
    minutes = None if most.minutes is None else max(0, most.minutes - sum(visit.minutes for visit in must))
    return Most(max(0, most.visits - len(must)), minutes)


MOST = st.builds(Most, st.integers(1, 6), st.one_of(st.none(), st.integers(60, 200)))


@settings(max_examples=40, deadline=None)
@given(visits(), MOST)
def test_no_day_is_over_either_cap_except_by_what_must_be(found: list[Visit], most: Most) -> None:
    on = lay_out(found, DAYS, most, _first(found, most))
    assert all(on[visit.task_id] == MONDAY for visit in found if visit.must)
    for day in DAYS:
        there = [visit for visit in found if on.get(visit.task_id) == day]
        must = [visit for visit in there if visit.must]
        assert len(there) <= max(most.visits, len(must))
        if most.minutes is not None:
            minutes = sum(visit.minutes for visit in there)
            assert minutes <= max(most.minutes, sum(visit.minutes for visit in must))


@settings(max_examples=40, deadline=None)
@given(visits(), MOST)
def test_everything_gets_a_day_and_each_day_is_filled_before_the_next(found: list[Visit], most: Most) -> None:
    on = lay_out(found, DAYS, most, _first(found, most))
    assert set(on) == {visit.task_id for visit in found}
    per_day = Counter(on.values())
    if most.minutes is None:
        later = [day for day in DAYS[1:] if per_day[day]]
        assert all(per_day[day] == most.visits for day in later[:-1])


@settings(max_examples=40, deadline=None)
@given(visits(), MOST, st.randoms())
def test_the_same_visits_get_the_same_days_in_whatever_order_they_come(
    found: list[Visit], most: Most, random: object
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first = _first(found, most)
    assert lay_out(found, DAYS, most, first) == lay_out(shuffled, DAYS, most, first)


@settings(max_examples=40, deadline=None)
@given(visits(), MOST)
def test_nothing_passes_by_a_visit_whose_turn_has_come(found: list[Visit], most: Most) -> None:
    on = lay_out(found, DAYS, most, _first(found, most))
    waiting = [visit for visit in found if not visit.must]
    for one in waiting:
        day = on[one.task_id]
        passing = [
            other for other in waiting if other.equals > one.equals and one.turn <= on[other.task_id] < day
        ]
        assert not passing


@pytest.mark.parametrize("minutes", [None, 60])
def test_the_least_pressing_visit_is_made_though_more_pressing_ones_come_every_day(
    minutes: int | None,
) -> None:
    """Three a day come that are more pressing, two a day are made: the backlog grows, and the first one is made all the same."""
    patience = 15
    waiting = [Visit(0, 50, MONDAY + timedelta(days=patience), 3, "")]
    most = Most(2, minutes)
    number = 0
    for at in range(60):
        today = MONDAY + timedelta(days=at)
        for _ in range(3):
            number += 1
            waiting.append(Visit(number, 20, today, 1, ""))
        on = lay_out(waiting, [today, today + timedelta(days=1)], most, most)
        waiting = [visit for visit in waiting if on.get(visit.task_id) != today]
        if not any(visit.task_id == 0 for visit in waiting):
            break
    else:
        pytest.fail("it waits for ever")
    assert patience <= at <= (3 * (patience + 1) + 1) // 2 + 1


def test_a_large_visit_is_not_passed_by_for_ever_by_small_ones_that_still_fit() -> None:
    large = Visit(0, 100, MONDAY, 2, "")
    small = [Visit(number, 20, MONDAY + timedelta(days=1), 2, "") for number in range(1, 30)]
    room = Most(12, 60)  # the rest of the first day is taken by what must be
    on = lay_out([large, *small], DAYS, Most(12, 120), room)
    assert on[0] == DAYS[1]
    assert MONDAY not in on.values()


def test_a_visit_longer_than_a_whole_day_fills_one() -> None:
    assert lay_out([Visit(1, 120, MONDAY, 2, "")], DAYS, Most(12, 60), Most(12, 60)) == {1: MONDAY}


def test_of_equal_rank_the_same_address_comes_first_then_the_same_building_then_others() -> None:
    urgent = Visit(0, 20, MONDAY, 0, "湖滨路2幢101室", must=True)
    places = ["湖滨路1幢101室", "湖滨路2幢103室", "湖滨路2幢101室", "湖滨路3幢1室"]
    rest = [Visit(number, 20, MONDAY, 2, place) for number, place in enumerate(places, 1)]
    for room, near in ((1, {3}), (2, {3, 2}), (3, {3, 2, 1})):
        on = lay_out([urgent, *rest], DAYS, Most(9), Most(room))
        assert {task for task, day in on.items() if day == MONDAY} == {0, *near}


def test_a_neighbour_does_not_come_before_what_is_more_pressing() -> None:
    urgent = Visit(0, 20, MONDAY, 0, "湖滨路2幢101室", must=True)
    near = Visit(1, 20, MONDAY + timedelta(days=1), 2, "湖滨路2幢101室")
    far = Visit(2, 20, MONDAY, 2, "涌泉里3弄5号")
    on = lay_out([urgent, near, far], DAYS, Most(9), Most(1))
    assert (on[1], on[2]) == (DAYS[1], MONDAY)


@pytest.mark.parametrize(
    ("place", "building"),
    [
        ("湖滨街道涌泉里1弄1幢1单元101室", "湖滨街道涌泉里1弄1幢"),
        ("学士路12号楼3单元", "学士路12号楼"),
        ("东坡路38弄5号201室", "东坡路38弄5号"),
        ("孝女路7号", "孝女路7号"),
        ("仁和路", "仁和路"),
        ("", ""),
    ],
)
def test_a_building_is_the_part_of_an_address_its_neighbours_share(place: str, building: str) -> None:
    assert building_of(place) == building
