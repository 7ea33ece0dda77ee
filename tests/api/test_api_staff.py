"""Posts and absences over HTTP: who may change whose, and that the tasks follow."""

from __future__ import annotations

import asyncio
from datetime import date

import made
import pytest
from access.people import DONGPO, GRID, STREET, WUSHAN, add_account, settle
from api.conftest import Serve, Site
from planned import gather_all, plan_all
from sqlalchemy import select, update

from service.access.permissions import Role
from service.access.unit import House
from service.tables import accounts, audit, tasks

API = "/api/v1"
MONDAY = date(2026, 11, 23)


@pytest.fixture
async def site(house: House, serve: Serve) -> Site:
    """Li and Wang in 东坡路, Zhao in 吴山路; Li holds the grid and its one task."""
    await settle(house)
    for login, place in (("li", DONGPO), ("wang", DONGPO), ("zhao", WUSHAN)):
        await add_account(house, Role.WORKER, login=login, division=place)
    async with house.write() as unit:
        await made.post(unit, await _id(house, "li"), GRID)
        version = await made.rule_version(unit)
        await made.finding(unit, version, 1)
        await gather_all(unit, MONDAY)
        await plan_all(unit, MONDAY)
    return await serve(house)


async def _id(house: House, login: str) -> int:
    async with house.read() as unit:
        return int(
            await unit.connection.scalar(select(accounts.c.account_id).where(accounts.c.login == login))
        )


async def _holder(site: Site) -> str | None:
    async with site.house.read() as unit:
        found = select(accounts.c.login).join(tasks, tasks.c.account_id == accounts.c.account_id)
        return (await unit.connection.execute(found)).scalar()


async def _until_held_by(site: Site, login: str | None) -> None:
    for _ in range(400):
        if await _holder(site) == login:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"it is {await _holder(site)} who holds the task")


async def test_an_absence_hands_the_tasks_over_at_once_and_is_seen_that_day(site: Site) -> None:
    token = await site.token_of(Role.SUPERVISOR, division=DONGPO)
    assert await _holder(site) == "li"
    body = {"account_id": await _id(site.house, "li"), "from": "2026-11-23", "to": "2026-11-24"}
    noted = await site("POST", f"{API}/absences", token, json=body)
    assert (noted.status, noted.json["name"]) == (201, "李伟")
    await _until_held_by(site, "wang")
    away = (await site("GET", f"{API}/absences?on=2026-11-24", token)).json["items"]
    assert [one["account_id"] for one in away] == [body["account_id"]]
    assert (await site("GET", f"{API}/absences?on=2026-11-25", token)).json["items"] == []
    staff = (await site("GET", f"{API}/staff", token)).json["items"]
    assert {one["login"]: one["away_until"] for one in staff} == {"li": "2026-11-24", "wang": None}
    assert (await site("POST", f"{API}/absences", token, json=body)).status == 409
    ended = [(await site("DELETE", noted.headers["Location"], token)).status for _ in range(2)]
    assert ended == [204, 404]  # what began today leaves nothing behind
    assert (await site("GET", f"{API}/absences", token)).json["items"] == []


async def test_a_post_moves_the_tasks_of_its_grid_and_ending_it_too(site: Site) -> None:
    token = await site.token_of(Role.SUPERVISOR, division=STREET)
    (old,) = (await site("GET", f"{API}/posts?division={DONGPO}", token)).json["items"]
    body = {"account_id": await _id(site.house, "wang"), "division_code": GRID}
    given = await site("POST", f"{API}/posts", token, json=body)
    assert (given.status, given.json["from_on"], given.json["role"]) == (201, "2026-11-23", "main")
    assert (await site("DELETE", f"{API}/posts/{old['post_id']}", token)).status == 204
    await _until_held_by(site, "wang")
    ended = (await site("GET", f"{API}/posts?account_id={old['account_id']}", token)).json["items"]
    assert [one["to_on"] for one in ended] == ["2026-11-22"]
    assert (await site("POST", f"{API}/posts", token, json=body)).status == 409
    async with site.house.read() as unit:
        told = (await unit.connection.execute(select(audit.c.action).order_by(audit.c.audit_id))).scalars()
        assert [action for action in told if action.startswith("post.")] == ["post.take", "post.end"]


async def test_nobody_reaches_the_staff_of_another_area(site: Site) -> None:
    token = await site.token_of(Role.SUPERVISOR, division=WUSHAN)
    li = await _id(site.house, "li")
    assert [one["login"] for one in (await site("GET", f"{API}/staff", token)).json["items"]] == ["zhao"]
    assert (await site("GET", f"{API}/posts", token)).json["items"] == []
    away = {"account_id": li, "from": "2026-11-23", "to": "2026-11-24"}
    post = {"account_id": li, "division_code": GRID}
    unknown = {"account_id": 987654321, "division_code": GRID}
    for path, body in (("absences", away), ("posts", post), ("posts", unknown)):
        assert (await site("POST", f"{API}/{path}", token, json=body)).status == 404
    assert (await site("DELETE", f"{API}/posts/1", token)).status == 404
    security = await site.token_of(Role.SECURITY_ADMIN)
    assert len((await site("GET", f"{API}/staff", security)).json["items"]) == 3


async def test_wrong_days_and_people_without_posts_are_refused(site: Site) -> None:
    token = await site.token_of(Role.SUPERVISOR, division=STREET)
    li, boss = await _id(site.house, "li"), next(reversed(site.tokens))
    wrong = [
        ("absences", {"account_id": li, "from": "2026-11-24", "to": "2026-11-23"}),
        ("absences", {"account_id": boss, "from": "2026-11-23", "to": "2026-11-24"}),
        ("posts", {"account_id": li, "division_code": GRID, "from": "2026-11-24", "to": "2026-11-23"}),
        ("posts", {"account_id": li, "division_code": WUSHAN}),
    ]
    for path, body in wrong:
        answer = await site("POST", f"{API}/{path}", token, json=body)
        assert (answer.status, answer.json["code"]) == (422, "invalid_input"), body


async def test_a_task_nobody_holds_is_listed_with_the_reason(site: Site) -> None:
    token = await site.token_of(Role.SUPERVISOR, division=DONGPO)
    assert (await site("GET", f"{API}/unassigned", token)).json["items"] == []
    for login in ("li", "wang"):
        body = {"account_id": await _id(site.house, login), "from": "2026-11-23", "to": "2026-11-23"}
        assert (await site("POST", f"{API}/absences", token, json=body)).status == 201
    await _until_held_by(site, None)
    (one,) = (await site("GET", f"{API}/unassigned", token)).json["items"]
    assert (one["reason"], one["division_name"]) == ("away", "第一网格")
    async with site.house.write() as unit:
        await unit.connection.execute(
            update(accounts).values(disabled_at=unit.now).where(accounts.c.role == "worker")
        )
    assert (await site("GET", f"{API}/unassigned", token)).json["items"][0]["reason"] == "nobody"
    other = await site.token_of(Role.SUPERVISOR, division=WUSHAN)
    assert (await site("GET", f"{API}/unassigned", other)).json["items"] == []
