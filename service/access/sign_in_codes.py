"""Sign-in codes: shown as a picture on the screen of somebody signed in, they sign the phone that scans them in, once.

A code is issued for one account: by a worker for a second device of the own, by a supervisor for a worker of the area,
by whoever keeps the accounts for any worker. It lasts two minutes, opens one session, and both are audited.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, false, insert, or_, select, update

from service.access import audit, sessions
from service.access.actors import Actor, visible
from service.access.permissions import Permission, Role
from service.access.unit import Unit
from service.errors import NotFound
from service.tables import accounts, sign_in_codes

LIFE = timedelta(minutes=2)
GONE = "登录码无效、已过期或已用过，请让同事重新出示。"


@dataclass(frozen=True)
class Code:
    """A new code and for whom it is. `text` exists nowhere else."""

    text: str
    account_id: int
    name: str
    expires_at: datetime


@dataclass(frozen=True)
class Colleague:
    """An account a code may be issued for."""

    account_id: int
    name: str
    login: str


async def colleagues(unit: Unit) -> list[Colleague]:
    """Whom the actor may issue a code for, by login."""
    columns = (accounts.c.account_id, accounts.c.name, accounts.c.login)
    rows = await unit.connection.execute(
        select(*columns).where(_may_issue(unit.actor)).order_by(accounts.c.login)
    )
    return [Colleague(*row) for row in rows]


async def issue(unit: Unit, account_id: int) -> Code:
    """A code for an account; NotFound where the actor may issue none for it."""
    wanted = select(accounts.c.name).where(accounts.c.account_id == account_id, _may_issue(unit.actor))
    name = await unit.connection.scalar(wanted)
    if name is None:
        raise NotFound()
    text = secrets.token_urlsafe(32)
    expires_at = unit.now + LIFE
    await unit.connection.execute(delete(sign_in_codes).where(sign_in_codes.c.expires_at < unit.now - LIFE))
    values = {
        "account_id": account_id,
        "issued_by": unit.actor.account_id,
        "digest": _digest(text),
        "issued_at": unit.now,
        "expires_at": expires_at,
    }
    await unit.connection.execute(insert(sign_in_codes).values(values))
    await audit.record(unit, "sign_in_code.issue", "account", account_id)
    return Code(text, account_id, name, expires_at)


async def whose(unit: Unit, text: str) -> str:
    """The name of the account a live code signs in; NotFound for any other."""
    return (await _find(unit, text)).name


async def redeem(unit: Unit, text: str) -> str:
    """Use a code up and begin a session of its account; returns the cookie's value. NotFound for a code that is none.

    Of two phones that scan it at the same time, one is let in.
    """
    found = await _find(unit, text)
    used = await unit.connection.execute(
        update(sign_in_codes)
        .where(sign_in_codes.c.sign_in_code_id == found.sign_in_code_id, sign_in_codes.c.used_at.is_(None))
        .values(used_at=unit.now)
    )
    if used.rowcount == 0:
        raise NotFound(GONE)
    token = await sessions.open_session(unit, found.account_id, "code")
    await audit.record(
        unit, "sign_in", "account", found.account_id, detail={"by": "code", "issued_by": found.issued_by}
    )
    return token


@dataclass(frozen=True)
class _Live:
    """A code that may still be used."""

    sign_in_code_id: int
    account_id: int
    issued_by: int
    name: str


async def _find(unit: Unit, text: str) -> _Live:
    c = sign_in_codes.c
    statement = (
        select(c.sign_in_code_id, c.account_id, c.issued_by, accounts.c.name)
        .join(accounts, accounts.c.account_id == c.account_id)
        .where(
            c.digest == _digest(text),
            c.used_at.is_(None),
            c.expires_at > unit.now,
            accounts.c.disabled_at.is_(None),
        )
    )
    row = (await unit.connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(GONE)
    return _Live(*row)


def _may_issue(actor: Actor) -> ColumnElement[bool]:
    """Which accounts: enabled workers, oneself, of the own area, or any."""
    whom: list[ColumnElement[bool]] = []
    if actor.role is Role.WORKER:
        whom.append(accounts.c.account_id == actor.account_id)
    if actor.role is Role.SUPERVISOR:
        whom.append(visible(actor, accounts.c.division_code))
    if actor.may(Permission.ACCOUNTS):
        whom.append(accounts.c.role == Role.WORKER.value)
    workers = and_(accounts.c.role == Role.WORKER.value, accounts.c.disabled_at.is_(None))
    return and_(workers, or_(*whom)) if whom else false()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
