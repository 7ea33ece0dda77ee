"""The street's files: written the same every time, and read back whole by the product's own readers."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import date
from functools import cache
from pathlib import Path

from connectors.sources.cells import Cell
from connectors.sources.headers import normalise
from connectors.sources.tabular import Sheet, sheets
from service.demo.files import DemoFile, write_files
from service.demo.numbers import AREA
from service.demo.records import Community
from service.demo.rows import HEADERS
from service.demo.street import Street, make_street
from service.records.dates import read_date
from service.records.identity import identify
from service.records.issues import Wrong
from service.records.text import compact

TODAY = date(2026, 11, 23)

ORDER = (
    "divisions", "residents", "households", "enterprises", "survey", "employments", "certificates", "disabilities",
    "enrolments", "service_events",
)  # fmt: skip


def sheet_of(file: DemoFile) -> Sheet:
    names = {normalise(name) for name in HEADERS[file.kind]}
    return next(sheets(file.path, names.__contains__))


@cache
def rows_of(file: DemoFile) -> list[dict[str, Cell]]:
    sheet = sheet_of(file)
    return [dict(zip(sheet.header, cells, strict=True)) for _, cells in sheet.rows]


def of_kind(files: list[DemoFile], kind: str) -> list[DemoFile]:
    found = [file for file in files if file.kind == kind]
    assert found
    return found


def all_rows(files: list[DemoFile], kind: str) -> list[dict[str, Cell]]:
    return [row for file in of_kind(files, kind) for row in rows_of(file)]


def held(files: list[DemoFile], kind: str, column: str) -> set[str]:
    return {compact(row[column]) for row in all_rows(files, kind)}


def test_the_same_seed_and_day_write_the_same_bytes(files: list[DemoFile], tmp_path: Path) -> None:
    again = write_files(make_street(residents_per_community=2000, today=TODAY), tmp_path)
    assert [file.path.name for file in again] == [file.path.name for file in files]
    for one, other in zip(files, again, strict=True):
        assert (
            hashlib.sha256(one.path.read_bytes()).digest() == hashlib.sha256(other.path.read_bytes()).digest()
        )


def test_files_come_in_the_order_of_import_which_is_that_of_their_names(files: list[DemoFile]) -> None:
    assert list(dict.fromkeys(file.kind for file in files)) == list(ORDER)
    assert [file.path.name for file in files] == sorted(file.path.name for file in files)
    assert len(of_kind(files, "residents")) == len(of_kind(files, "survey")) == 6


def test_offices_use_different_encodings_and_workbooks(files: list[DemoFile]) -> None:
    registers = of_kind(files, "residents")
    heads = [file.path.read_bytes()[:4] for file in registers]
    assert sum(head.startswith(b"\xef\xbb\xbf") for head in heads) == 2
    assert sum(zipfile.is_zipfile(file.path) for file in registers) == 2
    for file in registers:
        if file.path.suffix == ".csv" and not file.path.read_bytes().startswith(b"\xef\xbb\xbf"):
            assert "身份证号" in file.path.read_text("gb18030")


def test_every_file_has_its_headers_below_any_title(files: list[DemoFile]) -> None:
    for file in files:
        sheet = sheet_of(file)
        assert sheet.header == [normalise(name) for name in HEADERS[file.kind]]
        assert sheet.header_row == (2 if file.path.suffix == ".xlsx" else 1)


def test_dates_are_written_in_every_form_and_all_can_be_read(files: list[DemoFile], street: Street) -> None:
    bad = {number for number, kind in street.truth.spoiled.items() if kind == "impossible_date"}
    written: list[Cell] = []
    for row in all_rows(files, "residents"):
        if compact_or_none(row["身份证号"]) not in bad:
            written.append(row["出生日期"])
    assert all(isinstance(read_date(cell), date) for cell in written)
    texts = [cell for cell in written if isinstance(cell, str)]
    assert all(any(mark in text for text in texts) for mark in ("年", ".", "/", "-"))
    assert any(text.isdigit() for text in texts)
    assert any(isinstance(cell, int) for cell in written)
    assert any(isinstance(cell, date) for cell in written)


def compact_or_none(cell: Cell) -> str | None:
    try:
        return compact(cell)
    except Wrong:
        return None


def test_only_planted_identity_numbers_are_wrong_and_all_have_the_unassigned_area(
    files: list[DemoFile], street: Street
) -> None:
    wrong, right = [], 0
    for row in all_rows(files, "residents"):
        try:
            number = identify(compact(row["身份证号"]), TODAY).number
        except Wrong as error:
            wrong.append(error.code)
            continue
        assert number.startswith(AREA)
        right += 1
    spoiled = list(street.truth.spoiled.values())
    assert sorted(wrong) == sorted(
        ["identity_check"] * spoiled.count("wrong_check_digit")
        + ["digits_lost"] * spoiled.count("typed_as_number")
    )
    assert right == 12000 - len(wrong) + len(street.truth.planted["duplicate_person"])
    for kind, column in (
        ("survey", "身份证号"),
        ("certificates", "持有人证件号"),
        ("employments", "身份证号"),
    ):
        for number in held(files, kind, column):
            assert AREA in (number[:6], number[2:8])


def test_nothing_in_the_truth_table_is_missing_from_the_files(
    files: list[DemoFile], street: Street, communities: list[Community]
) -> None:
    residents = held_residents(files)
    surveyed = {
        (compact(row["统一社会信用代码"]), compact(row["身份证号"])) for row in all_rows(files, "survey")
    }
    employed = {
        (compact(row["统一社会信用代码"]), compact(row["身份证号"])) for row in all_rows(files, "employments")
    }
    truth = street.truth
    for kind, planted in truth.planted.items():
        for one in planted:
            shop, slash, person = one.key.partition("/")
            assert (shop, person) in surveyed | employed if slash else one.key in residents, kind
    assert {tuple(key.split("/")) for key in truth.owed["health-certificate-food"]} <= surveyed | employed
    assert truth.owed["food-licence-renewal"] <= held(files, "enterprises", "统一社会信用代码")
    for rule in (
        "old-age-allowance",
        "elder-visits",
        "severe-disability-nursing",
        "residence-permit-endorsement",
    ):
        assert truth.owed[rule] <= residents
        assert truth.owed[rule].isdisjoint(truth.spoiled)
    assert len(all_rows(files, "certificates")) + sum(
        row["健康证号"] is not None for row in all_rows(files, "survey")
    ) == sum(len(community.certificates) for community in communities)


def held_residents(files: list[DemoFile]) -> set[str]:
    return {
        number
        for row in all_rows(files, "residents")
        if (number := compact_or_none(row["身份证号"])) is not None
    }


def test_no_row_names_a_person_without_a_loadable_row(files: list[DemoFile], street: Street) -> None:
    surveyed = held(files, "survey", "身份证号")
    known = held_residents(files) - set(street.truth.spoiled)
    assert held(files, "employments", "身份证号") <= known
    assert held(files, "disabilities", "身份证号") <= known
    assert held(files, "enrolments", "持有人证件号") <= known
    assert held(files, "service_events", "身份证号") <= known
    assert held(files, "households", "户主身份证号") <= known
    shops = held(files, "enterprises", "统一社会信用代码")
    assert held(files, "certificates", "持有人证件号") <= known | shops | surveyed
    assert held(files, "survey", "统一社会信用代码") <= shops


def test_the_smallest_street_is_written_and_read_too(small_files: tuple[Street, list[DemoFile]]) -> None:
    street, files = small_files
    assert list(dict.fromkeys(file.kind for file in files)) == list(ORDER)
    assert len(all_rows(files, "residents")) == 300 + len(street.truth.planted["duplicate_person"])
    assert len(all_rows(files, "divisions")) == len(street.divisions())
    assert all(rows_of(file) for file in of_kind(files, "survey"))
