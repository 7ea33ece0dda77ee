"""What a worker has reported on a day, visit by visit: for the end of the list, and for a look back in the evening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from service.access.actors import visible
from service.access.unit import Unit
from service.tables import findings, outcomes, rule_versions, tasks
from service.work.targets import Target, targets_of


@dataclass(frozen=True)
class Told:
    """What was said of one finding."""

    title: str
    outcome: str
    at: datetime


@dataclass(frozen=True)
class Finished:
    """A visit and what was said of it that day; `open` while something of it is left."""

    task_id: int
    target: Target
    open: bool
    told: list[Told]


async def finished_on(unit: Unit, day: date) -> list[Finished]:
    """What the actor reported on `day`, the latest visit first; of the own area only, as everything."""
    begin = datetime.combine(day, time(), unit.clock.zone)
    end = datetime.combine(day + timedelta(days=1), time(), unit.clock.zone)
    statement = (
        select(
            outcomes.c.task_id, outcomes.c.outcome, outcomes.c.at, rule_versions.c.title,
            tasks.c.target_kind, tasks.c.target_id, tasks.c.closed_at,
        )
        .join(tasks, tasks.c.task_id == outcomes.c.task_id)
        .join(findings, findings.c.finding_id == outcomes.c.finding_id)
        .join(rule_versions, rule_versions.c.version_id == findings.c.version_id)
        .where(
            outcomes.c.account_id == unit.actor.account_id,
            outcomes.c.at >= begin,
            outcomes.c.at < end,
            visible(unit.actor, tasks.c.division_code),
        )
        .order_by(outcomes.c.outcome_id.desc())
    )  # fmt: skip
    rows = (await unit.connection.execute(statement)).all()
    targets = await targets_of(unit, [(row.target_kind, row.target_id) for row in rows])
    visits: dict[int, Finished] = {}
    for row in rows:
        target = targets[row.target_kind, row.target_id]
        visit = visits.setdefault(row.task_id, Finished(row.task_id, target, row.closed_at is None, []))
        visit.told.append(Told(row.title, row.outcome, row.at.astimezone(unit.clock.zone)))
    return list(visits.values())
