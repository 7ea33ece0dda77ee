"""The one who acts, and the slice of the city they may see: the scope function that every query passes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from rules.divisions import prefix_of as prefix_of
from service.access.permissions import GRANTED, Permission, Role
from service.errors import NotAllowed


@dataclass(frozen=True)
class Actor:
    """An account at work. `division` is a code of any level, None for none; `everywhere` only for the system."""

    account_id: int | None
    name: str
    role: Role | None
    division: str | None = None
    enterprise_id: int | None = None
    department: str | None = None
    narrowed: frozenset[Permission] | None = field(default=None)
    everywhere: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether the role grants it and the token does not withhold it."""
        if self.everywhere:
            return True
        granted = GRANTED[self.role] if self.role else frozenset({Permission.PUBLIC})
        return permission in granted and (self.narrowed is None or permission in self.narrowed)

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless `may`."""
        if not self.may(permission):
            raise NotAllowed()


SYSTEM = Actor(account_id=None, name="system", role=None, everywhere=True)
NOBODY = Actor(account_id=None, name="anonymous", role=None)


def code_range(prefix: str) -> tuple[str, str]:
    """`a, b` with `a <= code < b` exactly for the codes that begin with `prefix` (digits only)."""
    if not prefix.isdigit():
        raise ValueError("a division prefix has digits only")
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)


def lies_in(code: ColumnElement[Any], division: str) -> ColumnElement[bool]:
    """Whether a code is that of `division`, of any level, or of what lies below it."""
    low, high = code_range(prefix_of(division))
    return and_(code >= low, code < high)


def visible(
    actor: Actor,
    division: ColumnElement[str],
    enterprise: ColumnElement[int] | None = None,
    department: ColumnElement[str] | None = None,
) -> ColumnElement[bool]:
    """The condition that keeps a query inside the actor's scope. Whoever has no scope sees nothing.

    `department` is whose duty a row is, for what a department may see of its own everywhere.
    """
    if actor.everywhere:
        return true()
    allowed: list[ColumnElement[bool]] = []
    if actor.division:
        allowed.append(lies_in(division, actor.division))
    if actor.enterprise_id is not None and enterprise is not None:
        allowed.append(enterprise == actor.enterprise_id)
    if actor.department is not None and department is not None:
        allowed.append(department == actor.department)
    return or_(*allowed) if allowed else false()


def traceable(actor: Actor, division: ColumnElement[str]) -> ColumnElement[bool]:
    """Whose messages an actor may trace: those of the own area, and all for whoever oversees the house.

    A trail holds ids, codes and texts of rules; whoever uses this shows such overseers nothing else.
    """
    return true() if actor.role in (Role.AUDITOR, Role.SYSTEM_ADMIN) else visible(actor, division)


def sees_all_numbers(actor: Actor) -> bool:
    """Whether an actor may see sums of everywhere: whose duty is every rule wherever it applies. Never of anybody's record."""
    return actor.everywhere or actor.role in (Role.RULE_EDITOR, Role.APPROVER, Role.AUDITOR)
