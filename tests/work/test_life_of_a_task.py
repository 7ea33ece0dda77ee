"""Whatever people do in whatever order, scans and crashes between: the laws of a task's life.

Random but seeded histories over a small street: workers start, answer, correct facts, put off, hand over, return, take back;
contacts object, departments and supervisors answer, scans clear and gathering and planning go on, and now and then a unit
raises in the middle. After every step the laws are asked; at the end the history is replayed.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import made
import pytest
from planned import gather_all, plan_all
from sqlalchemy import Table, and_, func, insert, not_, or_, select, update
from work.visits import ASKS, MONDAY

from service import answering
from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.calendar import WorkingDays
from service.clock import SetClock
from service.errors import Problem
from service.settings import Settings
from service.tables import (
    accounts,
    changesets,
    corrections,
    escalations,
    findings,
    objections,
    outcomes,
    residents,
    retractions,
    returns,
    task_events,
    tasks,
)
from service.tables.tasks import OPEN, OPEN_STATES
from service.work import escalate, handover
from service.work import objections as objecting
from service.work import returns as returning
from service.work import tasks as reading
from service.work.outcomes import Answer
from service.work.pending import LIVE

STEPS = 60
SAID = (
    "done",
    "declined",
    "not_eligible",
    "not_found",
    "moved",
    "died",
    *["needs_department"] * 3,
    *["later"] * 2,
)
WRITTEN = (
    findings,
    tasks,
    task_events,
    outcomes,
    retractions,
    returns,
    objections,
    corrections,
    changesets,
    residents,
)
ENDS = {"closed", "withdrawn", "expired"}


class Crash(Exception):
    """A process killed in the middle of a unit."""


@dataclass
class Street:
    """Who acts, and what random histories are made of."""

    house: House
    clock: SetClock
    dice: random.Random
    workers: list[Actor]
    head: Actor
    bureau: Actor
    strangers: list[Actor]
    done: list[str] = field(default_factory=list)
    last: list[Any] = field(default_factory=list)

    async def any(self, unit: Unit, table: Table, key: str) -> int:
        """Mostly a task that the actor may know, else any key that is there, or one that is not: guesses belong to the game."""
        if table is tasks and self.dice.random() < 0.85:
            mine = [task.task_id for task in await reading.page(unit)]
            mine += [task.task_id for task in await reading.page(unit, state="closed")]
            if mine:
                return self.dice.choice(mine)
        ids = sorted((await unit.connection.execute(select(table.c[key]))).scalars())
        return int(self.dice.choice([*ids, 987_654]))


async def _street(house: House, clock: SetClock, dice: random.Random) -> Street:
    async with house.write() as unit:
        version = await made.rule_version(unit, again="P30D", done=f"done: {{event: VISIT}}\n{ASKS}")
        for number in range(6):
            home = await made.household(unit, f"H{number}")
            for _ in range(dice.randint(1, 2)):
                person = await made.resident(
                    unit,
                    household_id=home,
                    grid_code=(made.GRID, made.OTHER_GRID)[number % 2],
                    phone="19900001234",
                    birth_date=date(1940, 1, 1),
                )
                await made.finding(unit, version, person, target_kind="household", target_id=home)
        people = [
            ("w1", Role.WORKER, made.COMMUNITY, None),
            ("w2", Role.WORKER, made.COMMUNITY, None),
            ("head", Role.SUPERVISOR, made.COMMUNITY, None),
            ("bureau", Role.DEPARTMENT, None, "民政局"),
            ("far", Role.WORKER, made.OTHER_COMMUNITY, None),
            ("far-head", Role.SUPERVISOR, made.OTHER_COMMUNITY, None),
            ("other-bureau", Role.DEPARTMENT, None, "人社局"),
        ]
        actors = []
        for login, role, division, department in people:
            values = {"role": role.value, "division_code": division, "department": department}
            key = await made.row(unit, accounts, login=login, name=login, created_at=unit.now, **values)
            actors.append(Actor(key, login, role, division, department=department))
        await made.post(unit, actors[0].account_id or 0)
        await made.post(unit, actors[1].account_id or 0, made.OTHER_GRID)
        await gather_all(unit)
        await plan_all(unit, MONDAY)
    return Street(house, clock, dice, actors[:2], actors[2], actors[3], actors[4:])


async def start(street: Street, unit: Unit) -> None:
    await reading.start(unit, await street.any(unit, tasks, "task_id"))


async def say(street: Street, unit: Unit) -> None:
    """Answer some of what lives on a task in sight, now and then with facts; sometimes of a task that is another's."""
    dice, task_id = street.dice, await street.any(unit, tasks, "task_id")
    rows = await unit.connection.execute(
        select(findings.c.finding_id).where(findings.c.task_id == task_id, or_(LIVE, dice.random() < 0.1))
    )
    live = list(rows.scalars())
    some = dice.sample(live, dice.randint(1, len(live))) if live else [987_654]
    answers = []
    for key in some:
        said = dice.choice(SAID)
        later = street.clock.today() + timedelta(days=dice.randint(1, 9)) if said == "later" else None
        answers.append(Answer(key, said, revisit_on=later))
    facts = (
        {some[0]: {"resident.birth_date": f"19{dice.randint(30, 60)}-05-06"}}
        if some and dice.random() < 0.4
        else {}
    )
    await answering.answer(unit, task_id, answers, facts)
    if dice.random() < 0.3:
        await answering.undo_last(unit, task_id)


