"""Sessions and sign-in codes: what a stolen database, a second phone and a made-up token are worth."""

from __future__ import annotations

import asyncio
import base64

import pytest
from access.people import PASSWORD, WUSHAN, add_account, settle
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from service.access import accounts, sessions, sign_in_codes
from service.access.actors import SYSTEM, Actor
from service.access.permissions import Role
from service.access.sessions import Session
from service.access.sign_in import MOST_FAILURES, enter
from service.access.unit import House
from service.errors import InvalidInput, NotFound, NotSignedIn, TooMany
from service.tables import sessions as sessions_table
from service.tables import sign_in_codes as codes_table


@pytest.fixture
async def worker(house: House) -> Actor:
    await settle(house)
    return await _actor(house, await add_account(house, Role.WORKER, login="li.wei", password=PASSWORD))


async def _actor(house: House, account_id: int) -> Actor:
    async with house.read() as unit:
        account = await accounts.by_id(unit, account_id)
    assert account is not None
    return account.actor


def session(token: str) -> Session:
    return Session(1, token, SYSTEM, "normal", stale=False)


async def test_the_right_pair_opens_a_session_of_which_only_a_digest_is_kept(
    house: House, worker: Actor
) -> None:
    token = await enter(house, "li.wei", PASSWORD)
    async with house.read() as unit:
        found = await sessions.find(unit, token)
        kept = (await unit.connection.execute(select(sessions_table))).one()
    assert found.actor == worker
    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    assert token not in str(kept)


async def test_failures_at_this_door_lock_the_login_as_at_the_other(house: House, worker: Actor) -> None:
    for _ in range(MOST_FAILURES):
        with pytest.raises(NotSignedIn):
            await enter(house, "li.wei", "wrong")
    with pytest.raises(TooMany):
        await enter(house, "li.wei", PASSWORD)


async def test_of_many_phones_that_scan_one_code_at_once_one_is_let_in(house: House, worker: Actor) -> None:
    assert worker.account_id is not None
    async with house.write(worker) as unit:
        code = await sign_in_codes.issue(unit, worker.account_id)
        kept = (await unit.connection.execute(select(codes_table))).one()
    assert code.text not in str(kept)

    async def scan() -> str | None:
        try:
            async with house.write() as unit:
                return await sign_in_codes.redeem(unit, code.text)
        except NotFound:
            return None

    let_in = [token for token in await asyncio.gather(*(scan() for _ in range(5))) if token]
    assert len(let_in) == 1
    async with house.read() as unit:
        assert (await sessions.find(unit, let_in[0])).actor == worker


async def test_a_worker_can_open_nobody_elses_account(house: House, worker: Actor) -> None:
    other = await add_account(house, Role.WORKER, login="wang.fang")
    foreign = await add_account(house, Role.WORKER, login="zhao.min", division=WUSHAN)
    head = await add_account(house, Role.SUPERVISOR)
    for account_id in (other, foreign, head, 99):
        async with house.write(worker) as unit:
            with pytest.raises(NotFound):
                await sign_in_codes.issue(unit, account_id)


async def test_an_account_administrator_can_open_workers_accounts_and_no_others(
    house: House, worker: Actor
) -> None:
    assert worker.account_id is not None
    head = await add_account(house, Role.SUPERVISOR)
    admin = await _actor(house, await add_account(house, Role.SECURITY_ADMIN))
    async with house.write(admin) as unit:
        assert (await sign_in_codes.issue(unit, worker.account_id)).name == worker.name
        with pytest.raises(NotFound):
            await sign_in_codes.issue(unit, head)


async def test_a_code_of_a_disabled_account_opens_nothing(house: House, worker: Actor) -> None:
    assert worker.account_id is not None
    async with house.write(worker) as unit:
        code = await sign_in_codes.issue(unit, worker.account_id)
        await accounts.disable(unit, worker.account_id)
    async with house.write() as unit:
        with pytest.raises(NotFound):
            await sign_in_codes.redeem(unit, code.text)


async def test_a_new_password_ends_the_sessions_of_the_old_one(house: House, worker: Actor) -> None:
    assert worker.account_id is not None
    token = await enter(house, "li.wei", PASSWORD)
    async with house.write() as unit:
        with pytest.raises(InvalidInput):
            await accounts.set_password(unit, worker.account_id, "weak")
        await accounts.set_password(unit, worker.account_id, PASSWORD + "!")
        with pytest.raises(NotSignedIn):
            await sessions.find(unit, token)
    assert await enter(house, "li.wei", PASSWORD + "!")
    with pytest.raises(NotSignedIn):
        await enter(house, "li.wei", PASSWORD)


def test_what_a_form_brings_differs_each_time_and_fits_one_session() -> None:
    ours, theirs = session("a"), session("b")
    made = {ours.csrf() for _ in range(20)}
    assert len(made) == 20
    assert all(ours.honours(csrf) and not theirs.honours(csrf) for csrf in made)


@given(st.text(max_size=100))
def test_nothing_made_up_is_honoured(text: str) -> None:
    assert not session("a").honours(text)
