"""What a visit found beats an older import until the source itself changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from record_files import COMMUNITY, id_number, write_csv
from sqlalchemy import select

from service.access.actors import SYSTEM
from service.access.unit import House
from service.errors import InvalidInput, NotFound
from service.records.changesets import correct, record_service
from service.records.importing import import_file
from service.records.reports import ImportReport
from service.tables import changes, changesets, corrections, households, residents, service_events

HEADER = ["身份证号", "姓名", "联系电话", "失能等级", "居住起始日期", "独居", "户号", "居住地编码"]
CHEN = id_number(11)
ROW = [CHEN, "陈大文", "13800000001", "1", "2010-01-01", "否", "H1", COMMUNITY]
SEEN = date(2026, 11, 20)


async def load(house: House, path: Path, **different: Any) -> ImportReport:
    row = [different.get(header, cell) for header, cell in zip(HEADER, ROW, strict=True)]
    return await import_file(house, write_csv(path / "r.csv", HEADER, [row]), "residents", actor=SYSTEM)


async def chen(house: House) -> dict[str, Any]:
    async with house.read() as unit:
        row = dict((await unit.connection.execute(select(residents))).mappings().one())
        row["phone"] = row["phone"] and unit.vault.open("residents.phone", row["phone"])
        return row


async def fix(house: House, **values: Any) -> int:
    key = (await chen(house))["resident_id"]
    async with house.write() as unit:
        return await correct(unit, "resident", key, values, observed_on=SEEN)


async def test_a_correction_is_kept_with_its_source_and_its_changes(house: House, tmp_path: Path) -> None:
    await load(house, tmp_path)
    changeset_id = await fix(house, care_level="重度失能", phone="139 0000 0000", lives_alone=False)
    row = await chen(house)
    assert (row["care_level"], row["phone"], row["lives_alone"]) == (3, "13900000000", False)
    assert row["changeset_id"] == changeset_id
    async with house.read() as unit:
        source = await unit.connection.execute(
            select(changesets.c.source).where(changesets.c.changeset_id == changeset_id)
        )
        assert source.scalar_one() == "visit"
        fields = await unit.connection.execute(
            select(changes.c.field).where(changes.c.changeset_id == changeset_id)
        )
        assert set(fields.scalars()) == {"care_level", "phone"}, "what was right already has not changed"
        kept = (
            (await unit.connection.execute(select(corrections).order_by(corrections.c.field)))
            .mappings()
            .all()
        )
    assert [(c["field"], c["observed_on"]) for c in kept] == [
        (f, SEEN) for f in ("care_level", "lives_alone", "phone")
    ]
    assert (kept[0]["value"], kept[0]["replaced"]) == (3, 1)
    assert "13900000000" not in str(kept)


async def test_an_import_that_says_what_it_said_before_leaves_corrections_alone(
    house: House, tmp_path: Path
) -> None:
    await load(house, tmp_path)
    found = {"care_level": 3, "phone": "13900000000", "live_since": "2012-05-01", "lives_alone": "是"}
    await fix(house, **found)
    report = await load(house, tmp_path)
    assert report.tallies["resident"].unchanged == 1
    row = await chen(house)
    assert (row["care_level"], row["phone"], row["live_since"], row["lives_alone"]) == (
        3,
        "13900000000",
        date(2012, 5, 1),
        True,
    )


async def test_an_import_that_says_something_new_wins_in_that_field_only(
    house: House, tmp_path: Path
) -> None:
    await load(house, tmp_path)
    await fix(house, care_level=3, phone="13900000000")
    report = await load(house, tmp_path, 失能等级="2")
    assert report.tallies["resident"].updated == 1
    row = await chen(house)
    assert (row["care_level"], row["phone"]) == (2, "13900000000")
    await load(house, tmp_path, 失能等级="1")
    assert (await chen(house))["care_level"] == 1, "the correction is gone with the value it replaced"
    async with house.read() as unit:
        assert (await unit.connection.execute(select(corrections.c.field))).scalars().all() == ["phone"]


async def test_a_second_correction_still_holds_against_the_first_import(house: House, tmp_path: Path) -> None:
    await load(house, tmp_path)
    await fix(house, care_level=3, live_since="2012-05-01")
    await fix(house, care_level=4)
    await load(house, tmp_path)
    assert (await chen(house))["care_level"] == 4


async def test_an_amount_and_an_emptied_field_hold_too(house: House, tmp_path: Path) -> None:
    header = ["户号", "人均月收入", "救助开始日期"]
    path = write_csv(tmp_path / "h.csv", header, [["H1", "1080.50", "2020-01-01"]])
    await import_file(house, path, "households", actor=SYSTEM)
    async with house.write() as unit:
        key = (await unit.connection.execute(select(households.c.household_id))).scalar_one()
        await correct(unit, "household", key, {"income_pc_month": "2000", "aid_from": None}, observed_on=SEEN)
    report = await import_file(house, path, "households", actor=SYSTEM)
    assert report.unchanged == 1
    async with house.read() as unit:
        row = (await unit.connection.execute(select(households))).mappings().one()
    assert (float(row["income_pc_month"]), row["aid_from"]) == (2000.0, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("care_level", "9"),
        ("phone", "1"),
        ("live_since", "2026-02-30"),
        ("id_number", CHEN),
        ("nothing", 1),
        ("name", None),
    ],
)
async def test_a_correction_that_cannot_be_is_refused(
    sqlite_house: House, tmp_path: Path, field: str, value: Any
) -> None:
    await load(sqlite_house, tmp_path)
    with pytest.raises(InvalidInput):
        await fix(sqlite_house, **{field: value})
    async with sqlite_house.read() as unit:
        assert (await unit.connection.execute(select(corrections))).all() == []


async def test_nobody_is_corrected_who_is_not_there(house: House) -> None:
    with pytest.raises(NotFound):
        async with house.write() as unit:
            await correct(unit, "resident", 1, {"care_level": 1}, observed_on=SEEN)


async def test_a_service_is_noted_once_a_day_and_told_to_the_rules(house: House, tmp_path: Path) -> None:
    await load(house, tmp_path)
    key = (await chen(house))["resident_id"]
    async with house.write() as unit:
        first = await record_service(unit, [key, key, 999_999], "VISIT", SEEN)
        again = await record_service(unit, [key], "VISIT", SEEN)
        with pytest.raises(InvalidInput):
            await record_service(unit, [key], "DANCE", SEEN)
    async with house.read() as unit:
        event = (await unit.connection.execute(select(service_events))).mappings().one()
        told = (
            (await unit.connection.execute(select(changes).where(changes.c.entity == "service_event")))
            .mappings()
            .all()
        )
    assert (event["resident_id"], event["kind"], event["happened_on"]) == (key, "VISIT", SEEN)
    assert [(c["changeset_id"], c["record_id"], c["field"]) for c in told] == [
        (first, event["service_event_id"], "*")
    ]
    assert again != first
