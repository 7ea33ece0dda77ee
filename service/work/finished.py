"""What a worker has reported on a day, visit by visit: for the end of the list, and for a look back in the evening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, select

from service.access.actors import visible
from service.access.unit import Unit
from service.tables import findings, objections, outcomes, retractions, rule_versions, tasks
from service.work.targets import Target, targets_of

OBJECTION = "objection"
"""What stands in place of an outcome where somebody objected."""


@dataclass(frozen=True)
class Told:
    """What was said of one finding; `revisit_on` and `reason` of what was put off, `taken_back` what no longer counts."""

    title: str
    department: str
    outcome: str
    at: datetime
    revisit_on: date | None
    reason: str | None
    taken_back: bool


@dataclass(frozen=True)
class Finished:
    """A visit and what was said of it that day; `open` while something of it is left."""

    task_id: int
    target: Target
    open: bool
    told: list[Told]

    @property
    def standing(self) -> list[Told]:
        """What was not taken back."""
        return [one for one in self.told if not one.taken_back]


async def finished_on(unit: Unit, day: date) -> list[Finished]:
    """What the actor reported on `day`, the latest visit first; of the own area only, as everything."""
    rows = [
        *(await unit.connection.execute(_outcomes(unit, day))).all(),
        *(await unit.connection.execute(_objections(unit, day))).all(),
    ]
    rows.sort(key=lambda row: row.at, reverse=True)
    targets = await targets_of(unit, [(row.target_kind, row.target_id) for row in rows])
    visits: dict[int, Finished] = {}
    for row in rows:
        target = targets[row.target_kind, row.target_id]
        visit = visits.setdefault(row.task_id, Finished(row.task_id, target, row.closed_at is None, []))
        visit.told.append(_told(unit, row))
    return list(visits.values())


def _outcomes(unit: Unit, day: date) -> Select[Any]:
    said, back = outcomes.c, retractions.c.outcome_id
    return (
        select(*_SHOWN, said.at, said.outcome, said.revisit_on, said.reason, back)
        .select_from(outcomes)
        .join(tasks, tasks.c.task_id == said.task_id)
        .join(findings, findings.c.finding_id == said.finding_id)
        .join(rule_versions, rule_versions.c.version_id == findings.c.version_id)
        .outerjoin(retractions, back == said.outcome_id)
        .where(_of_the_actor(unit, said.account_id, said.at, day))
        .order_by(said.outcome_id.desc())
    )


def _objections(unit: Unit, day: date) -> Select[Any]:
    said = objections.c
    return (
        select(*_SHOWN, said.at, said.decision)
        .select_from(objections)
        .join(findings, findings.c.finding_id == said.finding_id)
        .join(tasks, tasks.c.task_id == findings.c.task_id)
        .join(rule_versions, rule_versions.c.version_id == findings.c.version_id)
        .where(_of_the_actor(unit, said.account_id, said.at, day))
        .order_by(said.objection_id.desc())
    )


_SHOWN = (
    tasks.c.task_id, tasks.c.target_kind, tasks.c.target_id, tasks.c.closed_at, rule_versions.c.title,
    rule_versions.c.department,
)  # fmt: skip


def _of_the_actor(
    unit: Unit, account: ColumnElement[Any], at: ColumnElement[Any], day: date
) -> ColumnElement[bool]:
    begin = datetime.combine(day, time(), unit.clock.zone)
    end = datetime.combine(day + timedelta(days=1), time(), unit.clock.zone)
    return and_(
        account == unit.actor.account_id, at >= begin, at < end, visible(unit.actor, tasks.c.division_code)
    )


def _told(unit: Unit, row: Row[Any]) -> Told:
    """An answer, or an objection, which has nothing but its time."""
    said = row._mapping
    return Told(
        title=row.title,
        department=row.department,
        outcome=said.get("outcome", OBJECTION),
        at=row.at.astimezone(unit.clock.zone),
        revisit_on=said.get("revisit_on"),
        reason=said.get("reason"),
        taken_back=said.get("outcome_id") is not None or said.get("decision") == "withdrawn",
    )
