"""Channels wired to real servers on loopback, each with the same few handles, for the contract suite."""

from __future__ import annotations

import asyncio
import io
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default as mail_policy
from typing import Any, TypeVar

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from connectors.channels import registry
from connectors.channels.console import ConsoleChannel, ConsoleConfig
from connectors.channels.contract import Channel, Clock
from connectors.channels.limits import Limits
from connectors.channels.message import ChannelError, Message, Receipt, Sent
from connectors.stub.accounts import ACCOUNTS
from connectors.stub.app import build_stub
from connectors.stub.ledger import Ledger
from connectors.stub.provider import Stage

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PASSWORD = "correct-horse-battery"
Kind = TypeVar("Kind")
SHORT = 0.4
"""Seconds a channel waits for a stand-in that never answers."""
PATIENT = 20.0
"""Seconds a channel waits for one that does, however busy the machine is."""


@dataclass
class StandingClock:
    """Tells one instant."""

    instant: datetime = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


def a_message(to: str, **changes: Any) -> Message:
    parts: dict[str, Any] = {
        "id": "ntf-1",
        "to": to,
        "subject": "今日走访 3 户",
        "text": "您今天有 3 户需要走访，其中 1 户加急。",
        "link": "https://zhitui.example/t/abc",
        "expires_at": datetime(2026, 11, 23, 12, tzinfo=UTC),
        "topic": "tasks.digest",
        "variables": {"count": "3", "code": "a1b2c3"},
    }
    return Message(**{**parts, **changes})


@dataclass
class Arrival:
    """What a receiver saw: the idempotency key, subject, text and link as far as the channel shows them."""

    key: str
    whole: str


@dataclass
class Rig:
    """A channel, an address in it, and its receiver's side."""

    channel: Channel
    to: str
    arrivals: Sequence[Arrival]
    cut: Callable[[], Awaitable[None]]
    """Makes the receiver unreachable."""
    refuse: Callable[[], None] | None = None
    """Makes the receiver refuse for good, where it can."""
    claims: str = "accepted"
    """What a receipt may say at most."""
    knows_why: bool = True
    """Whether the channel can tell why something failed."""
    stage: Stage | None = None
    """Of a stand-in: its ledger and its mishaps."""
    provider: str = ""
    """The stand-in's name, which several channels may share."""
    url: str = ""
    """Where all stand-ins are."""
    shows: Callable[[Message], Sequence[str | None]] = lambda message: (
        message.subject,
        message.text,
        message.link,
    )
    """What of a message its receiver sees."""

    def at_once(self, number: int) -> int:
        """How many of `number` messages the provider lets through in one instant."""
        limits = self.channel.limits
        return min([number, *(rate.most for rate in (*limits.calls, *limits.person))])

    def wait(self, **length: float) -> None:
        """Let time pass at the stand-in, if there is one."""
        if self.stage is not None:
            pass_time(self.stage, **length)

    def parts(self, kind: type[Kind]) -> tuple[Kind, Stage]:
        """The channel, known to be of this kind, and the stage of its stand-in."""
        assert isinstance(self.channel, kind)
        assert self.stage is not None
        return self.channel, self.stage

    def sent(self, message: Message, outcome: Receipt | ChannelError | None = None) -> Sent:
        """The message as sent just now; without a receipt it was never answered for."""
        assert self.stage is not None
        reference = outcome.provider_ref if isinstance(outcome, Receipt) else None
        return Sent(message.id, message.to, reference or "", self.stage.clock.now())


@asynccontextmanager
async def console_rig() -> AsyncIterator[Rig]:
    stream = Lines()
    async with registry.open_session("console", {}) as session:
        channel = ConsoleChannel(ConsoleConfig(), session, StandingClock(), stream)
        yield Rig(channel, "张社工", stream.arrivals, stream.cut, claims="delivered")


