"""Reading one private field in full: in scope, for a task or a typed reason, one at a time, and written down.

Everywhere else private values are masked (masks.py). Who asks has an open task on the person, their household or the
enterprise, or types why; either way the audit log says who saw which field of whom and why, never the value.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Table, and_, func, or_, select

from service.access import audit
from service.access.actors import visible
from service.access.permissions import Permission
from service.access.unit import Unit
from service.errors import InvalidInput, NotFound
from service.tables import enterprises, residents, tasks
from service.tables.tasks import OPEN_STATES

SHORTEST_REASON = 4
LONGEST_REASON = 200


@dataclass(frozen=True)
class Revealable:
    """An entity with private fields: its key, the place that decides who may see it, and the fields."""

    table: Table
    key: Column[int]
    place: ColumnElement[str]
    enterprise: ColumnElement[int] | None
    fields: tuple[str, ...]

    def targets(self) -> ColumnElement[bool]:
        """The condition under which a task is about this record."""
        own = and_(tasks.c.target_kind == self.table.info["entity"], tasks.c.target_id == self.key)
        if self.table is not residents:
            return own
        household = and_(tasks.c.target_kind == "household", tasks.c.target_id == residents.c.household_id)
        return or_(own, household)


REVEALABLE = {
    "resident": Revealable(
        residents, residents.c.resident_id, func.coalesce(residents.c.grid_code, residents.c.live_code), None,
        ("phone", "id_number"),
    ),
    "enterprise": Revealable(
        enterprises, enterprises.c.enterprise_id, func.coalesce(enterprises.c.grid_code, enterprises.c.site_code),
        enterprises.c.enterprise_id, ("phone",),
    ),
}  # fmt: skip


async def reveal(unit: Unit, entity: str, record_id: int, field: str, *, reason: str | None) -> str:
    """The value of `field`. NotAllowed without the permission, NotFound outside the scope or where nothing is
    recorded, InvalidInput without a task and without a reason of four characters."""
    unit.actor.require(Permission.REVEAL)
    what = REVEALABLE[entity]
    if field not in what.fields:
        raise InvalidInput(errors=[{"field": "field", "message": f"只能是 {'、'.join(what.fields)}"}])
    sealed, task_id = await _find(unit, what, record_id, field)
    reason = _checked(reason, task_id)
    value = unit.vault.open(f"{what.table.name}.{field}", sealed)
    await audit.record(
        unit, "reveal", entity, record_id, reason=reason, detail={"field": field, "task": task_id}
    )
    return value


async def note_refusal(unit: Unit, entity: str, record_id: object, field: str) -> None:
    """Write down that somebody asked for what they may not see."""
    await audit.record(unit, "reveal", entity, record_id, success=False, detail={"field": field})


async def enterprise_of(unit: Unit, uscc: str) -> int:
    """The id behind a credit code, whoever asks; the scope is checked by `reveal`."""
    found = await unit.connection.scalar(
        select(enterprises.c.enterprise_id).where(enterprises.c.uscc == uscc)
    )
    if found is None:
        raise NotFound()
    return int(found)


async def _find(unit: Unit, what: Revealable, record_id: int, field: str) -> tuple[str, int | None]:
    """The sealed value, and the actor's open task on the record. A task of one's own puts a record in scope: somebody
    registered here may live elsewhere."""
    task = (
        select(tasks.c.task_id)
        .where(what.targets(), tasks.c.account_id == unit.actor.account_id, tasks.c.state.in_(OPEN_STATES))
        .order_by(tasks.c.task_id)
        .limit(1)
        .correlate(what.table)
        .scalar_subquery()
    )
    statement = select(what.table.c[field], task.label("task_id")).where(
        what.key == record_id,
        or_(visible(unit.actor, what.place, what.enterprise), task.is_not(None)),
    )
    row = (await unit.connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound()
    if not row[0]:
        raise NotFound("没有登记这项信息。")
    return row[0], row.task_id


def _checked(reason: str | None, task_id: int | None) -> str | None:
    typed = (reason or "").strip()
    if len(typed) > LONGEST_REASON:
        raise InvalidInput(errors=[{"field": "reason", "message": f"最多 {LONGEST_REASON} 个字符"}])
    if task_id is None and len(typed) < SHORTEST_REASON:
        raise InvalidInput(
            "查看完整信息须有在办任务，或填写事由。",
            errors=[{"field": "reason", "message": f"没有在办任务时须填写事由，至少 {SHORTEST_REASON} 个字"}],
        )
    return typed or None
