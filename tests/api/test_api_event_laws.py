"""The law of resuming: whoever is cut off anywhere, and goes on at whichever process, is told of each event exactly once and
in order, however the transactions that write them overlap, and whether they are given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from random import Random

import pytest
from access.people import DONGPO, GRID, STREET, WUSHAN, settle
from api.conftest import Serve, Site
from api.event_streams import account, following, happen, keys, missed, some_tasks, written

from service.access.permissions import Role
from service.access.unit import House
from service.tables.database import Database

TRANSACTIONS = 24


class GivenUp(Exception):
    """A writer changes its mind."""


class Reader:
    """Follows, is cut off, goes on at another process, and keeps what it was told."""

    def __init__(self, sites: list[Site], token: str, seed: int) -> None:
        self.sites, self.token, self.dice = sites, token, Random(seed)
        self.last, self.told = "0.0", list[int]()

    async def run(self) -> None:
        while True:
            async with following(self.dice.choice(self.sites), self.token, self.last) as client:
                for _ in range(self.dice.randint(0, 6)):
                    frame = await client.event()
                    self.told.append(frame.data["task_event_id"])
                    self.last = frame.id or ""

    async def finish(self) -> None:
        for site in self.sites:
            frames, self.last = await missed(site, self.token, self.last)
            self.told += keys(frames)


@pytest.fixture
async def processes(house: House, serve: Serve) -> AsyncIterator[list[Site]]:
    """Two processes of one database."""
    await settle(house)
    other = House(
        Database(house.database.url.render_as_string(hide_password=False)), house.clock, house.vault
    )
    yield [await serve(house), await serve(other)]
    await other.database.close()


async def _write(houses: list[House], task_ids: list[int], dice: Random) -> None:
    """Transactions that begin one after the other and end in any order; on SQLite each ends before the next begins."""
    overlapping = 5 if houses[0].database.dialect == "postgresql" else 1
    open_ones: list[AsyncExitStack] = []
    for _ in range(TRANSACTIONS):
        stack = AsyncExitStack()
        unit = await stack.enter_async_context(dice.choice(houses).write())
        await happen(unit, dice.sample(task_ids, dice.randint(1, 4)))
        open_ones.append(stack)
        while len(open_ones) >= overlapping:
            await _end(open_ones.pop(dice.randrange(len(open_ones))), dice)
            await asyncio.sleep(0)
    for stack in open_ones:
        await _end(stack, dice)


async def _end(stack: AsyncExitStack, dice: Random) -> None:
    if dice.random() < 0.8:
        await stack.aclose()
    else:
        with suppress(GivenUp):
            raised = GivenUp()
            if not await stack.__aexit__(GivenUp, raised, None):
                raise raised


@pytest.mark.parametrize("seed", range(2))
async def test_each_event_is_told_once_and_in_order_wherever_a_client_is_cut_off(
    processes: list[Site], seed: int
) -> None:
    site, house = processes[0], processes[0].house
    worker, mine = await account(site, Role.WORKER, "w1", division=DONGPO)
    own = await some_tasks(house, worker, 4, GRID)
    others = await some_tasks(house, None, 3, DONGPO)
    elsewhere = await some_tasks(house, None, 3, WUSHAN)
    _, community = await account(site, Role.SUPERVISOR, "s1", division=DONGPO)
    _, street = await account(site, Role.SUPERVISOR, "s2", division=STREET)
    readers = [Reader(processes, token, seed) for token in (mine, community, street)]
    reading = [asyncio.create_task(reader.run()) for reader in readers]
    await _write([one.house for one in processes], [*own, *others, *elsewhere], Random(seed))
    for task in reading:
        task.cancel()
    ended = await asyncio.gather(*reading, return_exceptions=True)
    assert {type(one) for one in ended} == {asyncio.CancelledError}
    for reader, tasks in zip(readers, (own, [*own, *others], [*own, *others, *elsewhere]), strict=True):
        await reader.finish()
        assert reader.told == await written(house, tasks)
        assert reader.told
