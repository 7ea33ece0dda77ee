"""Declared fields go in like every other: typed, merged by value, one change each, and corrected on visits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from record_files import COMMUNITY, id_number, uscc, write_csv, write_xlsx
from sqlalchemy import insert, select, update

from service.access.actors import SYSTEM
from service.access.unit import House
from service.errors import InvalidInput
from service.records.changesets import correct
from service.records.importing import import_file
from service.records.reports import ImportReport
from service.tables import changes, corrections, employments, enterprises, extension_fields, residents

CHEN, LIN = id_number(11), id_number(22)
SHOP = uscc(1)
SEEN = date(2026, 11, 20)
FIELDS = [
    ("resident", "shoe_size", "鞋码", "int", None),
    ("resident", "pension", "养老金", "decimal", None),
    ("resident", "hobby", "爱好", "text", None),
    ("resident", "has_lift", "家有电梯", "bool", None),
    ("resident", "visited_on", "回访日", "date", None),
    ("resident", "blood", "血型", "text", {"A": "甲型", "B": "乙型"}),
    ("resident", "floor", "楼层", "int", {"1": "底层", "2": "二层"}),
    ("resident", "note", "备注", "text", None),
    ("enterprise", "note", "备注", "text", None),
    ("employment", "shift", "班次", "text", {"D": "白班", "N": "夜班"}),
]
HEADER = ["身份证号", "姓名", "鞋码", "养老金", "爱好", "家有电梯", "回访日", "血型", "楼层"]
ROW = [CHEN, "陈大文", "４２码", "3,500.50", "下棋", "√", "2026年3月5日", "乙型", "底层"]


async def declare(house: House, *rows: tuple[Any, ...]) -> None:
    """Straight into the table: how fields are declared is another test's matter."""
    names = ("entity", "name", "label", "kind", "codes")
    given = [dict(zip(names, row, strict=True)) for row in rows or FIELDS]
    rest = {"missing": "unknown", "sensitivity": "internal", "recorded_at": house.clock.now()}
    async with house.write() as unit:
        units = ({"unit": "码" if row["name"] == "shoe_size" else None} for row in given)
        await unit.connection.execute(
            insert(extension_fields), [row | rest | unit_ for row, unit_ in zip(given, units, strict=True)]
        )


async def load(
    house: House, folder: Path, header: list[str], *rows: list[Any], kind: str = "residents"
) -> ImportReport:
    return await import_file(house, write_csv(folder / "f.csv", header, rows), kind, actor=SYSTEM)


async def extra_of(house: House, table: Any = residents) -> Any:
    async with house.read() as unit:
        return (await unit.connection.execute(select(table.c.extra))).scalar_one()


async def changed_fields(house: House, changeset_id: int | None) -> list[str]:
    async with house.read() as unit:
        mine = select(changes.c.field).where(changes.c.changeset_id == changeset_id).order_by(changes.c.field)
        return list((await unit.connection.execute(mine)).scalars())


KEPT = {
    "shoe_size": 42, "pension": "3500.5", "hobby": "下棋", "has_lift": True, "visited_on": "2026-03-05", "blood": "B", "floor": 1,
}  # fmt: skip


async def test_every_kind_is_read_as_offices_write_it_and_kept_as_json(house: House, tmp_path: Path) -> None:
    await declare(house)
    report = await load(house, tmp_path, HEADER, ROW)
    assert (report.good, report.bad, report.ignored, report.created) == (1, 0, (), 1)
    assert await extra_of(house) == KEPT


async def test_importing_again_changes_nothing_however_the_values_are_written(
    house: House, tmp_path: Path
) -> None:
    await declare(house)
    await load(house, tmp_path, HEADER, [*ROW[:2], "42", *ROW[3:]])
    same = [CHEN, "陈大文", 42.0, "¥3500.500", "下棋", "是", date(2026, 3, 5), "B", 1]
    path = write_xlsx(tmp_path / "f.xlsx", HEADER, [same])
    report = await import_file(house, path, "residents", actor=SYSTEM)
    assert (report.bad, report.updated, report.unchanged) == (0, 0, 1)
    assert await changed_fields(house, report.changeset_id) == []


