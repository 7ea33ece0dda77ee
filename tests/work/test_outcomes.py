"""Starting a visit and saying what came of it."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import made
import pytest
from planned import gather_all, plan_all
from sqlalchemy import select, update

from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import House
from service.errors import Conflict, InvalidInput, NotFound
from service.tables import findings, outcomes, task_events, tasks
from service.work import tasks as reading
from service.work.outcomes import Answer, Learned, settle
from service.work.plan import loads

MONDAY = date(2026, 11, 23)


async def _prepared(house: House, count: int = 1, **rule: str) -> Actor:
    """`count` findings of one household, planned for one worker."""
    async with house.write() as unit:
        version = await made.rule_version(unit, **rule)
        home = await made.household(unit)
        for number in range(count):
            person = await made.resident(
                unit, f"陈{number}", household_id=home, address="学士路 1 号", phone="19900001234"
            )
            await made.finding(unit, version, person, target_kind="household", target_id=home)
        worker = await made.worker(unit)
        await made.post(unit, worker)
        await gather_all(unit)
        await plan_all(unit, MONDAY)
    return Actor(worker, "w1", Role.WORKER, made.COMMUNITY)


async def _finding(house: House) -> Any:
    async with house.read() as unit:
        return (await unit.connection.execute(select(findings))).first()


async def test_a_worker_sees_whom_to_visit_with_a_masked_phone(house: House) -> None:
    worker = await _prepared(house, 2)
    async with house.read(worker) as unit:
        (task,) = await reading.page(unit, on=MONDAY)
    assert (task.target.name, task.target.address, task.target.phone) == (
        "陈0家",
        "学士路 1 号",
        "199****1234",
    )
    assert [finding.title for finding in task.findings] == ["测试规则", "测试规则"]


async def test_another_community_and_another_worker_do_not_see_the_task(house: House) -> None:
    await _prepared(house)
    stranger = Actor(999, "x", Role.WORKER, made.OTHER_COMMUNITY)
    colleague = Actor(998, "y", Role.WORKER, made.COMMUNITY)
    head = Actor(997, "z", Role.SUPERVISOR, made.COMMUNITY)
    elsewhere = Actor(996, "z", Role.SUPERVISOR, made.OTHER_COMMUNITY)
    for actor, count in ((stranger, 0), (colleague, 0), (head, 1), (elsewhere, 0)):
        async with house.read(actor) as unit:
            assert len(await reading.page(unit)) == count
            if not count:
                with pytest.raises(NotFound):
                    await reading.get(unit, 1)


async def test_pages_follow_each_other_without_gap_or_overlap(house: House) -> None:
    await made.many_findings(house, 7)
    async with house.write() as unit:
        await gather_all(unit)
        seen: list[int] = []
        after = None
        while page := await reading.page(unit, after=after, limit=3):
            seen += [task.task_id for task in page]
            after = page[-1].task_id
    assert len(seen) == len(set(seen)) == 7


async def test_paging_goes_on_behind_a_task_that_is_over(house: House) -> None:
    await made.many_findings(house, 3)
    async with house.write() as unit:
        await gather_all(unit)
        (first, *rest) = await reading.page(unit)
        await unit.connection.execute(
            update(tasks).where(tasks.c.task_id == first.task_id).values(state="closed")
        )
        following = await reading.page(unit, after=first.task_id)
    assert [task.task_id for task in following] == [task.task_id for task in rest]


async def test_starting_twice_is_starting_once(house: House) -> None:
    worker = await _prepared(house)
    async with house.write(worker) as unit:
        assert (await reading.start(unit, 1)).state == "started"
        assert (await reading.start(unit, 1)).state == "started"
        kinds = (await unit.connection.execute(select(task_events.c.kind))).scalars().all()
    assert kinds.count("started") == 1


async def test_a_supervisor_cannot_start_a_workers_visit(house: House) -> None:
    await _prepared(house)
    async with house.write(Actor(997, "z", Role.SUPERVISOR, made.COMMUNITY)) as unit:
        with pytest.raises(Conflict):
            await reading.start(unit, 1)


async def test_the_task_ends_when_the_last_finding_is_settled(house: House) -> None:
    worker = await _prepared(house, 2)
    async with house.write(worker) as unit:
        first = await settle(unit, 1, [Answer(1, "done")])
        second = await settle(unit, 1, [Answer(2, "declined", revisit_on=date(2027, 3, 1))])
        rows = (await unit.connection.execute(select(findings.c.outcome, findings.c.quiet_until))).all()
        events = (await unit.connection.execute(select(task_events.c.kind))).scalars().all()
        kept = (await unit.connection.execute(select(outcomes))).all()
    assert (first.task.state, second.task.state) == ("planned", "closed")
    assert [tuple(row) for row in rows] == [("done", None), ("declined", date(2027, 3, 1))]
    assert events.count("outcome") == 2
    assert events[-1] == "closed"
    assert len(kept) == 2


@pytest.mark.parametrize(
    ("again", "until"),
    [("never", None), ("P30D", date(2026, 12, 23)), ("P3M", date(2027, 2, 23)), ("P1Y", date(2027, 11, 23))],
)
async def test_a_settled_finding_is_quiet_as_long_as_its_rule_says(
    house: House, again: str, until: date | None
) -> None:
    worker = await _prepared(house, again=again)
    async with house.write(worker) as unit:
        await settle(unit, 1, [Answer(1, "already_has")])
    assert (await _finding(house)).quiet_until == until


async def test_later_settles_nothing_and_moves_the_visit(house: House) -> None:
    worker = await _prepared(house)
    later = MONDAY + timedelta(days=7)
    async with house.write(worker) as unit:
        settlement = await settle(unit, 1, [Answer(1, "later", revisit_on=later)])
        state = settlement.task.state
    async with house.write() as unit:
        await gather_all(unit)
        await plan_all(unit, MONDAY)
        before = (await unit.connection.execute(select(tasks.c.planned_on))).scalar()
        await plan_all(unit, later)
        after = (await unit.connection.execute(select(tasks.c.planned_on))).scalar()
    assert state == "waiting"
    assert (await _finding(house)).outcome is None
    assert (before, after) == (None, later)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(1, "later"), InvalidInput),
        (Answer(1, "later", revisit_on=MONDAY), InvalidInput),
        (Answer(1, "nonsense"), InvalidInput),
        (Answer(77, "done"), Conflict),
    ],
)
async def test_an_answer_that_makes_no_sense_changes_nothing(
    house: House, answer: Answer, problem: type[Exception]
) -> None:
    worker = await _prepared(house)
    with pytest.raises(problem):
        async with house.write(worker) as unit:
            await settle(unit, 1, [answer])
    assert (await _finding(house)).outcome is None


async def test_a_task_that_is_over_takes_no_more_answers(house: House) -> None:
    worker = await _prepared(house)
    async with house.write(worker) as unit:
        await settle(unit, 1, [Answer(1, "done")])
        with pytest.raises(Conflict):
            await settle(unit, 1, [Answer(1, "done")])


async def test_the_records_learn_who_died_who_moved_and_what_was_given(house: House) -> None:
    worker = await _prepared(house, 3, done="done: {event: VISIT}")
    async with house.write(worker) as unit:
        answers = [Answer(1, "died"), Answer(2, "moved"), Answer(3, "done")]
        settlement = await settle(unit, 1, answers)
    assert settlement.learned == [
        Learned("resident", 1, field="death_on", value=MONDAY),
        Learned("resident", 2, field="moved_out_on", value=MONDAY),
        Learned("resident", 3, service="VISIT"),
    ]


async def test_who_left_a_job_has_not_moved_house(house: House) -> None:
    async with house.write() as unit:
        version = await made.rule_version(unit)
        shop = await made.enterprise(unit)
        job = await made.employment(unit, await made.resident(unit), shop)
        target = {"target_kind": "enterprise", "target_id": shop}
        await made.finding(unit, version, job, subject_kind="employment", **target)
        account = await made.worker(unit)
        await made.post(unit, account)
        await gather_all(unit)
        await plan_all(unit, MONDAY)
    async with house.write(Actor(account, "w1", Role.WORKER, made.COMMUNITY)) as unit:
        settlement = await settle(unit, 1, [Answer(1, "moved")])
    assert settlement.learned == [Learned("employment", job, field="ended_on", value=MONDAY)]


async def test_whoever_was_not_found_is_looked_for_again(house: House) -> None:
    worker = await _prepared(house, again="never")
    async with house.write(worker) as unit:
        await settle(unit, 1, [Answer(1, "not_found")])
    assert (await _finding(house)).quiet_until == MONDAY + timedelta(days=7)


async def test_one_finding_takes_one_answer(house: House) -> None:
    worker = await _prepared(house)
    with pytest.raises(InvalidInput):
        async with house.write(worker) as unit:
            await settle(unit, 1, [Answer(1, "done"), Answer(1, "declined")])
    async with house.read() as unit:
        assert (await unit.connection.execute(select(outcomes))).all() == []


async def test_of_simultaneous_answers_one_wins_and_the_others_are_told(house: House) -> None:
    worker = await _prepared(house)

    async def answer(outcome: str) -> str:
        try:
            async with house.write(worker) as unit:
                await settle(unit, 1, [Answer(1, outcome)])
        except Conflict:
            return "conflict"
        return outcome

    said = await asyncio.gather(*(answer(outcome) for outcome in ("declined", "accepted", "done", "moved")))
    async with house.read() as unit:
        kept = (await unit.connection.execute(select(outcomes.c.outcome))).scalars().all()
    assert said.count("conflict") == 3
    assert kept == [outcome for outcome in said if outcome != "conflict"]


async def test_what_the_records_resolved_is_no_longer_on_the_list(house: House) -> None:
    worker = await _prepared(house, 2)
    async with house.write() as unit:
        await unit.connection.execute(
            update(findings).where(findings.c.finding_id == 1).values(cleared_on=MONDAY, clearing="resolved")
        )
        await gather_all(unit)
    async with house.read(worker) as unit:
        (task,) = await reading.page(unit, on=MONDAY)
    assert [finding.finding_id for finding in task.findings] == [2]


async def test_a_task_that_is_over_is_found_under_the_day_it_stood_on(house: House) -> None:
    worker = await _prepared(house)
    async with house.write(worker) as unit:
        await settle(unit, 1, [Answer(1, "done")])
        (task,) = await reading.page(unit, on=MONDAY, state="closed")
        assert await reading.page(unit, on=MONDAY) == []
    assert [finding.outcome for finding in task.findings] == ["done"]


async def test_who_died_leaves_nothing_open_anywhere(house: House) -> None:
    """Two findings at home and one at work: one tap withdraws the other two, on both tasks."""
    worker = await _prepared(house)
    async with house.write() as unit:
        version = await made.rule_version(unit, "second-rule")
        await made.finding(unit, version, 1, rule="second-rule", target_kind="household", target_id=1)
        shop = await made.enterprise(unit)
        job = await made.employment(unit, 1, shop)
        target = {"target_kind": "enterprise", "target_id": shop}
        await made.finding(unit, version, job, rule="second-rule", subject_kind="employment", **target)
        await gather_all(unit)
        await plan_all(unit, MONDAY)
    async with house.write(worker) as unit:
        await settle(unit, 1, [Answer(1, "died")])
    async with house.read() as unit:
        rows = await unit.connection.execute(select(findings.c.clearing).order_by(findings.c.finding_id))
        states = await unit.connection.execute(select(tasks.c.state).order_by(tasks.c.task_id))
        assert rows.scalars().all() == [None, "withdrawn", "withdrawn"]
        assert states.scalars().all() == ["closed", "withdrawn"]


async def test_when_the_urgent_part_is_done_the_rest_is_no_longer_urgent(house: House) -> None:
    worker = await _prepared(house, 2)
    async with house.write() as unit:
        await unit.connection.execute(
            update(findings)
            .where(findings.c.finding_id == 1)
            .values(grade="urgent", due_on=date(2026, 11, 24))
        )
        await unit.connection.execute(
            update(findings).where(findings.c.finding_id == 2).values(due_on=date(2026, 12, 9))
        )
        await gather_all(unit)
    async with house.write(worker) as unit:
        before = await reading.get(unit, 1)
        after = (await settle(unit, 1, [Answer(1, "done")])).task
        (load,) = await loads(unit, MONDAY)
    assert (before.grade, after.grade, after.due_on) == ("urgent", "normal", date(2026, 12, 9))
    assert (load.visits, load.urgent) == (1, 0)


async def test_what_was_put_off_does_not_make_the_rest_urgent(house: House) -> None:
    worker = await _prepared(house, 2)
    async with house.write() as unit:
        await unit.connection.execute(
            update(findings).where(findings.c.finding_id == 1).values(grade="urgent")
        )
        await gather_all(unit)
    async with house.write(worker) as unit:
        later = Answer(1, "later", revisit_on=MONDAY + timedelta(days=9))
        task = (await settle(unit, 1, [later])).task
    assert (task.state, task.grade) == ("planned", "normal")
