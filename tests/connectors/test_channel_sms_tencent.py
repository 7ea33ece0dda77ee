"""Tencent's text messages: the published signature, an answer for each number, and receipts that are told twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from channel_rigs import Rig, a_message, stub_rig

from connectors.channels import tc3
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
from connectors.channels.sms_tencent import SmsTencentChannel, _refusal
from connectors.stub import sms_tencent
from connectors.stub.accounts import ACCOUNTS

NUMBER = "13800000001"
OTHERS = tuple(f"1380000000{digit}" for digit in range(2, 6))
BLOCKED = sms_tencent.BLOCKED.removeprefix("+86")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with an_account() as made:
        yield made


def an_account(**changes: Any) -> AbstractAsyncContextManager[Rig]:
    return stub_rig("sms_tencent", **changes)()


def to_each(*numbers: str) -> list[Message]:
    return [a_message(number, id=f"ntf-{at}") for at, number in enumerate(numbers)]


def test_the_signature_is_the_one_tencent_publishes() -> None:
    headers = {
        "content-type": "application/json; charset=utf-8",
        "host": "cvm.tencentcloudapi.com",
        "x-tc-action": "DescribeInstances",
    }
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    masked = "*" * 32  # the page masks the key, and signs with the mask
    signed = tc3.authorization("cvm", "/", headers, body, 1551113065, "AKID" + masked, masked)
    assert signed == (
        f"TC3-HMAC-SHA256 Credential=AKID{masked}/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )


async def test_each_number_of_a_call_has_its_own_answer(rig: Rig) -> None:
    channel, stage = rig.parts(SmsTencentChannel)
    messages = to_each(NUMBER, BLOCKED, *OTHERS)
    assert len({channel.alike(message) for message in messages}) == 1
    outcomes = await channel.send_together([*messages, a_message("021-5550", id="ntf-bad")])
    assert [type(one) for one in outcomes] == [Receipt, Gone, *[Receipt] * 4, Gone]
    assert len({one.provider_ref for one in outcomes if isinstance(one, Receipt)}) == 5
    assert [(one.action, one.recipients) for one in stage.ledger.calls] == [("SendSms", 6)]
    assert stage.ledger.received(NUMBER) == [
        "【智推】今天有3户需要走访，请打开 https://zhitui.example/s/a1b2c3"
    ]


async def test_other_values_do_not_travel_together(rig: Rig) -> None:
    channel, _ = rig.parts(SmsTencentChannel)
    other = a_message(NUMBER, variables={"count": "4", "code": "a1b2c3"})
    assert channel.alike(other) != channel.alike(a_message(NUMBER))


async def test_too_many_for_one_number_delay_that_number_only(rig: Rig) -> None:
    channel, stage = rig.parts(SmsTencentChannel)
    await channel.send(a_message(NUMBER))
    with pytest.raises(Retryable) as caught:
        await channel.send(a_message(NUMBER, id="ntf-2"))
    assert not isinstance(caught.value, Throttled)
    assert caught.value.after == 30.0
    await channel.send(a_message(OTHERS[0], id="ntf-3"))
    for number in range(9):
        rig.wait(seconds=30)
        await channel.send(a_message(NUMBER, id=f"ntf-more-{number}"))
    rig.wait(hours=1)
    with pytest.raises(Retryable, match="DailyLimit"):
        await channel.send(a_message(NUMBER, id="ntf-last"))
    assert len(stage.ledger.received(NUMBER)) == 10


async def test_when_asking_is_too_fast_what_is_known_is_told(rig: Rig) -> None:
    channel, _ = rig.parts(SmsTencentChannel)
    numbers = [f"138{number:08}" for number in range(30)]
    messages = to_each(*numbers)
    receipts = await channel.send_together(messages)
    rig.wait(seconds=10)
    sent = [rig.sent(message, receipt) for message, receipt in zip(messages, receipts, strict=True)]
    assert len(await channel.ask(sent)) == 20
    with pytest.raises(Throttled):
        await channel.ask(sent)
    rig.wait(seconds=1)
    assert len(await channel.ask(sent[20:])) == 10


DIGEST = ACCOUNTS["sms_tencent"].config["templates"]["tasks.digest"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"secret_id": "other"}, "secret_key"),
        ({"secret_key": "other"}, "secret_key"),
        ({"templates": {"tasks.digest": DIGEST | {"code": "1002"}}}, "templates"),
        ({"templates": {"tasks.digest": DIGEST | {"code": "1404"}}}, "templates"),
        ({"templates": {"tasks.digest": DIGEST | {"code": "SMS_1"}}}, "templates"),
        ({"templates": {"tasks.digest": DIGEST | {"variables": []}}}, "templates"),
    ],
)
async def test_a_wrong_setting_is_named_before_anything_is_sent(change: dict[str, Any], field: str) -> None:
    async with an_account(**change) as rig:
        with pytest.raises(Misconfigured) as caught:
            await rig.channel.probe()
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("LimitExceeded.PhoneNumberThirtySecondLimit", Retryable),
        ("LimitExceeded.PhoneNumberOneHourLimit", Retryable),
        ("LimitExceeded.PhoneNumberDailyLimit", Retryable),
        ("LimitExceeded.PhoneNumberSameContentDailyLimit", Retryable),
        ("LimitExceeded.DeliveryFrequencyLimit", Retryable),
        ("LimitExceeded.AppDailyLimit", Throttled),
        ("RequestLimitExceeded.UinLimitExceeded", Throttled),
        ("InvalidParameterValue.IncorrectPhoneNumber", Gone),
        ("FailedOperation.PhoneNumberInBlacklist", Gone),
        ("FailedOperation.TemplateIncorrectOrUnapproved", Misconfigured),
        ("FailedOperation.SignatureIncorrectOrUnapproved", Misconfigured),
        ("FailedOperation.InsufficientBalanceInSmsPackage", Misconfigured),
        ("AuthFailure.SignatureExpire", Misconfigured),
        ("UnauthorizedOperation.SmsSdkAppIdVerifyFail", Misconfigured),
        ("InternalError.Timeout", Uncertain),
        ("FailedOperation.ContainSensitiveWord", Rejected),
    ],
)
def test_every_code_of_tencent_means_what_the_page_says(code: str, kind: type[ChannelError]) -> None:
    assert type(_refusal(code)) is kind
