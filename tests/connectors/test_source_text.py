"""CSV as offices write it: encodings, delimiters, quotes, size."""

from __future__ import annotations

import csv
import tracemalloc
from pathlib import Path

import pytest
from office_files import known, only, read

from connectors.sources.errors import Damaged, EmptyFile, UnknownEncoding, WrongFileType
from connectors.sources.tabular import sheets

TABLE = "姓名,身份证号,住址\n李娜,330199195001010011,东坡路1号\n,,\n王芳,330199195001010022,仁和路2号\n"


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_encodings_of_offices_read_alike(tmp_path: Path, encoding: str) -> None:
    sheet, rows = only(written(tmp_path / "名册.csv", TABLE, encoding))
    assert (sheet.name, sheet.header, sheet.header_row) == ("名册", ["姓名", "身份证号", "住址"], 1)
    assert rows == [
        (2, ["李娜", "330199195001010011", "东坡路1号"]),
        (4, ["王芳", "330199195001010022", "仁和路2号"]),
    ]


def test_rare_characters_of_gb18030_survive(tmp_path: Path) -> None:
    _, rows = only(written(tmp_path / "a.csv", "姓名,住址\n𠮷䶮,㐂里\n", "gb18030"))
    assert rows == [(2, ["𠮷䶮", "㐂里"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_by_the_header(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([["姓名", "住址"], ["李娜", "东坡路1号, 2幢; 3室\t南"]])
    assert only(path)[1] == [(2, ["李娜", "东坡路1号, 2幢; 3室\t南"])]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_ends_a_row(tmp_path: Path, ending: str) -> None:
    assert [number for number, _ in only(written(tmp_path / "a.csv", TABLE.replace("\n", ending)))[1]] == [
        2,
        4,
    ]


def test_a_cell_may_hold_quotes_delimiters_and_breaks(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", '姓名,住址\n李娜,"东坡路,1号\n""后门"""\n王芳,仁和路\n')
    assert only(path)[1] == [(2, ["李娜", '东坡路,1号\n"后门"']), (3, ["王芳", "仁和路"])]


def test_short_rows_are_filled_and_long_rows_keep_what_slipped(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "姓名,住址,证号\n李娜\n王芳,东坡路,1,2号\n赵敏,仁和路,3,, ,\n")
    assert only(path)[1] == [
        (2, ["李娜", None, None]),
        (3, ["王芳", "东坡路", "1", "2号"]),
        (4, ["赵敏", "仁和路", "3"]),
    ]


def test_an_unclosed_quote_is_an_error_and_swallows_no_rows(tmp_path: Path) -> None:
    text = "姓名,住址\n" + "李娜,东坡路\n" * 50 + '王芳,"仁和路\n赵敏,平海路\n'
    (sheet,) = sheets(written(tmp_path / "a.csv", text), known)
    assert next(sheet.rows) == (2, ["李娜", "东坡路"])
    with pytest.raises(Damaged, match="引号") as caught:
        list(sheet.rows)
    assert caught.value.row == 52


def test_an_unclosed_quote_among_the_first_rows_is_told_at_its_row(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="第 3 行"):
        read(written(tmp_path / "a.csv", '姓名,住址\n李娜,东坡路\n王芳,"仁和路\n赵敏,平海路\n'))


def test_a_zero_byte_far_inside_is_damage_at_its_line(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "姓名,住址\n" + "李娜,东坡路\n" * 2000 + "王\0芳,x\n")
    with pytest.raises(Damaged) as caught:
        read(path)
    assert caught.value.row == 2002


def test_text_in_neither_encoding_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"name,address\nok,ok\n\xff\xff,x\n")
    with pytest.raises(UnknownEncoding) as caught:
        read(path)
    assert caught.value.line == 3


def test_one_broken_character_in_utf8_is_not_read_as_gibberish(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TABLE.encode() * 3 + b"\xe5\xbc,x,y\n" + TABLE.encode())
    with pytest.raises(Damaged) as caught:
        read(path)
    assert caught.value.row == 13


def test_the_whole_file_decides_the_encoding_not_its_beginning(tmp_path: Path) -> None:
    text = "name,address\n" + "x,y\n" * 100_000 + "李娜,东坡路\n"
    path = written(tmp_path / "a.csv", text, "gb18030")
    (sheet,) = sheets(path, lambda name: name in {"name", "address"})
    assert list(sheet.rows)[-1] == (100_002, ["李娜", "东坡路"])


def test_a_character_cut_by_a_chunk_border_is_whole(tmp_path: Path) -> None:
    for shift in range(4):
        path = written(tmp_path / f"{shift}.csv", "姓名,住址\n" + "x" * shift + ",娜" * 90_000 + "\n")
        assert len(only(path)[1][0][1]) == 90_001


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b",,\n,,\n"])
def test_nothing_in_the_file_is_said_to_be_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(EmptyFile, match="空文件"):
        read(path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "图片"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "图片"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b"\xef\xbb\xbf  <!DOCTYPE html>", "网页"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b"Rar!\x1a\x07\x01\0", "压缩包"),
        (b"7z\xbc\xaf\x27\x1c", "压缩包"),
        (b"\x1f\x8b\x08\0", "压缩包"),
        (b"{\\rtf1}", "文字文档"),
        (b"\x7fELF\x02\x01\x01\0", "二进制"),
        ("姓名,住址".encode("utf-16-le"), "二进制"),
    ],
)
def test_what_is_no_table_is_named_whatever_its_ending(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "名册.csv"
    path.write_bytes(content)
    with pytest.raises(WrongFileType, match=kind) as caught:
        read(path)
    assert caught.value.code == "source_wrong_type"
    assert "另存为" in caught.value.chinese
    assert "Save it as" in caught.value.english


def test_a_missing_file_is_the_operating_system_s_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.csv")


def test_a_hundred_thousand_rows_stream_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["姓名", "身份证号", "住址", "联系电话"])
        writer.writerows(
            ["李娜", f"33019919500101{n % 10000:04}", "湖滨街道东坡路", n] for n in range(100_000)
        )
    tracemalloc.start()
    try:
        (sheet,) = sheets(path, known)
        count = sum(1 for _ in sheet.rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 100_000
    assert peak < 4_000_000 < path.stat().st_size
