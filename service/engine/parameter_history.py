"""What became of a parameter's values, out of the audit log, and which rules use it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from rules import RuleErrors
from service.access.unit import Unit
from service.engine.pack_parameters import OBJECT
from service.engine.rulebook import basis, current
from service.tables import accounts, audit

SHOWN = 200


@dataclass(frozen=True)
class Change:
    """One change of one value. `old` and `new` hold effective_to, value and source; None before it was or after."""

    at: datetime
    by: str | None
    action: str
    division: str
    effective_from: date
    old: dict[str, Any] | None
    new: dict[str, Any] | None


@dataclass(frozen=True)
class Use:
    """A rule version that uses a parameter; `state` is active, or checked for one that waits."""

    rule: str
    version: int
    title: str
    state: str


async def changes(unit: Unit, name: str, limit: int = SHOWN) -> list[Change]:
    """The newest changes of a parameter's values first."""
    joined = audit.outerjoin(accounts, accounts.c.account_id == audit.c.actor_id)
    found = (
        select(audit.c.at, audit.c.action, audit.c.detail, accounts.c.name)
        .select_from(joined)
        .where(audit.c.object_kind == OBJECT, audit.c.object_id == name)
        .order_by(audit.c.audit_id.desc())
        .limit(limit)
    )
    return [
        Change(
            row.at,
            row.name,
            row.action.removeprefix("parameters."),
            row.detail["division"],
            date.fromisoformat(row.detail["from"]),
            row.detail["old"],
            row.detail["new"],
        )
        for row in await unit.connection.execute(found)
    ]


async def users(unit: Unit, name: str) -> list[Use]:
    """The rules that use a parameter, in force or waiting; one that no longer checks is left out."""
    ground = await basis(unit)
    found: list[Use] = []
    for version in await current(unit):
        try:
            used = ground.checked(version).parameters
        except RuleErrors:
            continue
        if name in used:
            found.append(Use(version.rule, version.version, version.title, version.state))
    return found
