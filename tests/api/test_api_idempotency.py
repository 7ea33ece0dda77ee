"""Submitting twice is submitting once, on either database, even at the same moment."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from api import probes
from api.conftest import Answer, Site
from sqlalchemy import select

from service.access import answered
from service.access.permissions import Role
from service.access.unit import House
from service.tables import answered_requests, households

PATH = "/api/v1/probe/visits"


@pytest.fixture
def site(probed_on_either: Site) -> Site:
    return probed_on_either


async def post(site: Site, token: str, key: str | None, number: str = "V1", **more: object) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await site("POST", PATH, token, json={"number": number, **more}, headers=headers)


async def numbers(house: House) -> list[str]:
    async with house.read() as unit:
        written = (
            select(households.c.number).where(households.c.number.like("V%")).order_by(households.c.number)
        )
        return list((await unit.connection.execute(written)).scalars())


async def test_a_repeated_request_gets_the_first_answer_again(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    first, second = await post(site, token, "k1"), await post(site, token, "k1")
    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    assert first.headers["Location"] == second.headers["Location"] == "/api/v1/probe/visits/V1"
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert await numbers(site.house) == ["V1"]
    assert probes.told == ["V1"]


async def test_twins_at_the_same_moment_have_exactly_one_effect(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    answers = await asyncio.gather(*(post(site, token, "twin") for _ in range(10)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert sorted(answer.headers.get("Idempotent-Replayed", "") for answer in answers) == ["", *["true"] * 9]
    assert await numbers(site.house) == ["V1"]
    assert probes.told == ["V1"]


async def test_one_key_for_two_requests_is_refused(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    await post(site, token, "k1", "V1")
    answer = await post(site, token, "k1", "V2")
    assert (answer.status, answer.json["code"]) == (422, "key_reused")
    assert await numbers(site.house) == ["V1"]


async def test_different_keys_and_no_key_are_different_requests(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    statuses = [
        (await post(site, token, key, number)).status
        for key, number in (("a", "V1"), ("b", "V2"), (None, "V3"))
    ]
    assert statuses == [201, 201, 201]
    assert await numbers(site.house) == ["V1", "V2", "V3"]


async def test_a_key_belongs_to_its_account(site: Site) -> None:
    first, second = await site.token_of(Role.WORKER), await site.token_of(Role.WORKER)
    assert (await post(site, first, "k1", "V1")).status == 201
    answer = await post(site, second, "k1", "V2")
    assert answer.status == 201
    assert "Idempotent-Replayed" not in answer.headers


async def test_a_request_that_failed_left_nothing_and_may_be_sent_again(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    assert (await post(site, token, "k1", fail=True)).status == 409
    assert await numbers(site.house) == []
    assert probes.told == []
    assert (await post(site, token, "k1", fail=False)).status == 201
    assert await numbers(site.house) == ["V1"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "键"])
async def test_a_key_that_cannot_be_kept_is_refused(site: Site, key: str) -> None:
    token = await site.token_of(Role.WORKER)
    answer = await post(site, token, key)
    assert (answer.status, answer.json["code"]) == (400, "bad_request")
    assert await numbers(site.house) == []


async def test_a_key_on_a_route_that_honours_none_is_ignored(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    for _ in range(2):
        answer = await site("POST", "/api/v1/probe/rounds", token, headers={"Idempotency-Key": "k1"})
        assert answer.status == 202
        assert "Idempotent-Replayed" not in answer.headers


async def test_kept_answers_are_sealed_and_forgotten_in_time(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    first = await post(site, token, "k1", "VisitNumber20261123")
    async with site.house.write() as unit:
        row = (await unit.connection.execute(select(answered_requests))).one()
        assert row.status == 201
        assert first.json["number"] not in row.body
        kept = unit.vault.open("answered_requests.body", row.body)
        assert json.loads(kept)["body"].encode() == first.body
        assert await answered.forget(unit, unit.now) == 0
        assert await answered.forget(unit, unit.now + timedelta(seconds=1)) == 1
