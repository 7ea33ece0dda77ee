"""To-dos: one task however often it is sent, ticked off, taken back, and one quota with the notices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from channel_rigs import Rig, StandingClock, a_message, account_channel, pass_time, stub_rig
from yarl import URL

from connectors.channels.dingtalk_todo import DingtalkTodoChannel
from connectors.channels.limits import Limits
from connectors.channels.message import (
    Message,
    Misconfigured,
    Receipt,
    Rejected,
    Retryable,
    Sent,
    Throttled,
    Uncertain,
)
from connectors.stub.dingtalk_todo import PAGE
from connectors.stub.faults import Fault
from connectors.stub.provider import Stage


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with stub_rig("dingtalk_todo")() as made:
        yield made


def parts(rig: Rig) -> tuple[DingtalkTodoChannel, Stage]:
    assert isinstance(rig.channel, DingtalkTodoChannel)
    assert rig.stage is not None
    return rig.channel, rig.stage


def sent(message: Message, receipt: Receipt, stage: Stage) -> Sent:
    return Sent(message.id, message.to, receipt.provider_ref or "", stage.clock.now())


async def test_a_repeat_makes_no_second_task_and_names_the_first(rig: Rig) -> None:
    first = await rig.channel.send(a_message(rig.to))
    again = await rig.channel.send(a_message(rig.to))
    other = await rig.channel.send(a_message(rig.to, id="ntf-2"))
    assert first.provider_ref == again.provider_ref != other.provider_ref
    assert len(rig.arrivals) == 2


async def test_what_may_have_arrived_is_sent_again_and_stands_there_once(rig: Rig) -> None:
    channel, stage = parts(rig)
    await channel.probe()
    stage.faults.add(Fault("dingtalk_todo", "tasks", "reset"))
    with pytest.raises(Uncertain):
        await channel.send(a_message(rig.to))
    await channel.send(a_message(rig.to))
    assert len(rig.arrivals) == 1


async def test_the_task_has_due_time_lines_and_a_link_for_phone_and_computer() -> None:
    seen: list[Any] = []

    async def take(request: web.Request) -> web.Response:
        seen.append(await request.json())
        return web.json_response({"accessToken": "t", "expireIn": 7200, "id": "task1"})

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with account_channel("dingtalk_todo", host, StandingClock(), base_url=host) as channel:
            await channel.send(a_message("union1", items=("高龄津贴 2 项",)))
    finally:
        await runner.cleanup()
    body = seen[1]
    assert body["sourceId"] == "ntf-1"
    assert body["executorIds"] == ["union1"]
    assert body["dueTime"] == 1_795_435_200_000  # 2026-11-23T12:00Z in ms
    assert body["description"].splitlines()[-1] == "高龄津贴 2 项"
    assert set(body["detailUrl"].values()) == {"https://zhitui.example/t/abc"}


async def test_ticked_off_is_read_and_standing_there_is_delivered(rig: Rig) -> None:
    channel, stage = parts(rig)
    stage.read_after = timedelta(hours=1)
    message = a_message(rig.to)
    mine = sent(message, await channel.send(message), stage)
    assert [news.status for news in await channel.ask([mine])] == ["delivered"]
    pass_time(stage, hours=1)
    assert [news.status for news in await channel.ask([mine])] == ["read"]


async def test_a_long_list_is_looked_through_page_by_page(rig: Rig) -> None:
    channel, stage = parts(rig)
    everything = []
    for n in range(PAGE + 2):
        if not n % 20:
            pass_time(stage, seconds=1)
        message = a_message(rig.to, id=f"ntf-{n}")
        everything.append(sent(message, await channel.send(message), stage))
    assert {news.id for news in await channel.ask(everything)} == {one.id for one in everything}
    await channel.ask(everything[:1])
    queries = [call for call in stage.ledger.calls if call.action == "query"]
    assert len(queries) == 3  # two pages for all, one for the first


async def test_what_is_withdrawn_leaves_the_list_and_nothing_is_told_of_it(rig: Rig) -> None:
    channel, stage = parts(rig)
    message = a_message(rig.to)
    mine = sent(message, await channel.send(message), stage)
    assert await channel.recall([mine]) == {"ntf-1"}
    assert [one.key for one in stage.ledger.taken_back] == ["ntf-1"]
    assert await channel.ask([mine]) == []
    assert await channel.recall([mine]) == set()


async def test_who_has_left_is_refused_and_an_address_that_would_change_the_path_too(rig: Rig) -> None:
    for to in ("left1", "a/b", "..", "a?b", ""):
        with pytest.raises(Rejected):
            await rig.channel.send(a_message(to))
    assert not rig.arrivals


async def test_a_long_subject_is_refused_and_long_items_are_left_out(rig: Rig) -> None:
    with pytest.raises(Rejected):
        await rig.channel.send(a_message(rig.to, subject="题" * 342))
    await rig.channel.send(a_message(rig.to, items=tuple("项" * 200 for _ in range(9))))
    assert "另有 3 项" in rig.arrivals[0].whole


async def test_a_token_that_ended_is_fetched_anew_within_the_same_send(rig: Rig) -> None:
    _, stage = parts(rig)
    async with account_channel("dingtalk_todo", rig.url, StandingClock()) as slow:
        await slow.send(a_message("ann"))
        pass_time(stage, seconds=7200)
        await slow.send(a_message("ann", id="ntf-2"))
    assert len(stage.ledger.arrivals) == 2


async def test_notices_and_to_dos_share_the_organisation_s_quota() -> None:
    limits = {name: Limits(month=3) for name in ("dingtalk", "dingtalk_todo")}
    async with stub_rig("dingtalk_todo", limits=limits)() as rig:
        async with account_channel("dingtalk", rig.url, StandingClock()) as notices:
            for n in range(3):
                await notices.send(a_message(f"person{n}"))
        with pytest.raises(Throttled) as caught:
            await rig.channel.send(a_message(rig.to))
    assert caught.value.after == 86_400.0


async def test_more_than_twenty_a_second_are_throttled(rig: Rig) -> None:
    for n in range(20):
        await rig.channel.send(a_message(rig.to, id=f"ntf-{n}"))
    with pytest.raises(Throttled):
        await rig.channel.send(a_message(rig.to, id="ntf-20"))


async def test_a_probe_names_the_wrong_setting_even_with_a_good_token_in_hand(rig: Rig) -> None:
    async with account_channel("dingtalk_todo", rig.url, StandingClock(), app_secret="wrong") as channel:
        with pytest.raises(Misconfigured) as caught:
            await channel.probe()
    assert caught.value.field == "app_secret"
    await rig.channel.probe()
    await rig.cut()
    with pytest.raises(Retryable):
        await rig.channel.probe()


async def test_the_stand_in_refuses_a_token_it_never_issued(rig: Rig) -> None:
    url = URL(rig.url) / "dingtalk_todo/v1.0/todo/users/union1/tasks"
    headers = {"x-acs-dingtalk-access-token": "made-up"}
    async with ClientSession() as session, session.post(url, json={}, headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (401, "InvalidAuthentication")
