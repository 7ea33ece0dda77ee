"""Access tokens: 256 random bits, shown once; only their SHA-256 is kept, so a stolen database opens nothing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, insert, select, update

from service.access import audit
from service.access.actors import Actor
from service.access.permissions import GRANTED, Permission, Role
from service.access.unit import Unit
from service.access.wakes import EVENTS, tell_changed
from service.errors import InvalidInput, NotFound, NotSignedIn
from service.tables import accounts, tokens

PREFIX = "zt_"
"""Lets secret scanners recognise a token that was put where it does not belong."""
LONGEST_LIFE = timedelta(days=366)
TOGETHER = 500
"""Tokens that one statement looks up."""


@dataclass(frozen=True)
class Issued:
    """A new token. `text` exists nowhere else."""

    token_id: int
    text: str
    expires_at: datetime


async def issue(
    unit: Unit,
    account_id: int,
    *,
    note: str,
    lifetime: timedelta,
    permissions: Iterable[Permission] | None = None,
) -> Issued:
    """Make a token for an enabled account. `permissions` narrows it to less than the role grants; a token may always
    ask who it is and sign itself out."""
    role = await _enabled_role(unit, account_id)
    narrowed = _narrowed(role, permissions)
    if not timedelta(0) < lifetime <= LONGEST_LIFE:
        raise InvalidInput("令牌有效期须在一年以内。", errors=[{"field": "lifetime", "message": "超出范围"}])
    text = PREFIX + secrets.token_urlsafe(32)
    values = {
        "account_id": account_id,
        "digest": _digest(text),
        "note": note,
        "permissions": narrowed,
        "created_at": unit.now,
        "expires_at": unit.now + lifetime,
    }
    added = await unit.connection.execute(insert(tokens).values(values).returning(tokens.c.token_id))
    token_id = added.scalar_one()
    await audit.record(
        unit, "token.issue", "token", token_id, detail={"account": account_id, "only": narrowed}
    )
    return Issued(token_id, text, unit.now + lifetime)


async def actor_of(unit: Unit, token: str) -> Actor:
    """Who presents `token`; NotSignedIn when it is unknown, expired or revoked, or its account disabled."""
    found = await actors_of(unit, [token])
    if token not in found:
        raise NotSignedIn()
    return found[token]


async def actors_of(unit: Unit, presented: Collection[str]) -> dict[str, Actor]:
    """Token → who presents it, without those that are unknown, expired or revoked, or whose account is disabled."""
    by_digest = {_digest(token): token for token in presented}
    left = iter(by_digest)
    found: dict[str, Actor] = {}
    while some := list(islice(left, TOGETHER)):
        for row in await unit.connection.execute(_live(unit).where(tokens.c.digest.in_(some))):
            found[by_digest[row.digest]] = _actor(row)
    return found


def _live(unit: Unit) -> Select[Any]:
    return (
        select(
            tokens.c.digest, tokens.c.permissions, accounts.c.account_id, accounts.c.name, accounts.c.role,
            accounts.c.division_code, accounts.c.enterprise_id, accounts.c.department,
        )
        .join(accounts, accounts.c.account_id == tokens.c.account_id)
        .where(
            tokens.c.revoked_at.is_(None), tokens.c.expires_at > unit.now, accounts.c.disabled_at.is_(None)
        )
    )  # fmt: skip


def _actor(row: Row[Any]) -> Actor:
    narrowed = None if row.permissions is None else frozenset(p for p in Permission if p in row.permissions)
    return Actor(
        row.account_id,
        row.name,
        Role(row.role),
        row.division_code,
        row.enterprise_id,
        row.department,
        narrowed,
    )


async def revoke(unit: Unit, token: str) -> None:
    """End the token at once."""
    await _end(unit, tokens.c.digest == _digest(token))


async def revoke_by_id(unit: Unit, token_id: int) -> None:
    """End a token by its id; NotFound when there is no such live token."""
    if await _end(unit, tokens.c.token_id == token_id) == 0:
        raise NotFound()


async def revoke_all(unit: Unit, account_id: int) -> None:
    """End every token of an account."""
    await _end(unit, tokens.c.account_id == account_id)


async def _end(unit: Unit, which: ColumnElement[bool]) -> int:
    live = update(tokens).where(which, tokens.c.revoked_at.is_(None))
    ended = await unit.connection.execute(live.values(revoked_at=unit.now).returning(tokens.c.token_id))
    ids = ended.scalars().all()
    if ids:
        await tell_changed(unit, EVENTS)  # whoever follows events by one of them is cut off
    for token_id in ids:
        await audit.record(unit, "token.revoke", "token", token_id)
    return len(ids)


async def _enabled_role(unit: Unit, account_id: int) -> Role:
    role = await unit.connection.scalar(
        select(accounts.c.role).where(accounts.c.account_id == account_id, accounts.c.disabled_at.is_(None))
    )
    if role is None:
        raise NotFound()
    return Role(role)


def _narrowed(role: Role, permissions: Iterable[Permission] | None) -> list[str] | None:
    if permissions is None:
        return None
    wanted = frozenset(permissions)
    if not wanted <= GRANTED[role]:
        raise InvalidInput(
            "令牌的权限不能超出角色的权限。", errors=[{"field": "permissions", "message": "超出角色的权限"}]
        )
    return sorted(wanted | {Permission.SIGNED_IN})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
