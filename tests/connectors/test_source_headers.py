"""Finding the header that a person would point at."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from office_files import known, only, read, xlsx

from connectors.sources.errors import NoHeader
from connectors.sources.headers import locate, normalise


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("姓名", "姓名"),
        (" 姓 名 ", "姓名"),
        ("身份\n证号", "身份证号"),
        ("姓名*", "姓名"),
        ("＊姓名", "姓名"),
        ("姓名（必填）", "姓名"),
        ("姓名 (必填) *", "姓名"),
        ("联系电话（选填）", "联系电话"),
        ("姓\u3000名", "姓名"),
        ("ＩＤ号", "ID号"),
        ("住址（门牌）", "住址(门牌)"),
        ("\ufeff姓名\u200b", "姓名"),
        ("*", ""),
    ],
)
def test_header_texts_lose_what_is_not_their_name(written: str, meant: str) -> None:
    assert normalise(written) == meant


@given(st.text(alphabet="姓名号*＊()（）必填选项ＡA１1 \n\t\u3000\u200b\ufeff"))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_titles_and_remarks_above_the_header_are_passed_over(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:C1", "2026年摸排表")
        sheet.write("A2", "填表单位：东坡路社区")
        sheet.write_row("A4", ["姓名*", "身份证号（必填）", "备注"])
        sheet.write_row("A5", ["李娜", "1", "x"])
    found, rows = only(tmp_path / "a.xlsx")
    assert (found.header, found.header_row) == (["姓名", "身份证号", "备注"], 4)
    assert rows == [(5, ["李娜", "1", "x"])]


def test_a_header_of_two_rows_under_a_merged_group_is_one(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:E1", "健康证登记表")
        sheet.merge_range("A2:A3", "姓名")
        sheet.merge_range("B2:C2", "证件")
        sheet.write_row("B3", ["发证日期", "有效期至"])
        sheet.merge_range("D2:D3", "住址")
        sheet.write_row("A4", ["李娜", "2026-01-01", "2027-01-01", "东坡路"])
    found, rows = only(tmp_path / "a.xlsx")
    assert (found.header, found.header_row) == (["姓名", "发证日期", "有效期至", "住址"], 3)
    assert rows == [(4, ["李娜", "2026-01-01", "2027-01-01", "东坡路"])]


def test_a_group_s_name_joins_its_column_when_the_whole_is_a_known_name(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx",
        名册=[["姓名", "健康证", None, "家庭"], [None, "号", "有效期至", "称谓"], ["李娜", 1, 2, "女"]],
    )
    found, rows = only(path)
    assert found.header == ["姓名", "健康证号", "健康证有效期至", "家庭称谓"]
    assert rows == [(3, ["李娜", 1, 2, "女"])]


def test_a_header_directly_above_data_is_not_joined_with_it(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx", 名册=[["姓名", "住址", None], ["李娜", "东坡路", "姓名"], ["王芳", "x", "y"]]
    )
    found, rows = only(path)
    assert (found.header, found.header_row, len(rows)) == (["姓名", "住址"], 1, 2)


def test_the_row_with_most_known_names_wins() -> None:
    rows = [
        (1, ["姓名", "x"]),
        (2, ["姓名", "住址"]),
        (3, ["姓名", "住址", "证号"]),
        (4, ["姓名", "住址", "证号"]),
    ]
    assert locate(rows, known).row == 3


def test_a_header_below_the_tenth_row_is_not_looked_for(tmp_path: Path) -> None:
    remarks = [[f"备注{n}"] for n in range(10)]
    assert only(xlsx(tmp_path / "a.xlsx", 名册=[*remarks[:9], ["姓名", "住址"]]))[0].header_row == 10
    with pytest.raises(NoHeader):
        read(xlsx(tmp_path / "b.xlsx", 名册=[*remarks, ["姓名", "住址"]]))


def test_without_a_header_the_message_shows_what_was_seen_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoHeader) as caught:
        read(xlsx(tmp_path / "a.xlsx", 名册=[["表"], ["名字", "证件", "姓名"]]))
    assert caught.value.code == "source_no_header"
    assert caught.value.seen == ["名字", "证件", "姓名"]
    assert "名字、证件、姓名" in str(caught.value)
    assert "加一行列名" in str(caught.value)
    assert "Put a row of column names" in caught.value.english


@pytest.mark.parametrize("identity", ["330199195001010011", 330199195001010011, date(1950, 1, 1)])
def test_a_file_of_bare_data_shows_no_one_s_data_in_the_message(tmp_path: Path, identity: object) -> None:
    path = xlsx(tmp_path / "a.xlsx", 名册=[["名册"], ["李娜", identity], ["王芳", "无"]])
    with pytest.raises(NoHeader) as caught:
        read(path)
    assert "李娜" not in str(caught.value) + caught.value.english
    assert "王芳" not in str(caught.value) + caught.value.english


def test_a_column_without_a_name_keeps_its_place(tmp_path: Path) -> None:
    found, rows = only(xlsx(tmp_path / "a.xlsx", 名册=[["姓名", None, "住址"], ["李娜", "?", "东坡路"]]))
    assert found.header == ["姓名", "", "住址"]
    assert rows == [(2, ["李娜", "?", "东坡路"])]
