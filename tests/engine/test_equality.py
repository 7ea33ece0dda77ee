"""Deltas lead where scans of everyone would: random rules, records, parameters, days and answers, on both databases."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from engine.equal_states import (
    assert_a_full_scan_changes_nothing,
    assert_the_interpreter_agrees,
    assert_verified,
    modes,
)
from engine.house_histories import Life
from engine.made_rules import DAY_ONE
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from made_databases import KEY, as_admin, copy_of
from sqlalchemy import make_url

from service import settling
from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.engine import candidates, reconcile
from service.tables import database
from service.tables.database import Database
from tests.rules.effort import DEEP, effort

HISTORIES, STEPS = 2, 4
DEEP_STEPS = 40
"""How long a history is where many are asked for."""


class Databases:
    """Copies of one database, each for a history or a comparison, and gone afterwards."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder, self.number = url, folder, 0
        self.file = url.partition(":///")[2] if url.startswith("sqlite") else None

    def copy(self, url: str) -> str:
        """The URL of a copy; nobody is connected to the original meanwhile."""
        if self.file is None:
            return copy_of(self.url, str(make_url(url).database))
        self.number += 1
        copy = self.folder / f"copy-{self.number}.db"
        shutil.copy(url.partition(":///")[2], copy)
        return f"sqlite+aiosqlite:///{copy}"

    def drop(self, url: str) -> None:
        if self.file is None:
            asyncio.run(as_admin(self.url, f"DROP DATABASE {make_url(url).database} WITH (FORCE)"))
        else:
            Path(url.partition(":///")[2]).unlink()


def _open(url: str, clock: SetClock) -> House:
    return House(Database(url), clock, Vault(KEY))


@pytest.fixture
def databases(database_url: str, tmp_path: Path) -> Databases:
    """Few people and shops, nobody judged yet; everybody begins with a copy."""

    async def settle() -> None:
        house = _open(database_url, SetClock.at(DAY_ONE, 8, 30))
        await Life(house, tmp_path, Random(4), blank=0.15).begin()
        await house.database.close()

    asyncio.run(settle())
    return Databases(database_url, tmp_path)


class Equality:
    """A house that lives on; after each step all that is asked of it must be as if everyone had been judged."""

    def __init__(self, databases: Databases, seed: str, seen: Counter[str]) -> None:
        self.databases, self.seed, self.seen = databases, seed, seen
        self.clock = SetClock.at(DAY_ONE, 8, 30)
        self.url = databases.copy(databases.url)
        house = _open(self.url, self.clock)
        self.life = Life(house, databases.folder, Random(seed), blank=0.15, seen=seen)

    def live(self, steps: int) -> None:
        """Take so many steps; each is made by the history's seed and its number."""
        with asyncio.Runner() as runner:
            try:
                for number in range(steps):
                    self.life.rng = Random(f"{self.seed} {number}")
                    runner.run(self._step(number))
                    copy = self.databases.copy(self.url)
                    runner.run(self._compared(copy))
                    self.databases.drop(copy)
            except AssertionError as error:
                error.add_note(f"{self.seed}:\n" + "\n".join(self.life.steps))
                raise
            finally:
                runner.run(self.life.house.database.close())
        self.databases.drop(self.url)

    async def _step(self, number: int) -> None:
        await (self.life.anything() if number else self.life.begin_rules())
        await self.life.scan()
        await self.life.settle()
        await self.life.house.database.close()

    async def _compared(self, copy: str) -> None:
        house = self.life.house
        told = await assert_the_interpreter_agrees(house)
        self.seen.update({f"said {verdict}": count for verdict, count in told.items()})
        await assert_verified(house)
        beside = _open(copy, self.clock)
        try:
            await assert_a_full_scan_changes_nothing(beside)
        finally:
            await beside.database.close()
        self.seen["states"] += 1
        self.seen.update(await modes(house))
        await house.database.close()


def _in_small_pieces(patch: pytest.MonkeyPatch) -> None:
    """Limits that so few records already reach."""
    patch.setattr(reconcile, "CHUNK", 3)
    patch.setattr(database, "PAUSE", 0)
    patch.setattr(candidates, "FEW", 2)
    patch.setattr(settling, "LISTS", 1)
    patch.setattr(settling, "TASKS", 2)


def test_deltas_lead_where_scans_of_everyone_would(
    databases: Databases, request: pytest.FixtureRequest
) -> None:
    seen: Counter[str] = Counter()

    # A seed has nothing to be made smaller.
    @settings(effort(HISTORIES), phases=[Phase.generate])
    @given(seed=st.integers(0, 2**32 - 1))
    def each(seed: int) -> None:
        seen["histories"] += 1
        with pytest.MonkeyPatch.context() as patch:
            if seen["histories"] % 2:
                _in_small_pieces(patch)
            steps = STEPS if DEEP == 1 else DEEP_STEPS
            Equality(databases, f"{request.node.name} {seed}", seen).live(steps)
        print(dict(seen))

    each()
    assert all(seen[each] for each in ("said match", "said no", "said unknown", "done delta")), seen