async def correct(street: Street, unit: Unit) -> None:
    task_id = await street.any(unit, tasks, "task_id")
    live = select(func.min(findings.c.finding_id)).where(findings.c.task_id == task_id, LIVE)
    key = (await unit.connection.execute(live)).scalar() or 987_654
    phone = f"1390000{street.dice.randint(1000, 9999)}"
    await answering.correct_facts(unit, task_id, {key: {"resident.phone": phone}})


async def take_back(street: Street, unit: Unit) -> None:
    """Mostly what the actor said last, so that some of it is still fresh."""
    mine = and_(task_events.c.actor_id == unit.actor.account_id, task_events.c.kind.in_(("outcome", "facts")))
    latest = select(task_events.c.task_id).where(mine).order_by(task_events.c.task_event_id.desc()).limit(1)
    task_id = (await unit.connection.execute(latest)).scalar()
    if task_id is None or street.dice.random() < 0.2:
        task_id = await street.any(unit, tasks, "task_id")
    await answering.undo_last(unit, task_id)


async def hand_over(street: Street, unit: Unit) -> None:
    to = street.dice.choice([*street.workers * 2, *street.strangers, street.head]).account_id or 0
    await handover.hand_over(unit, await street.any(unit, tasks, "task_id"), to, None)


async def hand_over_many(street: Street, unit: Unit) -> None:
    ids = [await street.any(unit, tasks, "task_id") for _ in range(street.dice.randint(1, 3))]
    to = street.dice.choice([*street.workers * 2, *street.strangers, street.head]).account_id or 0
    await handover.hand_over_many(unit, ids, to, None)


async def object_to(street: Street, unit: Unit) -> None:
    task_id = await street.any(unit, tasks, "task_id")
    live = select(func.max(findings.c.finding_id)).where(findings.c.task_id == task_id, LIVE)
    key = (await unit.connection.execute(live)).scalar() or 987_654
    await objecting.object_to(unit, key, "不是这样")


async def withdraw_objection(street: Street, unit: Unit) -> None:
    await objecting.take_back(unit, await street.any(unit, objections, "finding_id"))


async def decide(street: Street, unit: Unit) -> None:
    said = street.dice.choice(("upheld", "rejected"))
    await objecting.decide(unit, await street.any(unit, objections, "objection_id"), said, None)


async def answer_return(street: Street, unit: Unit) -> None:
    said = street.dice.choice(("done", "not_eligible", "back"))
    await returning.answer(unit, await street.any(unit, returns, "return_id"), said, "已核对")


