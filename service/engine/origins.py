"""Where the facts of an explanation come from, and from which day they are.

A correction made on a visit comes first; otherwise what last wrote the record. Of a field which that did not touch, only
that it is older is known. A handful of statements for a whole explanation, none per fact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select

from rules import Catalogue, Fact
from service.access.unit import Unit
from service.tables import changes, changesets, corrections

SAID = {
    "import": "导入",
    "visit": "走访核实",
    "enterprise": "企业上报",
    "admin": "后台修改",
    "feed": "数据对接",
}
Cell = tuple[str, int, str]
"""Entity, key of the record, field."""


@dataclass(frozen=True)
class Origin:
    """Where a fact comes from (a value of `changesets.source`) and the day it is from.

    `on` and `changeset_id` are None where only older is known.
    """

    source: str
    on: date | None
    text: str
    changeset_id: int | None = None


@dataclass(frozen=True)
class _Set:
    """A changeset as an origin."""

    changeset_id: int
    source: str
    on: date

    def origin(self, record: str) -> Origin:
        """`record` is the label of what was written."""
        text = f"{SAID[self.source]} {self.on}（{record}）"
        return Origin(self.source, self.on, text, self.changeset_id)

    def earlier(self) -> Origin:
        return Origin("import", None, f"{self.on} 以前登记")


async def origins(unit: Unit, known: Catalogue, facts: Iterable[Fact]) -> Mapping[Cell, Origin]:
    """The origin of every fact that is there; facts whose record came without its key are left out."""
    cells = {
        (fact.entity, fact.key, fact.field) for fact in facts if fact.key is not None and not fact.missing
    }
    by_entity: dict[str, set[int]] = defaultdict(set)
    for entity, key, _ in cells:
        by_entity[entity].add(key)
    written = await _written(unit, known, by_entity)
    sets = await _sets(unit, set(written.values()))
    corrected = await _corrected(unit, by_entity)
    touched = await _touched(
        unit, {key for key, found in sets.items() if found.source != "import"}, by_entity
    )
    found: dict[Cell, Origin] = {}
    for cell in cells:
        last = sets.get(written.get(cell[:2], 0))
        origin = corrected.get(cell) or (None if last is None else _origin(known, cell, last, touched))
        if origin is not None:
            found[cell] = origin
    return found


def _origin(known: Catalogue, cell: Cell, last: _Set, touched: set[Cell]) -> Origin:
    entity, key, _ = cell
    if last.source == "import" or cell in touched or (entity, key, "*") in touched:
        return last.origin(known[entity].label)
    return last.earlier()


async def _written(
    unit: Unit, known: Catalogue, by_entity: Mapping[str, set[int]]
) -> dict[tuple[str, int], int]:
    """Record → the changeset that last wrote it."""
    found: dict[tuple[str, int], int] = {}
    for entity, keys in by_entity.items():
        table, key = known[entity].table, known[entity].key
        rows = await unit.connection.execute(
            select(key, table.c.changeset_id).where(key.in_(keys), table.c.changeset_id.is_not(None))
        )
        found |= {(entity, row[0]): row[1] for row in rows}
    return found


async def _sets(unit: Unit, changeset_ids: set[int]) -> dict[int, _Set]:
    c = changesets.c
    rows = await unit.connection.execute(
        select(c.changeset_id, c.source, c.recorded_at).where(c.changeset_id.in_(changeset_ids))
    )
    zone = unit.clock.zone
    return {
        row.changeset_id: _Set(row.changeset_id, row.source, row.recorded_at.astimezone(zone).date())
        for row in rows
    }


async def _corrected(unit: Unit, by_entity: Mapping[str, set[int]]) -> dict[Cell, Origin]:
    c = corrections.c
    rows = await unit.connection.execute(
        select(c.entity, c.record_id, c.field, c.observed_on, c.changeset_id).where(_any_of(c, by_entity))
    )
    return {
        (row.entity, row.record_id, row.field): Origin(
            "visit", row.observed_on, f"走访核实 {row.observed_on}", row.changeset_id
        )
        for row in rows
    }


async def _touched(unit: Unit, changeset_ids: set[int], by_entity: Mapping[str, set[int]]) -> set[Cell]:
    """What single changesets changed. Those of imports are not asked: they hold a row for every record of a file."""
    if not changeset_ids:
        return set()
    c = changes.c
    rows = await unit.connection.execute(
        select(c.entity, c.record_id, c.field).where(c.changeset_id.in_(changeset_ids), _any_of(c, by_entity))
    )
    return {(row.entity, row.record_id, row.field) for row in rows}


def _any_of(columns: Any, by_entity: Mapping[str, set[int]]) -> Any:
    return or_(
        *(and_(columns.entity == entity, columns.record_id.in_(keys)) for entity, keys in by_entity.items())
    )
