"""One suite over all channels: what the outbox may rely on, whatever the channel."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from channel_rigs import PASSWORD, RIGS, SECRET, SHORT, Rig, StandingClock, a_message

from connectors.channels import registry
from connectors.channels.contract import Asking, Gathering, Recalling, Verbatim
from connectors.channels.message import (
    ChannelError,
    Message,
    Misconfigured,
    Rejected,
    Retryable,
    Throttled,
    Uncertain,
)
from connectors.stub.faults import KINDS, Fault, Kind


@pytest.fixture(params=sorted(RIGS))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as made:
        yield made


@pytest.fixture(params=["email", "webhook"])
async def refusing_rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """The channels whose other side can say no."""
    async with RIGS[request.param]() as made:
        made.refuse()
        yield made


def test_the_suite_covers_every_registered_channel() -> None:
    assert set(RIGS) == set(registry.CHANNELS)


async def test_a_message_arrives_once_with_what_its_channel_shows(rig: Rig) -> None:
    message = a_message(rig.to)
    await rig.channel.send(message)
    assert len(rig.arrivals) == 1
    for part in rig.shows(message):
        assert part in rig.arrivals[0].whole


async def test_a_receipt_claims_no_more_than_is_known(rig: Rig) -> None:
    receipt = await rig.channel.send(a_message(rig.to))
    assert receipt.status == rig.claims
    assert receipt.ms >= 0


async def test_a_safe_receiver_tells_a_repeat_from_another_message(rig: Rig) -> None:
    for identity, text in (("ntf-1", "有 3 户"), ("ntf-1", "有 3 户"), ("ntf-2", "有 4 户")):
        await rig.channel.send(a_message(rig.to, id=identity, text=text))
        rig.wait(minutes=1)
    keys = [arrival.key for arrival in rig.arrivals]
    if rig.channel.retry_safety == "safe":
        assert len(set(keys)) == 2
        assert keys[0] != keys[-1]
    else:
        assert len(keys) == 3


async def test_a_message_without_a_link_arrives(rig: Rig) -> None:
    await rig.channel.send(a_message(rig.to, link=None, expires_at=None))
    assert len(rig.arrivals) == 1


async def test_messages_sent_together_all_arrive(rig: Rig) -> None:
    messages = [
        a_message(
            rig.to,
            id=f"ntf-{n}",
            text=f"您今天有 {n} 户需要走访。",
            variables={"count": str(n), "code": "a1b2c3"},
        )
        for n in range(20)
    ]
    some = rig.at_once(len(messages))
    for first in range(0, len(messages), some):
        await asyncio.gather(*(rig.channel.send(message) for message in messages[first : first + some]))
        rig.wait(days=1)
    assert len({arrival.whole for arrival in rig.arrivals}) == 20


async def test_an_unreachable_receiver_is_worth_a_retry(rig: Rig) -> None:
    await rig.cut()
    with pytest.raises(Retryable if rig.knows_why else Uncertain):
        await rig.channel.send(a_message(rig.to))
    assert not rig.arrivals


async def test_a_refusal_is_for_good_and_names_no_one(refusing_rig: Rig) -> None:
    message = a_message(refusing_rig.to)
    with pytest.raises(Rejected) as caught:
        await refusing_rig.channel.send(message)
    for private in (message.to, "zhang", message.text, message.link, SECRET, PASSWORD):
        assert str(private) not in str(caught.value)


STANDING_IN = [name for name in sorted(RIGS) if name not in ("console", "email", "webhook", "apprise")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", STANDING_IN)
async def test_a_mishap_is_called_what_it_is(name: str, kind: Kind) -> None:
    patience = {"timeout": SHORT} if kind in ("timeout", "drip") else {}
    async with RIGS[name](**patience) as rig:
        stage, message = rig.stage, a_message(rig.to)
        assert stage is not None
        await rig.channel.probe()  # tokens are there: the mishap befalls the message
        stage.faults.add(Fault(rig.provider, "*", kind))
        try:
            await rig.channel.send(message)
            outcome: type[Exception] | None = None
        except ChannelError as error:
            outcome = type(error)
        assert outcome is (MISHAPS | BY_STATUS if name == "webpush" else MISHAPS)[kind]
        if outcome is None:
            assert len(stage.ledger.arrivals) == 1
        if outcome is Throttled:
            assert not stage.ledger.arrivals


MISHAPS: dict[Kind, type[Exception] | None] = {
    "timeout": Uncertain,
    "reset": Uncertain,
    "reset_before": Uncertain,
    "bad_gateway": Uncertain,
    "busy": Throttled,
    "drip": Uncertain,
    "content_type": Uncertain,
    "revoke": None,  # the token is fetched anew within the same send
}


BY_STATUS: dict[Kind, type[Exception] | None] = {
    "busy": Retryable,  # each browser has a push service of its own: the account is not held back for one
    "drip": None,
    "content_type": None,
}
"""Where the status is the whole answer, nothing that comes after it matters."""


async def test_hostile_breaks_and_control_characters_do_no_harm(rig: Rig) -> None:
    await rig.channel.send(
        a_message(rig.to, subject="今日\r\nBcc: x@evil.example\x1b[2J", text="一\x1b[2J\r\n二")
    )
    assert len(rig.arrivals) == 1


async def test_probing_a_working_channel_sends_nothing(rig: Rig) -> None:
    await rig.channel.probe()
    assert not rig.arrivals


async def test_every_failure_is_a_channel_error(rig: Rig) -> None:
    await rig.cut()
    for to in (rig.to, "", "!!! no address !!!", "x" * 5000):
        with pytest.raises(ChannelError):
            await rig.channel.send(a_message(to))


async def test_the_registered_facts_are_the_channel_s_own(rig: Rig) -> None:
    entry = registry.CHANNELS[rig.channel.name]
    assert entry.retry_safety == rig.channel.retry_safety
    assert inspect.iscoroutinefunction(rig.channel.send)


CAN: dict[str, set[type]] = {
    "dingtalk": {Gathering, Asking, Recalling},
    "dingtalk_todo": {Asking, Recalling},
    "zheding": {Gathering},
    "wecom": {Gathering, Verbatim, Recalling},
    "feishu": {Asking},
    "sms_aliyun": {Gathering, Asking},
    "sms_tencent": {Gathering, Asking},
}


async def test_a_channel_can_do_no_more_than_it_is_meant_to(rig: Rig) -> None:
    able = {kind for kind in (Gathering, Verbatim, Asking, Recalling) if isinstance(rig.channel, kind)}
    assert able == CAN.get(rig.channel.name, set())
    assert (rig.channel.limits.together > 1) == (Gathering in able)


async def test_an_unknown_setting_is_named_without_its_value(rig: Rig) -> None:
    with pytest.raises(Misconfigured) as caught:
        registry.parse(rig.channel.name, {"surprise": "top-secret"})
    assert "top-secret" not in str(caught.value)


async def test_an_unknown_channel_lists_the_known_ones() -> None:
    async with registry.open_session("console", {}) as session:
        with pytest.raises(Misconfigured, match="console、webhook、email"):
            registry.build("pigeon", {}, session=session, clock=StandingClock())


@pytest.mark.parametrize("identity", ["", "a.b", "a b", "a\r\nb", "x" * 129, "编号"])
def test_a_message_id_that_could_not_be_signed_or_sent_is_no_id(identity: str) -> None:
    with pytest.raises(ValueError, match="message id"):
        a_message("x", id=identity)


def test_text_that_no_channel_could_encode_is_no_message() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        a_message("x", text="\ud800")


def test_an_expiry_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Message("a", "b", "c", "d", None, datetime(2026, 1, 1), "t")  # noqa: DTZ001


async def test_the_console_prints_to_the_stream_that_is_configured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for stream in ("stdout", "stderr"):
        async with registry.open_session("console", {}) as session:
            channel = registry.build("console", {"stream": stream}, session=session, clock=StandingClock())
            await channel.send(a_message(stream))
    printed = capsys.readouterr()
    assert printed.out.count("\n") == printed.err.count("\n") == 1
    assert "| stdout |" in printed.out
    assert "| stderr |" in printed.err
