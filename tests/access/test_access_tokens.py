"""A token opens what it was given for, as long as it was given for, and can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from access.people import DONGPO, add_account, settle
from sqlalchemy import select

from service.access import tokens
from service.access.permissions import Permission, Role
from service.access.unit import House
from service.clock import SetClock
from service.errors import InvalidInput, NotFound, NotSignedIn
from service.tables import accounts
from service.tables import tokens as table

DAY = timedelta(days=1)


@pytest.fixture
async def worker(house: House) -> int:
    await settle(house)
    return await add_account(house, Role.WORKER)


async def issue(house: House, account_id: int, **more: object) -> tokens.Issued:
    async with house.write() as unit:
        return await tokens.issue(unit, account_id, note="phone", **{"lifetime": DAY, **more})  # type: ignore[arg-type]


async def test_a_token_tells_who_presents_it(house: House, worker: int) -> None:
    token = await issue(house, worker)
    async with house.read() as unit:
        actor = await tokens.actor_of(unit, token.text)
    assert (actor.account_id, actor.role, actor.division) == (worker, Role.WORKER, DONGPO)
    assert actor.may(Permission.REVEAL)


async def test_the_database_does_not_hold_the_token(house: House, worker: int) -> None:
    token = await issue(house, worker)
    async with house.read() as unit:
        row = (await unit.connection.execute(select(table))).one()
    assert token.text not in str(row)
    assert token.text.removeprefix(tokens.PREFIX) not in str(row)


async def test_no_two_tokens_are_alike_and_each_has_256_bits(house: House, worker: int) -> None:
    texts = {(await issue(house, worker)).text for _ in range(3)}
    assert len(texts) == 3
    assert all(len(text.removeprefix(tokens.PREFIX)) == 43 for text in texts)


@pytest.mark.parametrize("wrong", ["", "zt_", "zt_nothing", "张伟", "\udcff\udcfe", "x" * 10_000])
async def test_an_unknown_token_opens_nothing(house: House, worker: int, wrong: str) -> None:
    await issue(house, worker)
    async with house.read() as unit:
        with pytest.raises(NotSignedIn):
            await tokens.actor_of(unit, wrong)


async def test_a_token_ends_when_its_time_is_over(house: House, worker: int, clock: SetClock) -> None:
    token = await issue(house, worker)
    clock.advance(days=1, seconds=-1)
    async with house.read() as unit:
        await tokens.actor_of(unit, token.text)
        clock.advance(seconds=1)
        with pytest.raises(NotSignedIn):
            await tokens.actor_of(unit, token.text)


async def test_a_revoked_token_ends_and_its_sister_does_not(house: House, worker: int) -> None:
    one, other = await issue(house, worker), await issue(house, worker)
    async with house.write() as unit:
        await tokens.revoke_by_id(unit, one.token_id)
        with pytest.raises(NotFound):
            await tokens.revoke_by_id(unit, one.token_id)
    async with house.read() as unit:
        with pytest.raises(NotSignedIn):
            await tokens.actor_of(unit, one.text)
        await tokens.actor_of(unit, other.text)


async def test_a_narrowed_token_can_do_less_than_its_role(house: House, worker: int) -> None:
    token = await issue(house, worker, permissions=[Permission.READ_RULES])
    async with house.read() as unit:
        actor = await tokens.actor_of(unit, token.text)
    assert {permission for permission in Permission if actor.may(permission)} == {
        Permission.READ_RULES,
        Permission.SIGNED_IN,
    }


async def test_a_token_cannot_do_more_than_its_role(house: House, worker: int) -> None:
    with pytest.raises(InvalidInput):
        await issue(house, worker, permissions=[Permission.ACCOUNTS])


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=-1), timedelta(days=400)])
async def test_a_token_lives_neither_never_nor_for_ever(
    house: House, worker: int, lifetime: timedelta
) -> None:
    with pytest.raises(InvalidInput):
        await issue(house, worker, lifetime=lifetime)


async def test_a_disabled_account_is_refused_even_with_a_live_token(house: House, worker: int) -> None:
    token = await issue(house, worker)
    async with house.write() as unit:
        await unit.connection.execute(accounts.update().values(disabled_at=unit.now))
    async with house.read() as unit:
        with pytest.raises(NotSignedIn):
            await tokens.actor_of(unit, token.text)
