"""The whole way from files to findings, held against the truth: nobody forgotten, nobody invented."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from rules import LIBRARY
from service.access.actors import SYSTEM
from service.access.unit import House, Unit
from service.demo.files import write_files
from service.demo.obligations import RULES
from service.demo.street import Street, make_street
from service.engine import publish, scan
from service.records.importing import import_file
from service.tables import employments, enterprises, findings, residents

TODAY = date(2026, 11, 23)


async def scanned(house: House, street: Street, folder: Path) -> scan.Scan:
    for file in write_files(street, folder):
        await import_file(house, file.path, file.kind, actor=SYSTEM, synthetic=True)
    async with house.write() as unit:
        await publish.publish(unit, LIBRARY, only=RULES)
        scan_id = await scan.begin(unit, as_of=TODAY)
    return await scan.run(house, scan_id)


async def keys_of_subjects(unit: Unit) -> dict[tuple[str, int], str]:
    """The key that the truth table has for each subject of a finding."""
    rows = await unit.connection.execute(select(residents.c.resident_id, residents.c.id_number))
    people = {resident_id: unit.vault.open("residents.id_number", sealed) for resident_id, sealed in rows}
    shops = dict(
        (await unit.connection.execute(select(enterprises.c.enterprise_id, enterprises.c.uscc))).all()
    )
    jobs = await unit.connection.execute(
        select(employments.c.employment_id, employments.c.enterprise_id, employments.c.resident_id)
    )
    keys = {("resident", key): number for key, number in people.items()}
    keys |= {("enterprise", key): uscc for key, uscc in shops.items()}
    return keys | {("employment", key): f"{shops[shop]}/{people[person]}" for key, shop, person in jobs}


async def matches(house: House) -> dict[str, set[str]]:
    async with house.read() as unit:
        keys = await keys_of_subjects(unit)
        rows = await unit.connection.execute(
            select(findings.c.rule, findings.c.subject_kind, findings.c.subject_id).where(
                findings.c.verdict == "match"
            )
        )
        found = defaultdict(set)
        for rule, kind, subject in rows:
            found[rule].add(keys[kind, subject])
        return found


@pytest.mark.parametrize("seed", [20261123, 7])
async def test_a_scan_finds_exactly_those_the_truth_table_names(
    sqlite_house: House, tmp_path: Path, seed: int
) -> None:
    street = make_street(residents_per_community=500, seed=seed, today=TODAY)
    result = await scanned(sqlite_house, street, tmp_path)
    assert result.state == "done"
    found = await matches(sqlite_house)
    assert set(found) == set(RULES)
    for rule, owed in street.truth.owed.items():
        assert owed
        assert found[rule] - owed == set(), f"{rule}: found, but not owed"
        assert owed - found[rule] == set(), f"{rule}: owed, but not found"
    unknown = {rule.rule: rule.unknown for rule in result.rules}
    assert max(unknown.values()) < 300  # a street of facts, not of gaps
