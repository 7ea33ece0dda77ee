"""The life of a task over HTTP: facts, taking back, handing on, and what strangers do not learn of it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import made
from morning.conftest import Client, Office
from mornings import TODAY, settings_in
from sqlalchemy import func, select

from service import jobs
from service.engine.verify import verify
from service.tables import accounts, changesets, findings, outcomes, task_events, tasks
from service.tables.tasks import OPEN
from service.work.pending import LIVE


async def _elder(worker: Client) -> tuple[dict[str, Any], dict[str, Any]]:
    """A visit with an elder on it, shown whole, and the finding that is about the elder."""
    status, page = await worker("GET", f"/tasks?on={TODAY}&limit=200")
    assert status == 200
    for task in page["items"]:
        for finding in task["findings"]:
            if finding["rule"] == "elder-visits":
                status, shown = await worker("GET", f"/tasks/{task['task_id']}")
                assert status == 200
                one = next(f for f in shown["findings"] if f["finding_id"] == finding["finding_id"])
                return shown, one
    raise AssertionError("nobody to visit")


async def test_a_visit_shows_what_to_ask_and_learns_it_with_the_answer(office: Office) -> None:
    worker = await office.sign_in(await office.busiest())
    task, finding = await _elder(worker)
    asked = {fact["path"]: fact for fact in finding["questions"]["asked"]}
    assert set(asked) == {"resident.lives_alone", "resident.care_level", "resident.phone"}
    assert asked["resident.care_level"]["codes"]
    assert "*" in asked["resident.phone"]["shown"] or asked["resident.phone"]["shown"] == "未登记"
    path = f"/tasks/{task['task_id']}"
    facts = [
        {"path": "resident.lives_alone", "value": "是"},
        {"path": "resident.phone", "value": "13900005678"},
    ]
    body = {"outcomes": [{"finding_id": finding["finding_id"], "outcome": "done", "facts": facts}]}
    wrong = json.loads(json.dumps(body))
    wrong["outcomes"][0]["facts"][1]["value"] = "1390000"
    assert (await worker("POST", f"{path}/outcomes", json=wrong))[0] == 422
    assert (await worker("POST", f"{path}/outcomes", json=body))[0] == 200
    async with office.house.read() as unit:
        before = (await unit.connection.execute(select(func.count()).select_from(outcomes))).scalar_one()
    status, told = await worker("POST", f"{path}/outcomes", json=body)
    assert (status, told["code"]) == (409, "conflict")
    async with office.house.read() as unit:
        assert (
            await unit.connection.execute(select(func.count()).select_from(outcomes))
        ).scalar_one() == before
        events = str((await unit.connection.execute(select(task_events.c.detail))).all())
    assert "13900005678" not in events
    status, back = await worker("POST", f"{path}/undo")
    assert status == 200
    again = next(f for f in back["findings"] if f["finding_id"] == finding["finding_id"])
    assert (again["live"], again["questions"]["asked"]) == (True, finding["questions"]["asked"])
    status, told = await worker(
        "POST", f"{path}/facts", json={"finding_id": finding["finding_id"], "facts": facts[:1]}
    )
    assert status == 200
    async with office.house.read() as unit:
        notes = (await unit.connection.execute(select(changesets.c.note))).scalars().all()
    assert notes.count("撤销登记") == 2


async def test_a_fact_corrected_ends_the_finding_at_once_and_comes_back_with_the_undo(
    office: Office, tmp_path: Path
) -> None:
    rule = "health-certificate-food"
    async with office.house.read() as unit:
        row = await unit.connection.execute(
            select(findings.c.finding_id, findings.c.task_id, accounts.c.login)
            .join(tasks, tasks.c.task_id == findings.c.task_id)
            .join(accounts, accounts.c.account_id == tasks.c.account_id)
            .where(findings.c.rule == rule, findings.c.cleared_on.is_(None))
        )
        finding_id, task_id, login = row.first() or (0, 0, "")
    worker = await office.sign_in(login)
    left = {"path": "employment.ended_on", "value": str(TODAY - timedelta(days=1))}
    body = {"finding_id": finding_id, "facts": [left]}
    assert (await worker("POST", f"/tasks/{task_id}/facts", json=body))[0] == 200
    await jobs.follow_changes(office.house, settings_in(tmp_path))
    assert (await _standing(office, finding_id))[0] is not None
    assert (await worker("POST", f"/tasks/{task_id}/undo"))[0] == 200
    await jobs.follow_changes(office.house, settings_in(tmp_path))
    async with office.house.read() as unit:
        person = select(findings.c.subject_id).where(findings.c.finding_id == finding_id).scalar_subquery()
        live = await unit.connection.execute(
            select(func.count(findings.c.finding_id))
            .join(tasks, tasks.c.task_id == findings.c.task_id)
            .where(findings.c.rule == rule, findings.c.subject_id == person, LIVE, OPEN)
        )
        assert live.scalar_one() == 1


async def test_an_answer_taken_back_after_a_scan_followed_it_is_as_if_never_given(
    office: Office, tmp_path: Path
) -> None:
    worker = await office.sign_in(await office.busiest())
    task, finding = await _elder(worker)
    path = f"/tasks/{task['task_id']}"
    body = {"outcomes": [{"finding_id": finding["finding_id"], "outcome": "died"}]}
    assert (await worker("POST", f"{path}/outcomes", json=body))[0] == 200
    await jobs.follow_changes(office.house, settings_in(tmp_path))
    assert await _standing(office, finding["finding_id"]) == (TODAY, "died")
    assert (await worker("POST", f"{path}/undo"))[0] == 200
    await jobs.follow_changes(office.house, settings_in(tmp_path))
    assert await _standing(office, finding["finding_id"]) == (None, None)
    shown = (await worker("GET", path))[1]
    live = [one["finding_id"] for one in shown["findings"] if one["live"]]
    assert live == [one["finding_id"] for one in task["findings"] if one["live"]]
    assert (await verify(office.house)).equal


async def _standing(office: Office, finding_id: int) -> tuple[date | None, str | None]:
    """When the finding was cleared, and what was said of it."""
    which = findings.c.finding_id == finding_id
    async with office.house.read() as unit:
        row = await unit.connection.execute(select(findings.c.cleared_on, findings.c.outcome).where(which))
        cleared_on, outcome = row.one()
    return cleared_on, outcome


async def test_no_new_route_tells_a_stranger_more_than_that_there_is_nothing(office: Office) -> None:
    login = await office.busiest()
    worker = await office.sign_in(login)
    stranger = await office.sign_in("wangge-058-01" if "058" not in login else "wangge-050-01")
    task, finding = await _elder(worker)
    for task_id, finding_id in ((task["task_id"], finding["finding_id"]), (99_999_999, 99_999_999)):
        path = f"/tasks/{task_id}"
        facts = {"finding_id": finding_id, "facts": [{"path": "resident.phone", "value": "13900005678"}]}
        answers = [
            await stranger("GET", f"{path}/colleagues"),
            await stranger("POST", f"{path}/facts", json=facts),
            await stranger("POST", f"{path}/undo"),
            await stranger("POST", f"{path}/handover", json={"account_id": 1}),
            await stranger("POST", f"/findings/{finding_id}/objection", json={"reason": "不是这样"}),
        ]
        assert [status for status, _ in answers] == [404] * 5
        assert len({json.dumps(told | {"instance": ""}) for _, told in answers}) == 1


async def test_a_visit_goes_to_a_colleague_and_out_of_sight(office: Office) -> None:
    worker = await office.sign_in(await office.busiest())
    task, _ = await _elder(worker)
    path = f"/tasks/{task['task_id']}"
    assert (await worker("GET", f"{path}/colleagues")) == (200, {"items": []})
    async with office.house.write() as unit:
        home = await unit.connection.execute(
            select(accounts.c.division_code).where(accounts.c.account_id == task["account_id"])
        )
        colleague = await made.worker(unit, "w2", division_code=home.scalar_one())
    status, found = await worker("GET", f"{path}/colleagues")
    assert (status, found) == (200, {"items": [{"account_id": colleague, "name": "w2"}]})
    body = {"account_id": colleague, "note": "下午去"}
    key = {"Idempotency-Key": "over-1"}
    for _ in range(2):
        assert (await worker("POST", f"{path}/handover", json=body, headers=key))[0] == 204
    assert (await worker("GET", path))[0] == 404
    status, taken = await (await office.sign_in("w2"))("GET", path)
    assert (status, taken["account_name"], taken["note"]) == (200, "w2", "下午去")
