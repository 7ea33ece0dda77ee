"""Editing only what one has seen: the ETag of a task stands for all that is shown of it, and If-Match holds an edit to it."""

from __future__ import annotations

import asyncio
from typing import Any

import made
import pytest
from access.people import settle
from api.conftest import Answer, Serve, Site
from api.event_streams import token_for
from sqlalchemy import update
from work.visits import visit

from service.access.permissions import Role
from service.access.unit import House
from service.tables import findings, tasks

TASK = "/api/v1/tasks/1"
FACTS = {"finding_id": 1, "facts": [{"path": "resident.lives_alone", "value": True}]}
EDITS: dict[str, dict[str, Any] | None] = {
    "start": None,
    "facts": FACTS,
    "undo": None,
    "outcomes": {"outcomes": [{"finding_id": 1, "outcome": "done"}]},
    "handover": {"account_id": 2},
}
"""One after the other, so that each can be made."""


async def _site(house: House, serve: Serve) -> Site:
    """A served house with one visit of two findings, of the worker whose token stands under 1; 2 is a colleague."""
    site = await serve(house)
    worker = await visit(house, 2)
    async with house.write() as unit:
        await made.worker(unit, "w2")
    assert worker.account_id == 1
    site.tokens[1] = await token_for(house, 1)
    return site


@pytest.fixture
async def either(house: House, serve: Serve) -> Site:
    return await _site(house, serve)


@pytest.fixture
async def one(sqlite_house: House, serve: Serve) -> Site:
    return await _site(sqlite_house, serve)


async def seen(site: Site) -> str:
    return str((await site("GET", TASK, site.tokens[1])).headers["ETag"])


async def edit(site: Site, what: str, tag: str | None) -> Answer:
    headers = {} if tag is None else {"If-Match": tag}
    body = EDITS[what]
    given = {} if body is None else {"json": body}
    return await site("POST", f"{TASK}/{what}", site.tokens[1], headers=headers, **given)


async def test_an_edit_of_what_was_seen_is_made_and_of_what_has_changed_is_not(either: Site) -> None:
    for what in EDITS:
        old = await seen(either)
        async with either.house.write() as unit:
            await unit.connection.execute(
                update(findings).values(reason=f"别的原因：{what}", heading="别的标题")
            )
        refused = await edit(either, what, old)
        assert (refused.status, refused.json["code"]) == (412, "outdated")
        now = await seen(either)
        assert now != old
        done = await edit(either, what, now)
        assert done.status in (200, 204), done.json
        if done.status == 200:
            assert done.headers["ETag"] == await seen(either), "one may go on from the answer"


async def test_an_edit_may_name_several_states_any_or_none(one: Site) -> None:
    for tag in ('"other"', "W/{now}", "{bare}", "", "x"):
        now = await seen(one)
        answer = await edit(one, "start", tag.format(now=now, bare=now.strip('"')))
        assert answer.status == 412
        assert await seen(one) == now
    for good in (None, "*", '"other", {now}', '{now} , W/"x"'):
        given = good and good.format(now=await seen(one))
        assert (await edit(one, "start", given)).status == 200


async def test_of_two_who_saw_the_same_one_is_told_that_it_has_changed(either: Site) -> None:
    now, other = await seen(either), {"outcomes": [{"finding_id": 2, "outcome": "done"}]}
    answers = await asyncio.gather(
        edit(either, "outcomes", now),
        either(
            "POST", f"{TASK}/outcomes", either.tokens[1], json=other, headers={"If-Match": now}
        ),
    )  # fmt: skip
    assert sorted(answer.status for answer in answers) == [200, 412]


async def test_a_repeated_request_gets_its_first_answer_though_the_state_has_changed_by_it(
    one: Site,
) -> None:
    headers = {"If-Match": await seen(one), "Idempotency-Key": "k"}
    first, again = [await one("POST", f"{TASK}/start", one.tokens[1], headers=headers) for _ in range(2)]
    assert (first.status, again.status, again.headers["Idempotent-Replayed"]) == (200, 200, "true")
    assert first.headers["ETag"] == again.headers["ETag"]


async def test_a_task_out_of_sight_is_not_found_whatever_was_seen_of_it(one: Site) -> None:
    async with one.house.write() as unit:
        await unit.connection.execute(update(tasks).values(account_id=2))
    for tag in ('"x"', "*"):
        assert (await edit(one, "start", tag)).status == 404


async def test_what_has_not_changed_is_not_sent_again(one: Site) -> None:
    token, now = one.tokens[1], await seen(one)
    for tag in (now, f"W/{now}", f'"other", {now}', "*"):
        answer = await one("GET", TASK, token, headers={"If-None-Match": tag})
        assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", now)
    await edit(one, "start", None)
    answer = await one("GET", TASK, token, headers={"If-None-Match": now})
    assert (answer.status, answer.json["state"]) == (200, "started")


async def test_lists_and_other_things_have_no_such_mark(one: Site) -> None:
    answer = await one("GET", "/api/v1/tasks", one.tokens[1], headers={"If-None-Match": "*"})
    assert answer.status == 200
    assert "ETag" not in answer.headers


async def test_a_field_is_changed_only_as_it_was_seen(house: House, serve: Serve) -> None:
    await settle(house)
    site = await serve(house)
    token = await site.token_of(Role.SYSTEM_ADMIN)
    shoes = {"entity": "resident", "name": "shoe_size", "label": "鞋码", "kind": "int"}
    path = "/api/v1/fields"
    early = await site("POST", path, token, json=shoes, headers={"If-Match": '"x"'})
    assert early.status == 412, "there is nothing to be seen yet"
    assert (await site("GET", f"{path}/resident/shoe_size", token)).status == 404
    assert (await site("POST", path, token, json=shoes)).json == {"state": "new"}
    shown = await site("GET", f"{path}/resident/shoe_size", token)
    assert (shown.json["label"], shown.json["retired_at"]) == ("鞋码", None)
    tag = {"If-Match": shown.headers["ETag"]}
    house.clock.advance(minutes=1)  # type: ignore[attr-defined]
    changed = await site("POST", path, token, json=shoes | {"label": "鞋号"}, headers=tag)
    assert changed.json == {"state": "changed"}
    assert (await site("POST", path, token, json=shoes, headers=tag)).status == 412
    assert (await site("DELETE", f"{path}/resident/shoe_size", token, headers=tag)).status == 412
    tag = {"If-Match": (await site("GET", f"{path}/resident/shoe_size", token)).headers["ETag"]}
    assert (await site("DELETE", f"{path}/resident/shoe_size", token, headers=tag)).status == 204
