"""Who gets an account, with which scope, and how it ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from access.people import DONGPO, GRID, PASSWORD, STREET, USCC, WUSHAN, add_account, settle
from sqlalchemy import select

from service.access import accounts, passwords, tokens
from service.access.permissions import Role
from service.access.unit import House
from service.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from service.tables import accounts as table
from service.tables import audit, posts


@pytest.fixture(autouse=True)
async def settled(house: House) -> None:
    await settle(house)


async def test_an_account_is_found_by_its_login_however_it_is_typed(house: House) -> None:
    account_id = await add_account(house, Role.WORKER, login=" Li.Wei ")
    async with house.read() as unit:
        found = await accounts.by_login(unit, "ＬＩ.wei")
        assert await accounts.by_login(unit, "li.wei2") is None
    assert found is not None
    assert (found.account_id, found.login, found.division) == (account_id, "li.wei", DONGPO)


async def test_a_login_is_given_once(house: House) -> None:
    await add_account(house, Role.WORKER, login="li.wei")
    with pytest.raises(Conflict):
        await add_account(house, Role.SUPERVISOR, login="LI.WEI")


async def test_only_a_hash_of_the_password_is_kept(house: House) -> None:
    await add_account(house, Role.WORKER, password=PASSWORD)
    async with house.read() as unit:
        row = (await unit.connection.execute(select(table))).one()
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in str(row)
    assert await passwords.matches(row.password_hash, PASSWORD)
    assert not await passwords.matches(row.password_hash, PASSWORD + "x")


@pytest.mark.parametrize(
    "weak",
    ["Short-1", "Password-2026", "aaaaaaaaaaaaaaaaaaaa", "abcdefghijk", "worker-Ab12", "x1" * 80],
    ids=["short", "common", "repeated", "one kind", "holds the login", "too long"],
)
async def test_a_weak_password_is_refused(house: House, weak: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await add_account(house, Role.WORKER, password=weak)
    assert refused.value.extra["errors"][0]["field"] == "password"
    assert weak not in str(refused.value.extra)


@pytest.mark.parametrize(
    ("role", "scope", "field"),
    [
        (Role.WORKER, {}, "division"),
        (Role.SUPERVISOR, {}, "division"),
        (Role.ENTERPRISE, {}, "enterprise"),
        (Role.DEPARTMENT, {}, "department"),
        (Role.WORKER, {"division": "330199999999"}, "division"),
        (Role.ENTERPRISE, {"enterprise": "92330199MA2AYN0099"}, "enterprise"),
        (Role.ENTERPRISE, {"enterprise": USCC, "division": STREET}, "division"),
        (Role.AUDITOR, {"division": STREET}, "division"),
    ],
)
async def test_a_scope_must_fit_its_role(house: House, role: Role, scope: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        async with house.write() as unit:
            await accounts.add(unit, login="li.wei", name="李伟", role=role, **scope)
    assert refused.value.extra["errors"][0]["field"] == field


@pytest.mark.parametrize("login", ["", "x", "li wei", "x" * 65, "li\0wei"])
async def test_a_login_that_cannot_be_typed_is_refused(house: House, login: str) -> None:
    with pytest.raises(InvalidInput):
        async with house.write() as unit:
            await accounts.add(unit, login=login, name="李伟", role=Role.AUDITOR)


async def test_a_disabled_account_is_out_at_once(house: House) -> None:
    account_id = await add_account(house, Role.WORKER)
    async with house.write() as unit:
        token = await tokens.issue(unit, account_id, note="phone", lifetime=timedelta(hours=1))
    async with house.write() as unit:
        assert (await tokens.actor_of(unit, token.text)).account_id == account_id
        await accounts.disable(unit, account_id)
        await accounts.disable(unit, account_id)
    async with house.write() as unit:
        with pytest.raises(NotSignedIn):
            await tokens.actor_of(unit, token.text)
        with pytest.raises(NotFound):
            await tokens.issue(unit, account_id, note="again", lifetime=timedelta(hours=1))
        with pytest.raises(NotFound):
            await accounts.disable(unit, 999)
        told = (
            (await unit.connection.execute(select(audit.c.action).order_by(audit.c.audit_id))).scalars().all()
        )
    assert told == ["account.add", "token.issue", "token.revoke", "account.disable"]


async def test_a_post_lies_inside_the_scope_of_its_account(house: House) -> None:
    account_id = await add_account(house, Role.WORKER)
    async with house.write() as unit:
        await accounts.take_post(unit, account_id, GRID, "main", date(2026, 1, 1))
        for place, role in ((WUSHAN, "main"), (STREET, "deputy"), ("330199999999", "main"), (GRID, "chief")):
            with pytest.raises(InvalidInput):
                await accounts.take_post(unit, account_id, place, role, date(2026, 1, 1))
        with pytest.raises(NotFound):
            await accounts.take_post(unit, 999, GRID, "main", date(2026, 1, 1))
    async with house.read() as unit:
        kept = (await unit.connection.execute(select(posts))).all()
    assert [(post.account_id, post.division_code, post.role) for post in kept] == [(account_id, GRID, "main")]
