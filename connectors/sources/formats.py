"""What a file is, by its content: names and endings are not to be trusted."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from enum import Enum
from pathlib import Path

from connectors.sources.compound import MAGIC, Broken, Compound
from connectors.sources.errors import Damaged, EmptyFile, Protected, WrongFileType

BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    KeyError,
    ValueError,
    RuntimeError,  # an encrypted part; NotImplementedError, an unknown compression, is one
)
"""What the standard library raises over an archive that is not whole."""

_ZIP = b"PK\x03\x04"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

# (beginning, Chinese name, English name); compared in lower case after leading white space
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"%pdf-", "PDF 文件", "a PDF document"),
    (b"\x89png", "图片", "an image"),
    (b"\xff\xd8\xff", "图片", "an image"),
    (b"gif8", "图片", "an image"),
    (b"rar!", "压缩包", "an archive"),
    (b"7z\xbc\xaf", "压缩包", "an archive"),
    (b"\x1f\x8b", "压缩包", "an archive"),
    (b"pk\x05\x06", "空的压缩包", "an empty archive"),
    (b"{\\rtf", "文字文档", "a text document"),
    (b"<!doctype html", "网页", "a web page"),
    (b"<html", "网页", "a web page"),
    (b"<table", "网页", "a web page"),
    (b"<?xml", "XML 文件", "an XML file"),
)


class Format(Enum):
    """The kinds of table there are."""

    TEXT = "text"
    XLSX = "xlsx"
    ODS = "ods"
    XLS = "xls"


def recognise(path: Path) -> Format:
    """The format of the file. Raises `WrongFileType`, `EmptyFile`, `Protected` or `Damaged`; OSError as it comes."""
    with path.open("rb") as file:
        head = file.read(8192)
    if not head.strip():
        raise EmptyFile
    if head.startswith(_ZIP):
        return _archive(path)
    if head.startswith(MAGIC):
        return _compound(path)
    _refuse_foreign(head)
    return Format.TEXT


def _refuse_foreign(head: bytes) -> None:
    start = head.removeprefix(_BOMS[0]).lstrip().lower()
    for beginning, chinese, english in _FOREIGN:
        if start.startswith(beginning):
            raise WrongFileType(chinese, english)
    if b"\0" in head and not head.startswith(_BOMS):
        raise WrongFileType("无法识别的二进制文件", "an unknown binary file")


def _archive(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            return _archive_format(archive)
    except BROKEN_ARCHIVE as error:
        raise Damaged("压缩结构不完整", "its archive structure is incomplete") from error


def _archive_format(archive: zipfile.ZipFile) -> Format:
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return Format.XLSX
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:80]:
        _refuse_encrypted(archive)
        return Format.ODS
    if "xl/workbook.bin" in names:
        raise WrongFileType("二进制工作簿（.xlsb）", "a binary workbook (.xlsb)")
    if any(name.startswith("word/") for name in names):
        raise WrongFileType("Word 文档", "a Word document")
    if any(name.startswith("ppt/") for name in names):
        raise WrongFileType("演示文稿", "a presentation")
    raise WrongFileType("压缩包", "an archive")


def _refuse_encrypted(archive: zipfile.ZipFile) -> None:
    """OpenDocument encrypts each part and says so in its manifest (ODF 1.3 part 2 §3.4)."""
    manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive.namelist() else b""
    if b"encryption-data" in manifest:
        raise Protected


def _compound(path: Path) -> Format:
    try:
        names = Compound(path.read_bytes()).names
    except Broken as error:
        raise Damaged("文件结构不完整", "its structure is incomplete") from error
    if "EncryptedPackage" in names:
        raise Protected
    if names & {"Workbook", "Book"}:
        return Format.XLS
    if "WordDocument" in names:
        raise WrongFileType("Word 文档", "a Word document")
    raise WrongFileType("其他程序的文档", "a document of another program")
