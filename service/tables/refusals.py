"""What a database refuses, in the product's own words: it is busy, or full, or took too long."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import DatabaseBusy, Problem, StorageFull

BUSY_STATES = (
    "55P03",
    "57014",
    "40P01",
    "40001",
)  # lock not available, cancelled, deadlock, serialisation failure


class Refusals:
    """Turns a locked or full database into the product's own error, which says that nothing was written."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        problem = refusal_of(error)
        if problem is not None:
            raise problem from error


def refusal_of(error: BaseException | None) -> Problem | None:
    """The product's error for a driver's, or None where there is none."""
    if isinstance(error, PoolTimeout):
        return DatabaseBusy()
    original = getattr(error, "orig", error)
    code = getattr(getattr(original, "__cause__", None) or original, "sqlite_errorcode", None)
    if code is None:
        code = getattr(original, "sqlite_errorcode", None)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy()
    if code == sqlite3.SQLITE_FULL:
        return StorageFull()
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    if state in BUSY_STATES:
        return DatabaseBusy()
    if state == "53100":
        return StorageFull()
    return None


def timed_out(error: BaseException | None) -> bool:
    """Whether PostgreSQL ended a statement because it took too long, whatever the error was turned into since."""
    while error is not None:
        original = getattr(error, "orig", error)
        if getattr(original, "sqlstate", None) == "57014":
            return True
        error = error.__cause__
    return False