async def scan(street: Street, unit: Unit) -> None:
    """What a scan may do of itself: clear an episode, or open one anew where none stands."""
    dice, today = street.dice, street.clock.today()
    key = await street.any(unit, findings, "finding_id")
    await unit.connection.execute(
        update(findings)
        .where(findings.c.finding_id == key, findings.c.cleared_on.is_(None))
        .values(cleared_on=today, clearing=dice.choice(("resolved", "withdrawn")))
    )
    other = findings.alias()
    gone = (
        select(findings)
        .where(
            ~select(other.c.finding_id)
            .where(other.c.subject_id == findings.c.subject_id, other.c.cleared_on.is_(None))
            .exists()
        )
        .limit(1)
    )
    row = (await unit.connection.execute(gone)).first()
    if row is not None and dice.random() < 0.6:
        kept = (
            "rule",
            "version_id",
            "subject_kind",
            "subject_id",
            "target_kind",
            "target_id",
            "verdict",
            "grade",
        )
        values = {name: getattr(row, name) for name in kept}
        await unit.connection.execute(insert(findings).values(since_on=today, **values))


async def gather_and_plan(street: Street, unit: Unit) -> None:
    today = street.clock.today()
    await gather_all(unit)
    await plan_all(unit, today)
    await escalate.escalate(unit, today, WorkingDays(), Settings().escalate_days)


Act = Callable[[Street, Unit], Awaitable[None]]
OF_WORKERS: tuple[Act, ...] = (
    start, say, say, say, correct, take_back, take_back, hand_over, object_to, withdraw_objection,
)  # fmt: skip
OF_HEADS: tuple[Act, ...] = (hand_over_many, decide, decide)


async def _step(street: Street) -> None:
    """One thing somebody does, whole or not at all."""
    dice = street.dice
    actor, acts = dice.choice(
        [
            *((worker, OF_WORKERS) for worker in street.workers * 4),
            *([(street.head, OF_HEADS)] * 2),
            *([(street.bureau, (answer_return,))] * 2),
            *([(None, (scan, gather_and_plan))] * 2),
            *zip(street.strangers, (OF_WORKERS, OF_HEADS, (answer_return,)), strict=True),
        ]
    )
    act, crash = dice.choice(acts), dice.random() < 0.1
    writing = street.house.write() if actor is None else street.house.write(actor)
    refused = False
    try:
        async with writing as unit:
            await act(street, unit)
            if crash:
                raise Crash
        street.done.append(act.__name__)
    except (Problem, Crash):
        refused = True
    before, street.last = street.last, await _everything(street.house)
    assert not refused or street.last == before, f"{act.__name__} left something behind"
    if actor in street.strangers:
        assert street.last == before, "nobody changes what is not in sight"
        await _sees_nothing(street.house, actor)
    assert await _broken(street.house, gathered=street.done[-1:] == ["gather_and_plan"]) == {}, street.done
    if dice.random() < 0.1:
        street.clock.advance(minutes=dice.choice((4, 11, 60 * 24)))


async def _everything(house: House) -> list[Any]:
    async with house.read() as unit:
        return [sorted(map(repr, (await unit.connection.execute(select(table))).all())) for table in WRITTEN]


async def _sees_nothing(house: House, actor: Any) -> None:
    async with house.read(actor) as unit:
        assert await reading.page(unit) == []
        assert await returning.page(unit) == []
        assert await returning.counts(unit) == returning.Counts(0, 0)
        assert await objecting.page(unit) == []
        assert set((await escalate.counts(unit)).values()) == {0}


