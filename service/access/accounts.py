"""Accounts: who works with the product, in which role, and for which part of the city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from service.access import audit, passwords, sessions, tokens
from service.access.actors import Actor, code_range, prefix_of
from service.access.permissions import Role
from service.access.unit import Unit
from service.errors import Conflict, InvalidInput, NotFound
from service.tables import accounts, divisions, enterprises, posts

SCOPE_OF: Mapping[Role, str] = {
    Role.WORKER: "division",
    Role.SUPERVISOR: "division",
    Role.ENTERPRISE: "enterprise",
    Role.DEPARTMENT: "department",
}
"""The one kind of scope a role has; the others have none, because their duties concern no person's records."""

NEEDED = {
    "division": "社区工作者和负责人须指定管理范围（区划编码）",
    "enterprise": "企业联系人须指定所属企业（统一社会信用代码）",
    "department": "部门账号须指定所属部门",
}


@dataclass(frozen=True)
class Account:
    """One row of `accounts`."""

    account_id: int
    login: str
    name: str
    role: Role
    division: str | None
    enterprise_id: int | None
    department: str | None
    password_hash: str | None
    disabled_at: datetime | None

    @property
    def actor(self) -> Actor:
        return Actor(
            self.account_id, self.name, self.role, self.division, self.enterprise_id, self.department
        )


async def add(
    unit: Unit,
    *,
    login: str,
    name: str,
    role: Role,
    password: str | None = None,
    division: str | None = None,
    enterprise: str | None = None,
    department: str | None = None,
) -> int:
    """Make an account and return its id. `division` is a code, `enterprise` a USCC; without a password only tokens
    open it. InvalidInput for a weak password or a scope that does not fit the role, Conflict for a taken login."""
    login = folded(login)
    _check_names(login, name)
    _check_scope(role, {"division": division, "enterprise": enterprise, "department": department})
    if password is not None:
        passwords.refuse_weak(password, login)
    if await by_login(unit, login) is not None:
        raise _taken()
    values = {
        "login": login,
        "name": name.strip(),
        "role": role.value,
        "division_code": await _division(unit, division),
        "enterprise_id": await _enterprise(unit, enterprise),
        "department": department,
        "password_hash": await passwords.digest(password) if password is not None else None,
        "created_at": unit.now,
    }
    try:
        added = await unit.connection.execute(
            insert(accounts).values(values).returning(accounts.c.account_id)
        )
    except IntegrityError as error:
        raise _taken() from error
    account_id: int = added.scalar_one()
    await audit.record(unit, "account.add", "account", account_id, detail={"role": role.value})
    return account_id


async def by_login(unit: Unit, login: str) -> Account | None:
    """The account of a login, disabled or not."""
    return await _one(unit, login=folded(login))


async def by_id(unit: Unit, account_id: int) -> Account | None:
    """The account of an id, disabled or not."""
    return await _one(unit, account_id=account_id)


async def set_password(unit: Unit, account_id: int, password: str) -> None:
    """Give an enabled account a password, in place of any it had; its sessions end. InvalidInput for a weak one."""
    account = await by_id(unit, account_id)
    if account is None or account.disabled_at is not None:
        raise NotFound()
    passwords.refuse_weak(password, account.login)
    await unit.connection.execute(
        update(accounts)
        .where(accounts.c.account_id == account_id)
        .values(password_hash=await passwords.digest(password))
    )
    await sessions.revoke_all(unit, account_id)
    await audit.record(unit, "account.password", "account", account_id)


async def disable(unit: Unit, account_id: int) -> None:
    """Close an account and every token and session of it at once; its work stays. Closing twice is closing once."""
    changed = await unit.connection.execute(
        update(accounts)
        .where(accounts.c.account_id == account_id, accounts.c.disabled_at.is_(None))
        .values(disabled_at=unit.now)
    )
    if changed.rowcount == 0:
        if await by_id(unit, account_id) is None:
            raise NotFound()
        return
    await tokens.revoke_all(unit, account_id)
    await sessions.revoke_all(unit, account_id)
    await audit.record(unit, "account.disable", "account", account_id)


