"""Bad rows are told one by one and the good ones load; bad files write nothing at all."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from record_files import COMMUNITY, cells_of, id_number, many_id_numbers, uscc, write_csv, write_xlsx
from sqlalchemy import Table, event, func, select, text, update
from sqlalchemy.exc import IntegrityError

from service.access.actors import SYSTEM
from service.access.unit import House
from service.errors import DatabaseBusy, FileRefused, InvalidInput, StorageFull
from service.records.identity import is_identity
from service.records.importing import import_file
from service.records.reports import ImportReport, issues_of, write_report
from service.tables import certificates, changesets, divisions, employments, import_errors, imports, residents
from service.tables.database import Database

HEADER = ["身份证号", "姓名", "联系电话", "住址", "居住地编码", "出生日期", "独居"]
CHEN, LIN = id_number(11), id_number(12, date(1990, 7, 1))
SHOP = uscc(1)


def good(number: str, name: str = "陈大文", phone: str = "13800000001") -> list[Any]:
    return [number, name, phone, "东坡路1号", "", "", "否"]


async def count(house: House, table: Table) -> int:
    async with house.read() as unit:
        return int((await unit.connection.execute(select(func.count()).select_from(table))).scalar_one())


async def states(house: House) -> list[tuple[str, str | None]]:
    async with house.read() as unit:
        rows = await unit.connection.execute(
            select(imports.c.state, imports.c.error).order_by(imports.c.import_id)
        )
        return [(state, error) for state, error in rows.all()]


async def load(
    house: House, folder: Path, rows: list[list[Any]], kind: str = "residents", header: list[str] = HEADER
) -> ImportReport:
    return await import_file(house, write_csv(folder / "名单.csv", header, rows), kind, actor=SYSTEM)


def problems(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(issue.row, issue.column, issue.code) for issue in report.issues]


async def test_each_bad_row_is_told_with_its_place_and_the_good_ones_load(
    house: House, tmp_path: Path
) -> None:
    wrong_digit = CHEN[:16] + str((int(CHEN[16]) + 1) % 10) + CHEN[17]
    rows = [
        good(CHEN),
        good(wrong_digit),
        [LIN, "", "", "", "", "", ""],
        [LIN, "林小", "138", "", "33010", "1990年2月30日", "也许"],
        [LIN, "林小", "", "", "", "", "", "多出来的"],
        [LIN, "林小", "", "", "", "", ""],
    ]
    report = await load(house, tmp_path, rows)
    assert (report.read, report.good, report.bad) == (6, 2, 4)
    assert problems(report) == [
        (3, "身份证号", "identity_check"), (4, "姓名", "required_missing"), (5, "联系电话", "phone_unreadable"),
        (5, "居住地编码", "division_unreadable"), (5, "出生日期", "date_impossible"), (5, "独居", "yes_no_unreadable"),
        (6, "", "row_too_long"),
    ]  # fmt: skip
    assert all(
        issue.sheet == "名单" and issue.advice and issue.severity == "error" for issue in report.issues
    )
    assert await count(house, residents) == 2


async def test_numbers_typed_as_numbers_are_told_how_to_mend(house: House, tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "名单.xlsx",
        HEADER,
        [[int(CHEN[:17] + "0"), *good(CHEN)[1:]], good(LIN, "林小")],
        sheet="居民",
    )
    report = await import_file(house, path, "residents", actor=SYSTEM)
    assert problems(report) == [(2, "身份证号", "digits_lost")]
    assert "文本" in report.issues[0].advice
    assert report.issues[0].sheet == "居民"
    assert await count(house, residents) == 1


async def test_a_number_that_ends_in_000_is_doubted_only_where_others_were_cut_off(
    house: House, tmp_path: Path
) -> None:
    true = next(n for born in range(1, 29) if (n := id_number(100, date(1950, 1, born))).endswith("000"))
    alone = await load(house, tmp_path, [good(true), good(LIN, "林小")])
    assert [(code, alone.bad) for _, _, code in problems(alone)] == [("identity_ends_000", 0)]
    cut = next(n for s in range(1, 99) if not is_identity(n := id_number(s)[:15] + "000"))
    among = await load(house, tmp_path, [good(true), good(cut), good(LIN, "林小")])
    assert (among.bad, {code for _, _, code in problems(among)}) == (2, {"digits_lost"})


async def test_two_persons_with_one_number_are_both_refused_and_told_of_each_other(
    house: House, tmp_path: Path
) -> None:
    rows = [good(CHEN, "陈大文"), good(LIN, "林小"), good(CHEN, "陈小文"), good(CHEN, "陈 大 文")]
    report = await load(house, tmp_path, rows)
    assert sorted(problems(report)) == [(row, "姓名", "two_persons_one_number") for row in (2, 4, 5)]
    advice = {issue.row: issue.advice for issue in report.issues}
    assert "第 4、5 行" in advice[2]
    assert "第 2、5 行" in advice[4]
    assert (report.good, report.bad, await count(house, residents)) == (1, 3, 1)


async def test_in_a_survey_such_persons_take_their_work_with_them(house: House, tmp_path: Path) -> None:
    header = ["企业名称", "统一社会信用代码", "员工姓名", "身份证号", "健康证号"]
    rows = [
        ["面馆", SHOP, "陈大文", CHEN, "A"],
        ["面馆", SHOP, "陈小文", CHEN, "B"],
        ["面馆", SHOP, "林小", LIN, "C"],
    ]
    report = await load(house, tmp_path, rows, "survey", header)
    assert report.bad == 2
    assert [await count(house, table) for table in (residents, employments, certificates)] == [1, 1, 1]


async def test_references_to_the_unknown_are_told_what_to_import_first(house: House, tmp_path: Path) -> None:
    await load(house, tmp_path, [good(CHEN)])
    work = await load(
        house, tmp_path, [[SHOP, CHEN], [SHOP, LIN]], "employments", ["统一社会信用代码", "身份证号"]
    )
    assert Counter(issue.code for issue in work.issues) == {"resident_unknown": 1, "enterprise_unknown": 2}
    held = await load(
        house,
        tmp_path,
        [["健康证", CHEN], ["健康证", LIN], ["食品经营许可", SHOP]],
        "certificates",
        ["证件类型", "持有人证件号"],
    )
    assert [(row, code) for row, _, code in problems(held)] == [
        (3, "resident_unknown"),
        (4, "enterprise_unknown"),
    ]
    assert "residents" in held.issues[0].advice
    homes = await load(house, tmp_path, [["H1", LIN]], "households", ["户号", "户主身份证号"])
    assert problems(homes) == [(2, "户主身份证号", "resident_unknown")]
    assert (held.good, homes.good, await count(house, certificates)) == (1, 0, 1)


async def test_unknown_divisions_are_one_warning_each_and_the_rows_load(house: House, tmp_path: Path) -> None:
    rows = [[number, f"陈{i}", "", "", COMMUNITY, "", ""] for i, number in enumerate(many_id_numbers(30))]
    report = await load(house, tmp_path, rows)
    assert problems(report) == [(2, "居住地编码", "division_unknown")]
    assert (report.good, report.warnings, report.issues[0].value) == (30, 1, COMMUNITY)
    assert "30 行" in report.issues[0].advice


async def test_what_contradicts_the_number_is_a_warning_and_the_given_value_stays(
    house: House, tmp_path: Path
) -> None:
    header = ["身份证号", "姓名", "性别", "出生日期"]
    report = await load(house, tmp_path, [[CHEN, "陈大文", "女", "1939-03-06"]], header=header)
    assert {issue.code for issue in report.issues} == {"birth_date_differs", "sex_differs"}
    assert {issue.severity for issue in report.issues} == {"warning"}
    async with house.read() as unit:
        row = (await unit.connection.execute(select(residents.c.sex, residents.c.birth_date))).one()
    assert tuple(row) == ("2", date(1939, 3, 6))
    silent = await load(house, tmp_path, [[CHEN, "陈大文", "", ""]], header=header)
    assert silent.tallies["resident"].unchanged == 1, (
        "what the number tells replaces nothing that somebody wrote"
    )


async def test_another_name_than_the_known_one_is_a_warning(house: House, tmp_path: Path) -> None:
    await load(house, tmp_path, [good(CHEN, "陈大文"), good(LIN, "林小")])
    report = await load(house, tmp_path, [good(CHEN, "陈文"), good(LIN, "林小")])
    assert problems(report) == [(2, "姓名", "name_differs")]
    assert report.issues[0].value == "陈*"


async def test_dates_the_wrong_way_round_are_refused(house: House, tmp_path: Path) -> None:
    await load(house, tmp_path, [good(CHEN)])
    header = ["政策代码", "持有人证件号", "状态", "开始日期", "结束日期"]
    report = await load(
        house, tmp_path, [["HIGH_AGE", CHEN, "停发", "2026-05-01", "2025-05-01"]], "enrolments", header
    )
    assert problems(report) == [(2, "结束日期", "date_order")]
    assert "开始日期" in report.issues[0].advice


async def test_three_bad_rows_in_a_hundred_of_twenty_thousand(house: House, tmp_path: Path) -> None:
    numbers = many_id_numbers(20_000)
    rows = [good(number, f"陈{i % 500}", f"138{i:08d}") for i, number in enumerate(numbers)]
    for i in range(0, 20_000, 100):
        rows[i][0] = numbers[i][:15] + "000"  # digits lost, unless they happen to check
        rows[i + 1][1] = ""
        rows[i + 2][6] = "不详"
    report = await load(house, tmp_path, rows)
    assert report.bad == 600
    assert (
        report.good
        == report.tallies["resident"].created
        == await count(house, residents)
        == 20_000 - report.bad
    )
    assert await count(house, import_errors) == len(report.issues) + report.more_issues
    again = await load(house, tmp_path, rows)
    assert (again.created, again.updated, again.bad) == (0, 0, report.bad)


async def test_the_list_of_issues_can_be_worked_through_in_a_spreadsheet(
    sqlite_house: House, tmp_path: Path
) -> None:
    rows = [[CHEN[:17], f"陈{i}", "", "", "", "", ""] for i in range(1_500)]
    report = await load(sqlite_house, tmp_path, rows)
    assert (len(report.issues), report.more_issues) == (1_000, 500)
    for name in ("问题.csv", "问题.xlsx"):
        assert await write_report(sqlite_house, report, tmp_path / name) == 1_500
        lines = cells_of(tmp_path / name)
        assert lines[0][:3] == ["工作表", "行号", "列"]
        assert [str(cell) for cell in lines[-1][:3]] == ["名单", "1501", "身份证号"]
        assert len(lines) == 1_501
    async with sqlite_house.read() as unit:
        assert len(await issues_of(unit, report.import_id, limit=10)) == 10


async def test_personal_data_is_in_no_report_and_not_in_the_database_file(
    sqlite_house: House, tmp_path: Path
) -> None:
    phone, other_phone = "13812345678", "13887654321"
    lost = f"{LIN[:17]}{(int(LIN[16]) + 5) % 10}"
    rows = [
        good(CHEN, phone=phone),
        [lost, "欧阳小小", other_phone + "9", "", CHEN, CHEN, "欧阳小小"],
        [CHEN, CHEN, phone, "", "", phone, phone],
    ]
    report = await load(sqlite_house, tmp_path, rows)
    await load(
        sqlite_house, tmp_path, [["居住证", CHEN, CHEN]], "certificates", ["证件类型", "持有人证件号", "证号"]
    )
    await load(
        sqlite_house,
        tmp_path,
        [[CHEN, f"{CHEN}42", "肢体", "二级"]],
        "disabilities",
        ["身份证号", "残疾证号", "残疾类别", "残疾等级"],
    )
    await load(sqlite_house, tmp_path, [[CHEN, CHEN]], "households", ["户号", "户主身份证号"])
    assert report.bad == 2
    secrets = [CHEN, phone, lost, other_phone + "9", "欧阳小小"]
    for secret in secrets:
        assert not any(secret in str(tuple(issue)) for issue in report.issues)
    assert await count(sqlite_house, residents) == 1
    path = Path(str(sqlite_house.database.url.database))
    await sqlite_house.database.close()
    content = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    assert "陈大文".encode() in content, "the file that is searched holds the records"
    for secret in secrets:
        assert secret.encode() not in content


async def test_a_file_that_is_no_table_is_refused_and_kept_as_failed(house: House, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)))
    with pytest.raises(FileRefused) as caught:
        await import_file(house, path, "residents", actor=SYSTEM)
    assert caught.value.extra["reason"] == "source_wrong_type"
    assert await states(house) == [("failed", caught.value.detail)]
    assert [await count(house, table) for table in (residents, changesets)] == [0, 0]


async def test_a_workbook_behind_a_password_is_told_to_be_opened_first(house: House, tmp_path: Path) -> None:
    plain = write_xlsx(tmp_path / "a.xlsx", HEADER, [good(CHEN)])
    locked = tmp_path / "b.xlsx"
    with plain.open("rb") as source, locked.open("wb") as target:
        OOXMLFile(source).encrypt("secret", target)
    with pytest.raises(FileRefused, match="密码") as caught:
        await import_file(house, locked, "residents", actor=SYSTEM)
    assert caught.value.extra["reason"] == "source_protected"
    assert [state for state, _ in await states(house)] == ["failed"]


async def test_a_form_without_its_required_columns_says_which(house: House, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="姓名"):
        await load(house, tmp_path, [[CHEN, "13800000001"]], header=["身份证号", "联系电话"])
    assert await count(house, residents) == 0


async def test_a_file_broken_in_its_middle_writes_nothing(house: House, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "名单.csv", HEADER, [good(number) for number in many_id_numbers(5_000)])
    with path.open("a") as file:
        file.write(f'"{CHEN},陈大文\n')
    with pytest.raises(FileRefused) as caught:
        await import_file(house, path, "residents", actor=SYSTEM)
    assert caught.value.extra["reason"] == "source_damaged"
    assert [await count(house, table) for table in (residents, changesets, import_errors)] == [0, 0, 0]
    assert [state for state, _ in await states(house)] == ["failed"]
    assert (await load(house, tmp_path, [good(CHEN)])).created == 1


async def test_an_unknown_form_and_a_missing_file_are_refused_before_anything(
    house: House, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="residents"):
        await import_file(house, tmp_path / "x.csv", "people", actor=SYSTEM)
    with pytest.raises(FileRefused):
        await import_file(house, tmp_path / "x.csv", "residents", actor=SYSTEM)
    assert await states(house) == []


async def test_a_database_locked_by_another_program_is_told_and_nothing_is_written(
    sqlite_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.tables.database.BUSY_SECONDS", 0.05)
    impatient = House(Database(str(sqlite_house.database.url)), sqlite_house.clock, sqlite_house.vault)
    other = sqlite3.connect(str(sqlite_house.database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        await load(impatient, tmp_path, [good(CHEN)])
    other.execute("ROLLBACK")
    other.close()
    assert await count(impatient, residents) == 0
    assert (await load(impatient, tmp_path, [good(CHEN)])).created == 1
    await impatient.database.close()


async def test_a_lock_that_comes_while_the_file_is_read_leaves_the_import_failed(
    sqlite_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.tables.database.BUSY_SECONDS", 0.05)
    impatient = House(Database(str(sqlite_house.database.url)), sqlite_house.clock, sqlite_house.vault)
    other = sqlite3.connect(str(sqlite_house.database.url.database), isolation_level=None)
    path = write_csv(tmp_path / "名单.csv", HEADER, [good(CHEN)])
    release = _lock_when_the_import_is_on_record(impatient, other)
    with pytest.raises(DatabaseBusy):
        await import_file(impatient, path, "residents", actor=SYSTEM)
    release()
    assert [state for state, _ in await states(impatient)] == ["running"], (
        "the lock kept even the failure from being noted"
    )
    assert await count(impatient, residents) == 0
    await impatient.database.close()


def _lock_when_the_import_is_on_record(house: House, other: sqlite3.Connection) -> Any:
    """Take the lock the moment the first transaction of the import has ended."""
    engine = house.database._writers.sync_engine

    def checked_in(_dbapi: object, _record: object) -> None:
        if not other.in_transaction:
            other.execute("BEGIN IMMEDIATE")

    event.listen(engine, "checkin", checked_in)

    def release() -> None:
        event.remove(engine, "checkin", checked_in)
        other.execute("ROLLBACK")
        other.close()

    return release


async def test_a_full_disk_is_told_and_nothing_is_half_written(sqlite_house: House, tmp_path: Path) -> None:
    await load(sqlite_house, tmp_path, [good(CHEN)])
    async with sqlite_house.database.write() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        await connection.execute(text(f"PRAGMA max_page_count = {pages + 20}"))
    rows = [good(number, f"陈{i}") for i, number in enumerate(many_id_numbers(3_000))]
    with pytest.raises(StorageFull):
        await load(sqlite_house, tmp_path, rows)
    assert await count(sqlite_house, residents) == 1
    assert [state for state, _ in await states(sqlite_house)] == ["done", "failed"]
    async with sqlite_house.database.write() as connection:
        await connection.execute(text("PRAGMA max_page_count = 1073741823"))
    assert (await load(sqlite_house, tmp_path, rows)).created == 3_000


async def test_whatever_stops_a_merge_takes_everything_back(house: House, tmp_path: Path) -> None:
    """A constraint nobody foresaw, met by the last of the statements."""
    await load(house, tmp_path, [["330102003000", "湖滨街道", "街道"]], "divisions", ["编码", "名称", "级别"])
    async with house.write() as unit:
        await unit.connection.execute(update(divisions).values(prefix=COMMUNITY))
    with pytest.raises(IntegrityError):
        await load(
            house,
            tmp_path,
            [["330106000000", "西湖区", "区县"], [COMMUNITY, "东坡路社区", "社区"]],
            "divisions",
            ["编码", "名称", "级别"],
        )
    assert await count(house, divisions) == 1
    assert [state for state, _ in await states(house)] == ["done", "failed"]
