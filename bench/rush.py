"""Half past eight: everybody opens the list of the day within a minute, on one process that serves as `zhitui serve` does.

Each worker has a session of the evening before, whose use is noted again, and a list of the own. Arrivals are at random
(Poisson). A phone that has been there before asks for the page and for the service worker's file; one that has not also
for style, scripts, icon and manifest. Both fetch the list with all its visits for later, as the page's script does, up to
`APART` seconds after. The server runs in a process of its own with the clocks and the sender of `zhitui serve`; the
phones are in this one.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import secrets
import socket
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from sqlalchemy import insert, select

from bench.apart import database_seconds, of_process
from bench.figures import Figures
from bench.places import KEY, TODAY
from service.access.keys import Vault
from service.access.sessions import LONGEST, digest_of
from service.access.unit import House
from service.cli.serve import serve
from service.cli.shell import LOOP
from service.clock import SetClock
from service.logs import configure
from service.pages.assets import STATIC
from service.settings import Settings
from service.tables import sessions, tasks
from service.tables.database import Database

GOAL = 1.0
"""Issue 5: seconds within which ninety-nine of a hundred pages are there."""
APART = float(re.findall(r"dataset\.apart \|\| (\d+)", (STATIC / "app.js").read_text())[0])
"""Seconds over which app.js spreads what it fetches for later."""
WARMING = 10
"""Workers at most who come before the others: what a server has to do once is no part of a rush."""
EVENING = timedelta(hours=15, minutes=30)
"""How long ago the sessions were used last: the day before at five."""
FILE = re.compile(r'(?:href|src)="(/static/[^"]+|/manifest[^"]+)"')
PAGE, FILES, LATER = "/today", "files", "/today/visits"


@dataclass(frozen=True)
class Wishes:
    """How many workers, within how many seconds, the share of phones that have no file yet, and how many seconds what they
    fetch for later is spread over."""

    workers: int = 3000
    seconds: float = 60
    cold: float = 0.1
    apart: float = APART


@dataclass
class Seen:
    """Seconds of every answer by what was asked, and what went wrong."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)


