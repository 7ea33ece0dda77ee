"""Workbooks: XLSX, XLS and ODS, sound, locked, broken and vast."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from office_files import (
    archive,
    cell,
    changed,
    compound,
    encrypted,
    known,
    ods,
    ods_row,
    only,
    read,
    record,
    xls,
    xlsx,
)

from connectors.sources.errors import (
    Damaged,
    EmptyFile,
    NoHeader,
    Protected,
    SourceError,
    TooLarge,
    WrongFileType,
)
from connectors.sources.tabular import sheets

HEADER = ["姓名", "身份证号", "有效期至"]


def test_values_keep_their_kind(tmp_path: Path) -> None:
    row = [
        "李娜",
        "330199195001010011",
        date(2026, 3, 5),
        datetime(2026, 3, 5, 8, 30),  # noqa: DTZ001  workbooks know no zones
        3,
        3.5,
        True,
        "  ",
        "",
    ]
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        day, instant = (
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        )
        sheet = book.add_worksheet("名册")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, row[:2])
        sheet.write_datetime(1, 2, row[2], day)
        sheet.write_datetime(1, 3, row[3], instant)
        sheet.write_row(1, 4, row[4:])
    _, rows = only(tmp_path / "a.xlsx")
    assert rows == [(2, row[:7])]
    assert [type(cell) for cell in rows[0][1]] == [str, str, date, datetime, int, float, bool]


def test_an_identity_number_typed_as_a_number_stays_a_float_as_its_end_is_lost(tmp_path: Path) -> None:
    _, rows = only(xlsx(tmp_path / "a.xlsx", 名册=[HEADER, ["李娜", 330199195001011234, 20261231]]))
    assert isinstance(rows[0][1][1], float)
    assert rows[0][1][2] == 20261231
    assert isinstance(rows[0][1][2], int)


def test_rows_bear_the_numbers_of_the_sheet(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", 名册=[[], [], ["2026年摸排表"], HEADER, ["李娜"], [], [" "], ["王芳"]])
    sheet, rows = only(path)
    assert sheet.header_row == 4
    assert [(number, cells[0]) for number, cells in rows] == [(5, "李娜"), (8, "王芳")]


def test_a_table_that_does_not_begin_in_the_first_column_is_read(tmp_path: Path) -> None:
    sheet, rows = only(
        xlsx(tmp_path / "a.xlsx", 名册=[[None, None, *HEADER], [None, None, "李娜", "1", "2"]])
    )
    assert [*zip(sheet.header, rows[0][1], strict=True)][-3:] == [
        ("姓名", "李娜"),
        ("身份证号", "1"),
        ("有效期至", "2"),
    ]


def test_every_visible_sheet_with_a_header_is_read_and_others_are_told(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name in ("填表说明", "东坡路", "空", "隐藏", "深藏", "仁和路"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, {"填表说明": ["请按模板填写"], "空": []}.get(name, HEADER))
            if name in ("隐藏", "深藏"):
                (sheet.hide if name == "隐藏" else sheet.very_hidden)()
    told: list[NoHeader] = []
    assert [sheet.name for sheet in sheets(tmp_path / "a.xlsx", known, skipped=told.append)] == [
        "东坡路",
        "仁和路",
    ]
    assert [error.sheet for error in told] == ["填表说明"]


def test_a_workbook_with_empty_sheets_only_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        read(xlsx(tmp_path / "a.xlsx", 一=[], 二=[]))


def test_the_content_counts_and_not_the_ending(tmp_path: Path) -> None:
    for name in ("a.csv", "a.xls", "a.ods", "a"):
        assert only(xlsx(tmp_path / name, 名册=[HEADER, ["李娜"]]))[1] == [(2, ["李娜", None, None])]


def test_an_old_xls_is_read(tmp_path: Path) -> None:
    sheet, rows = only(xls(tmp_path / "a.xls", [["姓名", "住址"], ["李娜", "东坡路"], ["王芳", 3.0]]))
    assert (sheet.name, sheet.header) == ("名册", ["姓名", "住址"])
    assert rows == [(2, ["李娜", "东坡路"]), (3, ["王芳", 3])]


def test_an_ods_is_read_with_its_repeated_blank_rows(tmp_path: Path) -> None:
    filler = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    path = ods(
        tmp_path / "a.ods", ods_row(*HEADER) + ods_row(repeated=3) + ods_row("李娜", "1", "2") + filler
    )
    sheet, rows = only(path)
    assert (sheet.name, sheet.header) == ("名册", HEADER)
    assert rows == [(5, ["李娜", "1", "2"])]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_password_is_to_be_removed(tmp_path: Path, ending: str) -> None:
    plain = xlsx(tmp_path / "plain.xlsx", 名册=[HEADER])
    with pytest.raises(Protected, match="取消密码") as caught:
        read(encrypted(tmp_path / f"locked.{ending}", plain))
    assert caught.value.code == "source_protected"
    assert "remove the password" in caught.value.english


def test_an_encrypted_ods_is_protected_too(tmp_path: Path) -> None:
    with pytest.raises(Protected):
        read(ods(tmp_path / "a.ods", "", manifest="<manifest:encryption-data/>"))


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"readme.txt": "x"}, "压缩包"),
        ({"word/document.xml": "<x/>"}, "Word"),
        ({"ppt/presentation.xml": "<x/>"}, "演示文稿"),
        ({"xl/workbook.bin": "x"}, "xlsb"),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "压缩包"),
        ({}, "压缩包"),
    ],
)
def test_an_archive_that_is_no_workbook_is_named(
    tmp_path: Path, parts: dict[str, str | bytes], kind: str
) -> None:
    with pytest.raises(WrongFileType, match=kind):
        read(archive(tmp_path / "a.xlsx", parts))


@pytest.mark.parametrize(("stream", "kind"), [("WordDocument", "Word"), ("PowerPoint Document", "其他程序")])
def test_an_old_document_that_is_no_workbook_is_named(tmp_path: Path, stream: str, kind: str) -> None:
    with pytest.raises(WrongFileType, match=kind):
        read(compound(tmp_path / "a.xls", stream, b"x"))


def test_a_workbook_cut_short_anywhere_is_damaged_and_never_crashes(tmp_path: Path) -> None:
    whole = xlsx(tmp_path / "a.xlsx", 名册=[HEADER, *[["李娜", "1", "2"]] * 50]).read_bytes()
    path = tmp_path / "cut.xlsx"
    for size in range(30, len(whole) - 1, 97):
        path.write_bytes(whole[:size])
        with pytest.raises(Damaged, match="损坏"):
            read(path)


def test_flipped_bytes_end_in_an_error_of_ours_or_in_rows(tmp_path: Path) -> None:
    whole = xlsx(tmp_path / "a.xlsx", 名册=[HEADER, *[["李娜", "1", "2"]] * 50]).read_bytes()
    path = tmp_path / "flipped.xlsx"
    outcomes = set()
    for place in range(0, len(whole), 61):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read(path)
        except SourceError as error:
            outcomes.add(error.code)
    assert "source_damaged" in outcomes


def test_a_sheet_with_broken_xml_is_damaged(tmp_path: Path) -> None:
    plain = xlsx(tmp_path / "a.xlsx", 名册=[HEADER])
    with pytest.raises(Damaged):
        read(
            changed(tmp_path / "b.xlsx", plain, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c")
        )
    with pytest.raises(Damaged):
        read(ods(tmp_path / "b.ods", "<table:table-row>"))


_FAR_CELLS = [
    b'<c r="A1"/><c r="XFD1048576" t="str"><v>x</v></c>',
    b"<c r='A1'/><c r='XFD1048576' t='str'><v>x</v></c>",
    b'<c r = "A1"/><c\nr="XFD1048576" t="str"><v>x</v></c>',
    b'<c r="A1"/><c r="A4294967290" t="str"><v>x</v></c>',
]


@pytest.mark.parametrize("cells", _FAR_CELLS)
def test_one_stray_cell_in_the_far_corner_is_refused_before_it_is_laid_out(
    tmp_path: Path, cells: bytes
) -> None:
    plain = xlsx(tmp_path / "a.xlsx", 名册=[HEADER])
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        + cells
        + b"</row></sheetData></worksheet>"
    )
    with pytest.raises(TooLarge, match=r"Ctrl\+End"):
        read(changed(tmp_path / "b.xlsx", plain, "xl/worksheets/sheet1.xml", sheet))


def test_a_wide_sheet_of_ordinary_size_is_read(tmp_path: Path) -> None:
    header = [*HEADER, *[f"列{n}" for n in range(100)]]
    sheet, rows = only(xlsx(tmp_path / "a.xlsx", 名册=[header, ["李娜", *["x"] * 102]]))
    assert len(sheet.header) == len(rows[0][1]) == 103


def test_a_vast_ods_is_refused_before_it_is_laid_out(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="16384"/>'
    wide = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    with pytest.raises(TooLarge):
        read(ods(tmp_path / "a.ods", wide))
    gap = ods_row("x") + ods_row(repeated=100_000_000) + ods_row("x")
    with pytest.raises(TooLarge):
        read(ods(tmp_path / "b.ods", gap))


@pytest.mark.parametrize("stray", [cell(65535, 65535, "x"), record(0xBE, b"\0\0\0\0\x0f\0\xff\xff")])
def test_a_vast_xls_is_refused_before_it_is_laid_out(tmp_path: Path, stray: bytes) -> None:
    with pytest.raises(TooLarge):
        read(xls(tmp_path / "a.xls", [["姓名", "住址"]], extra=stray))


def test_an_xls_whose_sheets_begin_inside_other_records_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        read(xls(tmp_path / "a.xls", [["姓名", "住址"]], shift=1))


def test_an_xls_with_a_password_is_protected(tmp_path: Path) -> None:
    with pytest.raises(Protected):
        read(xls(tmp_path / "a.xls", [["姓名", "住址"]], extra=record(0x2F, bytes(6))))


def test_a_document_type_in_an_ods_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        read(ods(tmp_path / "a.ods", ods_row(*HEADER), prolog='<!DOCTYPE x [<!ENTITY a "aaaa">]>'))
