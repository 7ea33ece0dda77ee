"""What can be wrong with a file as a whole. Every error has a stable code and says what to do, in both languages.

SourceError
├── WrongFileType     not a table at all
│   └── EmptyFile     nothing in it
├── Protected         a workbook behind a password
├── Damaged           a table, but broken
├── UnknownEncoding   text that is neither UTF-8 nor GB18030
├── TooLarge          more cells than may be held in memory
└── NoHeader          no row with known column names
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class SourceError(Exception):
    """A file cannot be read. `str()` is the Chinese message, `english` the other one."""

    code: ClassVar[str] = "source_error"

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(chinese)
        self.chinese = chinese
        self.english = english


class WrongFileType(SourceError):
    """The content is no table; `kind` says what it is."""

    code: ClassVar[str] = "source_wrong_type"

    def __init__(self, chinese_kind: str, english_kind: str) -> None:
        super().__init__(
            f"这是{chinese_kind}，不是表格。请用 Excel 或 WPS 另存为 .xlsx 或 CSV 后重新上传。",
            f"This is {english_kind}, not a table. Save it as .xlsx or CSV and upload it again.",
        )
        self.kind = english_kind


class EmptyFile(WrongFileType):
    """The file holds nothing."""

    code: ClassVar[str] = "source_empty"

    def __init__(self) -> None:
        super().__init__("空文件", "an empty file")


class Protected(SourceError):
    """The workbook is encrypted."""

    code: ClassVar[str] = "source_protected"

    def __init__(self) -> None:
        super().__init__(
            "文件设有打开密码。请打开文件，取消密码（文件 → 信息 → 保护工作簿），重新保存后再上传。",
            "The workbook is protected by a password. Open it, remove the password, save it and upload it again.",
        )


class Damaged(SourceError):
    """The file is broken; `row` is the first row that could not be read, where that is known."""

    code: ClassVar[str] = "source_damaged"

    def __init__(self, chinese: str, english: str, row: int | None = None) -> None:
        place = ("", "") if row is None else (f"第 {row} 行：", f"Row {row}: ")
        super().__init__(
            f"文件已损坏，无法读取。{place[0]}{chinese}。请重新导出或打开后另存，再上传。",
            f"The file is damaged. {place[1]}{english}. Export or save it anew and upload it again.",
        )
        self.row = row


class UnknownEncoding(SourceError):
    """The text is in neither of the encodings offices use; `line` is where reading it failed."""

    code: ClassVar[str] = "source_encoding"

    def __init__(self, line: int) -> None:
        super().__init__(
            f"无法识别文字编码（第 {line} 行附近）。请另存为“CSV UTF-8”或 .xlsx 后重新上传。",
            f"The text is neither UTF-8 nor GB18030 (near line {line}). Save it as CSV UTF-8 or .xlsx.",
        )
        self.line = line


class TooLarge(SourceError):
    """A sheet spans more cells than may be held in memory, often for one stray cell far away."""

    code: ClassVar[str] = "source_too_large"

    def __init__(self, sheet: str) -> None:
        super().__init__(
            f"“{sheet}”跨越的单元格过多。请删去数据之外的多余行列（Ctrl+End 可见），或另存为 CSV 后重新上传。",
            f"“{sheet}” spans too many cells. Delete stray rows and columns beyond the data, or save it as CSV.",
        )


class NoHeader(SourceError):
    """No row of column names among the first ones. `seen` are the texts of the likeliest row, if any."""

    code: ClassVar[str] = "source_no_header"

    def __init__(self, sheet: str, seen: Sequence[str]) -> None:
        listing = "、".join(seen[:12])
        super().__init__(
            f"“{sheet}”前十行里没有找到表头（至少两个认得的列名）。"
            + (f"看到的是：{listing}。" if listing else "看到的不像列名。")
            + "请在数据上方加一行列名，可从模板复制，或先设置列名对应关系。",
            f"No header with at least two known column names in the first ten rows of “{sheet}”. "
            + (f"Seen: {listing}. " if listing else "What is there does not look like column names. ")
            + "Put a row of column names above the data, or set up a column mapping first.",
        )
        self.sheet = sheet
        self.seen = list(seen)
