"""Feishu's application messages against the stand-in: what is known again, how fast, and who has read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from channel_rigs import Rig, a_message, stub_rig

from connectors.channels.feishu import FeishuChannel, _refusal, uuid_of
from connectors.channels.feishu_cards import card
from connectors.channels.message import (
    ChannelError,
    Misconfigured,
    News,
    Rejected,
    Retryable,
    Throttled,
    Uncertain,
)
from connectors.stub.faults import Fault

ZHANG = "ou_zhangsan"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with a_rig() as made:
        yield made


def a_rig(**changes: Any) -> AbstractAsyncContextManager[Rig]:
    return stub_rig("feishu", **changes)()


async def test_what_may_have_arrived_is_shown_once_within_the_hour_and_again_after_it(rig: Rig) -> None:
    channel, stage = rig.parts(FeishuChannel)
    await channel.probe()
    stage.faults.add(Fault("feishu", "messages", "reset"))
    with pytest.raises(Uncertain):
        await channel.send(a_message(ZHANG))
    rig.wait(minutes=59)
    again = await channel.send(a_message(ZHANG))
    assert (again.provider_ref, len(stage.ledger.received(ZHANG))) == ("om_1", 1)
    assert channel.safe_within == timedelta(hours=1)
    rig.wait(minutes=1)
    await channel.send(a_message(ZHANG))
    assert len(stage.ledger.received(ZHANG)) == 2


def test_a_long_id_has_a_uuid_of_its_own() -> None:
    long = [f"{'n' * 120}-{number}" for number in range(3)]
    assert uuid_of("ntf-1") == "ntf-1"
    assert len({uuid_of(identity) for identity in long}) == 3
    assert all(len(uuid_of(identity)) == 50 for identity in long)


async def test_too_many_calls_hold_the_account_back_for_as_long_as_the_header_says(rig: Rig) -> None:
    channel, _ = rig.parts(FeishuChannel)
    for number in range(50):
        await channel.send(a_message(f"ou_{number}", id=f"ntf-{number}"))
    with pytest.raises(Throttled) as caught:
        await channel.send(a_message("ou_50", id="ntf-50"))
    assert caught.value.after == 1.0
    rig.wait(seconds=1)
    await channel.send(a_message("ou_50", id="ntf-50"))


async def test_too_many_for_one_person_delay_that_person_only(rig: Rig) -> None:
    channel, _ = rig.parts(FeishuChannel)
    for number in range(5):
        await channel.send(a_message(ZHANG, id=f"ntf-{number}"))
    with pytest.raises(Retryable) as caught:
        await channel.send(a_message(ZHANG, id="ntf-5"))
    assert not isinstance(caught.value, Throttled)
    await channel.send(a_message("ou_lisi", id="ntf-6"))


async def test_readers_are_told_when_they_have_read_and_not_before(rig: Rig) -> None:
    channel, stage = rig.parts(FeishuChannel)
    stage.read_after = timedelta(minutes=20)
    message = a_message(ZHANG)
    receipt = await channel.send(message)
    sent = rig.sent(message, receipt)
    rig.wait(minutes=19)
    assert await channel.ask([sent]) == []
    rig.wait(minutes=2)
    assert await channel.ask([sent]) == [News("ntf-1", "read", at=sent.at + timedelta(minutes=20))]


async def test_after_seven_days_nothing_is_asked_any_more(rig: Rig) -> None:
    channel, stage = rig.parts(FeishuChannel)
    stage.read_after = timedelta(0)
    message = a_message(ZHANG)
    sent = rig.sent(message, await channel.send(message))
    rig.wait(days=7)
    calls = len(stage.ledger.calls)
    assert await channel.ask([sent]) == []
    assert len(stage.ledger.calls) == calls


async def test_a_message_that_is_not_known_any_more_hides_no_other(rig: Rig) -> None:
    channel, stage = rig.parts(FeishuChannel)
    stage.read_after = timedelta(0)
    message = a_message(ZHANG)
    receipt = await channel.send(message)
    sent = rig.sent(message, receipt)
    unknown = replace(sent, id="ntf-0", provider_ref="om_gone")
    assert [one.id for one in await channel.ask([unknown, sent])] == ["ntf-1"]


async def test_of_a_group_nobody_says_that_it_has_read() -> None:
    async with a_rig(receive_id_type="chat_id") as rig:
        channel, stage = rig.parts(FeishuChannel)
        stage.read_after = timedelta(0)
        message = a_message("oc_group")
        assert await channel.ask([rig.sent(message, await channel.send(message))]) == []


async def test_a_person_outside_the_range_is_refused_alone(rig: Rig) -> None:
    channel, stage = rig.parts(FeishuChannel)
    stage.strangers = {"ou_gone"}
    with pytest.raises(Rejected, match="可用范围"):
        await channel.send(a_message("ou_gone"))
    await channel.send(a_message(ZHANG))
    assert len(stage.ledger.arrivals) == 1


async def test_a_token_that_ends_is_fetched_anew(rig: Rig) -> None:
    channel, stage = rig.parts(FeishuChannel)
    await channel.send(a_message(ZHANG))
    rig.wait(hours=2)
    await channel.send(a_message(ZHANG, id="ntf-2"))
    assert [one.action for one in stage.ledger.calls].count("internal") == 2


def test_a_card_keeps_within_its_bytes_as_they_are_sent() -> None:
    message = a_message(ZHANG, items=tuple(f"第 {number} 组：{number} 户" for number in range(100)))
    made = json.dumps(card(message, 3000))
    assert len(made) <= 3000
    assert "另有" in json.loads(made)["elements"][0]["text"]["content"]


@pytest.mark.parametrize("change", [{"app_id": "cli_other"}, {"app_secret": "wrong"}])
async def test_a_wrong_setting_is_named_before_anything_is_sent(change: dict[str, Any]) -> None:
    async with a_rig(**change) as rig:
        with pytest.raises(Misconfigured) as caught:
            await rig.channel.probe()
        assert caught.value.field == "app_secret"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (230001, Rejected), (230002, Rejected), (230006, Misconfigured), (230013, Rejected), (230020, Retryable),
        (230022, Rejected), (230025, Rejected), (230027, Misconfigured), (99991672, Misconfigured),
        (99991663, Retryable), (1, Rejected),
    ],
)  # fmt: skip
def test_every_code_means_what_the_page_says(code: int, kind: type[ChannelError]) -> None:
    assert type(_refusal(code)) is kind
