"""What happened to a task, from its beginning: who did what, in pages, to whoever may see the task."""

from __future__ import annotations

from typing import Any

import made
import pytest
from api.conftest import Serve, Site
from api.event_streams import happen, token_for
from sqlalchemy import select, update
from work.visits import another, visit

from service import answering
from service.access.permissions import Role
from service.access.unit import House
from service.tables import task_events, tasks
from service.work import handover, objections
from service.work.outcomes import Answer

PATH = "/api/v1/tasks/1/events"


@pytest.fixture
async def either(house: House, serve: Serve) -> Site:
    return await serve(house)


async def told(site: Site, token: str, **query: int) -> list[dict[str, Any]]:
    """All pages of a history."""
    found, after = [], None
    while True:
        page = await site("GET", PATH, token, params=query | ({} if after is None else {"after": after}))
        assert page.status == 200
        found += page.json["items"]
        after = page.json["next"]
        if after is None:
            return found


async def test_a_history_says_who_did_what_with_which_outcome(either: Site) -> None:
    house = either.house
    worker = await visit(house, 3)
    colleague = await another(house, Role.WORKER, "w2")
    async with house.write(worker) as unit:
        await answering.answer(unit, 1, [Answer(1, "done", note="都好")], {2: {"resident.lives_alone": True}})
        await objections.object_to(unit, 2, "本人说不是八十岁")
    async with house.write(worker) as unit:
        await handover.hand_over(unit, 1, colleague.account_id or 0, "下午去")
    token = await token_for(house, colleague.account_id or 0)
    history = await told(either, token)
    assert [(one["kind"], one["account_name"], one["to_name"]) for one in history] == [
        ("opened", None, None),
        ("assigned", None, "w1"),
        ("planned", None, None),
        ("outcome", "w1", None),
        ("objected", "w1", None),
        ("handed_over", "w1", "w2"),
    ]
    assert history[3]["outcomes"] == [{"finding_id": 1, "outcome": "done"}]
    assert history[3]["facts"] == ["resident.lives_alone"]
    assert history[4]["outcomes"] == [{"finding_id": 2, "outcome": "objection"}]
    assert (history[5]["note"], history[5]["account_id"]) == ("下午去", worker.account_id)
    assert "都好" not in str(history)


async def test_pages_of_a_history_have_neither_gap_nor_repetition_while_it_grows(either: Site) -> None:
    worker = await visit(either.house)
    token = await token_for(either.house, worker.account_id or 0)
    seen: list[int] = []
    after = 0
    for _ in range(6):
        page = (await either("GET", PATH, token, params={"after": after, "limit": 2})).json
        seen += [one["task_event_id"] for one in page["items"]]
        after = seen[-1]
        async with either.house.write() as unit:
            await happen(unit, [1], "planned")
    async with either.house.read() as unit:
        key = task_events.c.task_event_id
        rows = await unit.connection.execute(select(key).where(task_events.c.task_id == 1).order_by(key))
        assert seen == list(rows.scalars())[: len(seen)]
    assert len(seen) == 8


async def test_a_history_is_seen_by_whoever_sees_the_task_and_by_nobody_else(either: Site) -> None:
    house = either.house
    worker = await visit(house)
    others = [
        await another(house, Role.WORKER, "w2"),
        await another(house, Role.SUPERVISOR, "far", division_code=made.OTHER_COMMUNITY),
    ]
    head = await another(house, Role.SUPERVISOR, "head")
    for actor, status in ((worker, 200), (head, 200), *((other, 404) for other in others)):
        token = await token_for(house, actor.account_id or 0)
        answer = await either("GET", PATH, token)
        assert answer.status == status
    async with house.write() as unit:
        await unit.connection.execute(update(tasks).values(account_id=others[0].account_id))
    assert (await either("GET", PATH, await token_for(house, worker.account_id or 0))).status == 404
