"""GET /tasks for a worker against bare aiohttp handlers that read the same rows and dump them.

Three servers on the same database, each in a process of its own on the standard event loop, through the same engine and
pool; the load comes from this process, in turn, with equal concurrency, each request for another worker:

ours         reads the token, checks permission and scope, opens and masks phone numbers, validates the answer, logs
bare         runs the SELECTs of our answer (tasks, whom they go to, findings) in one read and dumps every row as it came,
             with `json.dumps`; asks nobody who they are, masks nothing, logs nothing
first alone  the same with the SELECT of the tasks alone, without which there would be nothing to show of a visit
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing.connection import Connection
from typing import Any

from aiohttp import ClientSession, web
from sqlalchemy import Select, select

from bench.apart import database_seconds, of_process
from bench.figures import Figures
from bench.places import KEY, TODAY
from service.access import accounts, tokens
from service.access.actors import Actor
from service.access.keys import Vault
from service.access.unit import House
from service.app import build_app
from service.clock import SetClock
from service.logs import configure
from service.settings import Settings
from service.tables import tasks
from service.tables.database import Database
from service.work import tasks as reading
from service.work.targets import ENTERPRISES, HOUSEHOLDS, RESIDENTS

LIMIT = 50
GOAL = 0.6
"""Issue 5: what of a bare handler's requests a second is to be reached."""
TARGETS: Mapping[str, Select[Any]] = {
    "resident": RESIDENTS, "household": HOUSEHOLDS, "enterprise": ENTERPRISES,
}  # fmt: skip
WHO = "X-Account"
ASKED = {"today's list": f"on={TODAY}&limit={LIMIT}", "all open visits": f"limit={LIMIT}"}


@dataclass(frozen=True)
class Wishes:
    """Requests a round, how many at once, and rounds, the first of which only warms up."""

    requests: int = 1000
    concurrency: int = 8
    rounds: int = 5
    workers: int = 200


@dataclass(frozen=True)
class Server:
    """Where one of them listens, and as which process."""

    port: int
    pid: int


@dataclass
class Times:
    """Of one server by round: requests a second, the 99th percentile in seconds, and seconds of processor a request, with
    what PostgreSQL had of it."""

    rates: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


async def compete(house: House, figures: Figures, wishes: Wishes) -> None:
    """Print rates and 99th percentiles of all three and how ours compares."""
    people = await _people(house, wishes.workers)
    actors = [actor for actor, _ in people]
    url = house.database.url.render_as_string(hide_password=False)
    with ExitStack() as started:
        servers = {
            "ours": started.enter_context(_serving(_ours, url, actors)),
            "bare": started.enter_context(_serving(_bare, url, actors)),
            "first alone": started.enter_context(_serving(_first_alone, url, actors)),
        }
        for name, query in ASKED.items():
            await _check(servers, query, people)
            times = await _in_turn(house, servers, query, people, wishes)
            _tell(figures, name, times)


async def _in_turn(
    house: House,
    servers: Mapping[str, Server],
    query: str,
    people: Sequence[tuple[Actor, str]],
    wishes: Wishes,
) -> dict[str, Times]:
    times = {name: Times() for name in servers}
    async with ClientSession() as session:
        for number in range(wishes.rounds + 1):
            for name, server in servers.items():
                before, started = await _spent(house, server), time.perf_counter()
                taken = await _load(session, server.port, query, people, wishes)
                if number:
                    times[name].rates.append(len(taken) / (time.perf_counter() - started))
                    times[name].processor.append((await _spent(house, server) - before) / len(taken))
                    times[name].p99s.append(statistics.quantiles(taken, n=100)[98])
    return times


async def _spent(house: House, server: Server) -> float:
    return of_process(server.pid) + await database_seconds(house)


def _tell(figures: Figures, name: str, times: Mapping[str, Times]) -> None:
    for server, measured in times.items():
        figures.note(f"{name}: {server}, requests/s", statistics.median(measured.rates))
        figures.say(
            f"{name}: {server}, p99", statistics.median(measured.p99s),
            f"{statistics.median(measured.rates):,.0f} requests/s, "
            f"{statistics.median(measured.processor) * 1000:.2f} ms of processor each",
        )  # fmt: skip
    for other in ("bare", "first alone"):
        rate = _ratio(times["ours"].rates, times[other].rates)
        p99 = _ratio(times[other].p99s, times["ours"].p99s)
        processor = _ratio(times[other].processor, times["ours"].processor)
        for what, ratio in (("requests/s", rate), ("p99", p99), ("processor", processor)):
            figures.note(f"{name}: ratio of {what} to {other}", ratio)
        reached = "" if min(rate, p99) >= GOAL else "not "
        told = f" (goal: at least {GOAL:g}, {reached}reached)" if other == "bare" else ""
        print(
            f"  → {name}, ours to {other}: {rate:.2f} of the requests/s, {p99:.2f} by p99, {processor:.2f} by processor{told}",
            flush=True,
        )


