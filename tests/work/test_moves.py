"""Who moves takes the task along: a scan sees it though no rule reads it, and gathering follows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import made
import pytest
from sqlalchemy import select, update

from service import jobs
from service.access.unit import House, Unit
from service.records.changesets import correct, open_changeset
from service.records.removing import remove
from service.settings import Settings
from service.settling import settle_touched
from service.tables import changes, findings, residents, rule_versions, task_events, tasks
from service.tables.tasks import OPEN

EIGHTY = date(1946, 11, 23)


class Office:
    """Two workers, each with a grid; records change, a scan follows, and tasks are settled."""

    def __init__(self, house: House, settings: Settings, workers: dict[str, int]) -> None:
        self.house, self.settings, self.workers = house, settings, workers

    async def follow(self) -> list[str]:
        """Scan and settle; the rules that had anybody to judge."""
        done = await jobs.scan_once(self.house, self.house.clock.today())
        await settle_touched(self.house, self.settings)
        return [rule.rule for rule in done.rules]

    async def correct(self, entity: str, key: int, **values: Any) -> list[str]:
        async with self.house.write() as unit:
            await correct(unit, entity, key, values, observed_on=unit.today)
        return await self.follow()

    async def tasks(self) -> list[tuple[str, int, str, str]]:
        """Target, grid and holder of every open task."""
        t = tasks.c
        async with self.house.read() as unit:
            rows = await unit.connection.execute(
                select(t.target_kind, t.target_id, t.division_code, t.account_id)
                .where(OPEN)
                .order_by(t.task_id)
            )
            whose = {account: grid for grid, account in self.workers.items()}
            return [(row[0], row[1], row[2], whose[row[3]]) for row in rows]

    async def events(self, task_id: int) -> list[str]:
        e = task_events.c
        async with self.house.read() as unit:
            rows = await unit.connection.execute(
                select(e.kind).where(e.task_id == task_id).order_by(e.task_event_id)
            )
            return list(rows.scalars())


@pytest.fixture
async def office(house: House, tmp_path: Path) -> Office:
    async with house.write() as unit:
        await made.rule_version(unit)
        workers = {}
        for number, grid in enumerate((made.GRID, made.OTHER_GRID)):
            workers[grid] = await made.worker(unit, f"w{number}")
            await made.post(unit, workers[grid], grid)
    return Office(house, Settings(home=tmp_path), workers)


async def _elder(house: House, **values: Any) -> int:
    async with house.write() as unit:
        return await made.resident(unit, birth_date=EIGHTY, **values)


async def _home(house: House, number: str = "H1") -> int:
    async with house.write() as unit:
        return await made.household(unit, number)


async def test_who_moves_to_another_grid_is_visited_by_its_worker_though_no_rule_was_asked(
    office: Office,
) -> None:
    person = await _elder(office.house)
    await office.follow()
    assert await office.tasks() == [("resident", person, made.GRID, made.GRID)]
    assert await office.correct("resident", person, grid_code=made.OTHER_GRID) == []
    assert await office.tasks() == [("resident", person, made.OTHER_GRID, made.OTHER_GRID)]
    assert "handed_over" in await office.events(1)


async def test_a_households_task_follows_a_member_whom_no_rule_is_about(office: Office) -> None:
    home = await _home(office.house)
    elder = await _elder(office.house, household_id=home, grid_code=made.OTHER_GRID)
    async with office.house.write() as unit:
        child = await made.resident(unit, "陈小", birth_date=date(2016, 1, 1), household_id=home)
    await office.follow()
    # The task lies in the first grid of those its members live in.
    assert await office.tasks() == [("household", home, made.GRID, made.GRID)]
    assert await office.correct("resident", child, grid_code=made.OTHER_GRID) == []
    assert await office.tasks() == [("household", home, made.OTHER_GRID, made.OTHER_GRID)]
    await office.correct("resident", elder, grid_code=made.GRID)
    assert await office.tasks() == [("household", home, made.GRID, made.GRID)]


async def test_a_households_task_follows_when_a_member_is_removed(office: Office) -> None:
    home = await _home(office.house)
    await _elder(office.house, household_id=home, grid_code=made.OTHER_GRID)
    async with office.house.write() as unit:
        child = await made.resident(unit, "陈小", birth_date=date(2016, 1, 1), household_id=home)
    await office.follow()
    async with office.house.write() as unit:
        await remove(unit, await open_changeset(unit, "admin"), "resident", [child])
    await office.follow()
    assert await office.tasks() == [("household", home, made.OTHER_GRID, made.OTHER_GRID)]


async def test_who_is_registered_in_another_household_is_found_there(office: Office) -> None:
    homes = [await _home(office.house, number) for number in ("H1", "H2")]
    stays = await _elder(office.house, household_id=homes[0], name="陈一")
    goes = await _elder(office.house, household_id=homes[0], name="陈二")
    await office.follow()
    async with office.house.write() as unit:
        changeset_id = await open_changeset(unit, "admin")
        await _register(unit, changeset_id, goes, homes[0], homes[1])
    assert await office.follow() == ["test-rule"]
    assert await office.tasks() == [
        ("household", homes[0], made.GRID, made.GRID),
        ("household", homes[1], made.GRID, made.GRID),
    ]
    async with office.house.read() as unit:
        f = findings.c
        rows = await unit.connection.execute(
            select(f.subject_id, f.target_id, f.task_id).order_by(f.subject_id)
        )
        assert [tuple(row) for row in rows] == [(stays, homes[0], 1), (goes, homes[1], 2)]


async def test_the_task_of_a_household_that_everybody_left_is_withdrawn(office: Office) -> None:
    homes = [await _home(office.house, number) for number in ("H1", "H2")]
    person = await _elder(office.house, household_id=homes[0])
    await office.follow()
    async with office.house.write() as unit:
        await _register(unit, await open_changeset(unit, "admin"), person, homes[0], homes[1])
    await office.follow()
    assert await office.tasks() == [("household", homes[1], made.GRID, made.GRID)]
    assert (await office.events(1))[-1] == "withdrawn"


async def test_a_shop_that_moves_is_visited_by_the_worker_of_its_new_grid(office: Office) -> None:
    async with office.house.write() as unit:
        about_shops = (
            made.RULE.format(rule="test-rule", again="never", done="")
            .replace("subject: resident", "subject: enterprise")
            .replace("applies: resident.death_on == null", "applies: 'true'")
            .replace("age(resident.birth_date) >= 80", 'enterprise.status == "open"')
            .replace("visit: resident.household", "visit: enterprise")
            .replace("{resident.name}", "{enterprise.name}")
        )
        await unit.connection.execute(update(rule_versions).values(document=about_shops))
        shop = await made.enterprise(unit)
    await office.follow()
    assert await office.tasks() == [("enterprise", shop, made.GRID, made.GRID)]
    assert await office.correct("enterprise", shop, grid_code=made.OTHER_GRID) == []
    assert await office.tasks() == [("enterprise", shop, made.OTHER_GRID, made.OTHER_GRID)]


async def _register(unit: Unit, changeset_id: int, person: int, before: int, after: int) -> None:
    """As an import does that names another household: the record, and the ledger with the old key."""
    await made.row(
        unit,
        changes,
        changeset_id=changeset_id,
        entity="resident",
        record_id=person,
        field="household_id",
        old_reference=before,
    )
    mine = residents.c.resident_id == person
    await unit.connection.execute(update(residents).where(mine).values(household_id=after))
