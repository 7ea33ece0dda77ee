"""What SQLite itself does not know of its tables: how many rows, and how their values lie, from a few of them.

PostgreSQL keeps statistics of its own and is asked for none. Row counts come from ANALYZE (`sqlite_stat1`), which every
import brings up to date; of a table that was never analysed the rows are counted.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import column, func, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.catalogue import Catalogue, Entity
from rules.sql.choose import Population
from service.access.unit import Unit

SAMPLE = 200
"""Subjects looked at: a share of one tenth is known to within two hundredths, and the look costs a few milliseconds."""
STATISTICS = table("sqlite_stat1", column("tbl"), column("idx"), column("stat"))
CATALOGUED = table("pg_class", column("relname"), column("reltuples"), column("relkind"))


async def population(unit: Unit, catalogue: Catalogue, subject: str) -> Population | None:
    """What `verdicts` should know of the size of the database; None where the database knows better."""
    if unit.dialect == "postgresql":
        return None
    rows = await row_counts(unit, catalogue)
    return Population(subject, rows, await _sample(unit.connection, catalogue[subject]))


async def row_counts(unit: Unit, catalogue: Catalogue) -> dict[str, int]:
    """Rows of every entity by the database's statistics; counted where there are none."""
    read = _postgres_statistics if unit.dialect == "postgresql" else _sqlite_statistics
    known = await read(unit.connection)
    found = {}
    for name, entity in catalogue.entities.items():
        rows = known.get(entity.table.name)
        found[name] = await _count(unit.connection, entity) if rows is None else rows
    return found


async def _sqlite_statistics(connection: AsyncConnection) -> dict[str, int]:
    """The first number of every `stat` is the rows of the index, which for a partial one are fewer than the table's."""
    there = select(func.count()).select_from(table("sqlite_master", column("name")))
    if not (await connection.execute(there.where(column("name") == STATISTICS.name))).scalar():
        return {}
    rows: dict[str, int] = {}
    for line in await connection.execute(select(STATISTICS.c.tbl, STATISTICS.c.stat)):
        counted = int(str(line.stat).split(" ", 1)[0])
        rows[line.tbl] = max(rows.get(line.tbl, 0), counted)
    return rows


async def _postgres_statistics(connection: AsyncConnection) -> dict[str, int]:
    """`reltuples` is -1 of a table that was never analysed."""
    tables = select(CATALOGUED.c.relname, CATALOGUED.c.reltuples).where(
        CATALOGUED.c.relkind == "r", CATALOGUED.c.reltuples >= 0
    )
    return {row.relname: round(row.reltuples) for row in await connection.execute(tables)}


async def _count(connection: AsyncConnection, entity: Entity) -> int:
    return int((await connection.execute(select(func.count()).select_from(entity.table))).scalar_one())


async def _sample(connection: AsyncConnection, entity: Entity) -> list[dict[str, Any]]:
    """Some subjects, evenly spaced by key; only the fields that rules may read, and none that is encrypted."""
    last = (await connection.execute(select(func.max(entity.key)))).scalar()
    if last is None:
        return []
    keys = sorted({1 + last * number // SAMPLE for number in range(SAMPLE)})
    cells = [
        field.cell(entity.table).label(name) for name, field in entity.fields.items() if not field.encrypted
    ]
    rows = await connection.execute(select(*cells).where(entity.key.in_(keys)))
    return [dict(row) for row in rows.mappings()]
