"""People to tell, notices to queue, and receivers that keep a ledger of what really arrived."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as mail_policy
from typing import Any, ClassVar, Literal

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import insert, select

from connectors.channels import registry
from connectors.channels.contract import Channel
from connectors.channels.limits import Limits
from connectors.channels.message import ChannelError, Message, News, Receipt, Sent
from connectors.stub.app import build_stub
from connectors.stub.provider import Stage
from service.access.unit import House, Unit
from service.push.notifications import Notice, notify_many
from service.push.quiet import QuietHours
from service.push.rounds import Pace
from service.push.sender import Sender
from service.tables import accounts, addresses, attempts, deliveries

TODAY = date(2026, 11, 23)  # a Monday, and the day on which the clock of the tests stands
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
WEBHOOK_CONFIG = {"secrets": [SECRET], "allow_private": True}


async def an_account(house: House, login: str = "wang", division: str = "330102003057", **goals: str) -> int:
    """A worker with one address per channel named."""
    async with house.write() as unit:
        row = {
            "login": login,
            "name": "王小丽",
            "role": "worker",
            "division_code": division,
            "created_at": unit.now,
        }
        account_id = await unit.connection.scalar(
            insert(accounts).values(row).returning(accounts.c.account_id)
        )
        for channel, address in goals.items():
            await unit.connection.execute(
                insert(addresses).values(account_id=account_id, channel=channel, address=address)
            )
    assert account_id is not None
    return account_id


def a_notice(unit: Unit, account_id: int, key: str = "n1", **changes: Any) -> Notice:
    parts: dict[str, Any] = {
        "account_id": account_id, "topic": "tasks.digest", "subject": f"智推 {key}", "body": "今天 3 户。",
        "link": "https://zhitui.example/l/abc", "expires_at": unit.now + timedelta(hours=12), "due_at": unit.now,
        "dedupe_key": key, "channels": None,
    }  # fmt: skip
    return Notice(**{**parts, **changes})


async def queue(house: House, account_id: int, number: int = 1, **changes: Any) -> int:
    """Queue `number` notices to one account; how many were new."""
    async with house.write() as unit:
        return await notify_many(
            unit, (a_notice(unit, account_id, f"n{i}", **changes) for i in range(number))
        )


async def queue_to(house: House, number: int, channel: str = "webhook", **changes: Any) -> None:
    """Queue one notice to each of `number` people, whose addresses are `p0`, `p1`, …"""
    for at in range(number):
        account_id = await an_account(house, f"w{at}", **{channel: f"p{at}"})
        async with house.write() as unit:
            await notify_many(unit, [a_notice(unit, account_id, f"to-{at}", **changes)])


async def rows(house: House, table: Any = deliveries) -> list[Any]:
    """All rows, in the order they were made."""
    key = next(iter(table.primary_key))
    async with house.read() as unit:
        return list((await unit.connection.execute(select(table).order_by(key))).all())


async def the_delivery(house: House) -> Any:
    """The only delivery there is."""
    (row,) = await rows(house)
    return row


async def tried(house: House) -> list[tuple[str, str | None]]:
    """Outcome and code of every attempt."""
    return [(row.outcome, row.code) for row in await rows(house, attempts)]


async def until(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]], patience: float = 60.0
) -> None:
    """Wait for a condition; TimeoutError when it never comes."""
    async with asyncio.timeout(patience):
        while True:
            met = condition()
            if met if isinstance(met, bool) else await met:
                return
            await asyncio.sleep(0.005)


@dataclass
class ScriptedChannel:
    """A channel that gives the answers it was handed, the last one for ever, and keeps what it was given."""

    name: str = "webhook"  # type: ignore[misc]
    retry_safety: Literal["safe", "unsafe"] = "safe"  # type: ignore[misc]
    safe_within: timedelta | None = None  # type: ignore[misc]
    limits: Limits = field(default_factory=Limits)
    answers: Sequence[Any] = ("delivered",)
    health: BaseException | None = None
    sent: list[Message] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    hold: asyncio.Event | None = None
    scattered: ClassVar[Literal[True]] = True

    async def send(self, message: Message) -> Receipt:
        answer = self.answers[min(len(self.sent), len(self.answers) - 1)]
        self.sent.append(message)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await (self.hold.wait() if self.hold else asyncio.sleep(0))
        finally:
            self.at_once -= 1
        if isinstance(answer, BaseException):
            raise answer
        return Receipt(answer, f"ref-{message.id}", "200", 1.0) if isinstance(answer, str) else answer

    async def probe(self) -> None:
        if self.health is not None:
            raise self.health


@dataclass
class OneProvider(ScriptedChannel):
    """All its addresses are reached through one provider, so that failures tell of all of them."""

    def __getattribute__(self, name: str) -> Any:
        if name == "scattered":
            raise AttributeError(name)
        return super().__getattribute__(name)


@dataclass
class Gatherer(OneProvider):
    """Sends to many at once; `verdicts` say what came of a call, by address, where it is not the next answer."""

    calls: list[list[Message]] = field(default_factory=list)
    verdicts: dict[str, Any] = field(default_factory=dict)

    def alike(self, message: Message) -> str:
        return message.text

    async def send_together(self, messages: Sequence[Message]) -> list[Receipt | ChannelError]:
        self.calls.append(list(messages))
        answer = self.answers[min(len(self.calls) - 1, len(self.answers) - 1)]
        await (self.hold.wait() if self.hold else asyncio.sleep(0))
        if isinstance(answer, BaseException):
            raise answer
        return [self._verdict(message, answer) for message in messages]

    def _verdict(self, message: Message, answer: Any) -> Receipt | ChannelError:
        said = self.verdicts.get(message.to, answer)
        return said if isinstance(said, ChannelError) else Receipt(said, f"ref-{message.to}", "0", 1.0)


@dataclass
class Teller(ScriptedChannel):
    """Can be asked afterwards, and takes back what `keeps` does not hold."""

    answers: Sequence[Any] = ("accepted",)
    asks_within: timedelta = timedelta(hours=24)  # type: ignore[misc]
    news: dict[str, Any] = field(default_factory=dict)
    """By address: the status told, or a whole `News`, or what asking raises."""
    asked: list[list[Sent]] = field(default_factory=list)
    keeps: set[str] = field(default_factory=set)
    recalled: list[str] = field(default_factory=list)

    async def ask(self, sent: Sequence[Sent]) -> list[News]:
        self.asked.append(list(sent))
        told = []
        for one in sent:
            said = self.news.get(one.to)
            if isinstance(said, BaseException):
                raise said
            if said is not None:
                told.append(said if isinstance(said, News) else News(one.id, said))
        return told

    async def recall(self, sent: Sequence[Sent]) -> set[str]:
        taken = [one for one in sent if one.to not in self.keeps]
        self.recalled += [one.to for one in taken]
        return {one.id for one in taken}


@dataclass
class Ledger:
    """A webhook receiver: every request it took, in full and in order."""

    pause: float = 0.0
    hold: asyncio.Event | None = None
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.posts]

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.posts.append(({name.lower(): value for name, value in request.headers.items()}, body))
        await (self.hold.wait() if self.hold else asyncio.sleep(self.pause))
        return web.Response(status=204)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Ledger]:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        runner = web.AppRunner(app, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        try:
            yield self
        finally:
            await runner.cleanup()


@dataclass
class Postbox:
    """A mail server: every mail it took."""

    pause: float = 0.0
    raw: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=mail_policy) for raw in self.raw]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.raw.append(envelope.original_content or b"")
        await asyncio.sleep(self.pause)
        return "250 OK"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Postbox]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(self, hostname="mail.example", loop=loop), "127.0.0.1", 0
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()


@asynccontextmanager
async def serving_stub(stage: Stage) -> AsyncIterator[str]:
    """The stand-ins of all providers on loopback: their address."""
    runner = web.AppRunner(build_stub(stage), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def email_config(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "智推 <push@zhitui.example>"}


@asynccontextmanager
async def built(house: House, name: str, config: dict[str, Any]) -> AsyncIterator[Channel]:
    """A channel of the product, with its session."""
    async with registry.open_session(name, config) as session:
        yield registry.build(name, config, session=session, clock=house.clock)


def a_sender(
    house: House,
    *channels: ScriptedChannel,
    pace: Pace | None = None,
    quiet: QuietHours | None = None,
    cap: int | None = None,
) -> Sender:
    return Sender(
        house,
        {channel.name: channel for channel in channels},
        pace=pace or Pace(),
        quiet=quiet,
        cap=cap,
        dice=random.Random(5),
    )