def _ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median over the rounds of how they compare in the same round."""
    return statistics.median(one / other for one, other in zip(over, under, strict=True))


async def _load(
    session: ClientSession, port: int, query: str, people: Sequence[tuple[Actor, str]], wishes: Wishes
) -> list[float]:
    left, taken = iter(range(wishes.requests)), list[float]()

    async def ask() -> None:
        for number in left:
            started = time.perf_counter()
            await _asked(session, port, query, *people[number % len(people)])
            taken.append(time.perf_counter() - started)

    await asyncio.gather(*(ask() for _ in range(wishes.concurrency)))
    return taken


async def _asked(session: ClientSession, port: int, query: str, actor: Actor, token: str) -> bytes:
    headers = {"Authorization": f"Bearer {token}", WHO: str(actor.account_id)}
    async with session.get(f"http://127.0.0.1:{port}/api/v1/tasks?{query}", headers=headers) as answer:
        body = await answer.read()
        if answer.status != 200:
            raise RuntimeError(f"answered {answer.status}")
        return body


async def _check(servers: Mapping[str, Server], query: str, people: Sequence[tuple[Actor, str]]) -> None:
    """The bare handler has to bring the visits and findings of ours, or its figures mean nothing."""
    async with ClientSession() as session:
        for person in people[:20]:
            ours = json.loads(await _asked(session, servers["ours"].port, query, *person))["items"]
            bare = json.loads(await _asked(session, servers["bare"].port, query, *person))
            if [one["task_id"] for one in ours] != [row["task_id"] for row in bare["tasks"]][:LIMIT]:
                raise SystemExit("the bare handler answers other visits")
            if sum(len(one["findings"]) for one in ours) > len(bare["findings"]):
                raise SystemExit("the bare handler leaves findings out")


async def _people(house: House, count: int) -> list[tuple[Actor, str]]:
    """Workers with visits today, spread over the city, each with a token."""
    async with house.write() as unit:
        rows = await unit.connection.execute(
            select(tasks.c.account_id)
            .distinct()
            .where(tasks.c.planned_on == TODAY)
            .order_by(tasks.c.account_id)
        )
        ids = list(rows.scalars())
        found = []
        for account_id in ids[:: max(1, len(ids) // count)][:count]:
            account = await accounts.by_id(unit, account_id)
            if account is not None:
                issued = await tokens.issue(unit, account_id, note="bench", lifetime=timedelta(days=1))
                found.append((account.actor, issued.text))
    return found


@contextmanager
def _serving(run: Any, url: str, actors: Sequence[Actor]) -> Iterator[Server]:
    """A server in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=run, args=(url, actors, theirs), daemon=True
    )
    process.start()
    try:
        yield Server(ours.recv(), process.pid or 0)
    finally:
        process.terminate()
        process.join()


def _ours(url: str, _actors: Sequence[Actor], tell: Connection) -> None:
    house = House(Database(url), SetClock.at(TODAY, 9, 0), Vault(KEY))
    configure("info", house.clock.now, open("/dev/null", "w"))  # noqa: SIM115 — lives as long as the process
    asyncio.run(_listen(build_app(Settings(), house), tell))


def _bare(url: str, actors: Sequence[Actor], tell: Connection) -> None:
    _serve_rows(url, actors, tell, alone=False)


def _first_alone(url: str, actors: Sequence[Actor], tell: Connection) -> None:
    _serve_rows(url, actors, tell, alone=True)


def _serve_rows(url: str, actors: Sequence[Actor], tell: Connection, *, alone: bool) -> None:
    database, app = Database(url), web.Application()
    known = {str(actor.account_id): actor for actor in actors}

    async def show(request: web.Request) -> web.Response:
        on = date.fromisoformat(request.query["on"]) if "on" in request.query else None
        statement = reading.page_statement(known[request.headers[WHO]], on=on, limit=LIMIT + 1)
        async with database.read() as connection:
            found = {"tasks": [dict(row) for row in (await connection.execute(statement)).mappings()]}
            if not alone:
                found |= await _besides(connection, found["tasks"])
        return web.json_response(found, dumps=_dumps)

    app.router.add_get("/api/v1/tasks", show)
    asyncio.run(_listen(app, tell))


async def _besides(connection: Any, visits: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What of the answer does not stand in the rows of the tasks."""
    found = {}
    for kind, statement in TARGETS.items():
        ids = [visit["target_id"] for visit in visits if visit["target_kind"] == kind]
        if ids:
            found[kind] = [
                dict(row) for row in (await connection.execute(statement, {"ids": ids})).mappings()
            ]
    rows = await connection.execute(reading.FINDINGS, {"task_ids": [visit["task_id"] for visit in visits]})
    return found | {"findings": [dict(row) for row in rows.mappings()]}


def _dumps(value: object) -> str:
    return json.dumps(value, default=date.isoformat)  # type: ignore[arg-type]


async def _listen(app: web.Application, tell: Connection) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    tell.send(runner.addresses[0][1])
    await asyncio.Event().wait()
