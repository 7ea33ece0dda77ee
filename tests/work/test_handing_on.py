"""Visits that go to somebody else: a colleague, the department, a supervisor who decides, or who is told that nobody came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import made
import pytest
from planned import gather_all, plan_all
from sqlalchemy import select, update
from work.visits import MONDAY, another, finding_row, kinds, visit

from service import answering
from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import House
from service.calendar import WorkingDays
from service.clock import SetClock
from service.errors import Conflict, InvalidInput, NotFound
from service.settings import Settings
from service.tables import absences, findings, outcomes, pending_lists, returns, task_events, tasks
from service.work import escalate, handover, objections
from service.work import returns as returning
from service.work import tasks as reading
from service.work.outcomes import Answer

BUREAU = {"division_code": None, "department": "民政局"}


async def _to_department(house: House, worker: Actor) -> None:
    async with house.write(worker) as unit:
        await answering.answer(unit, 1, [Answer(1, "needs_department", note="要查档案")])


async def _listed(house: House, actor: Actor) -> list[int]:
    async with house.read(actor) as unit:
        return [task.task_id for task in await reading.page(unit)]


async def _state(house: House) -> Any:
    async with house.read() as unit:
        return (await unit.connection.execute(select(tasks))).first()


async def test_what_is_not_ours_is_on_nobodys_list_and_counted_by_its_department(house: House) -> None:
    worker = await visit(house)
    bureau = await another(house, Role.DEPARTMENT, "bureau", **BUREAU)
    await _to_department(house, worker)
    async with house.write() as unit:
        await gather_all(unit)
        await plan_all(unit, MONDAY)
    assert await _listed(house, worker) == []
    row = await finding_row(house)
    assert (row.held, row.outcome, row.settled_on) == ("department", None, None)
    async with house.read(bureau) as unit:
        (matter,) = await returning.page(unit)
        assert (matter.title, matter.note, matter.due_on) == ("测试规则", "要查档案", date(2026, 11, 30))
        assert await returning.counts(unit) == returning.Counts(1, 0)


async def test_a_matter_whose_time_is_over_is_overdue_there_and_not_back_with_the_worker(
    house: House, clock: SetClock
) -> None:
    worker = await visit(house)
    bureau = await another(house, Role.DEPARTMENT, "bureau", **BUREAU)
    await _to_department(house, worker)
    clock.advance(days=30)
    async with house.write() as unit:
        await gather_all(unit)
    assert await _listed(house, worker) == []
    async with house.read(bureau) as unit:
        assert await returning.counts(unit) == returning.Counts(1, 1)
        assert len(await returning.page(unit, overdue=True)) == 1


@pytest.mark.parametrize(("said", "outcome"), [("done", "done"), ("not_eligible", "not_eligible")])
async def test_a_department_settles_what_lies_with_it_once(house: House, said: str, outcome: str) -> None:
    worker = await visit(house)
    bureau = await another(house, Role.DEPARTMENT, "bureau", **BUREAU)
    await _to_department(house, worker)
    async with house.write(bureau) as unit:
        assert (await returning.answer(unit, 1, said, None)).answer == said
    row = await finding_row(house)
    assert (row.held, row.outcome, row.settled_on) == (None, outcome, MONDAY)
    with pytest.raises(Conflict):
        async with house.write(bureau) as unit:
            await returning.answer(unit, 1, "back", "还是社区办")
    async with house.read(bureau) as unit:
        assert await returning.counts(unit) == returning.Counts(0, 0)
    with pytest.raises(Conflict):
        async with house.write(worker) as unit:
            await answering.undo_last(unit, 1)


async def test_what_a_department_sends_back_is_on_the_list_again_with_its_reason(house: House) -> None:
    worker = await visit(house)
    bureau = await another(house, Role.DEPARTMENT, "bureau", **BUREAU)
    await _to_department(house, worker)
    async with house.write(bureau) as unit:
        with pytest.raises(InvalidInput):
            await returning.answer(unit, 1, "back", None)
        await returning.answer(unit, 1, "back", "请先核对户籍")
    assert await _listed(house, worker) == [1]
    assert (await finding_row(house)).held is None
    assert (await kinds(house))[-2:] == ["answered", "reopened"]


async def test_another_department_or_community_finds_no_matter(sqlite_house: House) -> None:
    worker = await visit(sqlite_house)
    await _to_department(sqlite_house, worker)
    strangers = [
        await another(sqlite_house, Role.DEPARTMENT, "other", division_code=None, department="人社局"),
        await another(sqlite_house, Role.DEPARTMENT, "none", division_code=made.COMMUNITY),
        await another(
            sqlite_house, Role.DEPARTMENT, "far", division_code=made.OTHER_COMMUNITY, department="民政局"
        ),
    ]
    for stranger in strangers:
        async with sqlite_house.write(stranger) as unit:
            assert await returning.page(unit) == []
            assert await returning.counts(unit) == returning.Counts(0, 0)
            with pytest.raises(NotFound):
                await returning.answer(unit, 1, "done", None)


async def test_a_matter_taken_back_by_the_worker_no_longer_waits_there(house: House) -> None:
    worker = await visit(house)
    await _to_department(house, worker)
    async with house.write(worker) as unit:
        assert (await answering.undo_last(unit, 1)).state == "planned"
    async with house.read() as unit:
        assert (await unit.connection.execute(select(returns.c.answer))).scalar_one() == "undone"
    await _to_department(house, worker)


async def test_a_visit_handed_over_stays_with_the_colleague_while_on_duty(house: House) -> None:
    worker = await visit(house)
    colleague = await another(house, Role.WORKER, "w2")
    async with house.write(worker) as unit:
        assert await handover.colleagues(unit, 1) == [handover.Colleague(colleague.account_id or 0, "w2")]
        await handover.hand_over(unit, 1, colleague.account_id or 0, "对方只有下午在家")
    assert (await _listed(house, worker), await _listed(house, colleague)) == ([], [1])
    async with house.write() as unit:
        queued = (await unit.connection.execute(select(pending_lists.c.account_id))).scalars().all()
        assert set(queued) >= {worker.account_id, colleague.account_id}
        await plan_all(unit, MONDAY)
    assert await _listed(house, colleague) == [1]
    async with house.write() as unit:
        away = {"account_id": colleague.account_id, "from_on": MONDAY, "to_on": MONDAY}
        await made.row(unit, absences, **away)
        await plan_all(unit, MONDAY)
        told = (
            await unit.connection.execute(
                select(task_events.c.to_id).where(task_events.c.kind == "handed_over")
            )
        ).scalars()
        assert list(told) == [colleague.account_id, worker.account_id]
    assert await _listed(house, worker) == [1]


async def test_only_somebody_on_duty_there_gets_a_visit_and_no_note_has_a_number(sqlite_house: House) -> None:
    worker = await visit(sqlite_house)
    near = await another(sqlite_house, Role.WORKER, "near")
    far = await another(sqlite_house, Role.WORKER, "far", division_code=made.OTHER_COMMUNITY)
    head = await another(sqlite_house, Role.SUPERVISOR, "head")
    for account, note in ((far, None), (head, None), (worker, None), (near, "电话 139 0000 5678")):
        with pytest.raises(InvalidInput):
            async with sqlite_house.write(worker) as unit:
                await handover.hand_over(unit, 1, account.account_id or 0, note)
    for actor, problem in ((near, NotFound), (head, Conflict)):
        with pytest.raises(problem):
            async with sqlite_house.write(actor) as unit:
                await handover.hand_over(unit, 1, near.account_id or 0, None)
    assert "handed_over" not in await kinds(sqlite_house)


async def test_a_supervisor_hands_over_many_at_once_all_or_none(house: House) -> None:
    await visit(house)
    async with house.write() as unit:
        shop = await made.enterprise(unit)
        target = {"target_kind": "enterprise", "target_id": shop}
        job = await made.employment(unit, 1, shop)
        await made.finding(unit, 1, job, subject_kind="employment", **target)
        await gather_all(unit)
    colleague = await another(house, Role.WORKER, "w2")
    head = await another(house, Role.SUPERVISOR, "head")
    far = await another(house, Role.SUPERVISOR, "far", division_code=made.OTHER_COMMUNITY)
    to = colleague.account_id or 0
    async with house.write(far) as unit:
        with pytest.raises(NotFound):
            await handover.hand_over_many(unit, [1, 2], to, None)
    async with house.write(head) as unit:
        with pytest.raises(NotFound):
            await handover.hand_over_many(unit, [1, 99], to, None)
        assert await handover.hand_over_many(unit, [1, 2, 2], to, "休假") == 2
        assert await handover.hand_over_many(unit, [1, 2], to, "休假") == 0
    assert sorted(await _listed(house, colleague)) == [1, 2]


async def test_an_objection_keeps_everybody_away_until_it_is_decided(house: House) -> None:
    worker = await visit(house)
    head = await another(house, Role.SUPERVISOR, "head")
    far = await another(house, Role.SUPERVISOR, "far", division_code=made.OTHER_COMMUNITY)
    async with house.write(worker) as unit:
        await objections.object_to(unit, 1, "本人说不是八十岁")
        with pytest.raises(Conflict):
            await objections.object_to(unit, 1, "再说一次")
    assert await _listed(house, worker) == []
    async with house.write(far) as unit:
        assert await objections.page(unit) == []
        with pytest.raises(NotFound):
            await objections.decide(unit, 1, "upheld", None)
    async with house.write(head) as unit:
        assert [one.reason for one in await objections.page(unit)] == ["本人说不是八十岁"]
        await objections.decide(unit, 1, "rejected", "已核对户口簿")
        with pytest.raises(Conflict):
            await objections.decide(unit, 1, "upheld", None)
    assert await _listed(house, worker) == [1]
    async with house.write(worker) as unit:
        await objections.object_to(unit, 1, "还是不对")
    async with house.write(head) as unit:
        await objections.decide(unit, 2, "upheld", None)
        said = (await unit.connection.execute(select(outcomes.c.outcome))).scalars().all()
    row = await finding_row(house)
    assert (row.held, row.outcome, row.settled_on, said) == (None, "not_eligible", MONDAY, ["not_eligible"])
    objected = [kind for kind in await kinds(house) if kind in ("objected", "decided", "reopened")]
    assert objected == ["objected", "decided", "reopened", "objected", "decided"]


async def test_who_noted_an_objection_takes_it_back_and_nobody_else_does(house: House) -> None:
    worker = await visit(house)
    head = await another(house, Role.SUPERVISOR, "head")
    colleague = await another(house, Role.WORKER, "w2")
    async with house.write(worker) as unit:
        await objections.object_to(unit, 1, "本人说不是八十岁")
    async with house.write(colleague) as unit:
        with pytest.raises(NotFound):
            await objections.take_back(unit, 1)
    async with house.write(worker) as unit:
        await objections.take_back(unit, 1)
        with pytest.raises(Conflict):
            await objections.take_back(unit, 1)
    assert await _listed(house, worker) == [1]
    async with house.write(head) as unit:
        assert await objections.page(unit) == []
        with pytest.raises(Conflict):
            await objections.decide(unit, 1, "rejected", None)
    async with house.write(worker) as unit:
        await objections.object_to(unit, 1, "还是不对")
    async with house.write(head) as unit:
        await objections.decide(unit, 2, "rejected", None)
    async with house.write(worker) as unit:
        with pytest.raises(Conflict):
            await objections.take_back(unit, 1)
    objected = [kind for kind in await kinds(house) if kind in ("objected", "decided", "reopened")]
    assert objected == ["objected", "decided", "reopened"] * 2


async def test_the_contact_of_an_enterprise_objects_for_it_and_nobody_elses(house: House) -> None:
    async with house.write() as unit:
        version = await made.rule_version(unit)
        shop, other = await made.enterprise(unit), await made.enterprise(unit, "92330199MA2AYN0018")
        job = await made.employment(unit, await made.resident(unit), shop)
        target = {"target_kind": "enterprise", "target_id": shop}
        await made.finding(unit, version, job, subject_kind="employment", **target)
        await gather_all(unit)
    nowhere = {"division_code": None}
    contact = await another(house, Role.ENTERPRISE, "contact", enterprise_id=shop, **nowhere)
    stranger = await another(house, Role.ENTERPRISE, "stranger", enterprise_id=other, **nowhere)
    async with house.write(stranger) as unit:
        assert await objections.of_enterprise(unit, "92330199MA2AYN0017") == []
        with pytest.raises(NotFound):
            await objections.object_to(unit, 1, "不是我们店的")
    async with house.write(contact) as unit:
        (matter,) = await objections.of_enterprise(unit, "92330199MA2AYN0017")
        await objections.object_to(unit, matter.finding_id, "这位员工已经离职")
        (matter,) = await objections.of_enterprise(unit, "92330199MA2AYN0017")
    assert matter.held == "objection"


async def test_what_nobody_visits_is_told_to_the_community_and_then_to_the_street_once(
    house: House, clock: SetClock
) -> None:
    await visit(house)
    head = await another(house, Role.SUPERVISOR, "head")
    far = await another(house, Role.SUPERVISOR, "far", division_code=made.OTHER_COMMUNITY)
    async with house.write() as unit:
        await unit.connection.execute(update(findings).values(grade="urgent", due_on=MONDAY))
        await gather_all(unit)
    days = Settings().escalate_days
    steps = []
    for day in (MONDAY + timedelta(days=n) for n in range(7)):
        async with house.write() as unit:
            steps.append(await escalate.escalate(unit, day, WorkingDays(), days))
    assert steps == [0, 0, 1, 0, 1, 0, 0]
    async with house.read(head) as unit:
        assert await escalate.counts(unit) == {"supervisor": 0, "street": 1}
        assert [task.task_id for task in await reading.page(unit, escalated="supervisor")] == [1]
    async with house.read(far) as unit:
        assert await escalate.counts(unit) == {"supervisor": 0, "street": 0}


async def test_other_visits_are_told_on_five_working_days_after_they_were_due(sqlite_house: House) -> None:
    await visit(sqlite_house)
    async with sqlite_house.write() as unit:
        await unit.connection.execute(update(findings).values(due_on=MONDAY))
        await gather_all(unit)
    steps = []
    for day in (MONDAY + timedelta(days=n) for n in (4, 7, 8, 14)):
        async with sqlite_house.write() as unit:
            steps.append(await escalate.escalate(unit, day, WorkingDays(), Settings().escalate_days))
    assert steps == [0, 1, 0, 1]
