"""Sessions of those who use the pages: 256 random bits in a cookie, of which only the SHA-256 is kept.

A session ends when nobody uses it for most of a day, after a week at the latest, when its owner signs out, and when
the account is disabled. What a form has to bring along (`csrf`) is derived from the cookie, so that nothing more is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from service.access import audit
from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import Unit
from service.errors import NotSignedIn
from service.tables import accounts, sessions

IDLE = timedelta(hours=16)
"""From an evening to the next morning: whoever worked yesterday at five finds the list at half past eight."""
LONGEST = timedelta(days=7)
NOTED_EVERY = timedelta(minutes=10)
"""How exactly the last use is known; a list that is opened often is not written about each time."""
TOGETHER = 500
"""Sessions of which one statement notes that they are in use."""
PAD = 32

# Made once, because every page asks it.
_BROUGHT = (
    select(
        sessions.c.session_id, sessions.c.used_at, sessions.c.type_size, accounts.c.account_id, accounts.c.name,
        accounts.c.role, accounts.c.division_code, accounts.c.enterprise_id, accounts.c.department,
    )
    .join(accounts, accounts.c.account_id == sessions.c.account_id)
    .where(
        sessions.c.digest == bindparam("digest"),
        sessions.c.revoked_at.is_(None),
        sessions.c.expires_at > bindparam("now"),
        sessions.c.used_at > bindparam("idle_since"),
        accounts.c.disabled_at.is_(None),
    )
)  # fmt: skip

Way = Literal["login", "code"]
TypeSize = Literal["normal", "large"]


@dataclass(frozen=True)
class Session:
    """A live session. `stale` says that its use ought to be noted."""

    session_id: int
    token: str
    actor: Actor
    type_size: TypeSize
    stale: bool

    def csrf(self) -> str:
        """What a form brings along, different on every page: compressed pages must not let it be guessed."""
        pad = secrets.token_bytes(PAD)
        hidden = bytes(a ^ b for a, b in zip(pad, _csrf_secret(self.token), strict=True))
        return base64.urlsafe_b64encode(pad + hidden).decode()

    def honours(self, csrf: str) -> bool:
        """Whether `csrf` was made for this session."""
        try:
            brought = base64.urlsafe_b64decode(csrf.encode())
        except ValueError:
            return False
        if len(brought) != 2 * PAD:
            return False
        said = bytes(a ^ b for a, b in zip(brought[:PAD], brought[PAD:], strict=True))
        return hmac.compare_digest(said, _csrf_secret(self.token))


async def open_session(unit: Unit, account_id: int, way: Way) -> str:
    """Begin a session of an account that has shown who it is; returns the cookie's value, which exists nowhere else.

    What has been over for a while is deleted on the way.
    """
    token = secrets.token_urlsafe(32)
    await unit.connection.execute(delete(sessions).where(sessions.c.expires_at < unit.now - LONGEST))
    values = {
        "account_id": account_id,
        "digest": digest_of(token),
        "opened_by": way,
        "type_size": "normal",
        "opened_at": unit.now,
        "used_at": unit.now,
        "expires_at": unit.now + LONGEST,
    }
    await unit.connection.execute(insert(sessions).values(values))
    return token


async def find(unit: Unit, token: str) -> Session:
    """The live session of a cookie; NotSignedIn when it is unknown, over, unused for too long, or its account disabled."""
    brought = {"digest": digest_of(token), "now": unit.now, "idle_since": unit.now - IDLE}
    row = (await unit.connection.execute(_BROUGHT, brought)).one_or_none()
    if row is None:
        raise NotSignedIn("请先登录。")
    actor = Actor(
        row.account_id, row.name, Role(row.role), row.division_code, row.enterprise_id, row.department
    )
    return Session(row.session_id, token, actor, row.type_size, row.used_at <= unit.now - NOTED_EVERY)


async def note_uses(unit: Unit, session_ids: Collection[int], at: datetime) -> None:
    """Put off the end of sessions that were in use at an instant."""
    ids = sorted(session_ids)
    for start in range(0, len(ids), TOGETHER):
        some = sessions.c.session_id.in_(ids[start : start + TOGETHER])
        await unit.connection.execute(update(sessions).where(some).values(used_at=at))


async def set_type_size(unit: Unit, session: Session, size: TypeSize) -> None:
    """Keep how large this session wants to read."""
    mine = sessions.c.session_id == session.session_id
    await unit.connection.execute(update(sessions).where(mine).values(type_size=size))


async def revoke(unit: Unit, session: Session) -> None:
    """End a session at once: its owner signs out."""
    await _end(unit, sessions.c.session_id == session.session_id)
    await audit.record(unit, "sign_out", "account", session.actor.account_id)


async def revoke_all(unit: Unit, account_id: int) -> None:
    """End every session of an account."""
    await _end(unit, sessions.c.account_id == account_id)


async def _end(unit: Unit, which: ColumnElement[bool]) -> None:
    live = update(sessions).where(which, sessions.c.revoked_at.is_(None))
    await unit.connection.execute(live.values(revoked_at=unit.now))


def _csrf_secret(token: str) -> bytes:
    return hmac.new(token.encode("utf-8", "surrogateescape"), b"csrf", hashlib.sha256).digest()


def digest_of(token: str) -> str:
    """Under what a cookie is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
