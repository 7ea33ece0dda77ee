"""Mail over SMTP: plain text, one connection a message.

SMTP has no idempotency key. A connection that dies once the text has been handed over leaves it
open whether the server kept the message (RFC 5321 §4.5.3.2.6 warns of exactly this duplicate), so
that case is `Uncertain`; every failure before it is safe to retry. The Message-ID is derived from
the message's id, so that a mailbox that folds equal ids shows a repeat once.
"""

from __future__ import annotations

import hashlib
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import aiosmtplib
from aiohttp import ClientSession
from pydantic import AfterValidator, Field, SecretStr, model_validator

from connectors.channels.contract import ChannelConfig, Clock, RetrySafety
from connectors.channels.message import (
    ChannelError,
    Message,
    Misconfigured,
    Receipt,
    Rejected,
    Retryable,
    Uncertain,
)


def _bare(text: str) -> Address:
    """One plain ASCII ``a@b``; ValueError for anything else."""
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("not a mail address")
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError) as error:  # all three happen, by the kind of mistake
        raise ValueError("not a mail address") from error
    if not address.username or not address.domain or address.addr_spec != text:
        raise ValueError("not a mail address")
    return address


def _named(text: str) -> Address:
    """One address with or without a display name; ValueError for anything else."""
    name, bare = parseaddr(text)
    if not text.isprintable() or bare not in (text, text.rpartition("<")[2].removesuffix(">")):
        raise ValueError("not a mail address")
    address = _bare(bare)
    return Address(_one_line(name), address.username, address.domain)


def _checked(text: str) -> str:
    _named(text)
    return text


class EmailConfig(ChannelConfig):
    """One account at one mail server. `ca_file` trusts a certificate authority of one's own, PEM."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: Annotated[str, AfterValidator(_checked)]
    timeout: float = Field(default=20.0, gt=0, le=300)
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _credentials(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password come together")
        if self.password is not None and self.tls == "none" and not _is_loopback(self.host):
            raise ValueError("a password is not sent without TLS, except to this machine itself")
        return self


class EmailChannel:
    """Mails a message to the address in `Message.to`."""

    name: ClassVar[str] = "email"
    retry_safety: ClassVar[RetrySafety] = "unsafe"
    safe_within: ClassVar[timedelta | None] = None

    def __init__(self, config: EmailConfig, session: ClientSession, clock: Clock) -> None:
        self._config = config
        self.limits = config.limits
        self._sender = _named(config.sender)
        self._trust = _trust(config.ca_file)
        self._clock = clock

    async def send(self, message: Message) -> Receipt:
        """Hand one mail to the server; `accepted` with our Message-ID, for no server tells of delivery."""
        begun = time.perf_counter()
        mail = self._mail(message)
        async with self._connected() as client:
            await _envelope(client, self._sender.addr_spec, _recipient(message).addr_spec)
            code = await _hand_over(client, mail.as_bytes(policy=SMTP_POLICY))
        return Receipt("accepted", mail["Message-ID"], str(code), (time.perf_counter() - begun) * 1000)

    async def probe(self) -> None:
        """Connect, secure, sign in and leave."""
        async with self._connected() as client:
            with _translated("host"):
                await client.noop()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        client = self._client()
        with _translated("host"):
            await client.connect()
        try:
            yield client
            with suppress(aiosmtplib.SMTPException, OSError):  # the message is taken, whatever the goodbye
                await client.quit()
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        config = self._config
        secret = config.password.get_secret_value() if config.password else None
        return aiosmtplib.SMTP(
            hostname=config.host,
            port=config.port,
            username=config.username,
            password=secret,
            use_tls=config.tls == "implicit",
            start_tls=config.tls == "starttls",
            tls_context=self._trust,
            timeout=config.timeout,
            local_hostname=self._sender.domain,  # a look-up of our own name may hang
        )

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["From"] = self._sender
        mail["To"] = _recipient(message)
        mail["Subject"] = _one_line(message.subject)
        mail["Date"] = self._clock.now()
        mail["Message-ID"] = f"<{hashlib.sha256(message.id.encode()).hexdigest()[:32]}@{self._sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps holiday answers away
        mail.set_content("\n\n".join(part for part in (message.text, message.link) if part), charset="utf-8")
        return mail


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise Misconfigured("ca_file", "证书文件不存在或不是 PEM 格式") from error


async def _envelope(client: aiosmtplib.SMTP, sender: str, recipient: str) -> None:
    with _translated("sender"):
        await client.mail(sender)
    with _translated():
        await client.rcpt(recipient)


async def _hand_over(client: aiosmtplib.SMTP, mail: bytes) -> int:
    with _translated():
        try:
            return (await client.data(mail)).code
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError) as error:
            raise Uncertain("正文已发出，邮件服务器未答复，可能已送达") from error


@contextmanager
def _translated(field: str | None = None) -> Iterator[None]:
    """Turn the client's errors into ours, special before general; `field` is at fault for a lasting refusal."""
    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        signing_in = isinstance(error, aiosmtplib.SMTPAuthenticationError)
        raise _refusal(error.code, "password" if signing_in else field) from error
    except (aiosmtplib.SMTPServerDisconnected, OSError) as error:  # OSError: unreachable and timed out, too
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            raise Misconfigured("tls", "无法建立加密连接，请核对 tls、port 与 ca_file") from error
        raise Retryable("无法连接邮件服务器或连接中断") from error
    except aiosmtplib.SMTPException as error:  # what the server does not offer: STARTTLS or AUTH
        raise Misconfigured("tls", "邮件服务器不支持所需的加密或登录方式") from error


def _refusal(code: int, field: str | None) -> ChannelError:
    """4xx passes, 5xx stays (RFC 5321 §4.2.1); 530 asks for signing in (RFC 4954 §6)."""
    if code < 500:
        return Retryable(f"邮件服务器暂时不能处理（{code}）", code=str(code))
    if code == 530:
        return Misconfigured("username", "邮件服务器要求登录（530）", code="530")
    if field is not None:
        return Misconfigured(field, f"邮件服务器拒绝（{code}）", code=str(code))
    return Rejected(f"邮件服务器拒收（{code}）", code=str(code))


def _recipient(message: Message) -> Address:
    try:
        return _bare(message.to)
    except ValueError as error:
        raise Rejected("收件地址不是有效的邮箱") from error


def _one_line(text: str) -> str:
    """A header value: no breaks, no control characters, hence no header of someone else's making."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
