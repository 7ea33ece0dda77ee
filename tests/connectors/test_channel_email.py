"""Mail, against a real SMTP server on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default as mail_policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from channel_rigs import PASSWORD, Mailbox, a_message, email_channel
from loopback_authority import Authority

from connectors.channels import registry
from connectors.channels.message import ChannelError, Misconfigured, Rejected, Retryable, Uncertain

TO = "zhang@worker.example"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    made = Mailbox()
    async with made.serving():
        yield made


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def only_this_login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.login == b"push" and data.password == PASSWORD.encode(), handled=False)


async def test_a_mail_is_plain_utf8_text_with_stable_id_and_says_it_is_automatic(mailbox: Mailbox) -> None:
    async with email_channel(mailbox.port) as channel:
        receipt = await channel.send(a_message(TO))
    mail = message_from_bytes(mailbox.raw[0], policy=mail_policy)
    assert mail["Subject"] == "今日走访 3 户"
    assert str(mail["From"]) == "智推 <push@zhitui.example>"
    assert mail["To"] == TO
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime.isoformat() == "2026-11-23T00:30:00+00:00"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"
    assert mail["Message-ID"] == receipt.provider_ref
    assert receipt.provider_ref.endswith("@zhitui.example>")
    assert receipt.code == "250"
    assert mailbox.envelopes == [("push@zhitui.example", [TO])]


async def test_a_line_break_in_the_subject_adds_no_header_and_no_recipient(mailbox: Mailbox) -> None:
    subject = "今日\r\nBcc: x@evil.example\nX-Evil: 1\r\n\r\n<b>body</b>\u2028\x0bend"
    async with email_channel(mailbox.port) as channel:
        await channel.send(a_message(TO, subject=subject))
    mail = message_from_bytes(mailbox.raw[0], policy=mail_policy)
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert mail["Subject"] == "今日 Bcc: x@evil.example X-Evil: 1 <b>body</b> end"
    assert mailbox.envelopes[0][1] == [TO]


async def test_a_line_of_one_full_stop_does_not_end_the_mail(mailbox: Mailbox) -> None:
    async with email_channel(mailbox.port) as channel:
        await channel.send(a_message(TO, text="first\n.\nRCPT TO:<x@evil.example>\nlast"))
    assert "last" in mailbox.arrivals[0].whole
    assert len(mailbox.envelopes) == 1


@pytest.mark.parametrize(
    "to",
    [
        "",
        "zhang",
        "a@b@c",
        "a@b.cn\r\nBcc: x@y.cn",
        "a@b.cn,x@y.cn",
        "张@b.cn",
        "<a@b.cn>",
        "a b@c.cn",
        "(x)a@b.cn",
    ],
)
async def test_what_is_no_single_mail_address_is_refused_unsent(mailbox: Mailbox, to: str) -> None:
    async with email_channel(mailbox.port) as channel:
        with pytest.raises(Rejected):
            await channel.send(a_message(to))
    assert mailbox.envelopes == []


@pytest.mark.parametrize(
    ("field", "reply", "error", "code"),
    [
        ("rcpt_reply", "450 4.2.0 <zhang@worker.example> try later", Retryable, "450"),
        ("rcpt_reply", "550 5.1.1 <zhang@worker.example> unknown", Rejected, "550"),
        ("data_reply", "451 4.3.0 local trouble", Retryable, "451"),
        ("data_reply", "554 5.7.1 looks like spam to zhang", Rejected, "554"),
        ("mail_reply", "421 4.3.2 shutting down", Retryable, "421"),
        ("mail_reply", "553 5.7.1 not your sender", Misconfigured, "553"),
        ("mail_reply", "530 5.7.0 authentication required", Misconfigured, "530"),
    ],
)
async def test_4xx_passes_5xx_stays_and_the_server_s_words_are_not_repeated(
    mailbox: Mailbox, field: str, reply: str, error: type[ChannelError], code: str
) -> None:
    setattr(mailbox, field, reply)
    async with email_channel(mailbox.port) as channel:
        with pytest.raises(error) as caught:
            await channel.send(a_message(TO))
    assert type(caught.value) is error
    assert caught.value.code == code
    assert "zhang" not in str(caught.value)
    assert mailbox.arrivals == []


async def test_a_connection_lost_after_the_text_leaves_it_uncertain(mailbox: Mailbox) -> None:
    mailbox.hang_up = True
    async with email_channel(mailbox.port) as channel:
        with pytest.raises(Uncertain):
            await channel.send(a_message(TO))
    assert len(mailbox.arrivals) == 1


async def test_a_server_silent_after_the_text_leaves_it_uncertain(mailbox: Mailbox) -> None:
    mailbox.hold = asyncio.Event()
    async with email_channel(mailbox.port, timeout=0.3) as channel:
        with pytest.raises(Uncertain):
            await channel.send(a_message(TO))
    assert len(mailbox.arrivals) == 1
    mailbox.hold.set()


async def test_a_server_silent_before_the_text_is_retried() -> None:
    finished = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        finished.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with server, email_channel(server.sockets[0].getsockname()[1], timeout=0.2) as channel:
        with pytest.raises(Retryable):
            await channel.send(a_message(TO))
        await finished.wait()


async def test_the_right_login_is_used_and_a_wrong_one_is_the_operator_s_to_mend(
    authority: Authority,
) -> None:
    mailbox = Mailbox()
    options = {"authenticator": only_this_login, "auth_required": True, "require_starttls": True}
    settings = {"tls": "starttls", "ca_file": authority.file}
    async with mailbox.serving(tls_context=authority.server_context(), **options):
        async with email_channel(mailbox.port, username="push", password=PASSWORD, **settings) as channel:
            await channel.probe()
            await channel.send(a_message(TO))
        async with email_channel(mailbox.port, username="push", password="wrong-one", **settings) as channel:
            with pytest.raises(Misconfigured) as caught:
                await channel.send(a_message(TO))
        async with email_channel(mailbox.port, username="智推", password="密码", **settings) as channel:
            with pytest.raises(Misconfigured, match="password"):
                await channel.send(a_message(TO))
        async with email_channel(mailbox.port, **settings) as channel:
            with pytest.raises(Misconfigured, match="username"):
                await channel.send(a_message(TO))
    assert mailbox.signed_in == [True]
    assert caught.value.field == "password"
    assert "wrong-one" not in str(caught.value)


async def test_a_server_without_login_or_encryption_is_a_wrong_setting(mailbox: Mailbox) -> None:
    async with email_channel(mailbox.port, username="push", password=PASSWORD) as channel:
        with pytest.raises(Misconfigured, match="tls"):
            await channel.probe()
    async with email_channel(mailbox.port, tls="starttls") as channel:
        with pytest.raises(Misconfigured, match="tls"):
            await channel.probe()


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_mail_goes_encrypted_to_a_server_with_a_trusted_certificate(
    authority: Authority, tls: str
) -> None:
    mailbox = Mailbox()
    async with _secured(mailbox, authority.server_context(), tls):
        async with email_channel(mailbox.port, tls=tls, ca_file=authority.file) as channel:
            await channel.send(a_message(TO))
        async with email_channel(mailbox.port, tls=tls) as stranger:
            with pytest.raises(Misconfigured, match="ca_file"):
                await stranger.send(a_message(TO))
    assert len(mailbox.arrivals) == 1


def _secured(mailbox: Mailbox, context: ssl.SSLContext, tls: str) -> Any:
    if tls == "implicit":
        return mailbox.serving(implicit=context)
    return mailbox.serving(tls_context=context, require_starttls=True)


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": "not an address"},
        {"sender": "a@b.cn, c@d.cn"},
        {"sender": "智推\r\nBcc: x@y.cn <a@b.cn>"},
        {"username": "push"},
        {"username": "push", "password": "hush-hush"},
        {"port": 0},
        {"tls": "maybe"},
        {"ca_file": 7},
    ],
)
def test_wrong_settings_are_refused_without_telling_a_secret(settings: dict[str, Any]) -> None:
    config = {"host": "mail.example", "tls": "none", "sender": "a@b.cn", **settings}
    with pytest.raises(Misconfigured) as caught:
        registry.parse("email", config)
    assert "hush" not in str(caught.value)


async def test_a_missing_ca_file_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="ca_file"):
        async with email_channel(25, tls="implicit", ca_file=tmp_path / "none.pem"):
            pass