async def take_post(
    unit: Unit, account_id: int, division_code: str, role: str, from_on: date, to_on: date | None = None
) -> int:
    """Make an account responsible ("main") or deputy ("deputy") for a grid or community of its own scope.

    From a day to another one (both included) or on; NotFound for no such account, InvalidInput for a place outside its scope.
    """
    account = await by_id(unit, account_id)
    if account is None or account.disabled_at is not None:
        raise NotFound()
    if role not in ("main", "deputy"):
        raise InvalidInput(errors=[{"field": "role", "message": "只能是 main（责任人）或 deputy（替补）"}])
    await _division(unit, division_code)
    if account.division is None or not _inside(division_code, account.division):
        raise InvalidInput(
            "岗位须在账号的管理范围之内。",
            errors=[{"field": "division_code", "message": "不在该账号的管理范围内"}],
        )
    values = {
        "account_id": account_id,
        "division_code": division_code,
        "role": role,
        "from_on": from_on,
        "to_on": to_on,
    }
    added = await unit.connection.execute(insert(posts).values(values).returning(posts.c.post_id))
    post_id: int = added.scalar_one()
    await audit.record(
        unit, "post.take", "account", account_id, detail={"division": division_code, "role": role}
    )
    return post_id


def folded(login: str) -> str:
    """A login as it is stored and compared: trimmed, compatibility forms and case folded."""
    return passwords.folded(login)


async def _one(unit: Unit, **wanted: object) -> Account | None:
    statement = select(accounts).where(*(accounts.c[name] == value for name, value in wanted.items()))
    row = (await unit.connection.execute(statement)).one_or_none()
    if row is None:
        return None
    return Account(
        row.account_id, row.login, row.name, Role(row.role), row.division_code, row.enterprise_id, row.department,
        row.password_hash, row.disabled_at,
    )  # fmt: skip


def _check_names(login: str, name: str) -> None:
    faults = []
    if not 2 <= len(login) <= 64 or any(letter.isspace() or not letter.isprintable() for letter in login):
        faults.append({"field": "login", "message": "登录名须为 2 到 64 个字符，不含空格"})
    if not 1 <= len(name.strip()) <= 64:
        faults.append({"field": "name", "message": "姓名须为 1 到 64 个字符"})
    if faults:
        raise InvalidInput(errors=faults)


def _check_scope(role: Role, given: Mapping[str, str | None]) -> None:
    needed = SCOPE_OF.get(role)
    if needed is not None and not given[needed]:
        raise InvalidInput(f"{NEEDED[needed]}。", errors=[{"field": needed, "message": "必填"}])
    for kind, value in given.items():
        if value is not None and kind != needed:
            raise InvalidInput(
                "管理范围与角色不符。", errors=[{"field": kind, "message": "这个角色不能有此项范围"}]
            )


async def _division(unit: Unit, code: str | None) -> str | None:
    if code is None:
        return None
    found = await unit.connection.scalar(select(divisions.c.code).where(divisions.c.code == code))
    if found is None:
        raise InvalidInput(
            "没有这个区划编码，请先导入区划。", errors=[{"field": "division", "message": "区划编码不存在"}]
        )
    return str(found)


async def _enterprise(unit: Unit, uscc: str | None) -> int | None:
    if uscc is None:
        return None
    found = await unit.connection.scalar(
        select(enterprises.c.enterprise_id).where(enterprises.c.uscc == uscc)
    )
    if found is None:
        raise InvalidInput(
            "没有这家企业，请先导入企业。",
            errors=[{"field": "enterprise", "message": "统一社会信用代码不存在"}],
        )
    return int(found)


def _inside(code: str, scope: str) -> bool:
    low, high = code_range(prefix_of(scope))
    return low <= code < high


def _taken() -> Conflict:
    return Conflict("这个登录名已被使用，请换一个。", errors=[{"field": "login", "message": "已被使用"}])
