"""GET /tasks for a worker's morning against a bare aiohttp handler that runs the same SELECT and dumps the rows.

Each server has a process of its own; the load comes from this one, in turn, with equal concurrency. Ours also reads
the token, checks permission and scope, fetches findings, targets and headings, opens the sealed phone numbers to mask
them, validates the answer and writes a log line.

    python -m bench.tasks_speed [--residents 3000] [--requests 600] [--concurrency 8] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from aiohttp import ClientSession, web
from sqlalchemy import select

from bench.places import KEY, TODAY, both_databases
from service import jobs
from service.access import accounts, tokens
from service.access.actors import Actor
from service.access.keys import Vault
from service.access.unit import House
from service.app import build_app
from service.cli.demo import move_in
from service.clock import SetClock
from service.demo.street import make_street
from service.logs import configure
from service.settings import Settings
from service.tables import tasks
from service.tables.database import Database
from service.work import tasks as reading

LIMIT = 50


async def measure(residents: int, requests: int, concurrency: int, rounds: int) -> None:
    """Print requests per second of both, and their ratio, on each database."""
    with tempfile.TemporaryDirectory() as folder:
        async with both_databases() as houses:
            for house in houses:
                url = house.database.url.render_as_string(hide_password=False)
                await move_in(
                    house,
                    make_street(residents_per_community=residents, today=TODAY),
                    Path(folder),
                    quiet=True,
                )
                await jobs.run_day(house, Settings(home=Path(folder)), TODAY)
                actor, token = await _worker(house)
                visits = await _visits(house, actor)
                await _compete(url, actor, token, visits, requests, concurrency, rounds)


async def _compete(
    url: str, actor: Actor, token: str, visits: int, requests: int, concurrency: int, rounds: int
) -> None:
    servers = [_serve(_ours, url, actor), _serve(_bare, url, actor)]
    try:
        rates: list[list[float]] = [[], []]
        async with ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            for number in range(rounds + 1):
                for rate, (_, port) in zip(rates, servers, strict=True):
                    per_second = await _load(session, port, requests, concurrency)
                    if number:  # the first round only warms up
                        rate.append(per_second)
        ours, bare = (statistics.median(rate) for rate in rates)
        print(
            f"{url.split('+')[0]}: {visits} visits a page; ours {ours:.0f} requests/s, bare {bare:.0f}, "
            f"ratio {ours / bare:.2f}"
        )
    finally:
        for process, _ in servers:
            process.terminate()
            process.join()


async def _load(session: ClientSession, port: int, requests: int, concurrency: int) -> float:
    url = f"http://127.0.0.1:{port}/api/v1/tasks?on={TODAY}&limit={LIMIT}"
    left = iter(range(requests))

    async def ask() -> None:
        for _ in left:
            async with session.get(url) as answer:
                await answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"answered {answer.status}")

    started = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(concurrency)))
    return requests / (time.perf_counter() - started)


async def _worker(house: House) -> tuple[Actor, str]:
    async with house.write() as unit:
        rows = await unit.connection.execute(select(tasks.c.account_id).where(tasks.c.planned_on == TODAY))
        ids = list(rows.scalars())
        account = await accounts.by_id(unit, max(set(ids), key=ids.count))
        if account is None:
            raise RuntimeError("nobody has a visit")
        issued = await tokens.issue(unit, account.account_id, note="bench", lifetime=timedelta(days=1))
    return account.actor, issued.text


async def _visits(house: House, actor: Actor) -> int:
    async with house.read(actor) as unit:
        return len(await reading.page(unit, on=TODAY, limit=LIMIT))


def _serve(run: object, url: str, actor: Actor) -> tuple[multiprocessing.Process, int]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=run, args=(url, actor, theirs), daemon=True)
    process.start()
    return process, ours.recv()


def _ours(url: str, actor: Actor, tell: Connection) -> None:
    house = House(Database(url), SetClock.at(TODAY, 9, 0), Vault(KEY))
    configure("info", house.clock.now, open("/dev/null", "w"))  # noqa: SIM115 — lives as long as the process
    asyncio.run(_listen(build_app(Settings(), house), tell))


def _bare(url: str, actor: Actor, tell: Connection) -> None:
    database = Database(url)
    app = web.Application()

    async def show(_request: web.Request) -> web.Response:
        async with database.read() as connection:
            statement = reading.page_statement(actor, on=TODAY, limit=LIMIT + 1)
            rows = (await connection.execute(statement)).mappings().all()
        return web.json_response([{key: _plain(value) for key, value in row.items()} for row in rows])

    app.router.add_get("/api/v1/tasks", show)
    asyncio.run(_listen(app, tell))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


async def _listen(app: web.Application, tell: Connection) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    tell.send(runner.addresses[0][1])
    await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--residents", type=int, default=3000)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    asyncio.run(measure(given.residents, given.requests, given.concurrency, given.rounds))


if __name__ == "__main__":
    main()
