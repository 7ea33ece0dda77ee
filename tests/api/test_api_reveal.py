"""Seeing one private field, over HTTP."""

from __future__ import annotations

import pytest
from access.people import OTHER_USCC, PHONE, USCC, WUSHAN
from api.conftest import Site
from sqlalchemy import select

from service.access.permissions import Role
from service.tables import audit

ASK = {"field": "phone", "reason": "电话核实"}


@pytest.fixture
def site(probed_on_either: Site) -> Site:
    return probed_on_either


async def told(site: Site) -> list[tuple[str, str, str]]:
    async with site.house.read() as unit:
        rows = await unit.connection.execute(
            select(audit.c.object_kind, audit.c.object_id, audit.c.success).where(audit.c.action == "reveal")
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]


async def test_a_worker_sees_a_residents_phone_once_and_it_is_written_down(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    answer = await site("POST", "/api/v1/residents/1/reveal", token, json=ASK)
    assert (answer.status, answer.json) == (200, {"field": "phone", "value": PHONE})
    assert answer.headers["Cache-Control"] == "no-store"
    assert await told(site) == [("resident", "1", "yes")]


async def test_without_a_reason_it_says_what_is_missing(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    answer = await site("POST", "/api/v1/residents/1/reveal", token, json={"field": "phone"})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "reason")
    assert PHONE not in answer.body.decode()


async def test_a_token_of_another_community_sees_nothing_and_the_try_is_written_down(site: Site) -> None:
    token = await site.token_of(Role.WORKER, division=WUSHAN)
    for path, kind in (("residents/1", "resident"), (f"enterprises/{USCC}", "enterprise")):
        answer = await site("POST", f"/api/v1/{path}/reveal", token, json=ASK)
        assert (answer.status, answer.json["code"]) == (404, "not_found")
        assert (kind, "1", "no") in await told(site)
    missing = await site("POST", "/api/v1/residents/12345/reveal", token, json=ASK)
    assert (missing.status, missing.json["detail"]) == (answer.status, answer.json["detail"])


async def test_a_shops_phone_is_found_by_its_credit_code(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    answer = await site("POST", f"/api/v1/enterprises/{USCC}/reveal", token, json=ASK)
    assert (answer.status, answer.json["value"]) == (200, PHONE)
    assert (await site("POST", "/api/v1/enterprises/nothing/reveal", token, json=ASK)).status == 404
    assert (await site("POST", f"/api/v1/enterprises/{OTHER_USCC}/reveal", token, json=ASK)).status == 404


@pytest.mark.parametrize("field", ["name", "id_number_index", "id_number; --"])
async def test_no_other_field_can_be_asked_for(site: Site, field: str) -> None:
    token = await site.token_of(Role.WORKER)
    answer = await site("POST", "/api/v1/residents/1/reveal", token, json={**ASK, "field": field})
    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