async def test_only_what_differs_is_written_and_other_keys_stay(house: House, tmp_path: Path) -> None:
    await declare(house)
    await load(house, tmp_path, HEADER, [*ROW[:2], "42", *ROW[3:]])
    async with house.write() as unit:
        kept = KEPT | {"given_up": [1, {"a": None}], "has_lift": True}
        await unit.connection.execute(update(residents).values(extra=kept))
    report = await load(house, tmp_path, HEADER, [CHEN, "陈大文", "43", "", "", "否", "", "", ""])
    assert report.updated == 1
    assert await extra_of(house) == kept | {"shoe_size": 43, "has_lift": False}
    assert await changed_fields(house, report.changeset_id) == ["has_lift", "shoe_size"]


@pytest.mark.parametrize("held", [None, {}, {"other": 1}])
async def test_a_record_without_values_gets_them(house: House, tmp_path: Path, held: Any) -> None:
    await declare(house)
    await load(house, tmp_path, ["身份证号", "姓名"], [CHEN, "陈大文"])
    assert await extra_of(house) is None
    async with house.write() as unit:  # None is written as a JSON null, as other programs might
        await unit.connection.execute(update(residents).values(extra=held))
    report = await load(house, tmp_path, HEADER[:3], [CHEN, "陈大文", "42"])
    assert (report.updated, await changed_fields(house, report.changeset_id)) == (1, ["shoe_size"])
    assert await extra_of(house) == (held or {}) | {"shoe_size": 42}


async def test_a_bad_value_is_told_with_row_and_column_and_the_others_load(
    house: House, tmp_path: Path
) -> None:
    await declare(house)
    bad = [LIN, "林小", "四十二", "1234567890.1234567", "下" * 201, "也许", "2026-02-30", "O型", "3"]
    report = await load(house, tmp_path, HEADER, [*ROW[:2], "42", *ROW[3:]], bad)
    assert (report.good, report.bad) == (1, 1)
    assert [(i.row, i.column, i.code) for i in report.issues] == [
        (3, "鞋码", "number_unreadable"), (3, "养老金", "number_too_precise"), (3, "爱好", "text_too_long"),
        (3, "家有电梯", "yes_no_unreadable"), (3, "回访日", "date_impossible"), (3, "血型", "code_unknown"),
        (3, "楼层", "code_unknown"),
    ]  # fmt: skip
    assert "甲型、乙型" in next(i.advice for i in report.issues if i.column == "血型")


async def test_a_header_is_the_label_or_the_name_with_or_without_the_record(
    house: House, tmp_path: Path
) -> None:
    await declare(house)
    for number, header in enumerate(
        ["鞋码", "＊鞋 码（必填）", "shoe_size", "SHOE_SIZE", "居民鞋码", "resident.shoe_size"]
    ):
        report = await load(house, tmp_path, ["身份证号", "姓名", header], [CHEN, "陈大文", str(30 + number)])
        assert (report.ignored, (await extra_of(house))["shoe_size"]) == ((), 30 + number), header


async def test_a_sheet_about_several_records_gives_each_its_own_fields(house: House, tmp_path: Path) -> None:
    await declare(house)
    header = [
        "企业名称",
        "统一社会信用代码",
        "员工姓名",
        "身份证号",
        "鞋码",
        "班次",
        "备注",
        "企业备注",
        "resident.note",
    ]
    row = ["东坡路面馆", SHOP, "陈大文", CHEN, "41", "夜班", "不知说谁", "老店", "熟客"]
    report = await load(house, tmp_path, header, row, kind="survey")
    assert (report.bad, report.ignored) == (0, ("备注",)), "what could mean two records means neither"
    assert await extra_of(house) == {"shoe_size": 41, "note": "熟客"}
    assert await extra_of(house, enterprises) == {"note": "老店"}
    assert await extra_of(house, employments) == {"shift": "N"}
    again = await load(house, tmp_path, header, row, kind="survey")
    assert (again.created, again.updated) == (0, 0)


