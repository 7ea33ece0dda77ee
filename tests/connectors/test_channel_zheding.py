"""浙政钉: the signature, the duplicate, and what its gateway refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from channel_rigs import Rig, StandingClock, a_message, account_channel, stub_rig

from connectors.channels.message import Misconfigured, Receipt, Rejected, Uncertain
from connectors.channels.zheding import ZhedingChannel, ZhedingConfig, business_id
from connectors.channels.zheding_gateway import sign, stamp_of
from connectors.stub import zheding as stub
from connectors.stub.faults import Fault
from connectors.stub.provider import Stage


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with stub_rig("zheding")() as made:
        yield made


@pytest.fixture
async def alike() -> AsyncIterator[Rig]:
    """One link for all."""
    link = "https://zhitui.example/today"
    async with stub_rig("zheding", mode="digest-link", common_link=link)() as made:
        yield made


def parts(rig: Rig) -> tuple[ZhedingChannel, Stage]:
    assert isinstance(rig.channel, ZhedingChannel)
    assert rig.stage is not None
    return rig.channel, rig.stage


def test_the_signature_is_the_known_answer() -> None:
    stamp = "2023-11-15T06:13:20.000+08:00"
    signed = sign(
        "S", "POST", stamp, "17000000001234567", "/gettoken.json", {"appsecret": "S", "appkey": "K"}
    )
    assert stamp_of(datetime.fromtimestamp(1_700_000_000, UTC)) == stamp
    assert signed == "89Y9hk2d0KMYScCJr5FKxb/kBx8C+VP0DH71Kf0USHk="


async def test_what_may_have_arrived_is_sent_again_and_called_a_duplicate(rig: Rig) -> None:
    channel, stage = parts(rig)
    await channel.probe()
    stage.faults.add(Fault("zheding", "workNotification", "reset"))
    with pytest.raises(Uncertain):
        await channel.send(a_message(rig.to))
    receipt = await channel.send(a_message(rig.to))
    assert (receipt.status, receipt.code) == ("accepted", "duplicate")
    assert len(rig.arrivals) == 1


async def test_in_other_company_a_repeat_is_another_call_and_reaches_only_who_has_nothing_yet(
    alike: Rig,
) -> None:
    channel, stage = parts(alike)
    ann, bo, cy = (a_message(to, id=f"ntf-{to}") for to in ("ann", "bo", "cy"))
    await channel.probe()
    stage.faults.add(Fault("zheding", "workNotification", "reset"))
    with pytest.raises(Uncertain):
        await channel.send_together([ann, bo])
    outcomes = await channel.send_together([ann, cy])
    assert [outcome.code for outcome in outcomes] == ["0", "0"]
    assert [one.to for one in stage.ledger.arrivals] == ["ann", "bo", "cy"]
    assert [(drop.to, drop.reason) for drop in stage.ledger.drops] == [("ann", "same text")]


def test_the_id_of_a_call_tells_other_company_apart_and_the_same_company_alike() -> None:
    assert business_id(["a"]) == "a"
    assert business_id(["a", "b"]) == business_id(["b", "a"])
    assert len({business_id(ids) for ids in (["a", "b"], ["a", "c"], ["a"], ["a", "b", "c"])}) == 4


async def test_equal_texts_travel_in_one_call_and_who_has_left_is_dropped(alike: Rig) -> None:
    channel, stage = parts(alike)
    messages = [a_message(to, id=f"ntf-{n}") for n, to in enumerate(("ann", "left1", "bo", "c,d"))]
    outcomes = await channel.send_together(messages)
    assert [type(outcome) for outcome in outcomes] == [Receipt, Receipt, Receipt, Rejected]
    assert [call.recipients for call in stage.ledger.calls if call.action == "workNotification"] == [3]
    assert [one.to for one in stage.ledger.arrivals] == ["ann", "bo"]
    assert [(drop.to, drop.reason) for drop in stage.ledger.drops] == [("left1", "invalid")]


async def test_more_than_a_hundred_a_day_to_one_account_are_dropped_in_silence(rig: Rig) -> None:
    channel, stage = parts(rig)
    for n in range(101):
        await channel.send(a_message(rig.to, id=f"ntf-{n}", text=f"第 {n} 条"))
    assert len(rig.arrivals) == 100
    assert [drop.reason for drop in stage.ledger.drops] == ["person"]


def test_the_channel_paces_itself_by_what_its_provider_enforces() -> None:
    ours = ZhedingConfig(app_key="k", app_secret="s", tenant_id=1).limits
    assert ours.model_copy(update={"together": 1}) == stub.LIMITS
    assert ours.together == stub.MOST


@pytest.mark.parametrize(
    ("changes", "field"), [({"app_secret": "wrong"}, "app_secret"), ({"app_key": "wrong"}, "app_secret")]
)
async def test_a_probe_names_the_wrong_setting(rig: Rig, changes: dict[str, Any], field: str) -> None:
    async with account_channel("zheding", rig.url, StandingClock(), **changes) as channel:
        with pytest.raises(Misconfigured) as caught:
            await channel.probe()
    assert caught.value.field == field
    assert rig.stage is not None
    assert all(call.code.startswith("OPF-STUB") for call in rig.stage.ledger.calls)


@pytest.mark.parametrize("off", [-901, 901])
async def test_a_clock_a_quarter_of_an_hour_off_is_refused_and_named(rig: Rig, off: int) -> None:
    clock = StandingClock(StandingClock().instant + timedelta(seconds=off))
    async with account_channel("zheding", rig.url, clock) as channel:
        with pytest.raises(Misconfigured, match="OPF-STUB-TIME"):
            await channel.send(a_message(rig.to))


async def test_an_interface_that_is_not_subscribed_is_a_setting_and_not_the_message_s_fault(rig: Rig) -> None:
    new = {"app_key": stub.NEW_APP_KEY}
    async with account_channel("zheding", rig.url, StandingClock(), **new) as channel:
        await channel.probe()
        with pytest.raises(Misconfigured) as caught:
            await channel.send(a_message(rig.to))
    assert (caught.value.field, caught.value.code) == ("app_key", "OPF-B001-05-16-0002")


async def test_a_refusal_of_the_interface_is_the_message_s_fault(rig: Rig) -> None:
    async with account_channel("zheding", rig.url, StandingClock(), tenant_id=7) as channel:
        with pytest.raises(Rejected):
            await channel.send(a_message(rig.to))
    assert not rig.arrivals


async def test_a_token_that_ended_is_fetched_anew_within_the_same_send(rig: Rig) -> None:
    """Both clocks are within the gateway's quarter of an hour: the provider ends tokens early."""
    channel, stage = parts(rig)
    await channel.send(a_message(rig.to))
    stage.faults.add(Fault("zheding", "workNotification", "revoke"))
    await channel.send(a_message(rig.to, id="ntf-2", text="又一条"))
    assert len(rig.arrivals) == 2
    assert [call.code for call in stage.ledger.calls] == ["0", "0", "40014", "0", "0"]


async def test_a_call_that_is_sent_again_word_for_word_by_somebody_else_is_refused(rig: Rig) -> None:
    path, stamp, nonce = "/gettoken.json", stamp_of(StandingClock().now()), "17000000001234567"
    form = {"appkey": stub.APP_KEY, "appsecret": stub.APP_SECRET}
    headers = {
        "X-Hmac-Auth-Timestamp": stamp,
        "X-Hmac-Auth-Version": "1.0",
        "X-Hmac-Auth-Nonce": nonce,
        "apiKey": stub.APP_KEY,
        "X-Hmac-Auth-Signature": sign(stub.APP_SECRET, "POST", stamp, nonce, path, form),
    }
    successes = []
    async with ClientSession() as session:
        for _ in range(2):
            url = f"{rig.url}/zheding{path}"
            async with session.post(url, data=form, headers=headers) as answer:
                successes.append((await answer.json())["success"])
    assert successes == [True, False]
