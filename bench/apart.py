"""Measured pieces run in a process of their own, which runs on from day to day like a service and whose memory is its alone."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text

from bench.places import KEY
from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.tables.database import Database

Answer = TypeVar("Answer")


class Apart:
    """One process, with one database open, that does one piece after the other."""

    memory = 0.0
    """The most MB it has taken so far."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    async def run(self, piece: Callable[..., Awaitable[Answer]], day: date, *arguments: object) -> Answer:
        """What `piece(house, *arguments)` answers there, in the house at half past eight of a day."""
        self._pipe.send((piece, day, arguments))
        try:
            answer: Answer
            answer, self.memory = await asyncio.to_thread(self._pipe.recv)
        except EOFError as error:
            raise SystemExit(
                "a measured process ended without an answer; what it said stands above"
            ) from error
        return answer


@asynccontextmanager
async def apart(house: House) -> AsyncIterator[Apart]:
    """A new process that has the same database open; ended on leaving."""
    ours, theirs = multiprocessing.Pipe()
    url = house.database.url.render_as_string(hide_password=False)
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(url, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Apart(ours)
    finally:
        ours.close()
        await asyncio.to_thread(process.join)


def _serve(url: str, pipe: Connection) -> None:
    """Until the other end is closed."""
    database = Database(url)
    with asyncio.Runner() as loop:
        while True:
            try:
                piece, day, arguments = pipe.recv()
            except EOFError:
                loop.run(database.close())
                return
            house = House(database, SetClock.at(day, 8, 30), Vault(KEY))
            pipe.send((loop.run(piece(house, *arguments)), peak_memory()))


async def processor_seconds(house: House) -> float:
    """Seconds of processor this process and the PostgreSQL processes that serve it have had; wherever the latter cannot be
    seen, its own.

    Where others use the machine too, this says more than the clock does.
    """
    return time.process_time() + await database_seconds(house)


async def database_seconds(house: House) -> float:
    """Of the PostgreSQL processes alone; 0 on SQLite, which works in whoever asks it."""
    return sum([of_process(pid) for pid in await _servers(house)])


async def _servers(house: House) -> list[int]:
    if house.database.dialect == "sqlite":
        return []
    backends = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    async with house.read() as unit:
        return list((await unit.connection.execute(backends)).scalars())


def of_process(pid: int) -> float:
    """Seconds of processor a process has had; 0 where that cannot be seen."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def peak_memory() -> float:
    """MB of this process at their most. Linux tells it of the program alone; `ru_maxrss` also of whoever started it."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
