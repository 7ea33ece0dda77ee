"""The forecast over HTTP: sums by day, rule and division, pages, and nobody else's area."""

from __future__ import annotations

from datetime import date

import pytest
from access.people import DONGPO, GRID, STREET, WUSHAN, settle
from api.conftest import Serve, Site
from made import row, rule_version
from sqlalchemy import insert

from service.access.permissions import Role
from service.access.unit import House
from service.tables import forecast_rules, forecasts, scans

PATH = "/api/v1/forecast"
TODAY = date(2026, 11, 23)
ROWS = (
    ("old-age", 24, GRID, 2), ("old-age", 24, WUSHAN, 5), ("old-age", 30, GRID, 1), ("food", 25, DONGPO, 3),
    ("food", 25, "", 7),
)  # fmt: skip


@pytest.fixture
async def site(house: House, serve: Serve) -> Site:
    """A street with a forecast of two rules, of which one could not be told from some day on."""
    await settle(house)
    async with house.write() as unit:
        scan_id = await row(unit, scans, as_of=TODAY, state="done", started_at=unit.now)
        await rule_version(unit, "old-age")
        heads = [
            {"rule": "old-age", "scan_id": scan_id, "made_at": unit.now, "error": None},
            {
                "rule": "food",
                "scan_id": scan_id,
                "made_at": unit.now,
                "error": "2026-12-01 起不能推算：缺值。",
            },
        ]
        await unit.connection.execute(insert(forecast_rules), heads)
        rows = [
            {"rule": rule, "day": date(2026, 11, day), "division_code": code, "expected": expected}
            for rule, day, code, expected in ROWS
        ]
        await unit.connection.execute(insert(forecasts), rows)
    return await serve(house)


async def _sums(site: Site, token: str, query: str = "") -> dict[str, int]:
    answer = await site("GET", PATH + query, token)
    assert answer.status == 200, answer.json
    return {item["key"]: item["expected"] for item in answer.json["items"]}


async def test_sums_are_told_by_day_rule_and_division_of_the_own_area(site: Site) -> None:
    street = await site.token_of(Role.SUPERVISOR, division=STREET)
    community = await site.token_of(Role.WORKER, division=DONGPO)
    assert await _sums(site, street) == {"2026-11-24": 7, "2026-11-25": 3, "2026-11-30": 1}
    assert await _sums(site, community) == {"2026-11-24": 2, "2026-11-25": 3, "2026-11-30": 1}
    assert await _sums(site, street, "?by=rule") == {"old-age": 8, "food": 3}
    assert await _sums(site, community, "?by=rule") == {"old-age": 3, "food": 3}
    assert await _sums(site, street, "?by=division") == {DONGPO: 3, GRID: 3, WUSHAN: 5}
    assert await _sums(site, community, f"?by=division&division={WUSHAN}") == {}


async def test_a_department_sees_its_own_rules_everywhere_and_no_other(site: Site) -> None:
    own = await site.token_of(Role.DEPARTMENT, department="民政局")
    other = await site.token_of(Role.DEPARTMENT, department="卫生健康局")
    assert await _sums(site, own, "?by=rule") == {"old-age": 8}
    assert await _sums(site, other, "?by=rule") == {}


async def test_filters_go_together_and_names_and_the_total_are_told(site: Site) -> None:
    token = await site.token_of(Role.SUPERVISOR, division=STREET)
    told = (await site("GET", f"{PATH}?by=division&rule=old-age&until=2026-11-24", token)).json
    assert told["items"] == [
        {"key": GRID, "name": "第一网格", "expected": 2},
        {"key": WUSHAN, "name": "吴山路社区", "expected": 5},
    ]
    assert (told["total"], told["as_of"], told["untold"], told["next"]) == (7, "2026-11-23", [], None)
    whole = (await site("GET", f"{PATH}?by=rule&division={STREET}", token)).json
    assert {item["name"] for item in whole["items"]} == {"测试规则", None}
    assert [one["rule"] for one in whole["untold"]] == ["food"]


async def test_pages_go_on_where_the_last_one_ended(site: Site) -> None:
    token = await site.token_of(Role.SUPERVISOR, division=STREET)
    for by, keys in (("day", ["2026-11-24", "2026-11-25", "2026-11-30"]), ("rule", ["food", "old-age"])):
        seen: list[str] = []
        after = ""
        while len(seen) <= len(keys):
            page = (await site("GET", f"{PATH}?by={by}&limit=1{after}", token)).json
            seen += [item["key"] for item in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert seen == keys
    wrong = await site("GET", f"{PATH}?after=yesterday", token)
    assert (wrong.status, wrong.json["code"]) == (422, "invalid_input")


async def test_without_any_forecast_it_is_said_how_there_comes_to_be_one(house: House, serve: Serve) -> None:
    await settle(house)
    site = await serve(house)
    answer = await site("GET", PATH, await site.token_of(Role.SUPERVISOR, division=STREET))
    assert answer.status == 404
    assert "早晨" in answer.json["detail"]
