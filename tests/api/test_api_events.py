"""Following what happens: each event once and in order, to whoever may see it, for as long as that is so."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress

import aiohttp
import made
import pytest
from access.people import DONGPO, STREET, WUSHAN, settle
from api.conftest import Serve, Site
from api.event_streams import (
    EVENTS,
    account,
    following,
    happen,
    keys,
    missed,
    some_tasks,
    written,
)
from sqlalchemy import text

from service.access import accounts, tokens, wakes
from service.access.keys import Vault
from service.access.permissions import Role
from service.access.unit import House
from service.api.feed import MOST_STREAMS
from service.app import build_app, listening
from service.clock import SetClock
from service.engine import scan
from service.settings import Settings
from service.tables import posts
from service.tables.database import READERS, Database
from service.tables.schema import upgrade
from service.work import handover


@pytest.fixture
async def either(house: House, serve: Serve) -> Site:
    """A served street on either database."""
    await settle(house)
    return await serve(house)


@pytest.fixture
def only_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by itself: what is told is told because a word was heard."""
    monkeypatch.setattr(wakes, "LOOK_AFTER", {"sqlite": 600.0, "postgresql": 600.0})


@pytest.mark.usefixtures("only_words")
async def test_what_happens_is_told_at_once_to_whoever_may_see_it(either: Site) -> None:
    worker, mine = await account(either, Role.WORKER, "w1", division=DONGPO)
    _, colleague = await account(either, Role.WORKER, "w2", division=DONGPO)
    _, neighbour = await account(either, Role.SUPERVISOR, "s2", division=WUSHAN)
    _, over_all = await account(either, Role.SUPERVISOR, "s1", division=STREET)
    here, there = (
        (await some_tasks(either.house, worker, 1)),
        (await some_tasks(either.house, None, 1, WUSHAN)),
    )
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(following(either, token))
            for token in (mine, colleague, neighbour, over_all)
        ]
        async with either.house.write() as unit:
            await happen(unit, [*here, *there])
        told = [await clients[number].event() for number in (0, 2, 3, 3)]
    assert [frame.data["task_id"] for frame in told] == [*here, *there, *here, *there]
    first = told[0].data
    assert (told[0].event, first["kind"], first["actor_id"], first["at"]) == (
        "task", "planned", None, "2026-11-23T00:30:00Z",
    )  # fmt: skip
    assert set(first.values()) - {None, *here, "planned", first["at"], first["task_event_id"]} == set()


@pytest.mark.usefixtures("only_words")
async def test_what_another_process_of_postgresql_writes_is_told_at_once(
    empty_postgres_url: str, clock: SetClock, vault: Vault, serve: Serve
) -> None:
    house, other = (House(Database(empty_postgres_url), clock, vault) for _ in range(2))
    await upgrade(house.database)
    await settle(house)
    site = await serve(house)
    worker, token = await account(site, Role.WORKER, "w1", division=DONGPO)
    here = await some_tasks(house, worker, 1)
    async with following(site, token) as client:
        async with other.write() as unit:
            await happen(unit, here)
        assert (await client.event()).data["task_id"] == here[0]
        async with other.write() as unit:
            await tokens.revoke(unit, token)
        assert await client.rest() == []
    for one in (house, other):
        await one.database.close()


async def test_what_an_earlier_transaction_commits_later_is_neither_lost_nor_out_of_order(
    either: Site,
) -> None:
    """On SQLite, where one writes at a time, the earlier one commits first."""
    _, token = await account(either, Role.SUPERVISOR, "s1", division=STREET)
    here = await some_tasks(either.house, None, 2)
    overlap = either.house.database.dialect == "postgresql"
    async with following(either, token) as client:
        async with AsyncExitStack() as early:
            unit = await early.enter_async_context(either.house.write())
            await happen(unit, here[:1])
            if not overlap:
                await early.aclose()
            async with either.house.write() as late:
                await happen(late, here[1:])
            if overlap:
                begun = client.last or ""
                assert (await missed(either, token, begun))[0] == [], (
                    "who has not committed may have smaller keys"
                )
        told = [await client.event(), await client.event()]
    assert keys(told) == await written(either.house, here)
    assert [frame.data["task_id"] for frame in told] == here


