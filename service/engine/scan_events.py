"""The append-only history of scans: that one began, which rule it has come to, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import insert, select

from service.access.horizon import announce
from service.access.unit import Unit
from service.tables import scan_events

Kind: TypeAlias = Literal["begun", "judged", "failed", "ended"]
State: TypeAlias = Literal["running", "done", "incomplete", "failed"]


@dataclass(frozen=True)
class ScanEvent:
    """One thing that happened to a scan; `rule` is which one was judged or failed, `state` what the scan is then."""

    scan_event_id: int
    scan_id: int
    kind: Kind
    rule: str | None
    state: State
    at: datetime


async def tell(
    unit: Unit, scan_id: int, kind: Kind, rule: str | None = None, state: State = "running"
) -> None:
    """Write one event, in the transaction of what it tells."""
    await announce(unit)
    row = {"scan_id": scan_id, "kind": kind, "rule": rule, "state": state, "at": unit.now}
    await unit.connection.execute(insert(scan_events).values(row))


async def between(unit: Unit, after: int, upto: int, limit: int) -> list[ScanEvent]:
    """The events with `after` < key <= `upto`, in the order of their keys; of all scans, for whoever may read scans."""
    columns = [scan_events.c[name] for name in ScanEvent.__dataclass_fields__]
    key = scan_events.c.scan_event_id
    rows = await unit.connection.execute(
        select(*columns).where(key > after, key <= upto).order_by(key).limit(limit)
    )
    return [ScanEvent(*row) for row in rows]
