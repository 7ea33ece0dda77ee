"""Signing in over HTTP."""

from __future__ import annotations

import pytest
from access.people import DONGPO, PASSWORD, add_account
from api.conftest import Answer, Site

from service.access.permissions import GRANTED, Role
from service.app import SIGN_INS
from service.clock import SetClock


@pytest.fixture(autouse=True)
async def account(site: Site) -> int:
    return await add_account(site.house, Role.WORKER, login="li.wei", password=PASSWORD)


async def try_sign_in(site: Site, login: str = "li.wei", password: str = PASSWORD) -> Answer:
    return await site("POST", "/api/v1/sign-in", json={"login": login, "password": password})


async def test_a_worker_signs_in_looks_who_it_is_and_signs_out(site: Site, account: int) -> None:
    signed_in = await try_sign_in(site)
    assert signed_in.status == 200
    assert {name: signed_in.json[name] for name in ("expires_at", "role", "name")} == {
        "expires_at": "2026-11-23T12:30:00Z", "role": "worker", "name": "李伟",
    }  # fmt: skip
    token = signed_in.json["token"]
    me = await site("GET", "/api/v1/me", token)
    assert (me.json["account_id"], me.json["division"]) == (account, DONGPO)
    assert set(me.json["permissions"]) == {permission.value for permission in GRANTED[Role.WORKER]}
    assert (await site("POST", "/api/v1/sign-out", token)).status == 204
    assert (await site("GET", "/api/v1/me", token)).status == 401


async def test_a_wrong_password_and_an_unknown_login_are_answered_alike(site: Site) -> None:
    wrong, unknown = await try_sign_in(site, password="wrong"), await try_sign_in(site, login="nobody.here")
    assert (wrong.status, wrong.json["code"]) == (401, "not_signed_in")
    for answer in (wrong, unknown):
        del answer.json["instance"]
    assert wrong.json == unknown.json
    assert set(wrong.headers) == set(unknown.headers)


async def test_after_five_failures_the_login_is_locked_and_says_for_how_long(
    site: Site, clock: SetClock
) -> None:
    assert [(await try_sign_in(site, password="wrong")).status for _ in range(5)] == [401] * 5
    locked = await try_sign_in(site)
    assert (locked.status, locked.json["code"], locked.headers["Retry-After"]) == (429, "too_many", "900")
    clock.advance(minutes=15)
    assert (await try_sign_in(site)).status == 200


async def test_one_address_cannot_try_many_logins(site: Site, clock: SetClock) -> None:
    statuses = [(await try_sign_in(site, login=f"guess-{number}")).status for number in range(SIGN_INS)]
    assert statuses == [401] * SIGN_INS
    refused = await try_sign_in(site, login="guess-again")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
    clock.advance(minutes=1)
    assert (await try_sign_in(site)).status == 200


async def test_the_password_is_not_repeated_when_it_is_wrongly_formed(site: Site) -> None:
    answer = await site("POST", "/api/v1/sign-in", json={"login": "li.wei", "password": ["Geheim-2026"]})
    assert answer.status == 422
    assert "Geheim" not in answer.body.decode()