async def test_who_gives_up_a_transaction_holds_up_nobody(either: Site) -> None:
    _, token = await account(either, Role.SUPERVISOR, "s1", division=STREET)
    here = await some_tasks(either.house, None, 2)
    async with following(either, token) as client:
        with suppress(ZeroDivisionError):
            async with either.house.write() as unit:
                await happen(unit, here[:1])
                raise ZeroDivisionError
        async with either.house.write() as unit:
            await happen(unit, here[1:])
        assert (await client.event()).data["task_id"] == here[1]


async def test_a_place_that_is_out_of_sight_is_told_too_so_that_nobody_falls_behind(
    house: House, serve: Serve
) -> None:
    await settle(house)
    site = await serve(house, heartbeat_seconds=0.02)
    _, token = await account(site, Role.WORKER, "w1", division=DONGPO)
    there = await some_tasks(site.house, None, 1, WUSHAN)
    async with following(site, token) as client:
        begun = client.last
        async with site.house.write() as unit:
            await happen(unit, there)
        while client.last == begun:
            frame = await client.frame()
            assert frame is not None
            assert (frame.comment, frame.event, frame.data) == (True, None, None)
        assert client.last == f"{(await written(house, there))[-1]}.0"


async def test_whoever_had_a_task_is_told_that_it_was_handed_over(either: Site) -> None:
    giver, giving = await account(either, Role.WORKER, "w1", division=DONGPO)
    taker, taking = await account(either, Role.WORKER, "w2", division=DONGPO)
    _, third = await account(either, Role.WORKER, "w3", division=DONGPO)
    (task_id,) = await some_tasks(either.house, None, 1, DONGPO)
    async with either.house.write() as unit:
        for who in (giver, taker):
            await made.row(unit, posts, account_id=who, division_code=DONGPO, role="main", from_on=unit.today)
    for who in (giver, taker):
        async with either.house.write() as unit:
            await handover.hand_over_many(unit, [task_id], who, None)
    told = {
        name: (await missed(either, token, "0.0"))[0]
        for name, token in (("giver", giving), ("taker", taking), ("third", third))
    }
    assert [(f.data["kind"], f.data["to_id"]) for f in told["giver"]] == [("handed_over", taker)]
    assert [f.data["to_id"] for f in told["taker"]] == [giver, taker]
    assert told["third"] == []


async def test_who_may_scan_follows_scans_and_nobody_else_does(either: Site) -> None:
    _, admin = await account(either, Role.SYSTEM_ADMIN, "admin")
    _, worker = await account(either, Role.WORKER, "w1", division=DONGPO)
    async with either.house.write() as unit:
        await made.rule_version(unit)
        await happen(unit, [])
    async with following(either, admin) as client:
        async with either.house.write() as unit:
            scan_id = await scan.begin(unit, as_of=unit.today, whole=True)
        await scan.run(either.house, scan_id)
        told = [await client.event() for _ in range(3)]
        half = told[1].id or ""
    assert [(f.event, f.data["kind"], f.data["rule"], f.data["state"]) for f in told] == [
        ("scan", "begun", None, "running"),
        ("scan", "judged", "test-rule", "running"),
        ("scan", "ended", None, "done"),
    ]
    assert {f.data["scan_id"] for f in told} == {scan_id}
    again, _ = await missed(either, admin, half)
    assert [f.data["kind"] for f in again] == ["ended"]
    assert (await missed(either, worker, "0.0"))[0] == []


@pytest.mark.usefixtures("only_words")
async def test_a_stream_ends_with_the_token_it_was_opened_with(either: Site) -> None:
    _, other = await account(either, Role.WORKER, "w0", division=DONGPO)
    async with following(either, other) as left:
        for how in ("revoked", "disabled", "signed out"):
            account_id, token = await account(either, Role.WORKER, how.replace(" ", "-"), division=DONGPO)
            async with following(either, token) as client:
                await _end(either, how, account_id, token)
                assert await client.rest() == []
            answer = await either("GET", EVENTS, token)
            assert (answer.status, answer.json["code"]) == (401, "not_signed_in")
        assert not left.response.content.at_eof()


async def _end(site: Site, how: str, account_id: int, token: str) -> None:
    if how == "signed out":
        assert (await site("POST", "/api/v1/sign-out", token)).status == 204
        return
    async with site.house.write() as unit:
        await (tokens.revoke(unit, token) if how == "revoked" else accounts.disable(unit, account_id))


async def test_a_token_that_runs_out_ends_its_stream(site: Site, clock: SetClock) -> None:
    _, token = await account(site, Role.WORKER, "w1", division=DONGPO)
    async with following(site, token) as client:
        clock.advance(days=31)
        async with site.house.write() as unit:
            await happen(unit, [])
        assert await client.rest() == []


