"""Changesets are consumed one by one, by no watermark: a transaction that began early and commits late loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date
from random import Random

import made
import pytest
from made_databases import copy_of
from sqlalchemy import select

from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.engine import scan
from service.engine.verify import verify
from service.records.changesets import correct
from service.tables import changesets, findings
from service.tables.database import Database

EIGHTY, YOUNG = date(1946, 11, 23), date(1990, 1, 1)
PEOPLE = 6


@pytest.fixture
async def house(
    postgres_url: str, postgres_template: str, clock: SetClock, vault: Vault
) -> AsyncIterator[House]:
    """PostgreSQL, where several write at the same time; on SQLite whoever began first has committed first."""
    url = await asyncio.to_thread(copy_of, postgres_url, postgres_template)
    house = House(Database(url), clock, vault)
    yield house
    await house.database.close()


async def _town(house: House) -> list[int]:
    async with house.write() as unit:
        await made.rule_version(unit)
        people = [await made.resident(unit, f"陈{number}", birth_date=EIGHTY) for number in range(PEOPLE)]
    await _scan(house)
    return people


async def _begin(house: House) -> int:
    async with house.write() as unit:
        return await scan.begin(unit, as_of=unit.today)


async def _scan(house: House) -> list[tuple[int | None, int]]:
    """Of each rule that had somebody to judge: how many, and how many findings it resolved."""
    done = await scan.run(house, await _begin(house))
    assert done.state == "done"
    return [(rule.candidates, rule.resolved) for rule in done.rules]


async def _open(house: House) -> set[int]:
    async with house.read() as unit:
        f = findings.c
        return set(
            (await unit.connection.execute(select(f.subject_id).where(f.cleared_on.is_(None)))).scalars()
        )


async def _taken_by(house: House) -> list[int | None]:
    """The scan that took each changeset, in the order of their keys."""
    async with house.read() as unit:
        c = changesets.c
        return list((await unit.connection.execute(select(c.scan_id).order_by(c.changeset_id))).scalars())


async def test_what_began_before_and_commits_after_a_scan_is_taken_by_the_next(house: House) -> None:
    people = await _town(house)
    async with house.write() as early:
        await correct(early, "resident", people[0], {"birth_date": YOUNG}, observed_on=early.today)
        async with house.write() as late:
            await correct(late, "resident", people[1], {"birth_date": YOUNG}, observed_on=late.today)
        assert await _scan(house) == [(1, 1)]
        assert people[0] in await _open(house)
    first, second = await _taken_by(house)
    assert (first, second is not None) == (None, True), "the greater key was taken first"
    assert await _scan(house) == [(1, 1)]
    assert await _open(house) == set(people[2:])
    assert await _scan(house) == []


async def test_what_commits_between_the_beginning_and_the_judging_is_taken_by_the_next(house: House) -> None:
    people = await _town(house)
    async with house.write() as early:
        await correct(early, "resident", people[0], {"birth_date": YOUNG}, observed_on=early.today)
        async with house.write() as late:
            await correct(late, "resident", people[1], {"birth_date": YOUNG}, observed_on=late.today)
        scan_id = await _begin(house)
    done = await scan.run(house, scan_id)
    assert [(rule.candidates, rule.resolved) for rule in done.rules] == [(1, 1)]
    assert await _scan(house) == [(1, 1)]
    assert await _open(house) == set(people[2:])


@pytest.mark.parametrize("seed", range(3))
async def test_transactions_that_commit_in_any_order_among_scans_lose_nothing(
    house: House, seed: int
) -> None:
    people, dice = await _town(house), Random(seed)
    open_ones: list[AsyncExitStack] = []
    for person in people:
        stack = AsyncExitStack()
        unit = await stack.enter_async_context(house.write())
        await correct(unit, "resident", person, {"birth_date": YOUNG}, observed_on=unit.today)
        open_ones.append(stack)
        await _scan(house)
    dice.shuffle(open_ones)
    for stack in open_ones:
        await stack.aclose()
        if dice.random() < 0.5:
            await _scan(house)
    await _scan(house)
    assert await _open(house) == set()
    taken = await _taken_by(house)
    assert None not in taken
    assert taken != sorted(taken, key=lambda scan_id: scan_id or 0), "not in the order of their keys"
    assert (await verify(house)).equal
