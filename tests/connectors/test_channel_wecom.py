"""WeCom's application messages against the stand-in, whose ledger says what each member really has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from channel_rigs import Rig, a_message, stub_rig

from connectors.channels.message import (
    ChannelError,
    Gone,
    Message,
    Misconfigured,
    Receipt,
    Rejected,
    Retryable,
    Throttled,
    Uncertain,
)
from connectors.channels.wecom import WecomChannel, _refusal
from connectors.stub.faults import Fault

MEMBERS = ("WangWu", "ZhangSan", "LiSi", "ZhaoLiu")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with a_rig() as made:
        yield made


def a_rig(**changes: Any) -> AbstractAsyncContextManager[Rig]:
    return stub_rig("wecom", **changes)()


def to_all() -> list[Message]:
    return [a_message(member, id=f"ntf-{member}") for member in MEMBERS]


async def test_one_call_reaches_everybody_and_names_whom_it_missed(rig: Rig) -> None:
    channel, stage = rig.parts(WecomChannel)
    stage.strangers = {"LiSi"}
    outcomes = await channel.send_together([*to_all(), a_message("李 四", id="ntf-bad")])
    assert [type(one) for one in outcomes] == [Receipt, Receipt, Gone, Receipt, Rejected]
    assert sorted(one.to for one in stage.ledger.arrivals) == ["WangWu", "ZhangSan", "ZhaoLiu"]
    assert [(one.action, one.recipients) for one in stage.ledger.calls if one.action == "send"] == [
        ("send", 4)
    ]


async def test_when_nobody_is_known_the_addresses_are_not_blamed(rig: Rig) -> None:
    channel, stage = rig.parts(WecomChannel)
    stage.strangers = set(MEMBERS)
    with pytest.raises(Rejected, match="可见范围") as caught:
        await channel.send_together(to_all())
    assert not isinstance(caught.value, Gone)


async def test_an_address_that_would_reach_everybody_or_another_is_no_address(rig: Rig) -> None:
    channel, stage = rig.parts(WecomChannel)
    for to in ("@all", "ZhangSan|LiSi", ""):
        with pytest.raises(Rejected, match="userid"):
            await channel.send(a_message(to))
    assert not stage.ledger.arrivals


async def test_what_may_have_arrived_is_shown_once_when_it_travels_as_before(rig: Rig) -> None:
    channel, stage = rig.parts(WecomChannel)
    await channel.probe()
    stage.faults.add(Fault("wecom", "send", "reset"))
    with pytest.raises(Uncertain):
        await channel.send_together(to_all())
    rig.wait(hours=3, minutes=59)
    assert channel.verbatim
    await channel.send_together(list(reversed(to_all())))
    assert all(len(stage.ledger.received(member)) == 1 for member in MEMBERS)
    assert {drop.reason for drop in stage.ledger.drops} == {"repeated"}


async def test_after_four_hours_a_repeat_is_no_longer_known(rig: Rig) -> None:
    channel, stage = rig.parts(WecomChannel)
    await channel.send(a_message("ZhangSan"))
    assert channel.safe_within is not None
    rig.wait(seconds=channel.safe_within.total_seconds())
    await channel.send(a_message("ZhangSan"))
    assert len(stage.ledger.received("ZhangSan")) == 2


async def test_what_the_limits_of_a_person_allow_arrives_and_one_more_is_thrown_away(rig: Rig) -> None:
    channel, stage = rig.parts(WecomChannel)
    minute, hour = channel.limits.person
    for number in range(minute.most + 1):
        receipt = await channel.send(a_message("ZhangSan", id=f"ntf-{number}", text=f"第 {number} 条"))
        assert receipt.status == "accepted"
    assert len(stage.ledger.received("ZhangSan")) == minute.most
    assert [drop.reason for drop in stage.ledger.drops] == ["too_many"]
    assert hour.most == 1000


async def test_a_card_keeps_within_its_bytes_and_says_what_it_left_out(rig: Rig) -> None:
    channel, stage = rig.parts(WecomChannel)
    items = tuple(f"健康证到期提醒第 {number} 组：{number} 户" for number in range(40))
    await channel.send(a_message("ZhangSan", items=items))
    [shown] = stage.ledger.received("ZhangSan")
    assert "另有" in shown
    assert shown.endswith("https://zhitui.example/t/abc")
    assert "项，请打开链接查看" in shown


async def test_markdown_is_for_those_who_stay_in_wecom() -> None:
    async with a_rig(style="markdown") as rig:
        channel, stage = rig.parts(WecomChannel)
        await channel.send(a_message("ZhangSan"))
        assert "### 今日走访 3 户" in stage.ledger.received("ZhangSan")[0]


async def test_a_title_that_would_be_cut_is_refused(rig: Rig) -> None:
    with pytest.raises(Rejected, match="标题"):
        await rig.channel.send(a_message("ZhangSan", subject="走访" * 30))


async def test_what_travelled_together_is_taken_back_together_or_not_at_all(rig: Rig) -> None:
    channel, stage = rig.parts(WecomChannel)
    messages = to_all()
    outcomes = await channel.send_together(messages)
    gone = [rig.sent(message, outcome) for message, outcome in zip(messages, outcomes, strict=True)]
    assert await channel.recall(gone[:2]) == set()
    assert len(stage.ledger.arrivals) == len(MEMBERS)
    assert await channel.recall(gone) == {message.id for message in messages}
    assert not stage.ledger.arrivals
    assert len(stage.ledger.taken_back) == len(MEMBERS)


async def test_nothing_is_taken_back_after_a_day(rig: Rig) -> None:
    channel, stage = rig.parts(WecomChannel)
    message = a_message("ZhangSan")
    gone = [rig.sent(message, await channel.send(message))]
    rig.wait(hours=24)
    assert await channel.recall(gone) == set()
    assert len(stage.ledger.arrivals) == 1


async def test_many_messages_fetch_one_token(rig: Rig) -> None:
    channel, stage = rig.parts(WecomChannel)
    await asyncio.gather(*(channel.send(a_message(member)) for member in MEMBERS))
    assert [one.action for one in stage.ledger.calls].count("gettoken") == 1
    rig.wait(hours=2)
    await channel.send(a_message("ZhangSan", text="新的一天"))
    assert [one.action for one in stage.ledger.calls].count("gettoken") == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [({"corp_id": "ww-other"}, "corp_id"), ({"secret": "wrong"}, "secret"), ({"agent_id": 7}, "agent_id")],
)
async def test_a_wrong_setting_is_named_before_anything_is_sent(change: dict[str, Any], field: str) -> None:
    async with a_rig(**change) as rig:
        with pytest.raises(Misconfigured) as caught:
            await rig.channel.probe()
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (-1, Retryable), (40001, Misconfigured), (40013, Misconfigured), (40014, Retryable), (42001, Retryable),
        (40056, Misconfigured), (45009, Throttled), (45033, Throttled), (48002, Misconfigured),
        (60011, Misconfigured), (60020, Misconfigured), (60111, Gone), (81013, Rejected), (82001, Rejected),
        (99999, Rejected),
    ],
)  # fmt: skip
def test_every_code_means_what_the_page_says(code: int, kind: type[ChannelError]) -> None:
    error = _refusal(code)
    assert type(error) is kind
    assert error.code == str(code)
