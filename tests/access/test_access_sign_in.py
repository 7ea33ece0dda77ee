"""Signing in, and what stands between a guesser and an account."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from access.people import PASSWORD, add_account, settle
from argon2 import PasswordHasher
from sqlalchemy import select, update

from service.access import accounts, passwords, tokens
from service.access.permissions import Role
from service.access.sign_in import MOST_FAILURES, SignedIn, sign_in
from service.access.unit import House
from service.clock import SetClock
from service.errors import NotSignedIn, Problem, TooMany
from service.tables import accounts as table
from service.tables import audit, sign_in_failures


@pytest.fixture
async def worker(house: House) -> int:
    await settle(house)
    return await add_account(house, Role.WORKER, login="li.wei", password=PASSWORD)


async def outcome(house: House, login: str, password: str) -> type[object]:
    try:
        return type(await sign_in(house, login, password))
    except Problem as problem:
        return type(problem)


async def test_the_right_pair_gives_a_token_for_twelve_hours(
    house: House, worker: int, clock: SetClock
) -> None:
    signed_in = await sign_in(house, " LI.wei", PASSWORD)
    assert (signed_in.role, signed_in.name) == (Role.WORKER, "李伟")
    assert signed_in.expires_at == clock.now() + timedelta(hours=12)
    async with house.read() as unit:
        assert (await tokens.actor_of(unit, signed_in.token)).account_id == worker


async def test_five_failures_lock_the_login_for_a_quarter_of_an_hour(
    house: House, worker: int, clock: SetClock
) -> None:
    wrong = [await outcome(house, "li.wei", "wrong") for _ in range(MOST_FAILURES)]
    assert wrong == [NotSignedIn] * MOST_FAILURES
    assert await outcome(house, "li.wei", PASSWORD) is TooMany
    clock.advance(minutes=14, seconds=59)
    assert await outcome(house, "Li.Wei", PASSWORD) is TooMany
    clock.advance(seconds=1)
    assert await outcome(house, "li.wei", PASSWORD) is SignedIn


async def test_a_success_forgives_the_failures_before_it(house: House, worker: int) -> None:
    for _ in range(3):
        for _ in range(MOST_FAILURES - 1):
            assert await outcome(house, "li.wei", "wrong") is NotSignedIn
        assert await outcome(house, "li.wei", PASSWORD) is SignedIn
    async with house.read() as unit:
        assert (await unit.connection.execute(select(sign_in_failures))).all() == []


async def test_guesses_made_all_at_once_count_like_guesses_made_in_turn(house: House, worker: int) -> None:
    outcomes = await asyncio.gather(*(outcome(house, "li.wei", f"wrong-{n}") for n in range(12)))
    assert sorted(kind.__name__ for kind in outcomes) == ["NotSignedIn"] * 5 + ["TooMany"] * 7


async def test_an_unknown_login_gets_the_same_answers_as_a_wrong_password(house: House, worker: int) -> None:
    async def answers(login: str) -> list[tuple[str, str]]:
        told = []
        for _ in range(MOST_FAILURES + 1):
            with pytest.raises(Problem) as refused:
                await sign_in(house, login, "wrong")
            told.append((refused.value.code, refused.value.detail))
        return told

    known, unknown = await answers("li.wei"), await answers("nobody.here")
    assert known == unknown
    assert {code for code, _ in known} == {"not_signed_in", "too_many"}


async def test_an_unknown_login_takes_the_path_of_a_known_one(house: House) -> None:
    passwords._decoy.cache_clear()
    assert await passwords.matches(None, "nobody has this password") is False
    assert passwords._decoy.cache_info().misses == 1, "an equal hash was worked through"
    assert not passwords.outdated(passwords._decoy())
    await outcome(house, "nobody.here", "wrong")
    async with house.read() as unit:
        told = (await unit.connection.execute(select(audit))).one()
        tried = (await unit.connection.execute(select(sign_in_failures))).one()
    assert (told.action, told.object_id, told.success) == ("sign_in", "unknown", "no")
    assert "nobody" not in str(told) + str(tried)  # people type their password into the wrong field


async def test_a_disabled_account_is_answered_like_a_wrong_password(house: House, worker: int) -> None:
    async with house.write() as unit:
        await accounts.disable(unit, worker)
    with pytest.raises(NotSignedIn, match="登录名或密码不正确"):
        await sign_in(house, "li.wei", PASSWORD)


async def test_an_account_without_a_password_cannot_sign_in(house: House) -> None:
    await settle(house)
    await add_account(house, Role.AUDITOR, login="li.wei")
    assert await outcome(house, "li.wei", "") is NotSignedIn


async def test_a_hash_of_weaker_parameters_is_renewed(house: House, worker: int) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with house.write() as unit:
        await unit.connection.execute(update(table).values(password_hash=weak))
    await sign_in(house, "li.wei", PASSWORD)
    async with house.read() as unit:
        stored = await unit.connection.scalar(select(table.c.password_hash))
    assert stored is not None
    assert stored != weak
    assert not passwords.outdated(stored)
    assert await passwords.matches(stored, PASSWORD)
