"""The day's lists: who gets what, how much, and in which order."""

from __future__ import annotations

import asyncio
from datetime import date

import made
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planned import gather_all, plan_all
from sqlalchemy import func, insert, select, update

from service.access.unit import House, Unit
from service.tables import absences, accounts, residents, task_events, tasks
from service.work.plan import loads

MONDAY = date(2026, 11, 23)


async def _planned(unit: Unit, day: date = MONDAY, cap: int = 12) -> list[tuple[object, ...]]:
    await gather_all(unit)
    await plan_all(unit, day, cap)
    columns = (tasks.c.task_id, tasks.c.account_id, tasks.c.state, tasks.c.planned_on)
    return [tuple(row) for row in await unit.connection.execute(select(*columns).order_by(tasks.c.task_id))]


async def test_a_day_is_filled_to_the_cap_and_the_rest_goes_to_the_next_working_days(house: House) -> None:
    await made.many_findings(house, 7)
    async with house.write() as unit:
        await made.post(unit, await made.worker(unit))
        rows = await _planned(unit, day=date(2026, 11, 27), cap=3)
    assert [row[2] for row in rows] == ["planned"] * 3 + ["waiting"] * 4
    friday, monday, tuesday = date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)
    assert [row[3] for row in rows] == [friday] * 3 + [monday] * 3 + [tuesday]


async def test_urgent_and_due_visits_are_exempt_from_the_cap_and_use_up_its_room(house: House) -> None:
    await made.many_findings(house, 6)
    async with house.write() as unit:
        await made.post(unit, await made.worker(unit))
        from service.tables import findings

        await unit.connection.execute(
            update(findings).where(findings.c.finding_id.in_([4, 5])).values(grade="urgent")
        )
        await unit.connection.execute(
            update(findings).where(findings.c.finding_id == 6).values(due_on=MONDAY)
        )
        rows = await _planned(unit, cap=2)
        today = {row[0] for row in rows if row[3] == MONDAY}
        urgent = {
            row.task_id
            for row in await unit.connection.execute(
                select(tasks.c.task_id).where((tasks.c.grade == "urgent") | (tasks.c.due_on == MONDAY))
            )
        }
    assert len(urgent) == 3
    assert today == urgent


async def test_a_deputy_stands_in_for_an_absent_worker_and_gives_the_task_back(house: House) -> None:
    await made.many_findings(house, 1)
    async with house.write() as unit:
        main, deputy = await made.worker(unit, "main"), await made.worker(unit, "deputy")
        await made.post(unit, main)
        await made.post(unit, deputy, role="deputy")
        await unit.connection.execute(insert(absences).values(account_id=main, from_on=MONDAY, to_on=MONDAY))
        away = await _planned(unit)
        back = await _planned(unit, day=date(2026, 11, 24))
        kinds = (
            (await unit.connection.execute(select(task_events.c.kind).order_by(task_events.c.task_event_id)))
            .scalars()
            .all()
        )
    assert away[0][1] == deputy
    assert back[0][1] == main
    assert "handed_over" in kinds


async def test_a_disabled_worker_gets_nothing_and_the_least_loaded_colleague_does(house: House) -> None:
    await made.many_findings(house, 4)
    async with house.write() as unit:
        gone = await made.worker(unit, "gone")
        await made.post(unit, gone)
        colleagues = {await made.worker(unit, "a"), await made.worker(unit, "b")}
        await made.worker(unit, "elsewhere", division_code=made.OTHER_COMMUNITY)
        await unit.connection.execute(
            update(accounts).where(accounts.c.account_id == gone).values(disabled_at=unit.now)
        )
        rows = await _planned(unit)
    holders = [row[1] for row in rows]
    assert set(holders) == colleagues
    assert sorted(holders.count(colleague) for colleague in colleagues) == [2, 2]


async def test_a_task_that_left_the_workers_area_goes_to_somebody_who_sees_it(house: House) -> None:
    await made.many_findings(house, 2)
    async with house.write() as unit:
        first = await made.worker(unit, "first")
        await made.post(unit, first)
        await _planned(unit)
        await unit.connection.execute(
            update(residents).values(grid_code=None, live_code=made.OTHER_COMMUNITY)
        )
        nobody = await _planned(unit)
        other = await made.worker(unit, "other", division_code=made.OTHER_COMMUNITY)
        found = await _planned(unit)
    assert [row[1] for row in nobody] == [None, None]
    assert [row[1] for row in found] == [other, other]


