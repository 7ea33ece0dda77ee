"""How far each rule has come: up to which scan, by which version, for which day, and what it asked then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import delete, select

from service.access.unit import Unit
from service.tables import rule_progress
from service.tables.upsert import upsert


@dataclass(frozen=True)
class Progress:
    """A rule as its last finished scan left it. `question` is a digest of all that it asked (`rules.question`)."""

    rule: str
    scan_id: int
    version_id: int
    as_of: date
    question: str


async def progress(unit: Unit) -> dict[str, Progress]:
    """Rule → how far it has come."""
    columns = [rule_progress.c[name] for name in Progress.__dataclass_fields__]
    rows = await unit.connection.execute(select(*columns))
    return {row.rule: Progress(*row) for row in rows}


async def note(unit: Unit, done: Sequence[Progress]) -> None:
    """Write down how far rules have come."""
    if done:
        changed = ["scan_id", "version_id", "as_of", "question"]
        statement = upsert(unit.dialect, rule_progress, ["rule"], changed)
        await unit.connection.execute(statement, [asdict(one) for one in done])


async def forget(unit: Unit, rules: Sequence[str]) -> None:
    """The next scan of these rules judges everyone."""
    await unit.connection.execute(delete(rule_progress).where(rule_progress.c.rule.in_(list(rules))))
