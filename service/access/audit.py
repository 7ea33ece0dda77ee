"""The audit log: append-only and hash-chained, in the transaction of what it tells.

Each row's digest is SHA-256 over the digest before it and the row's canonical JSON, so that a row changed, removed or
slipped in breaks the chain from there on; triggers refuse UPDATE and DELETE besides. A chain needs one writer at a
time: SQLite has only one, PostgreSQL takes an advisory lock until the end of the transaction. So record last, after
the rows you lock, and never wait for anything afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, null, select

from service.access.unit import Unit
from service.tables import audit

GENESIS = "0" * 64
CHAIN_LOCK = 7_310_579_604_112
"""Any number, but the same in every process."""
PAGE = 1000


async def record(
    unit: Unit,
    action: str,
    object_kind: str,
    object_id: object,
    *,
    reason: str | None = None,
    success: bool = True,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Append one row and return its id. `detail` is JSON and holds no private value."""
    await _queue(unit)
    row = {
        "at": unit.now,
        "actor_id": unit.actor.account_id,
        "action": action,
        "object_kind": object_kind,
        "object_id": str(object_id),
        "reason": reason,
        "success": "yes" if success else "no",
        "detail": None if detail is None else json.loads(json.dumps(detail, allow_nan=False)),
    }
    previous = await _last_digest(unit)
    row |= {"previous": previous, "digest": chained(previous, row)}
    if detail is None:
        row["detail"] = null()
    added = await unit.connection.execute(insert(audit).values(row).returning(audit.c.audit_id))
    audit_id: int = added.scalar_one()
    return audit_id


async def verify(unit: Unit) -> int | None:
    """The id of the first row that does not follow from the one before it, or None for a whole chain."""
    previous, after = GENESIS, 0
    while page := await _page(unit, after):
        for row in page:
            if row["previous"] != previous or row["digest"] != chained(previous, row):
                return int(row["audit_id"])
            previous, after = row["digest"], row["audit_id"]
    return None


def chained(previous: str, row: Mapping[str, Any]) -> str:
    """The digest of `row` after `previous`."""
    told = {
        name: row[name]
        for name in ("actor_id", "action", "object_kind", "object_id", "reason", "success", "detail")
    }
    at: datetime = row["at"]
    told["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


async def _queue(unit: Unit) -> None:
    if unit.dialect == "postgresql":
        await unit.connection.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))


async def _last_digest(unit: Unit) -> str:
    last = select(audit.c.digest).order_by(audit.c.audit_id.desc()).limit(1)
    return await unit.connection.scalar(last) or GENESIS


async def _page(unit: Unit, after: int) -> list[dict[str, Any]]:
    statement = select(audit).where(audit.c.audit_id > after).order_by(audit.c.audit_id).limit(PAGE)
    return [dict(row) for row in (await unit.connection.execute(statement)).mappings()]
