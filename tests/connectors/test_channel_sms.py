"""Text messages whoever carries them: values are checked before a call, and receipts tell even of what was never answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from channel_rigs import RIGS, Rig, StandingClock, a_message

from connectors.channels.message import Message, Misconfigured, News, Rejected, Sent, Uncertain
from connectors.channels.sms import Template, Variable, carried, values_for
from connectors.channels.sms_aliyun import SmsAliyunChannel
from connectors.channels.sms_tencent import SmsTencentChannel
from connectors.stub.faults import Fault
from connectors.stub.provider import Stage

NUMBERS = tuple(f"1380000000{digit}" for digit in range(1, 6))
TEMPLATE = Template(sign="智推", code="SMS_100", variables=(Variable(name="code", longest=8),))
DELIVERED = {"sms_aliyun": "DELIVERED", "sms_tencent": "DELIVRD"}
SEVERAL = {"sms_aliyun": "SendBatchSms", "sms_tencent": "SendSms"}


@pytest.fixture(params=sorted(DELIVERED))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as made:
        yield made


def parts(rig: Rig) -> tuple[SmsAliyunChannel | SmsTencentChannel, Stage]:
    assert isinstance(rig.channel, SmsAliyunChannel | SmsTencentChannel)
    assert rig.stage is not None
    return rig.channel, rig.stage


def to_each(*numbers: str) -> list[Message]:
    return [a_message(number, id=f"ntf-{at}") for at, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "没有值"),
        ("  ", "没有值"),
        ("123456789", "超过 8 个字"),
        ("http://a", "网址"),
        ("a.cn/b", "网址"),
        ("www.a", "网址"),
    ],
)
def test_a_value_the_provider_would_refuse_costs_no_call(value: str | None, words: str) -> None:
    variables = {} if value is None else {"code": value}
    with pytest.raises(Rejected, match=words) as caught:
        values_for(TEMPLATE, a_message(NUMBERS[0], variables=variables))
    assert not (value or "").strip() or str(value) not in str(caught.value)


def test_a_value_that_is_no_text_is_no_message() -> None:
    with pytest.raises(TypeError):
        a_message(NUMBERS[0], variables={"code": 3})


def test_values_stand_in_the_order_of_the_template() -> None:
    template = Template(
        sign="智推", code="1", variables=(Variable(name="code", longest=8), Variable(name="count", longest=4))
    )
    variables = {"count": "3", "code": "x", "spare": "-"}
    values = values_for(template, a_message(NUMBERS[0], variables=variables))
    assert list(values.items()) == [("code", "x"), ("count", "3")]


async def test_nothing_leaves_for_a_topic_without_a_template_or_a_value(rig: Rig) -> None:
    channel, stage = parts(rig)
    with pytest.raises(Rejected, match=r"visits\.late"):
        await channel.send(a_message(NUMBERS[0], topic="visits.late"))
    with pytest.raises(Rejected, match="code"):
        await channel.send(a_message(NUMBERS[0], variables={"count": "3"}))
    assert not stage.ledger.calls


async def test_receipts_say_what_became_of_each_however_often_they_are_asked(rig: Rig) -> None:
    channel, stage = parts(rig)
    stage.strangers = {NUMBERS[1]}
    messages = to_each(*NUMBERS[:2])
    outcomes = await channel.send_together(messages)
    sent = [rig.sent(message, outcome) for message, outcome in zip(messages, outcomes, strict=True)]
    assert all(one.provider_ref for one in sent)
    assert await channel.ask(sent) == []
    rig.wait(seconds=5)
    expected = [
        News("ntf-0", "delivered", DELIVERED[channel.name], at=sent[0].at + timedelta(seconds=5)),
        News("ntf-1", "failed", "MK:0001", "运营商回执（MK:0001）"),
    ]
    assert await channel.ask(sent) == expected
    assert await channel.ask(sent) == expected
    assert [drop.reason for drop in stage.ledger.drops] == ["unreachable"]


async def test_what_was_never_answered_is_found_by_its_id(rig: Rig) -> None:
    channel, stage = parts(rig)
    stage.faults.add(Fault(channel.name, SEVERAL[channel.name], "reset"))
    together, lost = to_each(*NUMBERS[:3]), a_message(NUMBERS[4], id="ntf-lost")
    with pytest.raises(Uncertain):
        await channel.send_together(together)
    stage.faults.add(Fault(channel.name, "SendSms", "reset_before"))
    with pytest.raises(Uncertain):
        await channel.send(lost)
    sent = [rig.sent(message) for message in [*together, lost]]
    rig.wait(minutes=1)
    await channel.send(a_message(NUMBERS[2], id="ntf-other"))
    rig.wait(minutes=1)
    news = await channel.ask(sent)
    assert [(one.id, one.status) for one in news] == [(message.id, "delivered") for message in together]
    assert len(stage.ledger.arrivals) == 4


def test_a_record_of_another_message_to_the_same_number_is_not_taken_for_it() -> None:
    rows = [{"OutId": "ntf-2"}, {"OutId": "ntf-9"}]
    asked = {"ntf-1": NUMBERS[0], "ntf-2": NUMBERS[0], "ntf-3": NUMBERS[1]}
    from_one = a_sent("ntf-1")
    assert carried(from_one, rows, "OutId", asked) == []
    assert carried(from_one, [*rows, {"OutId": "ntf-3"}], "OutId", asked) == [{"OutId": "ntf-3"}]
    assert carried(from_one, [*rows, {"OutId": "ntf-1"}], "OutId", asked) == [{"OutId": "ntf-1"}]


def a_sent(identity: str) -> Sent:
    return Sent(identity, NUMBERS[0], "", StandingClock().now())


async def test_nothing_is_asked_of_what_the_provider_has_forgotten(rig: Rig) -> None:
    channel, stage = parts(rig)
    message = a_message(NUMBERS[0])
    sent = rig.sent(message, await channel.send(message))
    rig.wait(seconds=channel.asks_within.total_seconds())
    calls = len(stage.ledger.calls)
    assert await channel.ask([sent]) == []
    assert len(stage.ledger.calls) == calls


async def test_a_clock_that_is_wrong_is_found_out(rig: Rig) -> None:
    channel, stage = parts(rig)
    stage.clock = StandingClock(stage.clock.now() + timedelta(minutes=16))
    with pytest.raises(Misconfigured, match="时钟"):
        await channel.send(a_message(NUMBERS[0]))
    assert not stage.ledger.arrivals
