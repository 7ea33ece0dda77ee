"""Our small reader of OLE containers, against olefile."""

from __future__ import annotations

from pathlib import Path

import olefile
import pytest
from office_files import compound, encrypted, xlsx

from connectors.sources.compound import Broken, Compound


@pytest.mark.parametrize("size", [10, 5000, 60_000])
def test_streams_read_as_olefile_reads_them(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    made = compound(tmp_path / "a.ole", "Workbook", content)
    locked = encrypted(tmp_path / "b.ole", xlsx(tmp_path / "a.xlsx", 名册=[["姓名"] * (size // 10)]))
    for path in (made, locked):
        ours = Compound(path.read_bytes())
        with olefile.OleFileIO(path) as theirs:
            for parts in theirs.listdir():
                assert ours.read(parts[-1]) == theirs.openstream(parts).read()


@pytest.mark.parametrize("size", [8, 40, 200, 511, 700])
def test_a_container_cut_short_is_broken(tmp_path: Path, size: int) -> None:
    content = compound(tmp_path / "a.ole", "Workbook", b"x").read_bytes()[:size]
    with pytest.raises(Broken):
        Compound(content).read("Workbook")


def test_a_chain_in_a_circle_ends(tmp_path: Path) -> None:
    content = bytearray(compound(tmp_path / "a.ole", "Workbook", b"x" * 5000).read_bytes())
    content[512 + 4 * 3 : 512 + 4 * 4] = (2).to_bytes(4, "little")
    with pytest.raises(Broken):
        Compound(bytes(content)).read("Workbook")
