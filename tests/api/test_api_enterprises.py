"""An enterprise's roster, for those it concerns."""

from __future__ import annotations

from datetime import date

import pytest
from access.people import OTHER_USCC, STREET, USCC, WUSHAN
from api.conftest import Site
from sqlalchemy import insert

from service.access.permissions import Role
from service.tables import certificates, employments, parameters


@pytest.fixture
async def site(probed_on_either: Site) -> Site:
    """Shop 1 employs resident 1, whose health certificate ends in 35 days."""
    async with probed_on_either.house.write() as unit:
        await unit.connection.execute(
            insert(employments).values(resident_id=1, enterprise_id=1, post="厨师", handles_food=True)
        )
        await unit.connection.execute(
            insert(certificates).values(
                kind="HEALTH_FOOD", resident_id=1, number="J1", valid_to=date(2026, 12, 28)
            )
        )
    return probed_on_either


def path(uscc: str) -> str:
    return f"/api/v1/enterprises/{uscc}/status"


async def test_a_contact_sees_the_own_roster_with_masked_names(site: Site) -> None:
    answer = await site("GET", path(USCC), await site.token_of(Role.ENTERPRISE))
    assert answer.status == 200
    assert (answer.json["uscc"], answer.json["colour"], answer.json["as_of"]) == (USCC, "green", "2026-11-23")
    assert answer.json["counts"] == {"red": 0, "yellow": 0, "grey": 0, "green": 1}
    [entry] = answer.json["roster"]
    assert (entry["name"], entry["valid_to"], entry["needs"]) == ("陈**", "2026-12-28", ["HEALTH_FOOD"])


async def test_another_enterprise_does_not_exist_for_a_contact(site: Site) -> None:
    token = await site.token_of(Role.ENTERPRISE)
    other, nothing = (
        await site("GET", path(OTHER_USCC), token),
        await site("GET", path("92330199MA2AYN0099"), token),
    )
    assert (other.status, nothing.status) == (404, 404)
    assert other.json["detail"] == nothing.json["detail"]


async def test_workers_and_supervisors_see_those_of_their_area(site: Site) -> None:
    seen = {}
    for name, role, division in (
        ("worker", Role.WORKER, None), ("neighbour", Role.WORKER, WUSHAN), ("supervisor", Role.SUPERVISOR, STREET),
    ):  # fmt: skip
        token = await site.token_of(role, **({"division": division} if division else {}))
        seen[name] = [(await site("GET", path(uscc), token)).status for uscc in (USCC, OTHER_USCC)]
    assert seen == {"worker": [200, 404], "neighbour": [404, 200], "supervisor": [200, 200]}


async def test_yellow_begins_with_the_notice_the_rules_go_by(site: Site) -> None:
    source = {"law": "测试", "article": "第一条", "date": "2026-01-01", "verified_on": "2026-01-02"}
    token = await site.token_of(Role.ENTERPRISE)
    for division, days, colour in (("", 40, "yellow"), ("330105", 1, "yellow"), ("330102", 7, "green")):
        async with site.house.write() as unit:
            await unit.connection.execute(
                insert(parameters).values(
                    name="health.notice_days", label="提前提醒天数", kind="int", unit="天", division_code=division,
                    effective_from=date(2026, 1, 1), value=days, source=source, recorded_at=unit.now,
                )
            )  # fmt: skip
        assert (await site("GET", path(USCC), token)).json["colour"] == colour
