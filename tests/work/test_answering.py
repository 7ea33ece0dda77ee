"""What a visit corrects, and answers that are taken back."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import made
import pytest
from planned import gather_all
from sqlalchemy import func, select, update
from work.visits import MONDAY, another, finding_row, kinds, visit

from service import answering
from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import House
from service.clock import SetClock
from service.engine.asking import questions
from service.errors import Conflict, InvalidInput, NotFound
from service.records.changesets import correct
from service.tables import (
    changesets,
    corrections,
    findings,
    learned_facts,
    outcomes,
    residents,
    retractions,
    service_events,
    task_events,
    tasks,
)
from service.work import returns
from service.work.outcomes import Answer

PHONE = "13900005678"


async def _resident(house: House, key: int = 1) -> Any:
    async with house.read() as unit:
        return (await unit.connection.execute(select(residents).where(residents.c.resident_id == key))).one()


async def _phone(house: House) -> str:
    return house.vault.open("residents.phone", (await _resident(house)).phone)


async def _answer(house: House, worker: Actor, *answers: Answer, **facts: Any) -> str:
    async with house.write(worker) as unit:
        return (await answering.answer(unit, 1, answers, **facts)).state


async def _undo(house: House, worker: Actor) -> str:
    async with house.write(worker) as unit:
        return (await answering.undo_last(unit, 1)).state


async def test_a_visit_tells_what_may_be_asked_with_private_values_masked(house: House) -> None:
    await visit(house)
    async with house.read() as unit:
        told = (await questions(unit, [(1, 1, 1)]))[1]
    assert [(fact.path, fact.label, fact.shown) for fact in told.asked] == [
        ("resident.phone", "联系电话", "199****1234"),
        ("resident.birth_date", "出生日期", "1940-01-01"),
        ("resident.lives_alone", "独居", "未登记"),
    ]
    assert told.read["resident.death_on"] == "死亡日期"


async def test_a_fact_corrected_on_a_visit_is_a_correction_with_its_source(house: House) -> None:
    worker = await visit(house)
    facts = {1: {"resident.phone": "139-0000-5678", "resident.lives_alone": True}}
    state = await _answer(house, worker, Answer(1, "done"), facts=facts)
    async with house.read() as unit:
        rows = await unit.connection.execute(
            select(corrections.c.field, changesets.c.source, changesets.c.actor_id)
            .join(changesets, changesets.c.changeset_id == corrections.c.changeset_id)
            .order_by(corrections.c.field)
        )
        assert [tuple(row) for row in rows] == [
            ("lives_alone", "visit", worker.account_id),
            ("phone", "visit", worker.account_id),
        ]
        told = (
            await unit.connection.execute(select(task_events.c.detail).where(task_events.c.kind == "outcome"))
        ).scalar_one()
    assert (state, await _phone(house), (await _resident(house)).lives_alone) == ("closed", PHONE, True)
    assert told["facts"] == {"1": ["resident.lives_alone", "resident.phone"]}
    assert PHONE not in str(told)


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({1: {"resident.name": "陈六"}}, InvalidInput),
        ({1: {"resident.phone": "12"}}, InvalidInput),
        ({1: {"resident.birth_date": "昨天"}}, InvalidInput),
        ({1: {"resident.id_number": "330199194001010000"}}, InvalidInput),
        ({77: {"resident.phone": PHONE}}, Conflict),
    ],
)
async def test_a_fact_that_is_not_asked_or_cannot_be_read_leaves_nothing_behind(
    sqlite_house: House, facts: Any, problem: type[Exception]
) -> None:
    worker = await visit(sqlite_house)
    with pytest.raises(problem):
        await _answer(sqlite_house, worker, Answer(1, "done"), facts=facts)
    assert (await finding_row(sqlite_house)).outcome is None
    assert await _phone(sqlite_house) == "19900001234"


async def test_the_wrong_fact_is_one_the_rule_reads_by_its_path_or_its_name(sqlite_house: House) -> None:
    worker = await visit(sqlite_house, 2)
    with pytest.raises(InvalidInput, match="出生日期"):
        await _answer(sqlite_house, worker, Answer(1, "not_eligible", wrong_field="resident.marital"))
    wrong = [
        Answer(1, "not_eligible", wrong_field="出生日期"),
        Answer(2, "not_eligible", wrong_field="resident.death_on"),
    ]
    await _answer(sqlite_house, worker, *wrong)
    async with sqlite_house.read() as unit:
        kept = (await unit.connection.execute(select(outcomes.c.wrong_field))).scalars().all()
    assert kept == ["resident.birth_date", "resident.death_on"]


async def test_an_answer_taken_back_leaves_finding_task_and_records_as_they_were(house: House) -> None:
    worker = await visit(house, 2)
    before = await _resident(house)
    state = await _answer(
        house,
        worker,
        Answer(1, "died"),
        Answer(2, "later", revisit_on=MONDAY + timedelta(days=3)),
        facts={1: {"resident.phone": PHONE}},
    )
    assert (state, (await _resident(house)).death_on) == ("waiting", MONDAY)
    assert await _undo(house, worker) in ("waiting", "planned")
    after = await _resident(house)
    assert (after.death_on, after.phone, after.phone_index) == (None, before.phone, before.phone_index)
    first, second = await finding_row(house), await finding_row(house, 2)
    assert (first.outcome, first.settled_on, first.cleared_on, second.visit_from) == (None, None, None, None)
    async with house.read() as unit:
        assert (await unit.connection.execute(select(corrections))).all() == []
        assert (await unit.connection.execute(select(learned_facts))).all() == []
        assert len((await unit.connection.execute(select(outcomes))).all()) == 2
        assert len((await unit.connection.execute(select(retractions))).all()) == 2
        waiting = select(func.count()).where(changesets.c.scan_id.is_(None), changesets.c.note.is_not(None))
        assert (await unit.connection.execute(waiting)).scalar_one() == 1
    assert (await kinds(house))[-2:] == ["outcome", "undone"]


async def test_a_task_that_had_closed_is_open_again_on_the_same_day(house: House) -> None:
    worker = await visit(house, done="done: {event: VISIT}")
    assert await _answer(house, worker, Answer(1, "done")) == "closed"
    async with house.read() as unit:
        assert len((await unit.connection.execute(select(service_events))).all()) == 1
    assert await _undo(house, worker) == "planned"
    async with house.read() as unit:
        assert (await unit.connection.execute(select(service_events))).all() == []
    assert (await kinds(house))[-2:] == ["undone", "reopened"]
    assert await _answer(house, worker, Answer(1, "declined")) == "closed"


async def test_what_is_taken_back_joins_the_task_that_is_open_by_then(house: House) -> None:
    worker = await visit(house)
    await _answer(house, worker, Answer(1, "done"))
    async with house.write() as unit:
        version = await made.rule_version(unit, "second-rule")
        await made.finding(unit, version, 1, rule="second-rule", target_kind="household", target_id=1)
        await gather_all(unit)
    async with house.write(worker) as unit:
        home = await answering.undo_last(unit, 1)
        assert home.task_id == 2
        assert sorted(finding.finding_id for finding in home.findings if finding.live) == [1, 2]


async def test_what_somebody_corrected_since_stays_corrected(house: House) -> None:
    worker = await visit(house)
    await _answer(house, worker, Answer(1, "done"), facts={1: {"resident.birth_date": "1941-02-03"}})
    async with house.write() as unit:
        await correct(unit, "resident", 1, {"birth_date": "1942-03-04"}, observed_on=MONDAY)
    await _undo(house, worker)
    assert (await _resident(house)).birth_date == date(1942, 3, 4)
    assert (await finding_row(house)).outcome is None


async def test_a_correction_before_the_one_taken_back_counts_again(house: House) -> None:
    worker = await visit(house)
    async with house.write() as unit:
        await correct(unit, "resident", 1, {"birth_date": "1942-03-04"}, observed_on=MONDAY)
    async with house.write(worker) as unit:
        await answering.correct_facts(unit, 1, {1: {"resident.birth_date": "1941-02-03"}})
    await _undo(house, worker)
    async with house.read() as unit:
        row = (await unit.connection.execute(select(corrections))).one()
    assert (await _resident(house)).birth_date == date(1942, 3, 4)
    assert (row.value, row.replaced) == ("1942-03-04", "1940-01-01")


async def test_after_ten_minutes_nothing_is_taken_back(sqlite_house: House, clock: SetClock) -> None:
    worker = await visit(sqlite_house)
    await _answer(sqlite_house, worker, Answer(1, "done"))
    clock.advance(minutes=10, seconds=1)
    with pytest.raises(Conflict, match="十分钟"):
        await _undo(sqlite_house, worker)
    assert (await finding_row(sqlite_house)).outcome == "done"


async def test_what_somebody_else_answered_cannot_be_taken_back(sqlite_house: House) -> None:
    worker = await visit(sqlite_house)
    await _answer(sqlite_house, worker, Answer(1, "done"))
    head = await another(sqlite_house, Role.SUPERVISOR, "head")
    stranger = await another(sqlite_house, Role.WORKER, "stranger", division_code=made.OTHER_COMMUNITY)
    with pytest.raises(Conflict):
        await _undo(sqlite_house, head)
    with pytest.raises(NotFound):
        await _undo(sqlite_house, stranger)
    await _undo(sqlite_house, worker)
    with pytest.raises(Conflict, match="没有可以撤销"):
        await _undo(sqlite_house, worker)


async def test_what_a_scan_cleared_because_of_the_answer_is_live_again(house: House) -> None:
    worker = await visit(house)
    await _answer(house, worker, Answer(1, "died"))
    async with house.write() as unit:
        await unit.connection.execute(update(findings).values(cleared_on=MONDAY, clearing="withdrawn"))
    assert await _undo(house, worker) == "planned"
    row = await finding_row(house)
    assert (row.cleared_on, row.clearing, row.outcome) == (None, None, None)


async def test_of_simultaneous_undos_and_answers_of_a_department_one_wins(house: House) -> None:
    worker = await visit(house)
    bureau = await another(house, Role.DEPARTMENT, "bureau", division_code=None, department="民政局")
    await _answer(house, worker, Answer(1, "needs_department"))

    async def settle() -> str:
        async with house.write(bureau) as unit:
            return (await returns.answer(unit, 1, "done", None)).answer or ""

    said = await asyncio.gather(
        _undo(house, worker), settle(), _undo(house, worker), settle(), return_exceptions=True
    )
    assert sum(isinstance(one, Conflict) for one in said) == 3
    row = await finding_row(house)
    assert (row.held, row.outcome) in ((None, None), (None, "done"))


async def test_what_was_cleared_for_another_reason_stays_cleared(sqlite_house: House) -> None:
    worker = await visit(sqlite_house, 2)
    await _answer(sqlite_house, worker, Answer(1, "declined"))
    async with sqlite_house.write() as unit:
        first = findings.c.finding_id == 1
        values = {"cleared_on": MONDAY, "clearing": "resolved"}
        await unit.connection.execute(update(findings).where(first).values(**values))
    await _undo(sqlite_house, worker)
    row = await finding_row(sqlite_house)
    assert (row.cleared_on, row.outcome) == (MONDAY, None)


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("table", [task_events, outcomes, retractions])
async def test_nobody_rewrites_what_happened(house: House, table: Any, verb: str) -> None:
    worker = await visit(house)
    await _answer(house, worker, Answer(1, "done"))
    await _undo(house, worker)
    statement = table.update().values(at=house.clock.now()) if verb == "UPDATE" else table.delete()
    with pytest.raises(Exception, match="never changed or deleted"):
        async with house.write() as unit:
            await unit.connection.execute(statement)
    async with house.read() as unit:
        assert (await unit.connection.execute(select(tasks.c.state))).scalar_one() == "planned"


@pytest.mark.parametrize(
    ("due_on", "last"),
    [
        (None, date(2027, 1, 22)),
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 11, 20), date(2026, 11, 30)),
    ],
)
async def test_later_goes_no_further_than_the_due_date(
    sqlite_house: House, due_on: date | None, last: date
) -> None:
    worker = await visit(sqlite_house)
    async with sqlite_house.write() as unit:
        await unit.connection.execute(update(findings).values(due_on=due_on))
    with pytest.raises(InvalidInput, match=str(last)):
        await _answer(sqlite_house, worker, Answer(1, "later", revisit_on=last + timedelta(days=1)))
    late = Answer(1, "later", revisit_on=last, reason="weather")
    assert await _answer(sqlite_house, worker, late) == "waiting"
    async with sqlite_house.read() as unit:
        assert (await unit.connection.execute(select(outcomes.c.reason))).scalar_one() == "weather"


async def test_a_fourth_later_is_refused_and_one_taken_back_does_not_count(sqlite_house: House) -> None:
    worker = await visit(sqlite_house)
    for day in range(1, 4):
        await _answer(sqlite_house, worker, Answer(1, "later", revisit_on=MONDAY + timedelta(days=day)))
    again = Answer(1, "later", revisit_on=MONDAY + timedelta(days=9))
    with pytest.raises(Conflict, match="3 次"):
        await _answer(sqlite_house, worker, again)
    await _undo(sqlite_house, worker)
    assert (await finding_row(sqlite_house)).visit_from == MONDAY + timedelta(days=2)
    assert await _answer(sqlite_house, worker, again) == "waiting"