async def test_a_worker_of_one_grid_is_dealt_no_task_of_another(house: House) -> None:
    await made.many_findings(house, 1)
    async with house.write() as unit:
        await made.worker(unit, "elsewhere", division_code=made.OTHER_GRID)
        alone = await _planned(unit)
        street = await made.worker(unit, "street", division_code="330102003000")
        shared = await _planned(unit)
    assert (alone[0][1], shared[0][1]) == (None, street)


@pytest.mark.parametrize("digits", [12, 13, 15, 16, 18])
async def test_an_area_of_any_length_gets_its_own_tasks(house: House, digits: int) -> None:
    area = (made.COMMUNITY + "001012")[:digits]
    async with house.write() as unit:
        version = await made.rule_version(unit)
        person = await made.resident(unit, grid_code=area)
        await made.finding(unit, version, person)
        worker = await made.worker(unit, division_code=area)
        rows = await _planned(unit)
    assert rows[0][1] == worker


async def test_the_loads_of_a_day_are_what_its_lists_show(house: House) -> None:
    await made.many_findings(house, 3)
    async with house.write() as unit:
        await made.post(unit, await made.worker(unit))
        await _planned(unit)
        assert [load.visits for load in await loads(unit, MONDAY)] == [3]
        assert await loads(unit, date(2026, 11, 24)) == []


async def test_plans_at_once_open_each_task_once(house: House) -> None:
    await made.many_findings(house, 20)

    async def once() -> None:
        async with house.write() as unit:
            await gather_all(unit)
            await plan_all(unit, MONDAY)

    await asyncio.gather(once(), once(), once())
    async with house.read() as unit:
        opened = await unit.connection.execute(
            select(func.count()).select_from(task_events).where(task_events.c.kind == "opened")
        )
        assert opened.scalar() == 20


async def test_a_task_nobody_can_take_is_counted_and_kept(house: House) -> None:
    await made.many_findings(house, 2)
    async with house.write() as unit:
        await gather_all(unit)
        planned = await plan_all(unit, MONDAY)
        states = (await unit.connection.execute(select(tasks.c.state))).scalars().all()
    assert planned.unassigned == 2
    assert planned.loads == []
    assert states == ["waiting", "waiting"]


async def test_a_task_that_may_not_be_visited_yet_has_no_date(house: House) -> None:
    await made.many_findings(house, 1, visit_from=date(2026, 11, 30))
    async with house.write() as unit:
        await made.post(unit, await made.worker(unit))
        early = await _planned(unit)
        later = await _planned(unit, day=date(2026, 11, 30))
    assert (early[0][2], early[0][3]) == ("waiting", None)
    assert (later[0][2], later[0][3]) == ("planned", date(2026, 11, 30))


async def test_planning_the_same_day_twice_gives_the_same_list_and_no_new_history(house: House) -> None:
    await made.many_findings(house, 5)
    async with house.write() as unit:
        await made.post(unit, await made.worker(unit))
        first = await _planned(unit, cap=2)
        events = len((await unit.connection.execute(select(task_events))).all())
        second = await _planned(unit, cap=2)
        assert len((await unit.connection.execute(select(task_events))).all()) == events
    assert first == second


@given(
    grades=st.lists(st.sampled_from(["urgent", "normal", "low"]), min_size=1, max_size=25),
    cap=st.integers(1, 6),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nobody_is_over_the_cap_except_by_exempt_tasks(
    sqlite_house: House, grades: list[str], cap: int
) -> None:
    class Undo(Exception):
        pass

    try:
        async with sqlite_house.write() as unit:
            version = await made.rule_version(unit)
            await made.post(unit, await made.worker(unit))
            for number, grade in enumerate(grades):
                person = await made.resident(unit, f"陈{number}")
                await made.finding(unit, version, person, grade=grade)
            rows = await _planned(unit, cap=cap)
            today = sum(row[3] == MONDAY for row in rows)
            urgent = grades.count("urgent")
            assert today == min(len(grades), max(cap, urgent))
            assert all(row[3] is not None for row in rows)
            raise Undo
    except Undo:
        pass
