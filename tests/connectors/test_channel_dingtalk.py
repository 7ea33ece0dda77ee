"""Work notices: what travels together, what is dropped in silence, tokens, bytes and quotas; and the robot's signature."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from channel_rigs import Rig, StandingClock, a_message, account_channel, pass_time, stub_rig
from hypothesis import given
from hypothesis import strategies as st

from connectors.channels import dingtalk_robot, registry
from connectors.channels.dingtalk import DingtalkChannel, DingtalkConfig
from connectors.channels.dingtalk_cards import ROOM, card
from connectors.channels.dingtalk_results import told_of
from connectors.channels.limits import Limits, Rate
from connectors.channels.message import (
    ChannelError,
    Message,
    Misconfigured,
    News,
    Receipt,
    Rejected,
    Retryable,
    Sent,
    Throttled,
)
from connectors.stub import dingtalk as stub
from connectors.stub.faults import Fault
from connectors.stub.provider import Stage

ALIKE = {"mode": "digest-link", "common_link": "https://zhitui.example/today"}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with stub_rig("dingtalk")() as made:
        yield made


@pytest.fixture
async def alike() -> AsyncIterator[Rig]:
    """One link for all."""
    async with stub_rig("dingtalk", **ALIKE)() as made:
        yield made


def parts(rig: Rig) -> tuple[DingtalkChannel, Stage]:
    assert isinstance(rig.channel, DingtalkChannel)
    assert rig.stage is not None
    return rig.channel, rig.stage


def to_each(people: Sequence[str], **changes: Any) -> list[Message]:
    """One text, and everybody's own link."""
    links = (f"https://zhitui.example/l/{person}" for person in people)
    return [
        a_message(person, id=f"ntf-{n}", **{"link": link, **changes})
        for n, (person, link) in enumerate(zip(people, links, strict=True))
    ]


def accepted(
    messages: Sequence[Message], outcomes: Sequence[Receipt | ChannelError], stage: Stage
) -> list[Sent]:
    """What may be asked about."""
    return [
        Sent(message.id, message.to, outcome.provider_ref or "", stage.clock.now())
        for message, outcome in zip(messages, outcomes, strict=True)
        if isinstance(outcome, Receipt)
    ]


def actions(stage: Stage) -> list[str]:
    return [call.action for call in stage.ledger.calls]


async def test_equal_texts_travel_in_one_call_and_each_is_told_what_came_of_theirs(alike: Rig) -> None:
    channel, stage = parts(alike)
    messages = to_each(["ann", "bo", "left1", "failing1", "protected1"])
    assert len({channel.alike(message) for message in messages}) == 1
    outcomes = await channel.send_together(messages)
    assert actions(stage) == ["gettoken", "asyncsend_v2"]
    sent = accepted(messages, outcomes, stage)
    assert len(sent) == 5
    news = {one.to: told for one, told in zip(sent, await channel.ask(sent), strict=True)}
    assert {to: told.status for to, told in news.items()} == {
        "ann": "delivered", "bo": "delivered", "left1": "failed", "failing1": "failed", "protected1": "dropped",
    }  # fmt: skip
    assert news["protected1"].code == "1430004"
    assert "高管" in (news["protected1"].reason or "")
    assert {one.to for one in stage.ledger.arrivals} == {"ann", "bo"}


async def test_the_link_for_all_leads_nobody_to_the_list_of_another(alike: Rig) -> None:
    channel, stage = parts(alike)
    await channel.send_together(to_each(["ann", "bo"]))
    for arrival in stage.ledger.arrivals:
        assert ALIKE["common_link"] in arrival.text
        assert "/l/" not in arrival.text


async def test_with_links_of_their_own_people_are_not_alike(rig: Rig) -> None:
    channel, _ = parts(rig)
    assert len({channel.alike(message) for message in to_each(["ann", "bo"])}) == 2


async def test_what_cannot_be_a_userid_stays_behind_and_the_others_go(alike: Rig) -> None:
    channel, stage = parts(alike)
    outcomes = await channel.send_together(to_each(["ann", "bo,cy", "", "ann"]))
    assert [type(outcome) for outcome in outcomes] == [Receipt, Rejected, Rejected, Rejected]
    assert [one.to for one in stage.ledger.arrivals] == ["ann"]


async def test_nobody_who_can_be_reached_is_no_call(alike: Rig) -> None:
    channel, stage = parts(alike)
    (outcome,) = await channel.send_together(to_each(["a b"]))
    assert isinstance(outcome, Rejected)
    assert not stage.ledger.calls