async def storm(house: House, figures: Figures, wishes: Wishes) -> None:
    """Print errors, percentiles and requests a second."""
    cookies = await _sessions(house, wishes.workers + WARMING)
    first = cookies[: min(WARMING, len(cookies) // 2)]
    others = cookies[len(first) :][: wishes.workers]
    async with _served(house) as (url, process):
        seen = Seen()
        await _visit(url, first, Wishes(seconds=1, cold=1, apart=1), Seen())
        before, started = await _spent(house, process), time.perf_counter()
        await _visit(url, others, wishes, seen)
        lasted, busy = time.perf_counter() - started, await _spent(house, process) - before
    _tell(figures, seen, len(others), lasted, busy)


async def _spent(house: House, process: int) -> float:
    return of_process(process) + await database_seconds(house)


def _tell(figures: Figures, seen: Seen, workers: int, lasted: float, busy: float) -> None:
    total = sum(len(taken) for taken in seen.taken.values())
    for name, taken in seen.taken.items():
        cuts = statistics.quantiles(taken, n=100)
        figures.note(f"rush: {name}, p50", cuts[49])
        figures.say(
            f"rush: {name}, p99", cuts[98],
            f"{len(taken):,} answers, half within {cuts[49] * 1000:,.0f} ms, longest {max(taken) * 1000:,.0f} ms",
        )  # fmt: skip
    wrong = sum(seen.wrong.values())
    figures.note("rush: errors", wrong)
    figures.note("rush: seconds of processor a worker", busy / workers)
    print(
        f"  {workers:,} workers, {total:,} requests in {lasted:.0f} s ({total / lasted:,.0f}/s), "
        f"{busy / workers * 1000:.1f} ms of processor a worker, that is {busy / lasted:.0%} of one; {wrong} errors {dict(seen.wrong) or ''}",
        flush=True,
    )
    figures.hold("rush: errors", 0)
    figures.hold(f"rush: {PAGE}, p99", GOAL)


async def _visit(url: str, cookies: Sequence[str], wishes: Wishes, seen: Seen) -> None:
    """Everybody once, at random moments of the given time."""
    rng = Random(830)
    began = time.perf_counter()
    connector = TCPConnector(limit=0)
    async with (
        ClientSession(connector=connector, timeout=ClientTimeout(total=60)) as session,
        asyncio.TaskGroup() as phones,
    ):
        for cookie in cookies:
            phone = _Phone(session, url, cookie, seen)
            starts = began + rng.uniform(0, wishes.seconds)
            phones.create_task(
                phone.morning(starts, rng.random() < wishes.cold, rng.uniform(0, wishes.apart))
            )


@dataclass(frozen=True)
class _Phone:
    session: ClientSession
    url: str
    cookie: str
    seen: Seen

    async def morning(self, starts: float, cold: bool, apart: float) -> None:
        """The page, its files, and later the rest of the list."""
        await asyncio.sleep(max(0, starts - time.perf_counter()))
        shown = await self._ask(PAGE, PAGE, "text/html")
        files = dict.fromkeys(FILE.findall(shown)) if cold else {}
        await asyncio.gather(*(self._ask(path, FILES, "*/*") for path in (*files, "/sw.js")))
        await asyncio.sleep(apart)
        await self._ask(LATER, LATER, "application/json")

    async def _ask(self, path: str, name: str, accept: str) -> str:
        headers = {"Accept": accept, "Cookie": f"zhitui={self.cookie}"}
        started = time.perf_counter()
        try:
            async with self.session.get(self.url + path, headers=headers, allow_redirects=False) as answer:
                body = await answer.read()
                if answer.status != 200:
                    self.seen.wrong[f"{name} {answer.status}"] += 1
        except (TimeoutError, ClientError) as error:
            self.seen.wrong[type(error).__name__] += 1
            return ""
        self.seen.taken[name].append(time.perf_counter() - started)
        return body.decode(errors="replace")


async def _sessions(house: House, count: int) -> list[str]:
    """Cookies of workers with visits today, last used the evening before."""
    async with house.write() as unit:
        found = select(tasks.c.account_id).distinct().where(tasks.c.planned_on == TODAY).limit(count)
        ids = list((await unit.connection.execute(found)).scalars())
        cookies = {account_id: secrets.token_urlsafe(32) for account_id in ids}
        used = unit.now - EVENING
        rows = [
            {"account_id": account_id, "digest": digest_of(cookie), "opened_by": "login", "type_size": "normal",
             "opened_at": used, "used_at": used, "expires_at": used + LONGEST}
            for account_id, cookie in cookies.items()
        ]  # fmt: skip
        await unit.connection.execute(insert(sessions), rows)
    return list(cookies.values())


@asynccontextmanager
async def _served(house: House) -> AsyncIterator[tuple[str, int]]:
    """Address and process of a server, told to stop in the end as an operator would."""
    port = _free_port()
    url = house.database.url.render_as_string(hide_password=False)
    with tempfile.TemporaryDirectory() as folder:
        process = multiprocessing.get_context("spawn").Process(target=_serve, args=(url, port, folder))
        process.start()
        try:
            await _answering(f"http://127.0.0.1:{port}/health/live")
            yield f"http://127.0.0.1:{port}", process.pid or 0
        finally:
            process.terminate()
            await asyncio.to_thread(process.join)


def _serve(url: str, port: int, folder: str) -> None:
    """What `zhitui serve` does, on the day of the city; the day's round was made already: the clock stands before it is due."""
    house = House(Database(url), SetClock.at(TODAY, 8, 30), Vault(KEY))
    settings = Settings(home=Path(folder), port=port, morning="0 23 * * *")
    configure(settings.log_level, house.clock.now, open(Path(folder) / "log", "w"))  # noqa: SIM115 — until the end
    with asyncio.Runner(loop_factory=LOOP) as runner:
        runner.run(serve(settings, house))


async def _answering(url: str) -> None:
    async with ClientSession() as session:
        for _ in range(600):
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("the server does not answer; what it said stands above")


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])