class Lines(io.StringIO):
    """A stream that reads its lines back."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: list[Arrival] = []

    def write(self, text: str) -> int:
        written = super().write(text)
        self.arrivals += [Arrival(line.split(" | ")[1], line) for line in text.splitlines()]
        return written

    async def cut(self) -> None:
        self.close()


@dataclass
class Post:
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An HTTP server that keeps what it gets and answers what it is told."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hold: asyncio.Event | None = None
    posts: list[Post] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.paths.append(request.path)
        self.posts.append(Post({name.lower(): value for name, value in request.headers.items()}, body))
        if self.hold is not None:
            await self.hold.wait()
        if 200 <= self.status < 300:
            whole = " ".join(str(value) for value in json.loads(body)["data"].values())
            self.arrivals.append(Arrival(request.headers["webhook-id"], whole))
        return web.Response(status=self.status, headers=self.headers)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/hook"
        try:
            yield runner.cleanup
        finally:
            await runner.cleanup()


@asynccontextmanager
async def webhook_channel(**settings: Any) -> AsyncIterator[Channel]:
    config = {"secrets": [SECRET], "allow_private": True, **settings}
    async with registry.open_session("webhook", config) as session:
        yield registry.build("webhook", config, session=session, clock=StandingClock())


@asynccontextmanager
async def webhook_rig() -> AsyncIterator[Rig]:
    receiver = Receiver()
    async with receiver.serving() as stop, webhook_channel() as channel:

        def refuse() -> None:
            receiver.status = 400

        yield Rig(channel, receiver.url, receiver.arrivals, stop, refuse, claims="delivered")


class JsonReceiver(Receiver):
    """What Apprise's own JSON service posts to."""

    async def answer(self, request: web.Request) -> web.Response:
        told = json.loads(await request.read())
        if 200 <= self.status < 300:
            self.arrivals.append(Arrival("", f"{told['title']} {told['message']}"))
        return web.Response(status=self.status)


@asynccontextmanager
async def apprise_rig(**changes: Any) -> AsyncIterator[Rig]:
    receiver = JsonReceiver()
    settings: dict[str, Any] = {"services": ["json"], **changes}
    async with receiver.serving() as stop, registry.open_session("apprise", settings) as session:
        channel = registry.build("apprise", settings, session=session, clock=StandingClock())

        def refuse() -> None:
            receiver.status = 400

        to = receiver.url.replace("http", "json", 1)
        yield Rig(channel, to, receiver.arrivals, stop, refuse, claims="handed_over", knows_why=False)


@dataclass
class Mailbox:
    """An aiosmtpd handler that keeps mail and replies what it is told."""

    mail_reply: str | None = None
    rcpt_reply: str | None = None
    data_reply: str = "250 OK"
    hang_up: bool = False
    hold: asyncio.Event | None = None
    raw: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail_reply is not None:
            return self.mail_reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt_reply is not None:
            return self.rcpt_reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        if self.data_reply.startswith("250"):
            self._keep(content, envelope, session)
        if self.hang_up and server.transport is not None:
            server.transport.abort()
        if self.hold is not None:
            await self.hold.wait()
        return self.data_reply

    def _keep(self, content: bytes, envelope: Envelope, session: Session) -> None:
        mail = message_from_bytes(content, policy=mail_policy)
        body = mail.get_body()
        text = body.get_content() if body is not None else ""
        self.raw.append(content)
        self.signed_in.append(bool(session.authenticated))
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        self.arrivals.append(Arrival(mail["Message-ID"], f"{mail['Subject']} {text}"))

    @asynccontextmanager
    async def serving(
        self, *, implicit: ssl.SSLContext | None = None, **options: Any
    ) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(self, hostname="mail.example", loop=loop, **options), "127.0.0.1", 0, ssl=implicit
        )
        self.port = server.sockets[0].getsockname()[1]

        async def stop() -> None:
            server.close()

        try:
            yield stop
        finally:
            server.close()
            await server.wait_closed()