async def test_those_who_read_are_told_as_readers_once_they_have(rig: Rig) -> None:
    channel, stage = parts(rig)
    message = a_message("ann")
    sent = accepted([message], [await channel.send(message)], stage)
    stage.read_after = timedelta(minutes=5)
    assert (await channel.ask(sent))[0].status == "delivered"
    pass_time(stage, minutes=5)
    assert (await channel.ask(sent))[0].status == "read"


async def test_the_same_text_again_is_accepted_dropped_and_told_as_a_repeat_until_the_day_is_over(
    rig: Rig,
) -> None:
    channel, stage = parts(rig)
    first, second = a_message("ann"), a_message("ann", id="ntf-2")
    await channel.send(first)
    sent = accepted([second], [await channel.send(second)], stage)
    (news,) = await channel.ask(sent)
    assert (news.status, news.code, news.repeated) == ("dropped", "143106", True)
    pass_time(stage, days=1)
    await channel.send(second)
    assert len(stage.ledger.received("ann")) == 2


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(recipients=(Rate(most=2, seconds=60),)), "143103"),
        (Limits(person=(Rate(most=2, seconds=86_400),)), "143105"),
    ],
)
async def test_what_goes_beyond_a_limit_is_accepted_and_only_asking_tells_that_nobody_has_it(
    limits: Limits, code: str
) -> None:
    async with stub_rig("dingtalk", limits={"dingtalk": limits})() as rig:
        channel, stage = parts(rig)
        messages = [a_message("ann", id=f"ntf-{n}", text=f"第 {n} 条") for n in range(3)]
        outcomes = [await channel.send(message) for message in messages]
        news = await channel.ask(accepted(messages, outcomes, stage))
    assert [one.status for one in news] == ["delivered", "delivered", "dropped"]
    assert news[2].code == stage.ledger.drops[0].reason == code
    assert not news[2].repeated


def test_the_channel_paces_itself_by_what_its_provider_enforces() -> None:
    ours = DingtalkConfig(app_key="k", app_secret="s", agent_id=1).limits
    assert ours.model_copy(update={"together": 1, "crowded_minutes": ()}) == stub.LIMITS
    assert ours.together == stub.TOLD


async def test_a_token_revoked_in_mid_batch_costs_one_more_call_and_no_message(rig: Rig) -> None:
    channel, stage = parts(rig)
    stage.faults.add(Fault("dingtalk", "asyncsend_v2", "revoke", skip=3))
    for n in range(6):
        await channel.send(a_message(f"person{n}"))
    assert len(stage.ledger.arrivals) == 6
    assert actions(stage).count("gettoken") == 2


async def test_a_token_that_ended_early_is_fetched_anew_within_the_same_send(rig: Rig) -> None:
    _, stage = parts(rig)
    async with account_channel("dingtalk", rig.url, StandingClock()) as slow:
        await slow.send(a_message("ann"))
        pass_time(stage, seconds=7200)  # on the provider's clock only
        await slow.send(a_message("bo"))
    assert [call.code for call in stage.ledger.calls] == ["0", "0", "42001", "0", "0"]


async def test_a_token_is_fetched_anew_before_it_ends_and_once_for_all_who_wait(rig: Rig) -> None:
    channel, stage = parts(rig)
    for _ in range(2):
        await asyncio.gather(*(channel.send(a_message(f"person{n}")) for n in range(10)))
        pass_time(stage, seconds=6480)
    assert actions(stage).count("gettoken") == 2
    assert {call.code for call in stage.ledger.calls} == {"0"}


async def test_a_token_refused_twice_leaves_the_message_for_later(rig: Rig) -> None:
    channel, stage = parts(rig)
    stage.faults.add(Fault("dingtalk", "asyncsend_v2", "revoke", times=2))
    with pytest.raises(Retryable):
        await channel.send(a_message("ann"))
    assert not stage.ledger.arrivals


async def test_a_month_s_quota_holds_the_account_back_until_the_next_month() -> None:
    async with stub_rig("dingtalk", limits={"dingtalk": Limits(month=2)})() as rig:
        channel, stage = parts(rig)
        for n in range(2):
            await channel.send(a_message(f"person{n}"))
        with pytest.raises(Throttled) as caught:
            await channel.send(a_message("ann"))
        pass_time(stage, days=8)  # from 23 November into December
        await channel.send(a_message("ann"))
    assert (caught.value.code, caught.value.after) == ("90020", 86_400.0)
    assert [one.to for one in stage.ledger.arrivals] == ["person0", "person1", "ann"]


