"""Push messages to browsers: the example of RFC 8291, identities as RFC 8292 wants them, and subscriptions that end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from channel_rigs import RIGS, Rig, a_message
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from yarl import URL

from connectors.channels import registry
from connectors.channels.message import ChannelError, Gone, Misconfigured, Rejected, Retryable, Uncertain
from connectors.channels.push_encryption import RECORD, ROOM, Vapid, decoded, encoded, encrypt, point
from connectors.channels.webpush import WebpushChannel, _refusal
from connectors.stub import webpush


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with RIGS["webpush"]() as made:
        yield made


def test_encryption_is_that_of_the_example_in_rfc_8291() -> None:
    """Section 5: keys, salt and text given, and the body that comes of them."""
    browser = decoded(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        browser,
        decoded("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
        key=Vapid.of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "").key,
    )
    assert encoded(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_what_fills_the_room_fills_the_record() -> None:
    browser = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert len(encrypt(b"x" * ROOM, point(browser), bytes(16))) == RECORD


def test_the_identity_names_the_service_and_ends_within_a_day() -> None:
    vapid = Vapid.of(webpush.PRIVATE_KEY, "mailto:it@zhitui.example")
    now = datetime(2026, 11, 23, tzinfo=UTC)
    header = vapid.authorization(URL("https://push.example:8443/a/b?c"), now)
    token, key = header.removeprefix("vapid t=").split(", k=")
    head, claims, signature = token.split(".")
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(decoded(claims)) == {
        "aud": "https://push.example:8443",
        "exp": int((now + timedelta(hours=12)).timestamp()),
        "sub": "mailto:it@zhitui.example",
    }
    raw = decoded(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
    public.verify(pair, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    assert len(raw) == 64


async def test_a_long_message_keeps_to_its_room_and_says_what_it_left_out(rig: Rig) -> None:
    items = tuple(f"第 {number} 组到期提醒：{number} 户" for number in range(300))
    await rig.channel.send(a_message(rig.to, items=items))
    assert "项，请打开链接查看" in rig.arrivals[0].whole


async def test_a_browser_that_unsubscribed_is_gone(rig: Rig) -> None:
    channel, stage = rig.parts(WebpushChannel)
    stage.strangers = {webpush.BROWSER}
    with pytest.raises(Gone):
        await channel.send(a_message(rig.to))


async def test_a_subscription_made_with_another_key_is_gone() -> None:
    other = encoded((8).to_bytes(32, "big"))
    async with RIGS["webpush"](private_key=other) as rig:
        with pytest.raises(Gone, match="另一把密钥"):
            await rig.channel.send(a_message(rig.to))
        assert not rig.arrivals


@pytest.mark.parametrize(
    "changes",
    [
        {"keys": {"p256dh": encoded(bytes(65)), "auth": encoded(bytes(16))}},
        {"keys": {"p256dh": "!!", "auth": "!!"}},
        {"keys": {}},
    ],
)
async def test_a_subscription_that_is_none_is_no_address(rig: Rig, changes: dict[str, object]) -> None:
    with pytest.raises(Gone):
        await rig.channel.send(a_message(json.dumps({**json.loads(rig.to), **changes})))


async def test_a_subscription_that_points_inward_is_refused(rig: Rig) -> None:
    settings = {"private_key": webpush.PRIVATE_KEY, "contact": "mailto:it@zhitui.example"}
    to = webpush.subscription("https://127.0.0.1:1/push")
    assert rig.stage is not None
    async with registry.open_session("webpush", settings) as session:
        channel = registry.build("webpush", settings, session=session, clock=rig.stage.clock)
        with pytest.raises(Rejected, match="内网"):
            await channel.send(a_message(to))


async def test_a_message_is_kept_no_longer_than_it_is_good_for() -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["ttl"])
        return web.Response(status=201)

    app = web.Application()
    app.router.add_post("/push", answer)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    to = webpush.subscription(f"http://127.0.0.1:{runner.addresses[0][1]}/push")
    try:
        async with RIGS["webpush"]() as rig:
            assert rig.stage is not None
            now = rig.stage.clock.now()
            for expires_at in (None, now + timedelta(minutes=5), now - timedelta(minutes=5)):
                await rig.channel.send(a_message(to, expires_at=expires_at))
    finally:
        await runner.cleanup()
    assert seen == ["43200", "300", "0"]


@pytest.mark.parametrize("key", ["", "short", encoded(b"short"), encoded(bytes(32)), "密钥"])
def test_a_private_key_that_is_none_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        registry.parse("webpush", {"private_key": key, "contact": "mailto:it@zhitui.example"})
    assert caught.value.field == "private_key"
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, Gone), (410, Gone), (403, Gone), (401, Misconfigured), (408, Retryable), (425, Retryable),
        (429, Retryable), (500, Retryable), (503, Retryable), (502, Uncertain), (504, Uncertain), (413, Rejected),
        (301, Rejected), (400, Rejected),
    ],
)  # fmt: skip
def test_every_status_means_what_the_page_says(status: int, kind: type[ChannelError]) -> None:
    assert type(_refusal(status, None)) is kind
