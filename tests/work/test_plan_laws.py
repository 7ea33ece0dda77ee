"""What holds of every plan, whoever is away, has left, or lost a grid: on both databases, over worlds drawn at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from random import Random
from typing import Any

import made
import pytest
from planned import gather_all, plan_all
from sqlalchemy import func, insert, select, update

from service.access.actors import Actor, prefix_of
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.calendar import WorkingDays
from service.tables import absences, accounts, findings, posts, residents, task_events, tasks
from service.work import outcomes
from service.work.pending import LIVE
from service.work.plan import diary, plan_lists

MONDAY = date(2026, 11, 23)
CAP, MINUTES = 4, 90
GRIDS = [made.COMMUNITY + f"{number:03d}" for number in (1, 2, 3)]
PLACES = [*GRIDS, made.COMMUNITY, made.OTHER_COMMUNITY, made.OTHER_COMMUNITY + "001", ""]
AREAS = [made.COMMUNITY, made.COMMUNITY, GRIDS[0], GRIDS[1], made.OTHER_COMMUNITY, "330102003000"]


@asynccontextmanager
async def undone(house: House) -> AsyncIterator[Unit]:
    """A unit of which nothing stays, so that the next world begins from nothing."""

    class Undo(Exception):
        pass

    try:
        async with house.write() as unit:
            yield unit
            raise Undo
    except Undo:
        pass


async def _world(unit: Unit, dice: Random) -> None:
    """Workers with posts and absences, some of them gone, and a finding each of some residents."""
    versions = [await made.rule_version(unit, f"rule-{minutes}", minutes=minutes) for minutes in (5, 30, 100)]
    for number in range(dice.randint(0, 7)):
        gone = {"disabled_at": unit.now} if dice.random() < 0.2 else {}
        worker = await made.worker(unit, f"w{number}", division_code=dice.choice(AREAS), **gone)
        for grid in dice.sample(PLACES[:-1], dice.randint(0, 2)):
            begun = MONDAY + timedelta(days=dice.randint(-9, 3))
            ended = dice.choice([None, None, begun + timedelta(days=dice.randint(0, 12))])
            await made.post(unit, worker, grid, dice.choice(["main", "deputy"]), from_on=begun, to_on=ended)
        if dice.random() < 0.3:
            begun = MONDAY + timedelta(days=dice.randint(-3, 2))
            row = {
                "account_id": worker,
                "from_on": begun,
                "to_on": begun + timedelta(days=dice.randint(0, 3)),
            }
            await unit.connection.execute(insert(absences).values(**row))
    for number in range(dice.randint(0, 30)):
        place = dice.choice(PLACES)
        where = {"grid_code": place if len(place) > 12 else None, "live_code": place[:12] or None}
        person = await made.resident(unit, f"陈{number}", address=f"湖滨路{dice.randint(1, 5)}幢", **where)
        due = dice.choice([None, MONDAY + timedelta(days=dice.randint(-2, 9))])
        grade = dice.choice(["urgent", "important", "normal", "low"])
        rule = dice.randrange(3)
        since = MONDAY - timedelta(days=dice.randint(0, 40))
        name = f"rule-{(5, 30, 100)[rule]}"
        await made.finding(unit, versions[rule], person, rule=name, grade=grade, due_on=due, since_on=since)


async def _rows(unit: Unit) -> list[Any]:
    return list((await unit.connection.execute(select(tasks).order_by(tasks.c.task_id))).all())


async def _areas(unit: Unit, day: date) -> dict[int, str]:
    """Who is on duty, and the area of each."""
    away = select(absences.c.account_id).where(absences.c.from_on <= day, absences.c.to_on >= day)
    there = select(accounts.c.account_id, accounts.c.division_code).where(
        accounts.c.disabled_at.is_(None), accounts.c.account_id.not_in(away)
    )
    return {row.account_id: prefix_of(row.division_code) for row in await unit.connection.execute(there)}


async def _holders(unit: Unit, day: date, on_duty: dict[int, str]) -> dict[str, set[int]]:
    """Division → who may be given its tasks by a post: those on duty with a main post there, else the deputies."""
    held: dict[str, dict[str, set[int]]] = {}
    for row in await unit.connection.execute(select(posts)):
        now = row.from_on <= day and (row.to_on is None or row.to_on >= day)
        if now and row.account_id in on_duty and row.division_code.startswith(on_duty[row.account_id]):
            held.setdefault(row.division_code, {}).setdefault(row.role, set()).add(row.account_id)
    return {place: roles.get("main") or roles["deputy"] for place, roles in held.items()}


async def _holds(unit: Unit, day: date) -> None:
    """The laws, of the plan that was just made."""
    rows, on_duty = await _rows(unit), await _areas(unit, day)
    holders = await _holders(unit, day, on_duty)
    visits, minutes, must = Counter[Any](), Counter[Any](), Counter[Any]()
    for row in rows:
        fitting = {who for who, area in on_duty.items() if row.division_code.startswith(area)}
        if row.account_id is None:
            assert not fitting, "nothing is unassigned while somebody of the area is on duty"
            assert (row.planned_on, row.state) == (None, "waiting")
            continue
        assert row.account_id in fitting, "an absent or departed worker, or one of elsewhere, holds nothing"
        if row.division_code in holders:
            assert row.account_id in holders[row.division_code]
        assert row.planned_on is not None
        key = (row.account_id, row.planned_on)
        visits[key] += 1
        minutes[key] += row.minutes
        if row.planned_on == day and (row.grade == "urgent" or (row.due_on and row.due_on <= day)):
            must[key] += 1
            must[(*key, "minutes")] += row.minutes
    for key, count in visits.items():
        assert count <= max(CAP, must[key])
        alone = count == 1  # a visit that takes longer than a day fills one
        assert alone or minutes[key] <= max(MINUTES, must[(*key, "minutes")])


@pytest.mark.parametrize("seeds", [range(0, 5), range(5, 10)])
async def test_the_laws_of_a_plan_hold_on_every_day_of_every_world(house: House, seeds: range) -> None:
    for seed in seeds:
        async with undone(house) as unit:
            await _world(unit, Random(seed))
            await gather_all(unit, MONDAY)
            for day in (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)):
                await plan_all(unit, day, CAP, MINUTES)
                await _holds(unit, day)
                before, told = await _rows(unit), await _told(unit)
                await plan_all(unit, day, CAP, MINUTES)
                assert await _rows(unit) == before, "the same inputs give the same lists"
                assert await _told(unit) == told, "and nothing new is told of them"


async def _told(unit: Unit) -> int:
    return int((await unit.connection.execute(select(func.count()).select_from(task_events))).scalar_one())


async def test_no_task_waits_for_ever_while_more_pressing_ones_come_each_day(sqlite_house: House) -> None:
    """Which days a visit gets is told without SQL; that the worlds above are the same on both databases is enough."""
    async with undone(sqlite_house) as unit:
        await made.post(unit, await made.worker(unit))
        version = await made.rule_version(unit)

        async def found(grade: str, day: date) -> None:
            person = await made.resident(unit)
            await made.finding(unit, version, person, grade=grade, since_on=day)

        await found("low", MONDAY - timedelta(days=14))
        first, day = None, MONDAY
        for _ in range(40):
            for _ in range(2):
                await found("important", day)
            await gather_all(unit, day)
            await plan_all(unit, day, cap=1)
            (today,) = (
                await unit.connection.execute(
                    select(tasks).where(tasks.c.planned_on == day, tasks.c.state == "planned")
                )
            ).all()
            if today.grade == "low":
                first = day
                break
            ended = update(findings).where(LIVE, findings.c.task_id == today.task_id)
            await unit.connection.execute(ended.values(outcome="done", settled_on=day))
            await gather_all(unit, day)
            day += timedelta(days=1 if day.weekday() < 4 else 3)
        assert first is not None


async def test_a_split_grid_moves_tasks_to_who_holds_the_new_one_and_else_stays_in_the_community(
    house: House,
) -> None:
    new = made.COMMUNITY + "009"
    async with undone(house) as unit:
        old_holder = await made.worker(unit, "old", division_code=made.GRID)
        await made.post(unit, old_holder)
        colleague = await made.worker(unit, "colleague")
        version = await made.rule_version(unit)
        await made.finding(unit, version, await made.resident(unit))
        await gather_all(unit, MONDAY)
        await plan_all(unit, MONDAY)
        holders = [(await _rows(unit))[0].account_id]
        await unit.connection.execute(update(residents).values(grid_code=new))
        await gather_all(unit, MONDAY)
        await plan_all(unit, MONDAY)
        holders.append((await _rows(unit))[0].account_id)
        new_holder = await made.worker(unit, "new", division_code=new)
        await made.post(unit, new_holder, new)
        await plan_all(unit, MONDAY)
        holders.append((await _rows(unit))[0].account_id)
    assert holders == [old_holder, colleague, new_holder]


async def test_who_leaves_a_post_gives_its_tasks_up_and_keeps_them_only_where_nobody_else_is(
    house: House,
) -> None:
    async with undone(house) as unit:
        leaver = await made.worker(unit, "leaver")
        await made.post(unit, leaver, to_on=MONDAY)
        version = await made.rule_version(unit)
        await made.finding(unit, version, await made.resident(unit))
        await gather_all(unit, MONDAY)
        holders = []
        for day in (MONDAY, MONDAY + timedelta(days=1)):
            await plan_all(unit, day)
            holders.append((await _rows(unit))[0].account_id)
        colleague = await made.worker(unit, "colleague")
        for day in (MONDAY + timedelta(days=2), MONDAY + timedelta(days=3)):
            await plan_all(unit, day)
            holders.append((await _rows(unit))[0].account_id)
    assert holders == [leaver, leaver, colleague, colleague]


async def test_a_visit_takes_the_way_and_what_the_rules_of_its_findings_state(house: House) -> None:
    async with undone(house) as unit:
        person = await made.resident(unit)
        for number, minutes in enumerate((15, 5)):
            version = await made.rule_version(unit, f"r{number}", minutes=minutes)
            await made.finding(unit, version, person, rule=f"r{number}")
        crowd = await made.rule_version(unit, "crowd", minutes=240)
        await made.finding(unit, crowd, await made.resident(unit), rule="crowd")
        await gather_all(unit, MONDAY)
        assert [row.minutes for row in await _rows(unit)] == [30, 120]


async def test_a_visit_that_is_over_still_counts_its_minutes_so_that_the_list_does_not_grow(
    house: House,
) -> None:
    async with undone(house) as unit:
        worker = await made.worker(unit)
        await made.post(unit, worker)
        version = await made.rule_version(unit, minutes=50)
        for number in range(5):
            person = await made.resident(unit, address=f"湖滨路{number}幢")
            await made.finding(unit, version, person)
        await gather_all(unit, MONDAY)
        await plan_all(unit, MONDAY, cap=12, minutes=120)
        (first, second, *_), everybody = await _rows(unit), tasks.c.account_id == worker
        actor = Actor(worker, "w1", Role.WORKER, division=made.COMMUNITY)
        mine = Unit(unit.connection, actor, unit.clock, unit.vault)
        finding = select(findings.c.finding_id).where(findings.c.task_id == first.task_id)
        finding_id = (await unit.connection.execute(finding)).scalar_one()
        await outcomes.settle(mine, first.task_id, [outcomes.Answer(finding_id, "done")])
        to_fill = diary(MONDAY, WorkingDays(), 12, 120)
        await plan_lists(unit, to_fill, everybody, anew=False)
        today = [row for row in await _rows(unit) if row.planned_on == MONDAY]
    assert [(row.task_id, row.state, row.minutes) for row in today] == [
        (first.task_id, "closed", 60), (second.task_id, "planned", 60),
    ]  # fmt: skip