async def test_more_than_twenty_calls_a_second_are_throttled_and_nothing_of_them_arrives(rig: Rig) -> None:
    channel, stage = parts(rig)
    for n in range(20):
        await channel.send(a_message(f"person{n}"))
    with pytest.raises(Throttled):
        await channel.send(a_message("ann"))
    pass_time(stage, seconds=1)
    await channel.send(a_message("ann"))
    assert len(stage.ledger.arrivals) == 21


async def test_what_others_share_is_not_taken_back_from_one_of_them(alike: Rig) -> None:
    channel, stage = parts(alike)
    messages = to_each(["ann", "bo"])
    sent = accepted(messages, await channel.send_together(messages), stage)
    assert await channel.recall(sent[:1]) == set()
    assert not stage.ledger.taken_back
    assert await channel.recall(sent) == {"ntf-0", "ntf-1"}
    assert {one.to for one in stage.ledger.taken_back} == {"ann", "bo"}


async def test_a_day_later_the_provider_no_longer_tells(rig: Rig) -> None:
    channel, stage = parts(rig)
    sent = accepted([a_message("ann")], [await channel.send(a_message("ann"))], stage)
    pass_time(stage, hours=24, seconds=1)
    assert await channel.ask(sent) == []
    assert await channel.recall(sent) == set()


async def test_what_is_known_before_the_provider_slows_us_down_is_told(rig: Rig) -> None:
    channel, stage = parts(rig)
    messages = to_each(["ann", "bo", "cy"])
    sent = accepted(messages, [await channel.send(message) for message in messages], stage)
    stage.faults.add(Fault("dingtalk", "getsendresult", "busy", skip=2))
    assert [news.id for news in await channel.ask(sent)] == ["ntf-0", "ntf-1"]
    stage.faults.add(Fault("dingtalk", "getsendresult", "busy"))
    with pytest.raises(Throttled):
        await channel.ask(sent)


async def test_of_more_than_a_hundred_recipients_nothing_is_told(alike: Rig) -> None:
    channel, stage = parts(alike)
    messages = to_each([f"person{n}" for n in range(101)])
    sent = accepted(messages, await channel.send_together(messages), stage)
    assert len(sent) == 101
    assert await channel.ask(sent) == []


@pytest.mark.parametrize(
    ("changes", "field"), [({"app_secret": "wrong"}, "app_secret"), ({"agent_id": 7}, "agent_id")]
)
async def test_a_probe_names_the_wrong_setting(rig: Rig, changes: dict[str, Any], field: str) -> None:
    async with account_channel("dingtalk", rig.url, StandingClock(), **changes) as channel:
        with pytest.raises(Misconfigured) as probing:
            await channel.probe()
        with pytest.raises(Misconfigured) as sending:
            await channel.send(a_message("ann"))
    assert probing.value.field == sending.value.field == field


def test_one_link_for_all_has_to_be_given() -> None:
    given = {"app_key": "k", "app_secret": "s", "agent_id": 1, "mode": "digest-link"}
    with pytest.raises(Misconfigured, match="common_link"):
        registry.parse("dingtalk", given)


FILLER = "汉😀"  # three bytes and four


def of_exactly(size: int) -> Message:
    """A message without items whose card has this many bytes."""
    bare = len(card(a_message("ann", text=""), "https://zhitui.example/t").encode())
    whole, rest = divmod(size - bare, len(FILLER.encode()))
    return a_message("ann", text=FILLER * whole + "x" * rest)


async def test_a_card_of_2048_bytes_is_taken_and_one_more_byte_is_refused_before_it_is_sent() -> None:
    settings = {**ALIKE, "common_link": "https://zhitui.example/t"}
    async with stub_rig("dingtalk", **settings)() as rig:
        channel, stage = parts(rig)
        await channel.send(of_exactly(ROOM))
        assert len(stage.ledger.arrivals) == 1
        with pytest.raises(Rejected):
            await channel.send(of_exactly(ROOM + 1))
    assert actions(stage).count("asyncsend_v2") == 1


async def test_the_stand_in_counts_the_same_bytes() -> None:
    async with stub_rig("dingtalk")() as rig:
        channel, _ = parts(rig)
        with pytest.raises(Rejected) as caught:
            await channel._post([a_message("ann")], card_of(ROOM + 1))
        await channel._post([a_message("ann")], card_of(ROOM))
    assert caught.value.code == "45002"


