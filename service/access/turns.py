"""Who may change the same things at the same time.

Findings and tasks: one scan or planner, or many workers. Rules and parameters: one at a time, because what is refused
depends on what the others have entered.

Reconciling, gathering and planning rewrite findings and tasks by the thousand; on PostgreSQL they take turns, and a
worker's answer waits for them and they for it. On SQLite there is one writer anyway.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, text, tuple_

from service.access.unit import Unit
from service.tables import tasks

WORK_LOCK = 0x5A54_0002
RULES_LOCK = 0x5A54_0003
"""Keys of the PostgreSQL advisory locks; held until the transaction ends."""


async def take_planners_turn(unit: Unit) -> None:
    """Wait until nobody else changes findings or tasks; the transaction keeps the turn."""
    if unit.dialect == "postgresql":
        await unit.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WORK_LOCK})


async def take_editors_turn(unit: Unit) -> None:
    """Wait until nobody else changes rules or parameters; the transaction keeps the turn."""
    if unit.dialect == "postgresql":
        await unit.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": RULES_LOCK})


async def take_targets_turn(unit: Unit, targets: Iterable[tuple[str, int]]) -> None:
    """Wait until no planner is at work and nobody else answers for any task, open or over, of these visit targets."""
    if unit.dialect == "postgresql":
        await unit.connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": WORK_LOCK})
        theirs = tuple_(tasks.c.target_kind, tasks.c.target_id).in_(sorted(set(targets)))
        # In the order of their keys, so that of two who wait for each other's tasks none does.
        await unit.connection.execute(
            select(tasks.c.task_id).where(theirs).order_by(tasks.c.task_id).with_for_update()
        )


async def take_workers_turn(unit: Unit, *task_ids: int) -> None:
    """Wait until no planner is at work and nobody else answers for these tasks."""
    if unit.dialect == "postgresql":
        await unit.connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": WORK_LOCK})
        await unit.connection.execute(
            select(tasks.c.task_id)
            .where(tasks.c.task_id.in_(task_ids))
            .order_by(tasks.c.task_id)
            .with_for_update()
        )
