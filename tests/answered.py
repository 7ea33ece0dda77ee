"""Findings with what came of them, written straight into the tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import made

from service.access.unit import Unit
from service.tables import outcomes, tasks

_people = count(10_000)  # nobody looks them up
MONDAY = date(2026, 11, 23)


async def visit(unit: Unit, worker: int, grid: str = made.GRID, **values: Any) -> int:
    """A visit that is over, to a resident of its own."""
    given = {
        "target_kind": "resident",
        "target_id": next(_people),
        "division_code": grid,
        "account_id": worker,
    }
    done = {"grade": "normal", "opened_on": MONDAY, "state": "closed", "planned_on": MONDAY}
    return await made.row(unit, tasks, **given | done | values)


async def answer(
    unit: Unit, task_id: int, version_id: int, outcome: str, *, worker: int, on: date = MONDAY, days: int = 0,
    rule: str = "test-rule", wrong_field: str | None = None, **values: Any,
) -> int:  # fmt: skip
    """A finding of a visit that was settled on a day, so many days after it was found."""
    subject = next(_people)
    settled = {
        "outcome": outcome,
        "settled_on": on,
        "since_on": on - timedelta(days=days),
        "task_id": task_id,
    }
    finding_id = await made.finding(unit, version_id, subject, rule=rule, **settled | values)
    at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    told = {"finding_id": finding_id, "task_id": task_id, "outcome": outcome, "wrong_field": wrong_field}
    await made.row(unit, outcomes, account_id=worker, at=at, **told)
    return finding_id
