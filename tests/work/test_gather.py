"""Findings become tasks: merged per target, followed when it moves, ended when the cause is gone."""

from __future__ import annotations

from datetime import date

import made
from planned import gather_all
from sqlalchemy import func, select, update

from service.access.unit import House, Unit
from service.tables import findings, residents, task_events, tasks


async def _one_task(unit: Unit) -> dict[str, object]:
    (row,) = (await unit.connection.execute(select(tasks))).mappings().all()
    return dict(row)


async def test_all_that_one_household_needs_is_one_task(house: House) -> None:
    async with house.write() as unit:
        home = await made.household(unit)
        version = await made.rule_version(unit)
        other = await made.rule_version(unit, "other-rule")
        people = [
            await made.resident(unit, f"陈{n}", household_id=home, address="学士路 1 号") for n in range(2)
        ]
        target = {"target_kind": "household", "target_id": home}
        await made.finding(unit, version, people[0], due_on=date(2026, 12, 1), **target)
        await made.finding(unit, version, people[1], due_on=date(2026, 11, 30), grade="urgent", **target)
        await made.finding(unit, other, people[0], rule="other-rule", **target)
        result = await gather_all(unit)
        task = await _one_task(unit)
        joined = (await unit.connection.execute(select(func.count(findings.c.task_id)))).scalar()
    assert (result.opened, result.ended, joined) == (1, 0, 3)
    assert (task["grade"], task["due_on"], task["division_code"]) == ("urgent", date(2026, 11, 30), made.GRID)
    assert task["place"] == "学士路 1 号"


async def test_gathering_twice_changes_nothing(house: House) -> None:
    await made.many_findings(house, 3)
    async with house.write() as unit:
        await gather_all(unit)
        before = (await unit.connection.execute(select(tasks).order_by(tasks.c.task_id))).all()
        again = await gather_all(unit)
        after = (await unit.connection.execute(select(tasks).order_by(tasks.c.task_id))).all()
        events = (await unit.connection.execute(select(func.count()).select_from(task_events))).scalar()
    assert (again.opened, again.ended) == (0, 0)
    assert before == after
    assert events == 3


async def test_a_finding_that_was_resolved_closes_its_task_and_one_withdrawn_withdraws_it(
    house: House,
) -> None:
    await made.many_findings(house, 2)
    async with house.write() as unit:
        await gather_all(unit)
        for subject, clearing in ((1, "resolved"), (2, "withdrawn")):
            await unit.connection.execute(
                update(findings)
                .where(findings.c.finding_id == subject)
                .values(cleared_on=unit.today, clearing=clearing)
            )
        result = await gather_all(unit)
        states = (
            (await unit.connection.execute(select(tasks.c.state).order_by(tasks.c.task_id))).scalars().all()
        )
    assert result.ended == 2
    assert states == ["closed", "withdrawn"]


async def test_a_resident_who_moves_to_another_grid_takes_the_task_along(house: House) -> None:
    await made.many_findings(house, 1)
    async with house.write() as unit:
        await gather_all(unit)
        await unit.connection.execute(update(residents).values(grid_code=made.OTHER_GRID, address="新址"))
        await gather_all(unit)
        task = await _one_task(unit)
    assert (task["division_code"], task["place"]) == (made.OTHER_GRID, "新址")


async def test_a_finding_whose_target_changes_joins_the_task_of_the_new_target(house: House) -> None:
    async with house.write() as unit:
        version = await made.rule_version(unit)
        home = await made.household(unit)
        person = await made.resident(unit)
        await made.finding(unit, version, person)
        await gather_all(unit)
        await unit.connection.execute(update(findings).values(target_kind="household", target_id=home))
        await gather_all(unit)
        rows = (
            await unit.connection.execute(
                select(tasks.c.target_kind, tasks.c.state).order_by(tasks.c.task_id)
            )
        ).all()
    assert [tuple(row) for row in rows] == [("resident", "withdrawn"), ("household", "waiting")]