def card_of(size: int) -> str:
    """A card of this many bytes, made without looking at the limit."""
    shown = {"title": "t", "text": ""}
    bare = len(json.dumps({"msgtype": "markdown", "markdown": shown}, separators=(",", ":")))
    whole, rest = divmod(size - bare, len(FILLER.encode()))
    shown["text"] = FILLER * whole + "x" * rest
    return json.dumps({"msgtype": "markdown", "markdown": shown}, ensure_ascii=False, separators=(",", ":"))


@given(
    items=st.lists(st.text(st.sampled_from('汉字😀ab"\\\n'), min_size=1, max_size=90), max_size=40),
)
def test_however_many_items_there_are_the_card_fits_and_says_how_many_it_leaves_out(items: list[str]) -> None:
    message = a_message("ann", items=tuple(items))
    packed = card(message, message.link)
    text = json.loads(packed)["action_card"]["markdown"]
    assert len(packed.encode()) <= ROOM
    shown = next(n for n in range(len(items), -1, -1) if "\n\n".join([message.text, *items[:n]]) in text)
    left = len(items) - shown
    assert (f"另有 {left} 项" in text) if left else ("另有" not in text)


def test_a_software_vendor_s_codes_mean_the_same_and_unknown_ones_are_told_by_number() -> None:
    sent = [Sent("a", "ann", "1", StandingClock().now()), Sent("b", "bo", "1", StandingClock().now())]
    listed = [{"code": 143206, "userid": "ann"}, {"code": "999", "userid": "bo"}]
    repeated, strange = told_of(sent, {"forbidden_user_id_list": ["ann", "bo"], "forbidden_list": listed})
    assert repeated == News("a", "dropped", "143206", repeated.reason, repeated=True)
    assert "999" in (strange.reason or "")


async def test_a_forbidden_word_reaches_nobody(rig: Rig) -> None:
    channel, stage = parts(rig)
    message = a_message("ann", text=f"今天{stub.FORBIDDEN_WORD}")
    (news,) = await channel.ask(accepted([message], [await channel.send(message)], stage))
    assert (news.status, news.code) == ("dropped", "1430002")


def test_the_robot_s_signature_is_the_known_answer() -> None:
    signed = dingtalk_robot.sign("SECtest", "1700000000000")
    assert signed == "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g="


async def test_the_robot_s_signature_is_encoded_once_whatever_is_in_it() -> None:
    """Base64 has + and /, which a URL without encoding, or with two, would spoil."""
    async with stub_rig("dingtalk_robot")() as rig:
        assert rig.stage is not None
        signs = set()
        for n in range(60):
            pass_time(rig.stage, minutes=1)
            stamp = str(int(rig.stage.clock.now().timestamp() * 1000))
            signs.add(dingtalk_robot.sign("SECstub", stamp))
            await rig.channel.send(a_message(rig.to, id=f"ntf-{n}"))
    assert any("+" in sign for sign in signs)
    assert any("/" in sign for sign in signs)
    assert len(rig.arrivals) == 60


async def test_a_robot_that_sent_too_fast_is_silent_for_ten_minutes_and_one_that_used_up_its_month_longer() -> (
    None
):
    async with stub_rig("dingtalk_robot", limits={"dingtalk_robot": Limits(month=24)})() as rig:
        assert rig.stage is not None
        codes = []
        for n in range(24):
            try:
                await rig.channel.send(a_message(rig.to, id=f"ntf-{n}"))
            except Throttled as error:
                codes.append(error.code)
            pass_time(rig.stage, seconds=1 if n < 21 else 600)
        with pytest.raises(Throttled) as caught:
            await rig.channel.send(a_message(rig.to))
    assert codes == ["130101"] * 2
    assert len(rig.arrivals) == 22
    assert caught.value.code == "90030"


@pytest.mark.parametrize("off", [-3601, 3601])
async def test_a_robot_s_timestamp_an_hour_off_is_refused(off: int) -> None:
    async with stub_rig("dingtalk_robot")() as rig:
        assert rig.stage is not None
        clock = StandingClock(rig.stage.clock.now() + timedelta(seconds=off))
        async with account_channel("dingtalk_robot", rig.url, clock) as channel:
            with pytest.raises(Misconfigured):
                await channel.send(a_message(rig.to))
    assert not rig.arrivals
