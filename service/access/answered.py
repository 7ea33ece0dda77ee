"""Requests already answered, by account and Idempotency-Key; their bodies are sealed, because they may name people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.access.unit import Unit
from service.tables import answered_requests

SEALED = "answered_requests.body"
DIGEST = "answered_requests.request_digest"


@dataclass(frozen=True)
class Answered:
    """The first answer to a key: `request_digest` tells whether it was the same request."""

    request_digest: str
    status: int
    body: str


def digest_of(unit: Unit, request: bytes) -> str:
    """What tells whether two requests are the same. Keyed: a phone number in one could be guessed from a plain digest."""
    return unit.vault.index(DIGEST, request.hex())


async def claim(unit: Unit, key: str, request_digest: str) -> bool:
    """Take the key for this transaction; False when it is answered already. Waits for a twin that holds it."""
    row = {
        "account_id": unit.actor.account_id,
        "idempotency_key": key,
        "request_digest": request_digest,
        "status": 0,
        "body": "",
        "answered_at": unit.now,
    }
    dialect = postgresql if unit.dialect == "postgresql" else sqlite
    statement = dialect.insert(answered_requests).values(row).on_conflict_do_nothing()
    return (await unit.connection.execute(statement)).rowcount == 1


async def find(unit: Unit, key: str) -> Answered:
    """The kept answer of a key that `claim` found taken."""
    row = (await unit.connection.execute(select(answered_requests).where(*_mine(unit, key)))).one()
    return Answered(row.request_digest, row.status, unit.vault.open(SEALED, row.body))


async def keep(unit: Unit, key: str, status: int, body: str) -> None:
    """Store the answer of a claimed key."""
    values = {"status": status, "body": unit.vault.seal(SEALED, body)}
    await unit.connection.execute(update(answered_requests).where(*_mine(unit, key)).values(values))


async def forget(unit: Unit, before: datetime) -> int:
    """Delete answers older than `before`; returns how many."""
    return (
        await unit.connection.execute(
            delete(answered_requests).where(answered_requests.c.answered_at < before)
        )
    ).rowcount


def _mine(unit: Unit, key: str) -> tuple[ColumnElement[bool], ...]:
    return (
        answered_requests.c.account_id == unit.actor.account_id,
        answered_requests.c.idempotency_key == key,
    )
