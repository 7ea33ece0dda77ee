"""What is sent to the database, so that tests can count it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from service.access.unit import Unit


@contextmanager
def statements(unit: Unit) -> Iterator[list[str]]:
    """Every statement sent while it is open."""
    seen: list[str] = []
    connection = unit.connection.sync_connection

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)
