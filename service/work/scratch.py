"""The temporary tables of one transaction of gathering or planning: emptied before use, and never asked afterwards."""

from __future__ import annotations

from sqlalchemy import Column, Date, MetaData, Select, Table, Text, delete, text
from sqlalchemy.schema import CreateTable

from service.access.unit import Unit
from service.tables.columns import Key

_metadata = MetaData()


def _table(name: str, *columns: Column[object]) -> Table:
    return Table(name, _metadata, *columns, prefixes=["TEMPORARY"])


def _task() -> Column[object]:
    return Column("task_id", Key, primary_key=True, autoincrement=False)


targets_now = _table(
    "targets_now",
    Column("target_kind", Text, primary_key=True),
    Column("target_id", Key, primary_key=True, autoincrement=False),
)
"""The visit targets a gathering has taken out of the queue."""
tasks_now = _table("tasks_now", _task())
"""The tasks these targets have, and those their findings stood on before."""
holders_now = _table("holders_now", _task(), Column("account_id", Key))
"""Tasks that change hands, and to whom; NULL where nobody can be found."""
days_now = _table("days_now", _task(), Column("planned_on", Date), Column("state", Text, nullable=False))
"""Tasks whose day or state a plan changes."""


async def empty(unit: Unit, *tables: Table) -> None:
    """Make the tables, or empty them."""
    for table in tables:
        await unit.connection.execute(CreateTable(table, if_not_exists=True))
        # PostgreSQL's DELETE leaves the rows to a vacuum that temporary tables never get.
        emptied = text(f"TRUNCATE {table.name}") if unit.dialect == "postgresql" else delete(table)
        await unit.connection.execute(emptied)


async def put(unit: Unit, table: Table, rows: Select[*tuple[object, ...]]) -> int:
    """Add the rows of a select, whose columns are the table's own in order; returns how many."""
    columns = [column.name for column in table.columns]
    filled = await unit.connection.execute(table.insert().from_select(columns, rows))
    await tell_size(unit, table)
    return filled.rowcount


async def tell_size(unit: Unit, table: Table) -> None:
    """Let PostgreSQL know how many rows a temporary table has: it takes even a single one for thousands."""
    if unit.dialect == "postgresql":
        await unit.connection.execute(text(f"ANALYZE {table.name}"))
