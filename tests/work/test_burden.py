"""What visits cost, by department and community; and that nobody can be told from it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import get_args

import made
import pytest
from answered import MONDAY, answer, visit
from hypothesis import given, settings
from hypothesis import strategies as st

from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.api import feedback
from service.engine import quality
from service.errors import InvalidInput
from service.tables import divisions, task_events
from service.work import burden
from service.work.burden import Burden, By, _Group

NOVEMBER = date(2026, 11, 1)


async def _world(unit: Unit) -> tuple[int, int]:
    """Rules of two departments: 10 minutes of 民政局, 25 of 公安局; returns their versions."""
    civil = await made.rule_version(unit, "civil")
    police = await made.rule_version(unit, "police", department="公安局", minutes=25)
    return civil, police


async def _team(unit: Unit, size: int, prefix: str = "w") -> list[int]:
    return [await made.worker(unit, f"{prefix}{number}") for number in range(size)]


def _told(found: Burden) -> dict[str, tuple[int, int, int, int]]:
    loads = [*found.items, *([found.others] if found.others else [])]
    return {load.key: (load.visits, load.minutes, load.questions, load.returned) for load in loads}


async def test_a_visit_of_two_departments_counts_for_both_and_its_minutes_are_shared(house: House) -> None:
    async with house.write() as unit:
        civil, police = await _world(unit)
        for worker in await _team(unit, 5):
            task = await visit(unit, worker)
            await answer(unit, task, civil, "done", worker=worker)
            await answer(unit, task, police, "not_eligible", worker=worker, wrong_field="phone")
        found = await burden.burden(unit, NOVEMBER, "department")
        whole = await burden.burden(unit, NOVEMBER, "community")
    # 10 minutes of way and 35 of findings each, shared 10 : 25
    assert _told(found) == {
        "民政局": (5, round(5 * 45 * 10 / 35), 0, 0),
        "公安局": (5, round(5 * 45 * 25 / 35), 5, 0),
    }
    assert _told(whole) == {made.COMMUNITY: (5, 5 * 45, 5, 0)}


async def test_facts_typed_on_a_visit_are_questions_of_the_findings_department(house: House) -> None:
    async with house.write() as unit:
        civil, police = await _world(unit)
        for worker in await _team(unit, 5):
            task = await visit(unit, worker)
            first = await answer(unit, task, civil, "done", worker=worker)
            second = await answer(unit, task, police, "done", worker=worker)
            facts = {str(first): ["phone", "birth_date"], str(second): ["phone"]}
            for detail in ({"facts": facts}, {"outcomes": {str(first): "done"}}, None):
                await made.row(unit, task_events, task_id=task, kind="outcome", at=unit.now, detail=detail)
        found = await burden.burden(unit, NOVEMBER, "department")
        whole = await burden.burden(unit, NOVEMBER, "community")
    assert {load.key: load.questions for load in found.items} == {"民政局": 10, "公安局": 5}
    assert [load.questions for load in whole.items] == [15]


async def test_what_was_put_off_or_belongs_to_another_month_is_not_counted(house: House) -> None:
    async with house.write() as unit:
        civil, _ = await _world(unit)
        team = await _team(unit, 5)
        for worker in team:
            task = await visit(unit, worker)
            await answer(unit, task, civil, "done", worker=worker, on=date(2026, 10, 31))
            await answer(unit, task, civil, "later", worker=worker)
            await answer(unit, task, civil, "needs_department", worker=worker, on=date(2026, 11, 30))
        assert _told(await burden.burden(unit, NOVEMBER, "department")) == {"民政局": (5, 100, 0, 5)}
        assert _told(await burden.burden(unit, date(2026, 10, 1), "department")) == {"民政局": (5, 100, 0, 0)}
        assert _told(await burden.burden(unit, date(2026, 9, 1), "department")) == {}


async def test_groups_of_fewer_than_five_people_are_told_together_and_it_is_said(house: House) -> None:
    async with house.write() as unit:
        civil, _ = await _world(unit)
        places = {made.COMMUNITY: 7, made.OTHER_COMMUNITY: 3, "330102003051": 2}
        for place, size in places.items():
            row = {"code": place, "prefix": place, "name": f"社区{place}", "level": "community"}
            await made.row(unit, divisions, **row)
            for worker in await _team(unit, size, place):
                await answer(unit, await visit(unit, worker, place), civil, "done", worker=worker)
        found = await burden.burden(unit, NOVEMBER, "community")
    assert [(load.key, load.visits) for load in found.items] == [(made.COMMUNITY, 7)]
    assert found.items[0].name == f"社区{made.COMMUNITY}"
    assert found.others is not None
    assert (found.others.visits, found.merged, found.left_out) == (5, 2, 0)


async def test_too_few_people_in_all_are_told_in_no_number(house: House) -> None:
    async with house.write() as unit:
        civil, _ = await _world(unit)
        for worker in await _team(unit, 4):
            await answer(unit, await visit(unit, worker), civil, "done", worker=worker)
        found = await burden.burden(unit, NOVEMBER, "department")
    assert (found.items, found.others, found.left_out) == ([], None, 1)


async def test_a_supervisor_sees_the_own_area_and_a_department_what_it_caused(house: House) -> None:
    async with house.write() as unit:
        civil, police = await _world(unit)
        for place, version in ((made.COMMUNITY, civil), (made.OTHER_COMMUNITY, police)):
            for worker in await _team(unit, 5, place):
                await answer(unit, await visit(unit, worker, place), version, "done", worker=worker)
        seen = {}
        for name, actor in {
            "supervisor": Actor(1, "", Role.SUPERVISOR, division=made.COMMUNITY),
            "department": Actor(1, "", Role.DEPARTMENT, department="公安局"),
            "auditor": Actor(1, "", Role.AUDITOR),
            "editor": Actor(1, "", Role.RULE_EDITOR),
            "nobody": Actor(1, "", Role.ENTERPRISE),
        }.items():
            mine = Unit(unit.connection, actor, unit.clock, unit.vault)
            seen[name] = set(_told(await burden.burden(mine, NOVEMBER, "community")))
    everywhere = {made.COMMUNITY, made.OTHER_COMMUNITY}
    assert seen == {
        "supervisor": {made.COMMUNITY}, "department": {made.OTHER_COMMUNITY}, "auditor": everywhere,
        "editor": everywhere, "nobody": set(),
    }  # fmt: skip


@given(st.lists(st.frozensets(st.integers(1, 12), min_size=1), max_size=8))
@settings(max_examples=200, deadline=None)
def test_whatever_is_told_is_of_five_people_or_more_and_nothing_is_found_by_subtraction(
    teams: Sequence[frozenset[int]],
) -> None:
    groups: Mapping[str, _Group] = {str(key): _Group(people=team) for key, team in enumerate(teams)}
    told, rest = burden.split(groups)
    assert sorted([*told, *rest]) == sorted(groups)
    assert all(len(groups[key].people) >= burden.GROUP for key in told)
    together = frozenset().union(*(groups[key].people for key in rest))
    assert not rest or len(together) >= burden.GROUP or not told


@pytest.mark.parametrize("text", ["2026-13", "2026-11-01", "November", "2027-01", "", "0001-01"])
def test_a_month_that_is_none_or_is_to_come_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        burden.month_of(text, MONDAY)


def test_nothing_of_it_can_be_asked_or_told_by_worker() -> None:
    assert set(get_args(By)) == {"department", "community"}
    shown = [
        field.name
        for kind in (burden.Load, Burden, quality.Quality, quality.VersionQuality)
        for field in fields(kind)
    ]
    shown += [
        name
        for view in vars(feedback).values()
        if inspect.isclass(view) and hasattr(view, "model_fields")
        for name in view.model_fields
    ]
    assert len(shown) > 50
    assert not [
        name
        for name in shown
        if any(word in name for word in ("account", "worker", "person", "actor", "login"))
    ]
    assert "account" not in inspect.getsource(quality)
