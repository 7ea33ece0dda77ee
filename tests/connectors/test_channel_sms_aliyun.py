"""Aliyun's text messages: the published signature, one call for many, and what is wrong with one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

import pytest
from channel_rigs import Rig, a_message, stub_rig

from connectors.channels import acs3
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
from connectors.channels.sms import CHINA
from connectors.channels.sms_aliyun import SmsAliyunChannel, _refusal
from connectors.stub import sms_aliyun
from connectors.stub.faults import Fault

NUMBER = "13800000001"
OTHERS = tuple(f"1380000000{digit}" for digit in range(2, 6))


@pytest.fixture
async def aliyun() -> AsyncIterator[Rig]:
    async with an_account() as made:
        yield made


def an_account(**changes: Any) -> AbstractAsyncContextManager[Rig]:
    return stub_rig("sms_aliyun", **changes)()


def to_each(*numbers: str) -> list[Message]:
    return [
        a_message(number, id=f"ntf-{at}", variables={"count": str(at), "code": f"c{at}"})
        for at, number in enumerate(numbers)
    ]


def test_the_signature_is_the_one_aliyun_publishes() -> None:
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": acs3.hashed(b""),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = {
        "RegionId": "cn-shanghai",
        "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
    }
    text = acs3.canonical_query(query)
    signed = acs3.authorization("POST", "/", text, headers, "YourAccessKeyId", "YourAccessKeySecret")
    assert signed.startswith(
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
    )
    assert signed.endswith("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def test_a_query_is_encoded_as_it_is_signed() -> None:
    assert acs3.canonical_query({"b": "今 天/~*", "a": "1"}) == "a=1&b=%E4%BB%8A%20%E5%A4%A9%2F~%2A"


async def test_one_call_gives_each_number_its_own_values(aliyun: Rig) -> None:
    channel, stage = aliyun.parts(SmsAliyunChannel)
    messages = to_each(NUMBER, *OTHERS)
    assert len({channel.alike(message) for message in messages}) == 1
    outcomes = await channel.send_together([*messages, a_message("021-5550", id="ntf-bad")])
    assert [type(one) for one in outcomes] == [Receipt] * 5 + [Gone]
    assert [(one.action, one.recipients) for one in stage.ledger.calls] == [("SendBatchSms", 5)]
    assert stage.ledger.received(OTHERS[0]) == [
        "【智推】今天有1户需要走访，请打开 https://zhitui.example/s/c1"
    ]


async def test_one_number_that_is_none_costs_the_others_nothing(aliyun: Rig) -> None:
    channel, stage = aliyun.parts(SmsAliyunChannel)
    outcomes = await channel.send_together(to_each(NUMBER, *OTHERS[:2], sms_aliyun.ILLEGAL, OTHERS[2]))
    assert [type(one) for one in outcomes] == [Receipt, Receipt, Receipt, Gone, Receipt]
    assert len(stage.ledger.arrivals) == 4


async def test_what_failed_for_one_half_keeps_the_receipts_of_the_other(aliyun: Rig) -> None:
    channel, stage = aliyun.parts(SmsAliyunChannel)
    stage.faults.add(Fault("sms_aliyun", "SendSms", "reset"))
    outcomes = await channel.send_together(to_each(NUMBER, sms_aliyun.ILLEGAL, OTHERS[0]))
    assert [type(one) for one in outcomes] == [Uncertain, Gone, Receipt]
    assert len(stage.ledger.arrivals) == 2


async def test_forty_messages_a_number_in_any_day_and_no_more(aliyun: Rig) -> None:
    channel, stage = aliyun.parts(SmsAliyunChannel)
    for number in range(40):
        await channel.send(a_message(NUMBER, id=f"ntf-{number}"))
    aliyun.wait(hours=23)
    with pytest.raises(Retryable) as caught:
        await channel.send(a_message(NUMBER, id="ntf-40"))
    assert not isinstance(caught.value, Throttled)
    aliyun.wait(hours=1)
    await channel.send(a_message(NUMBER, id="ntf-40"))
    assert len(stage.ledger.arrivals) == 41


async def test_a_receipt_from_around_midnight_is_found(aliyun: Rig) -> None:
    channel, stage = aliyun.parts(SmsAliyunChannel)
    midnight = datetime(2026, 11, 24, tzinfo=CHINA)
    aliyun.wait(seconds=(midnight - stage.clock.now()).total_seconds() - 10)
    message = a_message(NUMBER)
    receipt = await channel.send(message)
    aliyun.wait(seconds=20)
    assert [one.status for one in await channel.ask([aliyun.sent(message, receipt)])] == ["delivered"]


WRONG_TEMPLATE = {"sign": "智推", "code": "SMS_101"}
WRONG_VARIABLES = {"sign": "智推", "code": "SMS_100", "variables": [{"name": "number", "longest": 4}]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"access_key_id": "other"}, "access_key_id"),
        ({"access_key_secret": "other"}, "access_key_secret"),
        ({"templates": {"tasks.digest": WRONG_TEMPLATE}}, "templates"),
        ({"templates": {"tasks.digest": WRONG_TEMPLATE | {"code": "SMS_404"}}}, "templates"),
        ({"templates": {"tasks.digest": WRONG_VARIABLES}}, "templates"),
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
        ("isv.BUSINESS_LIMIT_CONTROL", Retryable), ("isv.DAY_LIMIT_CONTROL", Throttled),
        ("isv.MONTH_LIMIT_CONTROL", Throttled), ("Throttling.User", Throttled), ("isv.MOBILE_NUMBER_ILLEGAL", Gone),
        ("isp.SYSTEM_ERROR", Retryable), ("ServiceUnavailable", Retryable), ("SignatureNonceUsed", Retryable),
        ("InternalError", Uncertain), ("isp.RAM_PERMISSION_DENY", Misconfigured), ("Forbidden.RAM", Misconfigured),
        ("InvalidTimeStamp.Expired", Misconfigured), ("SignatureDoesNotMatch", Misconfigured),
        ("IncompleteSignature", Misconfigured), ("InvalidAccessKeyId.NotFound", Misconfigured),
        ("InvalidAccessKeyId.Inactive", Misconfigured), ("isv.SMS_TEMPLATE_ILLEGAL", Misconfigured),
        ("isv.SMS_SIGNATURE_ILLEGAL", Misconfigured), ("isv.SMS_SIGNATURE_SCENE_ILLEGAL", Misconfigured),
        ("isv.SMS_SIGN_ILLEGAL", Misconfigured), ("isv.SIGN_STATE_ILLEGAL", Misconfigured),
        ("isv.OUT_OF_SERVICE", Misconfigured), ("isv.AMOUNT_NOT_ENOUGH", Misconfigured),
        ("isv.PRODUCT_UN_SUBSCRIPT", Misconfigured), ("isv.ACCOUNT_NOT_EXISTS", Misconfigured),
        ("isv.ACCOUNT_ABNORMAL", Misconfigured), ("isv.TEMPLATE_MISSING_PARAMETERS", Rejected),
        ("isv.INVALID_JSON_PARAM", Rejected), ("isv.PARAM_NOT_SUPPORT_URL", Rejected),
        ("isv.PARAM_LENGTH_LIMIT", Rejected), ("isv.BLACK_KEY_CONTROL_LIMIT", Rejected),
    ],
)  # fmt: skip
def test_every_code_of_aliyun_means_what_the_page_says(code: str, kind: type[ChannelError]) -> None:
    assert type(_refusal(code)) is kind