@asynccontextmanager
async def email_channel(port: int, **settings: Any) -> AsyncIterator[Channel]:
    config = {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "sender": "智推 <push@zhitui.example>",
        **settings,
    }
    async with registry.open_session("email", config) as session:
        yield registry.build("email", config, session=session, clock=StandingClock())


@asynccontextmanager
async def email_rig() -> AsyncIterator[Rig]:
    async with AsyncExitStack() as stack:
        mailbox = Mailbox()
        stop = await stack.enter_async_context(mailbox.serving())
        channel = await stack.enter_async_context(email_channel(mailbox.port))

        def refuse() -> None:
            mailbox.rcpt_reply = "550 5.1.1 <zhang@worker.example> user unknown"

        yield Rig(channel, "zhang@worker.example", mailbox.arrivals, stop, refuse)


@asynccontextmanager
async def serving_stub(stage: Stage) -> AsyncIterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """The stand-ins on loopback: their address, and what makes them unreachable."""
    runner = web.AppRunner(build_stub(stage), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", runner.cleanup
    finally:
        await runner.cleanup()


def pass_time(stage: Stage, **amount: float) -> None:
    """Move the stand-ins' clock on by `timedelta(**amount)`."""
    assert isinstance(stage.clock, StandingClock)
    stage.clock.instant += timedelta(**amount)


@asynccontextmanager
async def account_channel(name: str, url: str, clock: Clock, **changes: Any) -> AsyncIterator[Channel]:
    """A channel with the account its stand-in keeps for it."""
    settings = ACCOUNTS[name].settings(url) | {"timeout": PATIENT} | changes
    async with registry.open_session(name, settings) as session:
        yield registry.build(name, settings, session=session, clock=clock)


def stub_rig(
    name: str,
    *,
    claims: str = "accepted",
    limits: Mapping[str, Limits] | None = None,
    shows: Callable[[Message], Sequence[str | None]] = Rig.shows,
    **changes: Any,
) -> Callable[..., AbstractAsyncContextManager[Rig]]:
    """A channel in front of its stand-in; `changes` to its settings, `limits` to what the stand-in allows. What is made
    takes further changes."""
    account = ACCOUNTS[name]

    @asynccontextmanager
    async def rig(**more: Any) -> AsyncIterator[Rig]:
        stage = Stage(StandingClock(), limits=limits or {})
        async with (
            serving_stub(stage) as (url, stop),
            account_channel(name, url, stage.clock, **{**changes, **more}) as channel,
        ):
            seen = Seen(stage.ledger)
            yield Rig(
                channel,
                account.address(url),
                seen,
                stop,
                stage=stage,
                provider=account.provider,
                claims=claims,
                url=url,
                shows=shows,
            )

    return rig


class Seen(Sequence[Arrival]):
    """The arrivals of a ledger, as the suite reads them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __len__(self) -> int:
        return len(self._ledger.arrivals)

    def __getitem__(self, at: Any) -> Any:
        return [Arrival(one.key, one.text) for one in self._ledger.arrivals][at]


def _values(message: Message) -> Sequence[str]:
    """A text message shows the values of an approved template and no words of ours."""
    return list(message.variables.values())


RIGS: dict[str, Callable[..., AbstractAsyncContextManager[Rig]]] = {
    "console": console_rig,
    "webhook": webhook_rig,
    "email": email_rig,
    "apprise": apprise_rig,
    "dingtalk_robot": stub_rig("dingtalk_robot"),
    "dingtalk": stub_rig("dingtalk"),
    "dingtalk_todo": stub_rig("dingtalk_todo", claims="delivered"),
    "zheding": stub_rig("zheding"),
    "wecom": stub_rig("wecom"),
    "wecom_robot": stub_rig("wecom_robot"),
    "feishu": stub_rig("feishu"),
    "feishu_robot": stub_rig("feishu_robot"),
    "sms_aliyun": stub_rig("sms_aliyun", shows=_values),
    "sms_tencent": stub_rig("sms_tencent", shows=_values),
    "webpush": stub_rig("webpush"),
}
