"""A worker's morning over HTTP: the list, one visit, its outcome, and what others may not see of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from morning.conftest import Client, Office
from mornings import TODAY
from sqlalchemy import select

from service.tables import accounts, audit, enterprises, outcomes, service_events, tasks


async def _list(client: Client, query: str = f"?on={TODAY}&limit=200") -> list[dict[str, Any]]:
    status, page = await client("GET", f"/tasks{query}")
    assert status == 200
    items: list[dict[str, Any]] = page["items"]
    return items


async def test_the_list_says_whom_where_why_and_by_when(office: Office) -> None:
    worker = await office.sign_in(await office.busiest())
    items = await _list(worker)
    assert len(items) > 0
    for task in items:
        assert task["target"]["name"]
        assert task["target"]["address"].startswith("湖滨街道")
        assert "*" in (task["target"]["phone"] or "*")
        assert task["grade"] in ("urgent", "important", "normal", "low")
        for finding in task["findings"]:
            assert finding["reason"]
            assert finding["heading"]
            assert "{" not in finding["heading"]


async def test_pages_of_one_add_up_to_the_whole_list(office: Office) -> None:
    worker = await office.sign_in(await office.busiest())
    whole = [task["task_id"] for task in await _list(worker)]
    seen: list[int] = []
    query = f"?on={TODAY}&limit=1"
    while True:
        status, page = await worker("GET", f"/tasks{query}")
        assert status == 200
        seen += [task["task_id"] for task in page["items"]]
        if page["next"] is None:
            break
        query = f"?on={TODAY}&limit=1&after={page['next']}"
    assert seen == whole


async def test_a_visit_is_finished_in_two_requests_and_recorded_once(office: Office) -> None:
    worker = await office.sign_in(await office.busiest())
    task = next(
        task for task in await _list(worker) if any(f["rule"] == "elder-visits" for f in task["findings"])
    )
    path = f"/tasks/{task['task_id']}"
    status, started = await worker("POST", f"{path}/start")
    assert (status, started["state"]) == (200, "started")
    body = {
        "outcomes": [
            {"finding_id": f["finding_id"], "outcome": "done"}
            for f in task["findings"]
            if f["outcome"] is None
        ]
    }
    key = {"Idempotency-Key": "visit-1"}
    answers = await asyncio.gather(
        *(worker("POST", f"{path}/outcomes", json=body, headers=key) for _ in range(3))
    )
    assert {status for status, _ in answers} == {200}
    assert {answer["state"] for _, answer in answers} == {"closed"}
    async with office.house.read() as unit:
        kept = (await unit.connection.execute(select(outcomes.c.finding_id))).scalars().all()
        visits = await unit.connection.execute(
            select(service_events.c.resident_id).where(
                service_events.c.kind == "VISIT", service_events.c.happened_on == TODAY
            )
        )
    assert sorted(kept) == sorted(f["finding_id"] for f in task["findings"])
    assert len(visits.all()) >= 1


async def test_a_worker_of_another_community_cannot_see_start_settle_or_explain(office: Office) -> None:
    login = await office.busiest()
    other = "wangge-058-01" if "058" not in login else "wangge-050-01"
    task = (await _list(await office.sign_in(login)))[0]
    stranger = await office.sign_in(other)
    finding = task["findings"][0]["finding_id"]
    body = {"outcomes": [{"finding_id": finding, "outcome": "done"}]}
    answers = [
        await stranger("GET", f"/tasks/{task['task_id']}"),
        await stranger("POST", f"/tasks/{task['task_id']}/start"),
        await stranger("POST", f"/tasks/{task['task_id']}/outcomes", json=body),
        await stranger("GET", f"/findings/{finding}/explanation"),
        await stranger("GET", "/tasks/99999999"),
    ]
    assert {status for status, _ in answers} == {404}
    assert len({json.dumps(body | {"instance": ""}) for _, body in answers}) == 1, (
        "no answer tells more than another"
    )


async def test_the_explanation_shows_every_clause_and_the_law(office: Office) -> None:
    worker = await office.sign_in(await office.busiest())
    finding = (await _list(worker))[0]["findings"][0]
    status, told = await worker("GET", f"/findings/{finding['finding_id']}/explanation")
    assert status == 200
    assert (told["verdict"], told["rule"]) == ("match", finding["rule"])
    assert {clause["part"] for clause in told["clauses"]} == {"applies", "when"}
    assert all(clause["holds"] is True for clause in told["clauses"])
    assert all(source["law"] and source["article"] for source in told["sources"])
    assert told["reason"] == finding["reason"]


async def test_a_contact_sees_the_own_roster_only(office: Office) -> None:
    contact = await office.sign_in("qiye")
    async with office.house.read() as unit:
        codes = (await unit.connection.execute(select(enterprises.c.uscc))).scalars().all()
    statuses = [(await contact("GET", f"/enterprises/{uscc}/status"))[0] for uscc in codes]
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 404}
    assert (await contact("GET", "/tasks"))[0] == 403


async def test_rules_are_listed_in_chinese_and_a_wrong_one_is_told_all_its_errors(office: Office) -> None:
    editor = await office.sign_in("guize")
    status, listed = await editor("GET", "/rules")
    assert status == 200
    assert len(listed["items"]) == 6
    assert all("且" in rule["paraphrase"] or "，" in rule["paraphrase"] for rule in listed["items"])
    status, checked = await editor("POST", "/rules/check", json={"document": "rule: X\nwhen: 年龄 >= 80"})
    assert status == 200
    assert checked["ok"] is False
    assert len(checked["errors"]) > 3
    assert all(error["chinese"] and error["english"] for error in checked["errors"])


async def test_a_scan_is_accepted_and_followed_to_its_end(office: Office) -> None:
    admin = await office.sign_in("xitong")
    status, begun = await admin("POST", "/scans", json={})
    assert status == 202
    async with asyncio.timeout(30):
        while begun["state"] == "running":
            await asyncio.sleep(0.05)
            _, begun = await admin("GET", f"/scans/{begun['scan_id']}")
    assert begun["state"] == "done"
    assert sum(rule["opened"] for rule in begun["rules"]) == 0
    assert (await admin("POST", "/scans", json={"rule": "no-such-rule"}))[0] == 404


async def test_the_link_of_a_message_opens_counts_and_nothing_else(office: Office) -> None:
    from service.tables import notifications

    async with office.house.read() as unit:
        link = (await unit.connection.execute(select(notifications.c.link))).scalars().first()
    assert link is not None
    path = "/l/" + link.partition("/l/")[2]
    async with office.session.get(office.url + path) as answer:
        page = await answer.text()
        assert answer.status == 200
        assert "户" in page
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    async with office.session.get(office.url + path[:-1] + "x") as altered:
        assert altered.status == 404


async def test_the_phone_is_one_audited_request_away(office: Office) -> None:
    worker = await office.sign_in(await office.busiest())
    task = next(task for task in await _list(worker) if task["target"]["phone"])
    status, told = await worker("POST", f"/tasks/{task['task_id']}/phone", json={})
    assert status == 200
    assert told["phone"][-4:] == task["target"]["phone"][-4:]
    assert "*" not in told["phone"]
    async with office.house.read() as unit:
        rows = (await unit.connection.execute(select(audit).where(audit.c.action == "reveal"))).all()
    assert len(rows) == 1
    assert told["phone"] not in str(rows)
    stranger = await office.sign_in("wangge-058-01")
    other = await office.sign_in("wangge-050-01")
    answers = [
        (await one("POST", f"/tasks/{task['task_id']}/phone", json={}))[0] for one in (stranger, other)
    ]
    assert answers.count(404) >= 1


async def test_a_worker_opens_the_roster_of_the_shop_on_the_list(office: Office) -> None:
    async with office.house.read() as unit:
        account = (
            (
                await unit.connection.execute(
                    select(tasks.c.account_id).where(tasks.c.target_kind == "enterprise")
                )
            )
            .scalars()
            .first()
        )
        login = (
            await unit.connection.execute(select(accounts.c.login).where(accounts.c.account_id == account))
        ).scalar_one()
    worker = await office.sign_in(login)
    shop = next(task for task in await _list(worker, "?limit=200") if task["target"]["uscc"])
    status, roster = await worker("GET", f"/enterprises/{shop['target']['uscc']}/status")
    assert status == 200
    assert roster["roster"]