async def _broken(house: House, *, gathered: bool) -> dict[str, int]:
    """Every law that does not hold, with how often; two of them only once tasks were gathered."""
    f, other = findings.c, tasks.alias()
    settled, held = f.outcome.is_not(None), f.held.is_not(None)
    waits = or_(
        and_(
            f.held == "department",
            f.finding_id.in_(select(returns.c.finding_id).where(returns.c.answer.is_(None))),
        ),
        and_(
            f.held == "objection",
            f.finding_id.in_(select(objections.c.finding_id).where(objections.c.decision.is_(None))),
        ),
    )
    standing = select(f.finding_id).where(f.task_id == tasks.c.task_id, LIVE).exists()
    laws = {
        "settled and held at once": select(f.finding_id).where(settled, held),
        "settled without a day, or a day without": select(f.finding_id).where(
            settled != f.settled_on.is_not(None)
        ),
        "held without anybody who has to answer": select(f.finding_id).where(
            held, f.cleared_on.is_(None), not_(waits)
        ),
        "two open episodes": select(f.subject_id)
        .where(f.cleared_on.is_(None))
        .group_by(f.subject_id)
        .having(func.count() > 1),
        "two open tasks": select(other.c.target_id)
        .where(other.c.state.in_(OPEN_STATES))
        .group_by(other.c.target_id)
        .having(func.count() > 1),
        "a live finding of a task that is over": select(f.finding_id)
        .join(tasks, tasks.c.task_id == f.task_id)
        .where(LIVE, not_(OPEN)),
        "over without the time it ended": select(tasks.c.task_id).where(
            tasks.c.closed_at.is_not(None) == OPEN
        ),
        "today's list and waiting": select(tasks.c.task_id).where(
            tasks.c.state == "waiting", tasks.c.planned_on <= MONDAY
        ),
        "told on twice": select(escalations.c.task_id)
        .group_by(escalations.c.task_id, escalations.c.step)
        .having(func.count() > 1),
    }
    home = and_(OPEN, tasks.c.task_id == f.task_id, tasks.c.target_id == f.target_id)
    if gathered:
        laws |= {
            "open with nothing to do": select(tasks.c.task_id).where(OPEN, not_(standing)),
            "live without an open task": select(f.finding_id).where(
                LIVE, ~select(tasks.c.task_id).where(home).exists()
            ),
        }
    how_often = [select(func.count()).select_from(law.subquery()).scalar_subquery() for law in laws.values()]
    async with house.read() as unit:
        found = dict(zip(laws, (await unit.connection.execute(select(*how_often))).one(), strict=True))
    return {law: count for law, count in found.items() if count}


async def _replayed(house: House) -> tuple[dict[int, tuple[int | None, str]], dict[int, str | None]]:
    """From the history alone: task → who holds it and whether it is open or how it ended; finding → what people said."""
    held_by: dict[int, int | None] = {}
    state: dict[int, str] = {}
    said: dict[int, str | None] = {}
    async with house.read() as unit:
        rows = await unit.connection.execute(select(task_events).order_by(task_events.c.task_event_id))
        for row in rows:
            if row.kind in ("opened", "reopened", *ENDS):
                state[row.task_id] = row.kind if row.kind in ENDS else "open"
            if row.kind in ("assigned", "handed_over"):
                held_by[row.task_id] = row.to_id
            for key, outcome in ((row.detail or {}).get("outcomes") or {}).items():
                if outcome != "later":
                    said[int(key)] = "department" if outcome == "needs_department" else outcome
    return {task: (held_by.get(task), state[task]) for task in state}, said


async def _present(house: House) -> tuple[dict[int, tuple[int | None, str]], dict[int, str | None]]:
    async with house.read() as unit:
        rows = (await unit.connection.execute(select(tasks))).all()
        there = {
            row.task_id: (row.account_id, "open" if row.state in OPEN_STATES else row.state) for row in rows
        }
        found = (await unit.connection.execute(select(findings))).all()
    return there, {row.finding_id: row.outcome or row.held for row in found if row.outcome or row.held}


@pytest.mark.parametrize("seed", [3, 4])
async def test_every_finding_is_in_one_state_and_the_history_tells_the_present(
    house: House, clock: SetClock, seed: int
) -> None:
    street = await _street(house, clock, random.Random(seed))
    street.last = await _everything(house)
    for _ in range(STEPS):
        await _step(street)
    present_tasks, present_said = await _present(house)
    told_tasks, told_said = await _replayed(house)
    assert told_tasks == present_tasks
    assert {key: said for key, said in told_said.items() if said is not None} == present_said
    assert {"say", "gather_and_plan", "take_back"} <= set(street.done)
