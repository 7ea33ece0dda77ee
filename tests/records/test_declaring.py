"""Declaring a field: what is refused and why, what may change, and what stays when it is retired."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from record_files import id_number, write_csv
from sqlalchemy import select

from rules import Extension
from rules.kinds import Kind
from service.access import fields
from service.access.actors import SYSTEM
from service.access.unit import House
from service.errors import Conflict, InvalidInput, NotFound
from service.records import declaring
from service.records.importing import import_file
from service.tables import audit, residents
from service.tables.catalogue import CATALOGUE
from service.tables.database import Database

SHOES = Extension("resident", "shoe_size", "鞋码", Kind.INT, "unknown", unit="码")
BLOOD = Extension(
    "resident", "blood", "血型", Kind.TEXT, "unknown", "sensitive", (("A", "甲型"), ("B", "乙型"))
)
CHEN = id_number(11)


async def declare(house: House, field: Extension) -> str:
    async with house.write() as unit:
        return await declaring.declare(unit, field)


async def retire(house: House, field: Extension) -> bool:
    async with house.write() as unit:
        return await declaring.retire(unit, field.entity, field.name)


async def known(house: House) -> list[str]:
    async with house.read() as unit:
        return [field.name for field in await fields.declared(unit)]


async def told(house: House) -> list[tuple[Any, ...]]:
    async with house.read() as unit:
        return [
            tuple(row)
            for row in await unit.connection.execute(
                select(audit.c.action, audit.c.object_id, audit.c.detail)
            )
        ]


async def load(house: House, folder: Path, header: str, value: str) -> None:
    path = write_csv(folder / "f.csv", ["身份证号", "姓名", header], [[CHEN, "陈大文", value]])
    report = await import_file(house, path, "residents", actor=SYSTEM)
    assert (report.bad, report.ignored) == (0, ())


async def test_a_declared_field_is_in_the_catalogue_at_once_and_saying_it_again_changes_nothing(
    house: House,
) -> None:
    assert await declare(house, BLOOD) == "new"
    assert await declare(house, BLOOD) == "unchanged"
    async with house.read() as unit:
        field = (await fields.catalogue(unit))["resident"].fields["blood"]
        (listed,) = await declaring.declarations(unit)
    assert (field.label, field.kind, field.sensitivity, field.meaning("B"), field.meaning("O")) == (
        "血型", Kind.TEXT, "sensitive", "乙型", None,
    )  # fmt: skip
    assert (listed.codes, listed.retired_at) == (dict(BLOOD.codes), None)
    assert [row[:2] for row in await told(house)] == [("fields.declare", "resident.blood")]


async def test_label_unit_and_further_codes_may_change_and_the_audit_log_tells_from_what(
    house: House,
) -> None:
    await declare(house, SHOES)
    assert await declare(house, replace(SHOES, label="鞋号", unit="号")) == "changed"
    (_, _, detail) = (await told(house))[-1]
    assert (detail["before"]["label"], detail["after"]["label"]) == ("鞋码", "鞋号")
    await declare(house, BLOOD)
    assert await declare(house, replace(BLOOD, codes=(*BLOOD.codes, ("O", "零型")))) == "changed"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        (replace(SHOES, entity="person"), "entity"), (replace(SHOES, name="Shoe"), "name"), (replace(SHOES, name="s"), "name"),
        (replace(SHOES, name="鞋码"), "name"), (replace(SHOES, name="a" * 41), "name"), (replace(SHOES, name="birth_date"), "name"),
        (replace(SHOES, name="household"), "name"), (replace(SHOES, name="members", entity="household"), "name"),
        (replace(SHOES, name="changeset_id"), "name"), (replace(SHOES, name="extra"), "name"), (replace(SHOES, name="today"), "name"),
        (replace(SHOES, name="null"), "name"), (replace(SHOES, name="while"), "name"), (replace(SHOES, name="exists"), "name"),
        (replace(SHOES, label=""), "label"), (replace(SHOES, label="鞋\n码"), "label"), (replace(SHOES, label="鞋" * 21), "label"),
        (replace(SHOES, label="出生日期"), "label"), (replace(SHOES, label="所在家庭"), "label"), (replace(SHOES, label="生日"), "label"),
        (replace(SHOES, label="备用手机"), "label"), (replace(SHOES, label="医保卡号", kind=Kind.TEXT, unit=""), "label"),
        (replace(SHOES, unit="九" * 11), "unit"), (replace(SHOES, kind=Kind.BOOL), "unit"),
        (replace(BLOOD, kind=Kind.DATE), "codes"), (replace(BLOOD, kind=Kind.INT), "codes"),
        (replace(BLOOD, codes=(("A", "甲型"), ("B", "甲型"))), "codes"), (replace(BLOOD, codes=(("A", "甲型"), ("a", "乙型"))), "codes"),
        (replace(BLOOD, codes=(("A B", "甲型"),)), "codes"), (replace(BLOOD, codes=(("A", ""),)), "codes"),
        (replace(BLOOD, kind=Kind.INT, codes=(("01", "一"),)), "codes"),
        (replace(BLOOD, codes=tuple((f"C{n}", f"第{n}") for n in range(201))), "codes"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.name[:9]}-{value.label[:9]}",
)  # fmt: skip
async def test_what_cannot_be_declared_is_told_by_its_part(
    sqlite_house: House, field: Extension, wrong: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await declare(sqlite_house, field)
    assert {fault["field"] for fault in caught.value.extra["errors"]} == {wrong}
    assert await known(sqlite_house) == []


async def test_every_fault_is_told_at_once(sqlite_house: House) -> None:
    with pytest.raises(InvalidInput) as caught:
        await declare(
            sqlite_house,
            Extension("resident", "Sex", "性别", Kind.DATE, "none", codes=(("1", "男"),), unit="个"),
        )
    assert [fault["field"] for fault in caught.value.extra["errors"]] == ["name", "label", "codes", "unit"]


async def test_two_declared_fields_of_a_record_have_two_labels(sqlite_house: House) -> None:
    await declare(sqlite_house, SHOES)
    with pytest.raises(InvalidInput):
        await declare(sqlite_house, replace(SHOES, name="boot_size"))
    assert await declare(sqlite_house, replace(SHOES, entity="enterprise")) == "new"


async def test_the_type_of_a_field_stays_once_somebody_has_a_value(house: House, tmp_path: Path) -> None:
    await declare(house, SHOES)
    other = replace(SHOES, kind=Kind.DECIMAL)
    assert await declare(house, other) == "changed", "nobody has a value yet"
    await load(house, tmp_path, "鞋码", "42.5")
    with pytest.raises(Conflict, match="1 条记录"):
        await declare(house, SHOES)
    await retire(house, SHOES)
    with pytest.raises(Conflict):
        await declare(house, SHOES)
    assert await declare(house, other) == "restored"


async def test_a_code_that_records_hold_cannot_be_taken_away(house: House, tmp_path: Path) -> None:
    await declare(house, BLOOD)
    await load(house, tmp_path, "血型", "乙型")
    with pytest.raises(Conflict, match="B"):
        await declare(house, replace(BLOOD, codes=BLOOD.codes[:1]))
    assert await declare(house, replace(BLOOD, codes=BLOOD.codes[1:])) == "changed"


async def test_free_text_becomes_coded_only_when_every_value_is_a_code_and_is_shown_to_nobody(
    house: House, tmp_path: Path
) -> None:
    free = replace(BLOOD, codes=())
    await declare(house, free)
    await load(house, tmp_path, "血型", "陈大文")
    with pytest.raises(Conflict) as caught:
        await declare(house, BLOOD)
    assert "陈大文" not in caught.value.detail
    await load(house, tmp_path, "血型", "A")
    assert await declare(house, BLOOD) == "changed"


async def test_a_retired_field_is_gone_from_rules_and_forms_and_its_values_stay(
    house: House, tmp_path: Path
) -> None:
    await declare(house, SHOES)
    await load(house, tmp_path, "鞋码", "42")
    assert await retire(house, SHOES)
    assert not await retire(house, SHOES), "saying it twice changes nothing"
    assert await known(house) == []
    path = write_csv(tmp_path / "g.csv", ["身份证号", "姓名", "鞋码"], [[CHEN, "陈大文", "43"]])
    report = await import_file(house, path, "residents", actor=SYSTEM)
    assert (report.ignored, report.updated) == (("鞋码",), 0)
    async with house.read() as unit:
        assert (await unit.connection.execute(select(residents.c.extra))).scalar_one() == {"shoe_size": 42}
    assert await declare(house, SHOES) == "restored"
    assert [row[0] for row in await told(house)] == ["fields.declare", "fields.retire", "fields.declare"]


async def test_what_was_never_declared_cannot_be_retired(sqlite_house: House) -> None:
    with pytest.raises(NotFound):
        await retire(sqlite_house, SHOES)
    with pytest.raises(NotFound):
        await retire(sqlite_house, replace(SHOES, name="birth_date"))


async def test_a_record_has_forty_declared_fields_at_most_and_all_of_them_are_imported(
    house: House, tmp_path: Path
) -> None:
    for number in range(declaring.MOST):
        await declare(house, replace(SHOES, name=f"field_{number}", label=f"项目{number}"))
    with pytest.raises(Conflict):
        await declare(house, SHOES)
    assert await declare(house, replace(SHOES, entity="enterprise")) == "new"
    header = ["身份证号", "姓名", *(f"项目{number}" for number in range(declaring.MOST))]
    for value in ("1", "2"):
        path = write_csv(tmp_path / "f.csv", header, [[CHEN, "陈大文", *[value] * declaring.MOST]])
        assert (await import_file(house, path, "residents", actor=SYSTEM)).bad == 0
    async with house.read() as unit:
        extra = (await unit.connection.execute(select(residents.c.extra))).scalar_one()
    assert extra == {f"field_{number}": 2 for number in range(declaring.MOST)}


async def test_a_field_declared_while_a_file_is_read_refuses_the_file_whole(
    house: House, tmp_path: Path, database_url: str
) -> None:
    """On PostgreSQL others write meanwhile; on SQLite they wait, and there is nothing to refuse."""
    if house.database.dialect == "sqlite":
        pytest.skip("SQLite has one writer")

    async def elsewhere() -> None:
        database = Database(database_url)
        await declare(replace(house, database=database), SHOES)
        await database.close()

    def in_between(_rows: int) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, elsewhere()).result()

    path = write_csv(tmp_path / "f.csv", ["身份证号", "姓名"], [[CHEN, "陈大文"]])
    with pytest.raises(Conflict, match="扩展字段"):
        await import_file(house, path, "residents", actor=SYSTEM, progress=in_between)
    async with house.read() as unit:
        assert (await unit.connection.execute(select(residents))).all() == []
    assert (await import_file(house, path, "residents", actor=SYSTEM)).created == 1


def test_no_label_of_the_tables_could_be_declared_again() -> None:
    from service.records.declarations import faults_of

    for entity in CATALOGUE.entities.values():
        for field in entity.fields.values():
            again = Extension(entity.name, "something_else", field.label, Kind.BOOL, "unknown")
            assert faults_of(again, CATALOGUE), (entity.name, field.label)
