"""Signing in: a login and a password for a token that lasts a working day, or for a session of the pages.

A try is written down before the password is looked at and struck out when it was right, so that any number of
parallel guesses counts. An unknown login takes the same path and the same time as a wrong password, and the log of
tries keeps a blind index of the login only: people do type their password into the wrong field.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select, update

from service.access import accounts, audit, passwords, sessions, tokens
from service.access.accounts import Account
from service.access.actors import NOBODY
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.errors import NotSignedIn, TooMany
from service.tables import accounts as accounts_table
from service.tables import sign_in_failures

TOKEN_LIFE = timedelta(hours=12)
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
"""Five in a quarter of an hour: MLPS 2.0, 8.1.4.1 asks for a limit and leaves the number to us."""


@dataclass(frozen=True)
class SignedIn:
    """Who signed in, and the token to go on with."""

    token: str
    expires_at: datetime
    role: Role
    name: str


async def sign_in(house: House, login: str, password: str) -> SignedIn:
    """A new token; NotSignedIn for a wrong pair, TooMany while the login is locked."""
    account, renewed = await _recognise(house, login, password)
    async with house.write(account.actor) as unit:
        await _forgive(unit, account, renewed)
        issued = await tokens.issue(unit, account.account_id, note="sign-in", lifetime=TOKEN_LIFE)
        await audit.record(unit, "sign_in", "account", account.account_id)
    return SignedIn(issued.text, issued.expires_at, account.role, account.name)


async def enter(house: House, login: str, password: str) -> str:
    """The same for the pages: the cookie's value of a new session."""
    account, renewed = await _recognise(house, login, password)
    async with house.write(account.actor) as unit:
        await _forgive(unit, account, renewed)
        token = await sessions.open_session(unit, account.account_id, "login")
        await audit.record(unit, "sign_in", "account", account.account_id, detail={"by": "login"})
    return token


async def _recognise(house: House, login: str, password: str) -> tuple[Account, str | None]:
    """The account of a right pair, and a hash of its password that is to replace a weaker one."""
    async with house.write(NOBODY) as unit:
        await _count_try(unit, login)
        account = await accounts.by_login(unit, login)
    usable = account if account is not None and account.disabled_at is None else None
    right = await passwords.matches(usable.password_hash if usable else None, password)
    if usable is None or not right:
        await _note_failure(house, account)
        raise NotSignedIn("登录名或密码不正确。")
    return usable, await _renewed(usable, password)


async def _count_try(unit: Unit, login: str) -> None:
    known_as = _index(unit, login)
    if unit.dialect == "postgresql":  # two tries at one login count one after the other
        await unit.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(known_as, 0))))
    recent = select(func.count()).where(
        sign_in_failures.c.login == known_as, sign_in_failures.c.at > unit.now - LOCKED_FOR
    )
    if (await unit.connection.scalar(recent) or 0) >= MOST_FAILURES:
        raise TooMany(
            f"登录失败次数过多，请 {LOCKED_FOR.seconds // 60} 分钟后再试。", retry_after=LOCKED_FOR.seconds
        )
    await unit.connection.execute(insert(sign_in_failures).values(login=known_as, at=unit.now))


async def _note_failure(house: House, account: Account | None) -> None:
    async with house.write(NOBODY) as unit:
        await audit.record(
            unit, "sign_in", "account", account.account_id if account else "unknown", success=False
        )


async def _renewed(account: Account, password: str) -> str | None:
    """A hash with today's parameters where the stored one is weaker."""
    if account.password_hash is None or not passwords.outdated(account.password_hash):
        return None
    return await passwords.digest(password)


async def _forgive(unit: Unit, account: Account, renewed: str | None) -> None:
    """Strike out the failures of whoever has shown the right password, and keep its renewed hash."""
    own = sign_in_failures.c.login == _index(unit, account.login)
    over = sign_in_failures.c.at <= unit.now - LOCKED_FOR
    await unit.connection.execute(delete(sign_in_failures).where(or_(own, over)))
    if renewed is not None:
        await unit.connection.execute(
            update(accounts_table)
            .where(accounts_table.c.account_id == account.account_id)
            .values(password_hash=renewed)
        )


def _index(unit: Unit, login: str) -> str:
    return unit.vault.index("sign_in_failures.login", accounts.folded(login))
