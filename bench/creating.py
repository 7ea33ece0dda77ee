"""The findings of the six reference rules written by hand, one INSERT … SELECT a rule, as the measure of a first scan."""

from __future__ import annotations

import time
from datetime import date

from sqlalchemy import Table, delete, func, select, text, update

from bench import handwritten
from bench.apart import Apart, processor_seconds
from service.access.unit import House, Unit
from service.engine import rulebook
from service.engine.comparing import Episode
from service.engine.rule_scan import episode_of
from service.tables import (
    changesets,
    findings,
    metadata,
    pending_targets,
    rule_progress,
    scan_rules,
    scans,
    undecided,
)

COLUMNS = "rule, version_id, subject_kind, subject_id, target_kind, target_id, verdict, grade, since_on, due_on, visit_from"
WRITTEN: tuple[Table, ...] = (findings, undecided, pending_targets, rule_progress, scan_rules, scans)


async def by_hand(process: Apart, day: date) -> tuple[float, float, int]:
    """Seconds of writing them there, a transaction a rule, and of processor, and how many they are."""
    return await process.run(write_there, day)


async def write_there(house: House) -> tuple[float, float, int]:
    """Seconds, seconds of processor, and how many findings."""
    statements, written = await _statements(house, house.clock.today()), 0
    before = await processor_seconds(house)
    started = time.perf_counter()
    for statement, binds in statements:
        async with house.write() as unit:
            written += (await unit.connection.execute(text(statement), binds)).rowcount
    taken = time.perf_counter() - started
    return taken, await processor_seconds(house) - before, written


async def _statements(house: House, day: date) -> list[tuple[str, dict[str, date | None]]]:
    """One for each rule: its matches, with what every finding of the rule has in common."""
    async with house.read() as unit:
        ground = await rulebook.basis(unit)
        made = []
        for version in await rulebook.in_force(unit, day):
            if version.rule in handwritten.RULES:
                episode = episode_of(version, ground.checked(version), ground.moment(day), day)
                made.append(_statement(unit, episode))
        return made


def _statement(unit: Unit, episode: Episode) -> tuple[str, dict[str, date | None]]:
    """The matches bring (subject, kind and key of the target, verdict, grade, due date)."""
    asked = handwritten.matches(episode.rule, unit.dialect, episode.as_of)
    binds = {name: value for name, value in handwritten.binds(episode.as_of).items() if f":{name}" in asked}
    day, due, held, visit = (
        "NULL" if value is None else f"'{value}'"
        for value in (episode.as_of, episode.due_on, episode.held_due_on, episode.visit_from)
    )
    kind = "CASE WHEN m.grade = 'urgent' THEN {} ELSE {} END"
    if unit.dialect == "postgresql":
        kind = f"CAST({kind} AS DATE)"
    cells = (
        f"'{episode.rule}', {episode.version_id}, '{episode.subject_kind}', m.subject_id, m.target_kind, m.target_id, "
        f"m.verdict, m.grade, '{day[1:-1]}', {kind.format(due, held)}, {kind.format('NULL', visit)}"
    )
    if unit.dialect == "sqlite":
        names = "WITH m(subject_id, target_kind, target_id, verdict, grade, due_on) AS"
        return f"INSERT INTO findings ({COLUMNS}) {names} ({asked}) SELECT {cells} FROM m", binds
    return (
        f"INSERT INTO findings ({COLUMNS}) SELECT {cells} FROM ({asked}) "
        "m(subject_id, target_kind, target_id, verdict, grade, due_on)",
        binds,
    )


async def found(house: House) -> tuple[int, ...]:
    """What tells one set of open findings from another: their number, sums over their cells."""
    f = findings.c
    mixed = func.sum((f.subject_id * 31 + f.target_id * 17 + func.length(f.grade)) % 1_000_003)
    counted = select(func.count(), mixed, func.count(f.due_on), func.count(f.visit_from))
    async with house.read() as unit:
        row = (await unit.connection.execute(counted.where(f.cleared_on.is_(None)))).one()
    return tuple(int(cell or 0) for cell in row)


async def forget_everything(house: House) -> None:
    """As if nothing had ever been scanned."""
    async with house.write() as unit:
        for table in WRITTEN:
            await unit.connection.execute(delete(table))
        # Left with their numbers, changes would be taken in again by new scans that SQLite gives the same numbers.
        await unit.connection.execute(update(changesets).values(scan_id=None))
        if unit.dialect == "postgresql":
            # As new: of a table that was found empty PostgreSQL would believe that it stays so.
            await unit.connection.execute(text("TRUNCATE findings, outcomes"))
    await tidy(house)


async def tidy(house: House) -> None:
    """What a database does by itself after a while: give the room of dead rows back, look at its tables anew."""
    if house.database.dialect == "sqlite":
        async with house.write() as unit:
            await unit.connection.execute(text("ANALYZE"))
        return
    import asyncpg

    url = house.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    kept = ", ".join(sorted(set(metadata.tables) - {table.name for table in WRITTEN}))
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"VACUUM ANALYZE {kept}")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
