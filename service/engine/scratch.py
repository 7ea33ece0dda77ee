"""The temporary tables of a scan or a forecast: they belong to its connection, outlive its transactions, and are emptied before use."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    CompoundSelect,
    Date,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.schema import CreateTable

from service.access.unit import Session, Unit
from service.tables.columns import Key

_metadata = MetaData()
LAID_OUT = "scratch_laid_out"
"""Noted with a connection that has all tables; it goes when the connection goes, as they do."""
ANALYSE_FROM = 1000
"""Rows from which PostgreSQL is told how many there are: it knows nothing of a temporary table by itself."""

GROWN = 256 * 1024
"""Bytes from which a temporary table of PostgreSQL is truncated."""


def _table(name: str, *columns: Column[object]) -> Table:
    return Table(name, _metadata, *columns, prefixes=["TEMPORARY"], sqlite_with_rowid=False)


def _subject() -> Column[object]:
    return Column("subject_id", Key, primary_key=True, autoincrement=False)


candidates = _table("candidates", _subject())
"""Whom a delta judges."""
woken = _table("woken", _subject())
"""Candidates a person found not eligible, of whom a fact that the rule reads has changed since."""
verdicts_now = _table(
    "verdicts_now",
    _subject(),
    Column("target_kind", Text, nullable=False),
    Column("target_id", Key, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("due_on", Date),
)
"""Who matches, cannot be decided, or cannot be judged for want of a parameter, of those asked about."""
lacking_now = _table("lacking_now", _subject(), Column("fact", Text, primary_key=True))
"""What is missing of whom; an empty fact stands for the subject as such."""
differing = _table("differing", Column("step", Text, primary_key=True), _subject())
"""Whose findings are out of step with `verdicts_now`, by what has to be done about it."""
episodes_ahead = _table(
    "episodes_ahead",
    _subject(),
    Column("open", Boolean, nullable=False),
    Column("again_on", Date),
    Column("quiet_until", Date),
)
"""Whoever has or had an episode, of those a forecast asks about: whether it is open, from which day one that a person
settled may be opened anew, and until when one that was settled and withdrawn keeps another from being opened."""
opened_ahead = _table("opened_ahead", _subject())
"""Whose episode opens on the day that is forecast."""
expected_ahead = _table(
    "expected_ahead",
    Column("day", Date, primary_key=True),
    Column("division_code", Text, primary_key=True),
    Column("expected", Integer, nullable=False),
)
"""How many episodes open on which day where."""


async def lay_out(session: Session) -> None:
    """Make the tables of a scan once for all that follows on this connection."""
    async with session.read() as unit:
        for table in _metadata.sorted_tables:
            await unit.connection.execute(CreateTable(table, if_not_exists=True))
    # Only now: had it been rolled back, they would not be there.
    async with session.read() as unit:
        (await unit.connection.get_raw_connection()).info[LAID_OUT] = True


async def empty(unit: Unit, *tables: Table) -> None:
    """Make the tables where they were not laid out, and empty them."""
    if LAID_OUT not in (await unit.connection.get_raw_connection()).info:
        for table in tables:
            await unit.connection.execute(CreateTable(table, if_not_exists=True))
    await clear(unit, *tables)


async def clear(unit: Unit, *tables: Table) -> None:
    """Empty tables that were made on this connection."""
    for table in tables:
        emptied = text(f"TRUNCATE {table.name}") if await _grown(unit, table) else delete(table)
        await unit.connection.execute(emptied)


async def _grown(unit: Unit, table: Table) -> bool:
    """Whether PostgreSQL's DELETE would leave much behind: to a vacuum that temporary tables never get.

    TRUNCATE gives a table a new file, which takes as long as a dozen small deletions.
    """
    if unit.dialect != "postgresql":
        return False
    size = await unit.connection.execute(select(func.pg_relation_size(table.name)))
    return int(size.scalar_one()) > GROWN


async def put(
    unit: Unit, table: Table, rows: Select[*tuple[object, ...]] | CompoundSelect[*tuple[object, ...]] | None
) -> int:
    """Fill a table with rows, whose columns are its own in order; returns how many."""
    if rows is None:
        return 0
    columns = [column.name for column in table.columns]
    filled = await unit.connection.execute(table.insert().from_select(columns, rows))
    if filled.rowcount >= ANALYSE_FROM and unit.dialect == "postgresql":
        await unit.connection.execute(text(f"ANALYZE {table.name}"))
    return filled.rowcount
