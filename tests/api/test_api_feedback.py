"""Quality and burden over HTTP: who sees which numbers, and that rules often wrong are flagged."""

from __future__ import annotations

import made
import pytest
from access.people import DONGPO, STREET, WUSHAN, settle
from answered import answer, visit
from api.conftest import Serve, Site

from service.access.permissions import Role
from service.access.unit import House

QUALITY, BURDEN = "/api/v1/rules/test-rule/quality", "/api/v1/burden"


@pytest.fixture
async def site(house: House, serve: Serve) -> Site:
    """Twenty visits in 东坡路 that found the rule wrong, five in 吴山路 that found it right, five people each."""
    await settle(house)
    async with house.write() as unit:
        version = await made.rule_version(unit)
        for place, outcome, times in ((DONGPO, "moved", 4), (WUSHAN, "done", 1)):
            for number in range(5):
                worker = await made.worker(unit, f"{place}{number}")
                for _ in range(times):
                    task = await visit(unit, worker, place)
                    await answer(unit, task, version, outcome, worker=worker)
    return await serve(house)


async def test_each_sees_the_numbers_of_the_own_area_or_department(site: Site) -> None:
    street = await site.token_of(Role.SUPERVISOR, division=STREET)
    community = await site.token_of(Role.SUPERVISOR, division=WUSHAN)
    own = await site.token_of(Role.DEPARTMENT, department="民政局")
    shares = [
        (await site("GET", QUALITY, token)).json["measured"]["precision"]
        for token in (street, community, own)
    ]
    assert shares == [0.2, 1.0, 0.2]
    told = (await site("GET", f"{BURDEN}?by=community&month=2026-11", community)).json
    assert (told["items"], told["others"], told["minimum"]) == (
        [{"key": WUSHAN, "name": "吴山路社区", "visits": 5, "minutes": 100, "questions": 0, "returned": 0}],
        None,
        5,
    )


async def test_what_is_not_ones_own_or_not_there_is_not_found_and_a_wrong_month_refused(site: Site) -> None:
    other = await site.token_of(Role.DEPARTMENT, department="公安局")
    assert (await site("GET", QUALITY, other)).status == 404
    assert (await site("GET", BURDEN, other)).json["items"] == []
    assert (await site("GET", "/api/v1/rules/none/quality", other)).status == 404
    for query in ("month=2026-13", "by=worker", "account_id=1", "by=account"):
        assert (await site("GET", f"{BURDEN}?{query}", other)).status in (400, 422)


async def test_a_rule_that_is_often_wrong_is_flagged_in_the_list(site: Site) -> None:
    token = await site.token_of(Role.RULE_EDITOR)
    (rule,) = (await site("GET", "/api/v1/rules", token)).json["items"]
    assert rule["flagged"] is True