async def test_streams_that_wait_hold_no_connection(either: Site) -> None:
    people = [await account(either, Role.WORKER, f"w{number}", division=DONGPO) for number in range(4)]
    open_ones = [token for _, token in people for _ in range(MOST_STREAMS)]
    assert len(open_ones) > 2 * READERS, "more than there are connections"
    async with AsyncExitStack() as stack:
        for token in open_ones:
            await stack.enter_async_context(following(either, token))
        answers = await asyncio.gather(*(either("GET", "/api/v1/me", token) for token in open_ones))
        assert {answer.status for answer in answers} == {200}
        if either.house.database.dialect == "postgresql":
            async with either.house.read() as unit:
                holding = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {}"
                waiting = text(holding.format("pid <> pg_backend_pid() AND state = 'idle in transaction'"))
                assert (await unit.connection.execute(waiting)).scalar_one() == 0


async def test_an_account_has_so_many_streams_and_no_more(site: Site) -> None:
    _, token = await account(site, Role.WORKER, "w1", division=DONGPO)
    _, other = await account(site, Role.WORKER, "w2", division=DONGPO)
    async with AsyncExitStack() as stack:
        for _ in range(MOST_STREAMS - 1):
            await stack.enter_async_context(following(site, token))
        async with following(site, token):
            answer = await site("GET", EVENTS, token)
            assert (answer.status, answer.json["code"]) == (429, "too_many")
            assert int(answer.headers["Retry-After"]) >= 1
            await stack.enter_async_context(following(site, other))
        answer = await site("GET", EVENTS + "?follow=false", token)
        while answer.status == 429:  # until the server has noticed that the client went
            answer = await site("GET", EVENTS + "?follow=false", token)
        assert answer.status == 200


async def test_streams_end_when_the_service_stops(house: House) -> None:
    await settle(house)
    async with AsyncExitStack() as stack:
        async with listening(build_app(Settings(), house), "127.0.0.1", 0) as url:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            site = Site(house, url, session)
            _, token = await account(site, Role.WORKER, "w1", division=DONGPO)
            client = await stack.enter_async_context(following(site, token))
        assert await client.rest() == [], "a whole answer, not one that was cut off"


async def test_a_stream_is_nsite_compressed_nor_kept(site: Site) -> None:
    _, token = await account(site, Role.WORKER, "w1", division=DONGPO)
    headers = {"Accept-Encoding": "gzip, deflate, br"}
    answer = await site("GET", EVENTS + "?follow=false", token, headers=headers)
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store, no-transform"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.body.startswith(b": here\nretry: 3000\nid: 0.0\n\n")
    head = await site("HEAD", EVENTS, token)
    assert (head.status, head.headers["Content-Type"], head.body) == (
        200,
        answer.headers["Content-Type"],
        b"",
    )


async def test_a_place_that_is_none_is_refused(site: Site) -> None:
    token = await site.token_of(Role.WORKER)
    for place in ("17", "x", "1.2.3", "-1.0", "01.0", "1.99999999999999999999", "１.０"):
        answer = await site("GET", EVENTS, token, headers={"Last-Event-ID": place})
        assert (answer.status, answer.json["code"]) == (400, "bad_request")
        answer = await site("GET", EVENTS, token, params={"after": place})
        assert (answer.status, answer.json["code"]) == (422, "invalid_input")


async def test_a_place_that_nobody_has_reached_or_that_is_long_ago_is_refused(
    either: Site, clock: SetClock
) -> None:
    worker, token = await account(either, Role.WORKER, "w1", division=DONGPO)
    here = await some_tasks(either.house, worker, 1)
    for unknown in ("1.0", "0.1", f"{10**18 - 1}.0"):
        answer = await either("GET", EVENTS, token, headers={"Last-Event-ID": unknown})
        assert (answer.status, answer.json["code"]) == (410, "cannot_resume")
    async with either.house.write() as unit:
        await happen(unit, here)
    last = (await missed(either, token, "0.0"))[1]
    clock.advance(days=2)
    assert keys((await missed(either, token, "0.0"))[0]) == await written(either.house, here)
    clock.advance(minutes=1)
    answer = await either("GET", EVENTS, token, headers={"Last-Event-ID": "0.0"})
    assert (answer.status, answer.json["code"]) == (410, "cannot_resume")
    assert (await missed(either, token, last))[0] == [], "nothing was missed, however long ago that is"
