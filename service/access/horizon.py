"""How far the events of tasks and scans can be read without passing over any that is still to come.

Keys are given when a row is written and not when it is committed, so on PostgreSQL an event with a smaller key may appear
after one with a greater key was read. Whoever writes events therefore holds a lock until the transaction ends, shared, so
that nobody waits for it. What is committed now is whole up to its greatest key as soon as everybody who holds the lock now
has ended: whoever takes it later gets greater keys. On SQLite, where one writes at a time, keys are in the order of commits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from sqlalchemy import func, select, text

from service.access.unit import Unit
from service.access.wakes import EVENTS
from service.tables import scan_events, task_events

EVENTS_LOCK = 0x5A54_0004
"""Key of the PostgreSQL advisory lock. It is taken shared only, so it neither blocks nor can be part of a deadlock."""
WRITTEN = re.compile(r"(0|[1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,17})")

_ANNOUNCE = text(f"SELECT pg_advisory_xact_lock_shared(:key), pg_notify('{EVENTS}', '')")
_WRITING = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND classid = 0"
    " AND objid = :key AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@dataclass(frozen=True)
class Position:
    """A place in both histories: the last task event and the last scan event before it. Written `17.4`."""

    task: int
    scan: int

    def __str__(self) -> str:
        return f"{self.task}.{self.scan}"

    @classmethod
    def read(cls, written: str) -> Self | None:
        """The place somebody wrote, or None for what is none."""
        found = WRITTEN.fullmatch(written)
        if found is None:
            return None
        return cls(*(int(part) for part in found.groups()))

    def reaches(self, other: Position) -> bool:
        """Whether nothing of `other` lies beyond."""
        return self.task >= other.task and self.scan >= other.scan

    def farther(self, other: Position) -> Position:
        """The farther of both, in each history."""
        return Position(max(self.task, other.task), max(self.scan, other.scan))


async def announce(unit: Unit) -> None:
    """Before writing events: hold the lock, and let other processes know once this transaction commits."""
    if unit.dialect == "postgresql":
        await unit.connection.execute(_ANNOUNCE, {"key": EVENTS_LOCK})


async def newest(unit: Unit) -> Position:
    """The greatest keys that are committed."""
    row = await unit.connection.execute(
        select(
            select(func.max(task_events.c.task_event_id)).scalar_subquery(),
            select(func.max(scan_events.c.scan_event_id)).scalar_subquery(),
        )
    )
    task, scan = row.one()
    return Position(task or 0, scan or 0)


class Horizon:
    """How far one reader has seen that everything is there. It only moves forward."""

    def __init__(self) -> None:
        self.reached: Position | None = None
        self._next = Position(0, 0)
        self._writing: set[str] = set()

    @property
    def waits(self) -> bool:
        """Whether more is committed, but somebody still writes who may have smaller keys."""
        return bool(self._writing)

    async def look(self, unit: Unit) -> Position | None:
        """How far everything is there; None as long as that is not known. What is read afterwards sees all of it."""
        if unit.dialect == "sqlite":
            self.reached = await newest(unit)
            return self.reached
        if self._writing:
            self._writing &= await _writing(unit)
            if self._writing:
                return self.reached
            self.reached = self._next
        self._next = await newest(unit)  # before the holders: who is among these later has greater keys
        self._writing = await _writing(unit)
        if not self._writing:
            self.reached = self._next
        return self.reached


async def _writing(unit: Unit) -> set[str]:
    return set((await unit.connection.execute(_WRITING, {"key": EVENTS_LOCK})).scalars())