async def test_rows_about_one_record_complete_each_other_in_declared_fields_too(
    house: House, tmp_path: Path
) -> None:
    await declare(house)
    rows = [[CHEN, "陈大文", "42", "是"], [CHEN, "陈大文", "", "否"]]
    report = await load(house, tmp_path, ["身份证号", "姓名", "鞋码", "家有电梯"], *rows)
    assert [i.code for i in report.issues] == ["duplicate_differs"]
    assert await extra_of(house) == {"shoe_size": 42, "has_lift": False}


async def fix(house: House, **values: Any) -> int:
    async with house.write() as unit:
        key = (await unit.connection.execute(select(residents.c.resident_id))).scalar_one()
        return await correct(unit, "resident", key, values, observed_on=SEEN)


async def test_a_visit_corrects_a_record_whose_declared_fields_were_spoiled_past_the_house(
    house: House, tmp_path: Path
) -> None:
    await declare(house)
    await load(house, tmp_path, HEADER, [*ROW[:2], "42", *ROW[3:]])
    async with house.write() as unit:
        await unit.connection.execute(update(residents).values(extra=[1]))
    await fix(house, shoe_size="44")
    assert await extra_of(house) == {"shoe_size": 44}


async def test_a_correction_beats_the_older_import_until_the_source_changes(
    house: House, tmp_path: Path
) -> None:
    await declare(house)
    first = [*ROW[:2], "42", *ROW[3:]]
    await load(house, tmp_path, HEADER, first)
    found: Mapping[str, Any] = {
        "shoe_size": "44", "pension": "4000", "hobby": "种花", "has_lift": False, "visited_on": None, "blood": "甲型",
    }  # fmt: skip
    changeset_id = await fix(house, **found)
    assert await changed_fields(house, changeset_id) == sorted(found)
    corrected = {
        "shoe_size": 44, "pension": "4000", "hobby": "种花", "has_lift": False, "blood": "A", "floor": 1
    }  # fmt: skip
    assert await extra_of(house) == corrected
    report = await load(house, tmp_path, HEADER, first)
    assert (report.updated, await extra_of(house)) == (0, corrected)
    news = [CHEN, "陈大文", "42", "3600", "下棋", "是", "2026-04-01", "乙型", ""]
    report = await load(house, tmp_path, HEADER, news)
    assert await changed_fields(house, report.changeset_id) == ["pension", "visited_on"]
    assert await extra_of(house) == corrected | {"pension": "3600", "visited_on": "2026-04-01"}
    async with house.read() as unit:
        left = await unit.connection.execute(select(corrections.c.field).order_by(corrections.c.field))
        assert list(left.scalars()) == ["blood", "has_lift", "hobby", "shoe_size"]


async def test_a_correction_nobody_can_hold_is_refused(sqlite_house: House, tmp_path: Path) -> None:
    await declare(sqlite_house)
    await load(sqlite_house, tmp_path, HEADER[:2], ROW[:2])
    for name, value in {"shoe_size": "大", "blood": "O", "visited_on": "2026-02-30", "hat_size": 1}.items():
        with pytest.raises(InvalidInput):
            await fix(sqlite_house, **{name: value})
    assert await extra_of(sqlite_house) is None


async def test_what_has_several_decimals_or_a_longer_code_can_be_corrected(
    house: House, tmp_path: Path
) -> None:
    header = ["统一社会信用代码", "企业名称", "行业代码", "裁员率", "经营地编码"]
    row = [SHOP, "东坡路面馆", "6210", "5.55%", COMMUNITY]
    await load(house, tmp_path, header, row, kind="enterprises")
    async with house.write() as unit:
        await correct(unit, "enterprise", 1, {"industry": "6220", "layoff_rate": "4.25%"}, observed_on=SEEN)
        with pytest.raises(InvalidInput):
            await correct(unit, "enterprise", 1, {"industry": "9910"}, observed_on=SEEN)
    await load(house, tmp_path, header, row, kind="enterprises")
    async with house.read() as unit:
        shop = (await unit.connection.execute(select(enterprises))).mappings().one()
    assert (shop["industry"], float(shop["layoff_rate"])) == ("6220", 0.0425)
