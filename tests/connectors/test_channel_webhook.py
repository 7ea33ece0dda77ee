"""Webhooks, checked against the `standardwebhooks` library and a real server."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.abc import AbstractResolver, ResolveResult
from channel_rigs import SECRET, Receiver, StandingClock, a_message, webhook_channel
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from connectors.channels import registry
from connectors.channels.contract import Channel
from connectors.channels.egress import GuardedConnector, is_public, open_session
from connectors.channels.message import Gone, Misconfigured, Rejected, Retryable
from connectors.channels.webhook import signatures

OTHER = "whsec_" + base64.b64encode(b"another secret of 32 bytes, yes!").decode()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    async with made.serving():
        yield made


@pytest.fixture
async def channel() -> AsyncIterator[Channel]:
    async with webhook_channel() as made:
        yield made


def test_the_signature_is_the_specification_s_known_answer() -> None:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    made = signatures([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == ["v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="]


class NowClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.mark.parametrize("secrets", [[SECRET], [OTHER, SECRET], [SECRET, OTHER]])
async def test_the_reference_library_verifies_what_arrives_under_old_and_new_secret(
    receiver: Receiver, secrets: list[str]
) -> None:
    config = {"secrets": secrets, "allow_private": True}
    async with registry.open_session("webhook", config) as session:
        channel = registry.build("webhook", config, session=session, clock=NowClock())
        await channel.send(a_message(receiver.url))
    post = receiver.posts[0]
    for secret in secrets:
        assert Webhook(secret).verify(post.body, post.headers)["type"] == "tasks.digest"
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + base64.b64encode(b"z" * 32).decode()).verify(post.body, post.headers)


async def test_the_body_has_type_timestamp_and_data_and_not_the_address(
    receiver: Receiver, channel: Channel
) -> None:
    await channel.send(a_message(receiver.url))
    body = json.loads(receiver.posts[0].body)
    assert set(body) == {"type", "timestamp", "data"}
    assert body["timestamp"] == "2026-11-23T00:30:00+00:00"
    assert set(body["data"]) == {"id", "subject", "text", "link", "expires_at"}
    assert receiver.posts[0].headers["webhook-timestamp"] == "1795393800"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_2xx_is_delivery(receiver: Receiver, channel: Channel, status: int) -> None:
    receiver.status = status
    assert (await channel.send(a_message(receiver.url))).code == str(status)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_is_not_followed(
    receiver: Receiver, channel: Channel, status: int
) -> None:
    receiver.status, receiver.headers = status, {"Location": "/elsewhere"}
    with pytest.raises(Rejected, match="跳转"):
        await channel.send(a_message(receiver.url))
    assert receiver.paths == ["/hook"]


async def test_410_says_the_address_is_gone(receiver: Receiver, channel: Channel) -> None:
    receiver.status = 410
    with pytest.raises(Gone) as caught:
        await channel.send(a_message(receiver.url))
    assert caught.value.code == "410"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
async def test_other_4xx_are_final(receiver: Receiver, channel: Channel, status: int) -> None:
    receiver.status = status
    with pytest.raises(Rejected) as caught:
        await channel.send(a_message(receiver.url))
    assert not isinstance(caught.value, Gone)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    ("header", "after"),
    [
        (None, None),
        ("120", 120.0),
        ("Mon, 23 Nov 2026 00:35:00 GMT", 300.0),
        ("Mon, 23 Nov 2026 00:00:00 GMT", 0.0),
        ("99999999", 86_400.0),
        ("soon", None),
        ("-5", None),
        ("Mon, 23 Nov 2026 00:35:00 -0000", None),
    ],
)
async def test_a_busy_receiver_is_retried_when_it_asks_for_it(
    receiver: Receiver, channel: Channel, status: int, header: str | None, after: float | None
) -> None:
    receiver.status, receiver.headers = status, {"Retry-After": header} if header else {}
    with pytest.raises(Retryable) as caught:
        await channel.send(a_message(receiver.url))
    assert caught.value.after == after


async def test_a_receiver_that_does_not_answer_in_time_is_retried(receiver: Receiver) -> None:
    receiver.hold = asyncio.Event()
    async with webhook_channel(timeout=0.1) as channel:
        with pytest.raises(Retryable, match="超时"):
            await channel.send(a_message(receiver.url))
    assert len(receiver.posts) == 1
    receiver.hold.set()


async def test_a_body_of_20_kb_is_refused_before_it_is_sent(receiver: Receiver, channel: Channel) -> None:
    with pytest.raises(Rejected, match="20 kB"):
        await channel.send(a_message(receiver.url, text="户" * 7000))
    await channel.send(a_message(receiver.url, text="户" * 6000))
    assert len(receiver.posts) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "ftp://example.cn/",
        "http://",
        "file:///etc/passwd",
        "http://u:p@127.0.0.1/",
        "http://[::1",
    ],
)
async def test_an_address_that_is_no_web_address_is_refused(channel: Channel, url: str) -> None:
    with pytest.raises(Rejected):
        await channel.send(a_message(url))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433"])
async def test_no_connection_is_made_into_the_own_network(receiver: Receiver, host: str) -> None:
    port = receiver.url.split(":")[2].removesuffix("/hook")
    async with webhook_channel(allow_private=False) as channel:
        with pytest.raises(Rejected):
            await channel.send(a_message(f"https://{host}:{port}/hook"))
    assert receiver.posts == []


class Inward(AbstractResolver):
    """A name server under someone else's hand: every name is this machine."""

    asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)
        ]

    async def close(self) -> None:
        return None


async def test_a_public_name_that_resolves_inward_is_refused_at_connect_time() -> None:
    resolver = Inward()
    async with ClientSession(connector=GuardedConnector(resolver=resolver)) as session:
        channel = registry.build("webhook", {"secrets": [SECRET]}, session=session, clock=StandingClock())
        with pytest.raises(Rejected, match="内网"):
            await channel.send(a_message("https://receiver.example/hook"))
    assert resolver.asked == 1


async def test_plain_http_is_refused_outside_the_own_network() -> None:
    async with webhook_channel(allow_private=False) as channel:
        with pytest.raises(Rejected, match="https"):
            await channel.send(a_message("http://receiver.example/hook"))


async def test_a_session_without_the_guard_is_not_taken() -> None:
    async with open_session(allow_private=True) as session:
        with pytest.raises(Misconfigured, match="allow_private"):
            registry.build("webhook", {"secrets": [SECRET]}, session=session, clock=StandingClock())


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.1.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff0e::1", False),
        ("::ffff:192.168.1.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:a00:1::", False),
    ],
)
def test_only_public_unicast_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"secrets": []}, "secrets"),
        ({"secrets": ["hush-hush"]}, "secrets.0"),
        ({"secrets": ["whsec_c2hvcnQ="]}, "secrets.0"),
        ({"secrets": [SECRET], "timeout": 0}, "timeout"),
        ({}, "secrets"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_told(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        registry.parse("webhook", settings)
    assert caught.value.field == field
    assert "hush" not in str(caught.value)


def test_a_secret_does_not_show_when_settings_are_printed() -> None:
    assert SECRET not in repr(registry.parse("webhook", {"secrets": [SECRET]}))


async def test_a_closed_session_fails_the_probe_and_is_worth_a_retry() -> None:
    config = {"secrets": [SECRET]}
    session = registry.open_session("webhook", config)
    channel = registry.build("webhook", config, session=session, clock=StandingClock())
    await session.close()
    with pytest.raises(Retryable):
        await channel.probe()
    with pytest.raises(Retryable):
        await channel.send(a_message("https://receiver.example/"))
