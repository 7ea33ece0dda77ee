"""`verify`: says that deltas led where a full scan would, finds what was changed behind the house's back, and writes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import made
from sqlalchemy import delete, select, update

from service.access.unit import House
from service.engine import scan
from service.engine.verify import verify
from service.records.changesets import correct
from service.tables import findings, residents, rule_versions, undecided

EIGHTY = date(1946, 11, 23)


async def _town(house: House) -> list[int]:
    async with house.write() as unit:
        await made.rule_version(unit)
        births = (EIGHTY, EIGHTY, None, date(1990, 1, 1))
        return [await made.resident(unit, f"陈{i}", birth_date=day) for i, day in enumerate(births)]


async def _state(house: House) -> list[tuple[Any, ...]]:
    async with house.read() as unit:
        return [
            tuple(row)
            for row in await unit.connection.execute(select(findings).order_by(findings.c.finding_id))
        ]


async def test_it_scans_what_waits_and_finds_no_difference(house: House) -> None:
    people = await _town(house)
    first = await verify(house)
    async with house.write() as unit:
        await correct(unit, "resident", people[3], {"birth_date": EIGHTY}, observed_on=unit.today)
    second = await verify(house)
    assert (first.equal, first.verified, second.equal, second.verified) == (True, 1, True, 1)
    assert len(await _state(house)) == 3


async def test_it_finds_what_was_written_past_the_ledger_and_leaves_it(house: House) -> None:
    people = await _town(house)
    await verify(house)
    async with house.write() as unit:
        for person, day in ((people[0], date(1990, 1, 1)), (people[3], EIGHTY)):
            await unit.connection.execute(
                update(residents).where(residents.c.resident_id == person).values(birth_date=day)
            )
        await unit.connection.execute(delete(undecided).where(undecided.c.fact != ""))
        await unit.connection.execute(
            update(findings).where(findings.c.subject_id == people[1]).values(grade="urgent")
        )
    before = await _state(house)
    found = await verify(house)
    assert not found.equal
    assert found.differences == {"test-rule": {"resolved": 1, "updated": 1, "opened": 1, "undecided": 1}}
    assert await _state(house) == before


async def test_a_rule_whose_last_scan_failed_is_told_as_not_verified(house: House) -> None:
    await _town(house)
    await verify(house)
    async with house.write() as unit:
        (good,) = (await unit.connection.execute(select(rule_versions.c.document))).scalars()
        broken = good.replace("birth_date)", "no_such_field)")
        await unit.connection.execute(update(rule_versions).values(document=broken))
    found = await verify(house)
    assert (found.verified, found.equal) == (0, True)
    assert "没有成功" in found.unverified["test-rule"]


async def test_it_finds_what_stands_of_subjects_that_the_rule_is_not_about(house: House) -> None:
    await _town(house)
    await verify(house)
    async with house.write() as unit:
        (version,) = (await unit.connection.execute(select(rule_versions.c.version_id))).scalars()
        await made.finding(unit, version, 1, subject_kind="household", target_kind="household")
    assert (await verify(house)).differences == {"test-rule": {"withdrawn": 1}}
    async with house.write() as unit:
        whole = await scan.begin(unit, as_of=unit.today, whole=True)
    await scan.run(house, whole)
    assert (await verify(house)).equal
