"""Imports side by side, and an import that is called off."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from record_files import id_number, many_id_numbers, write_csv
from sqlalchemy import func, select, text

from service.access.actors import SYSTEM
from service.access.unit import House
from service.records.ahead import ahead
from service.records.changesets import correct
from service.records.importing import import_file
from service.tables import changesets, corrections, imports, residents

HEADER = ["身份证号", "姓名", "住址"]


async def test_two_imports_of_one_file_at_once_make_everyone_once(house: House, tmp_path: Path) -> None:
    rows = [[number, f"陈{i}", "东坡路1号"] for i, number in enumerate(many_id_numbers(2_500))]
    path = write_csv(tmp_path / "r.csv", HEADER, rows)
    reports = await asyncio.gather(*(import_file(house, path, "residents", actor=SYSTEM) for _ in range(3)))
    assert sum(report.created for report in reports) == 2_500
    assert sum(report.unchanged for report in reports) == 5_000


async def test_an_import_and_a_correction_at_once_both_hold(house: House, tmp_path: Path) -> None:
    numbers = many_id_numbers(2_500)
    for address in ("东坡路1号", "东坡路2号"):
        path = write_csv(
            tmp_path / f"{address}.csv", HEADER, [[n, f"陈{i}", address] for i, n in enumerate(numbers)]
        )
        if address == "东坡路1号":
            await import_file(house, path, "residents", actor=SYSTEM)

    async def visit() -> None:
        async with house.write() as unit:
            await correct(unit, "resident", 7, {"sex": "9"}, observed_on=unit.today)

    await asyncio.gather(import_file(house, path, "residents", actor=SYSTEM), visit())
    async with house.read() as unit:
        row = (
            (await unit.connection.execute(select(residents).where(residents.c.resident_id == 7)))
            .mappings()
            .one()
        )
        kept = (await unit.connection.execute(select(corrections.c.field))).scalars().all()
    assert (row["sex"], row["address"], kept) == ("9", "东坡路2号", ["sex"])


async def test_an_import_called_off_leaves_no_record_and_says_so(house: House, tmp_path: Path) -> None:
    rows = [[number, f"陈{i}", ""] for i, number in enumerate(many_id_numbers(9_000))]
    path = write_csv(tmp_path / "r.csv", HEADER, rows)
    task: asyncio.Task[object]
    task = asyncio.ensure_future(
        import_file(
            house, path, "residents", actor=SYSTEM, progress=lambda _rows: bool(task.cancel()) and None
        )
    )
    with pytest.raises(asyncio.CancelledError):
        await task
    async with house.read() as unit:
        counts = [
            (await unit.connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (residents, changesets)
        ]
        row = (await unit.connection.execute(select(imports.c.state, imports.c.error))).one()
    assert (counts, row.state) == ([0, 0], "failed")
    assert "重新导入" in row.error
    assert (await import_file(house, path, "residents", actor=SYSTEM)).created == 9_000


async def test_the_planner_is_told_of_a_big_import(sqlite_house: House, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "r.csv", HEADER, [[n, f"陈{i}", ""] for i, n in enumerate(many_id_numbers(1_000))]
    )
    await import_file(sqlite_house, path, "residents", actor=SYSTEM)
    async with sqlite_house.read() as unit:
        analysed = await unit.connection.execute(
            text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'residents'")
        )
        assert analysed.scalar_one() > 0


async def test_no_staged_row_outlives_its_import(sqlite_house: House, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", HEADER, [[id_number(11), "陈大文", ""]])
    for dry_run in (True, False):
        await import_file(sqlite_house, path, "residents", actor=SYSTEM, dry_run=dry_run)
        async with sqlite_house.database.write() as connection:
            assert (
                await connection.execute(
                    text("SELECT name FROM sqlite_temp_master WHERE name LIKE 'staged%'")
                )
            ).all() == []


async def test_reading_ahead_keeps_the_order_and_passes_errors_on() -> None:
    closed: list[bool] = []

    def numbers(fail: bool) -> object:
        try:
            yield from range(5)
            if fail:
                raise ValueError("unreadable")
        finally:
            closed.append(True)

    async with ahead(numbers(False)) as items:  # type: ignore[arg-type]
        assert [item async for item in items] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="unreadable"):
        async with ahead(numbers(True)) as items:  # type: ignore[arg-type]
            assert [item async for item in items] == []
    async with ahead(numbers(False)) as items:  # type: ignore[arg-type]
        assert await anext(items) == 0
    assert closed == [True, True, True]
