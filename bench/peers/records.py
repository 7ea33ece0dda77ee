"""The records the six rules are about, nested, fetched from the SQLite file in batches by key with one query a table.

No condition of a rule is moved into these queries: an engine that judges records has to be given them all. What lies on
the far side of a reference (household, shop) is joined in, and only the cells that a rule reads are fetched, because
handing a record over is a good part of what such an engine costs. Days come as numbers like 20261123.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
Match: TypeAlias = tuple[str, int]
"""A rule and the key of a subject it matches."""
Make: TypeAlias = Callable[[list[str], Sequence[Any]], Record]

BATCH = 5_000
"""Residents, or enterprises, at a time: a few megabytes."""


def day_of(column: str) -> str:
    """A column of days as numbers like 20261123, in SQL."""
    return f"CAST(REPLACE({column}, '-', '') AS INTEGER)"


def _day(column: str) -> str:
    return f"{day_of(column)} AS {column.rpartition('.')[2]}"


RESIDENTS = f"""
    SELECT r.resident_id AS id, {_day("r.birth_date")}, {_day("r.death_on")}, {_day("r.moved_out_on")}, r.hukou_code,
           r.lives_alone, r.elder_situation, r.care_level, h.special_family
    FROM residents r LEFT JOIN households h ON h.household_id = r.household_id
    WHERE r.resident_id > ? AND r.resident_id <= ?"""
EMPLOYMENTS = f"""
    SELECT e.employment_id AS id, e.resident_id, {_day("e.ended_on")}, e.handles_food, s.status, s.kind
    FROM employments e JOIN enterprises s ON s.enterprise_id = e.enterprise_id
    WHERE e.resident_id > ? AND e.resident_id <= ?"""
ENTERPRISES = (
    "SELECT enterprise_id AS id, status FROM enterprises WHERE enterprise_id > ? AND enterprise_id <= ?"
)
PAPERS = f"""
    SELECT {{holder}}, kind, status, {_day("issued_on")}, {_day("valid_to")}, {_day("endorsed_on")}
    FROM certificates WHERE {{holder}} > ? AND {{holder}} <= ?"""
OF_RESIDENTS = {
    "certificates": PAPERS.format(holder="resident_id"),
    "disabilities": f"""
        SELECT resident_id, grade, {_day("valid_to")} FROM disabilities WHERE resident_id > ? AND resident_id <= ?""",
    "enrolments": f"""
        SELECT resident_id, policy, state, {_day("ended_on")}, {_day("revisit_on")}
        FROM enrolments WHERE resident_id > ? AND resident_id <= ?""",
    "service_events": f"""
        SELECT resident_id, kind, {_day("happened_on")} FROM service_events WHERE resident_id > ? AND resident_id <= ?""",
}
OF_ENTERPRISES = {"certificates": PAPERS.format(holder="enterprise_id")}


@dataclass(frozen=True)
class Batch:
    """Some records of each kind. An employment holds the day its resident died, and their certificates."""

    residents: list[Record]
    employments: list[Record]
    enterprises: list[Record]


def batches(file: Path, *, sparse: bool) -> Iterator[Batch]:
    """Everybody and every shop, once. `sparse` leaves empty cells out of the records instead of giving None."""
    connection = sqlite3.connect(file)
    make = _without_empty if sparse else _whole
    try:
        for low, high in _ranges(connection, "residents", "resident_id"):
            residents = _records(connection, make, RESIDENTS, OF_RESIDENTS, low, high)
            yield Batch(residents, _employments(connection, make, residents, low, high), [])
        for low, high in _ranges(connection, "enterprises", "enterprise_id"):
            yield Batch([], [], _records(connection, make, ENTERPRISES, OF_ENTERPRISES, low, high))
    finally:
        connection.close()


def _ranges(connection: sqlite3.Connection, table: str, key: str) -> Iterator[tuple[int, int]]:
    last = connection.execute(f"SELECT MAX({key}) FROM {table}").fetchone()[0] or 0
    yield from ((low, low + BATCH) for low in range(0, last, BATCH))


def _whole(names: list[str], cells: Sequence[Any]) -> Record:
    return dict(zip(names, cells, strict=True))


def _without_empty(names: list[str], cells: Sequence[Any]) -> Record:
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}


def _records(
    connection: sqlite3.Connection, make: Make, statement: str, children: dict[str, str], low: int, high: int
) -> list[Record]:
    relations = {name: _children(connection, make, query, low, high) for name, query in children.items()}
    cursor = connection.execute(statement, (low, high))
    names = [column[0] for column in cursor.description]
    records = [make(names, row) for row in cursor]
    for record in records:
        for name, rows in relations.items():
            record[name] = rows.get(record["id"], [])
    return records


def _children(
    connection: sqlite3.Connection, make: Make, query: str, low: int, high: int
) -> dict[int, list[Record]]:
    cursor = connection.execute(query, (low, high))
    names = [column[0] for column in cursor.description][1:]
    of: dict[int, list[Record]] = defaultdict(list)
    for holder, *cells in cursor:
        of[holder].append(make(names, cells))
    return of


def _employments(
    connection: sqlite3.Connection, make: Make, residents: list[Record], low: int, high: int
) -> list[Record]:
    by_id = {resident["id"]: resident for resident in residents}
    found = _records(connection, make, EMPLOYMENTS, {}, low, high)
    for employment in found:
        resident = by_id[employment.pop("resident_id")]
        employment["certificates"] = resident["certificates"]
        if "death_on" in resident:
            employment["death_on"] = resident["death_on"]
    return found
