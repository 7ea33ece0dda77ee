"""The append-only history of tasks: who got it, whether it is over, and what people said of its findings.

What a scan makes of a finding stands on the finding; what a person did stands here, and what is here gives the present
state again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, insert, literal, select
from sqlalchemy.types import JSON

from service.access.horizon import announce
from service.access.unit import Unit
from service.tables import task_events, tasks
from service.tables.columns import Instant, Key

COLUMNS = ["task_id", "kind", "at", "actor_id", "to_id", "detail"]


async def tell(
    unit: Unit,
    kind: str,
    which: ColumnElement[bool],
    detail: dict[str, Any] | None = None,
    *,
    to: ColumnElement[Any] | None = None,
) -> None:
    """One event of `kind` for every task that `which` holds of, as one statement; `to` is the account that gets it."""
    await announce(unit)
    rows = select(
        tasks.c.task_id,
        literal(kind),
        literal(unit.now, Instant()),
        literal(unit.actor.account_id, Key),
        literal(None, Key) if to is None else to,
        literal(detail, JSON(none_as_null=True)),
    ).where(which)
    await unit.connection.execute(insert(task_events).from_select(COLUMNS, rows))
