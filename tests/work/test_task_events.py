"""Whom the history of tasks is told to, held against the same said in Python; and whom it wakes, which may only be more."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import made
import pytest
from sqlalchemy import literal, update
from work.visits import another

from service.access.actors import Actor, prefix_of
from service.access.permissions import Role
from service.access.unit import House
from service.tables import tasks
from service.tables.columns import Key
from service.work import events
from service.work.history import tell

PLACES = (made.GRID, made.OTHER_GRID, made.OTHER_COMMUNITY, "")
STEPS, CUTS = 60, 40


@dataclass
class Past:
    """What happened to tasks: (key, task, kind, who had it before, who has it then), and where each is now."""

    holder: dict[int, int | None] = field(default_factory=dict)
    place: dict[int, str] = field(default_factory=dict)
    told: list[tuple[int, int, str, int | None]] = field(default_factory=list)

    def seen_by(self, actor: Actor) -> list[int]:
        """The keys an actor is told of."""
        area = prefix_of(actor.division or "")
        found = []
        for key, task, kind, before in self.told:
            if not self.place[task].startswith(area):
                continue
            own = self.holder[task] == actor.account_id
            left = kind == "handed_over" and before == actor.account_id
            if actor.role is not Role.WORKER or own or left:
                found.append(key)
        return found


async def _live(house: House, workers: list[int], dice: Random) -> Past:
    """Tasks that are given, handed on, given up, moved and worked on."""
    past = Past()
    async with house.write() as unit:
        for number in range(8):
            place = dice.choice(PLACES)
            key = await made.row(
                unit, tasks, target_kind="resident", target_id=number + 1, division_code=place, grade="normal",
                opened_on=unit.today, state="planned",
            )  # fmt: skip
            past.holder[key], past.place[key] = None, place
        for key in range(1, STEPS + 1):
            task = dice.choice(list(past.holder))
            here, before = tasks.c.task_id == task, past.holder[task]
            if dice.random() < 0.4:
                to = dice.choice([*workers, None]) if before else dice.choice(workers)
                kind = "handed_over" if before else "assigned"
                await tell(unit, kind, here, to=literal(to, Key))
                await unit.connection.execute(update(tasks).where(here).values(account_id=to))
                past.holder[task] = to
            else:
                kind = "planned"
                await tell(unit, kind, here)
            past.told.append((key, task, kind, before))
            if dice.random() < 0.1:
                past.place[task] = dice.choice(PLACES)
                await unit.connection.execute(
                    update(tasks).where(here).values(division_code=past.place[task])
                )
    return past


@pytest.mark.parametrize("seed", range(2))
async def test_each_is_told_what_is_in_sight_or_was_handed_on_and_woken_for_no_less(
    house: House, seed: int
) -> None:
    dice = Random(seed)
    actors = [await another(house, Role.WORKER, f"w{number}") for number in range(3)]
    past = await _live(house, [one.account_id or 0 for one in actors], dice)
    actors += [
        await another(house, Role.SUPERVISOR, "head"),
        await another(house, Role.SUPERVISOR, "far", division_code=made.OTHER_COMMUNITY),
    ]
    for actor in actors:
        wanted = past.seen_by(actor)
        async with house.read(actor) as unit:
            told = [one.task_event_id for one in await events.between(unit, 0, STEPS, STEPS)]
            assert told == wanted
            assert wanted
            for _ in range(CUTS // len(actors)):
                after, upto = sorted(dice.sample(range(STEPS + 1), 2))
                if any(after < key <= upto for key in wanted):
                    assert (await events.touched(unit, after, upto)).concerns(actor)


async def test_what_happens_to_one_is_no_concern_of_another(house: House) -> None:
    mine, colleague = [await another(house, Role.WORKER, f"w{number}") for number in range(2)]
    far = await another(house, Role.SUPERVISOR, "far", division_code=made.OTHER_COMMUNITY)
    head = await another(house, Role.SUPERVISOR, "head")
    async with house.write() as unit:
        task = await made.row(
            unit, tasks, target_kind="resident", target_id=1, division_code=made.GRID, grade="normal",
            opened_on=unit.today, state="planned", account_id=mine.account_id,
        )  # fmt: skip
        await tell(unit, "planned", tasks.c.task_id == task)
        touched = await events.touched(unit, 0, 1)
    told = {actor.name: touched.concerns(actor) for actor in (mine, colleague, far, head)}
    assert told == {"w0": True, "w1": False, "far": False, "head": True}
    assert events.EVERYBODY.concerns(colleague)
