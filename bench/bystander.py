"""Somebody else who writes to the same SQLite file while a scan runs: how long one small write takes then."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from bench.figures import Figures
from service.access.unit import House

EVERY = 0.05
"""Seconds between two writes."""
PATIENCE = 60
"""Seconds it waits for its turn before giving up; the product's own connections wait ten."""


@dataclass
class Waits:
    """Milliseconds each write took, from asking for its turn to the end of its commit."""

    taken: list[float] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return max(self.taken)

    def share(self, part: float) -> float:
        """What this part of all writes did not exceed."""
        return sorted(self.taken)[int(part * (len(self.taken) - 1))]


@contextmanager
def bystander(file: str) -> Iterator[Waits]:
    """Write one row every `EVERY` seconds from another process; the waits are there on leaving."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_write, args=(file, theirs), daemon=True)
    process.start()
    ours.recv()
    waits = Waits()
    try:
        yield waits
    finally:
        ours.send("stop")
        waits.taken += ours.recv()
        process.join()


def _write(file: str, tell: Connection) -> None:
    connection = sqlite3.connect(file, isolation_level=None, timeout=PATIENCE)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS bystander (id INTEGER PRIMARY KEY, at REAL)")
    tell.send("ready")
    taken: list[float] = []
    while not tell.poll(EVERY):
        started = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bystander (at) VALUES (?)", (started,))
        connection.execute("COMMIT")
        taken.append((time.perf_counter() - started) * 1000)
    connection.execute("DROP TABLE bystander")
    connection.close()
    tell.send(taken)


@contextmanager
def beside(house: House, figures: Figures, what: str, goal: float) -> Iterator[None]:
    """Let somebody write to a SQLite file while `what` is done, and keep how long they waited at most, in seconds."""
    if house.database.dialect != "sqlite":
        yield
        return
    with bystander(str(house.database.url.database)) as waits:
        yield
    name = f"longest write of somebody else during {what}"
    figures.say(
        name, waits.longest / 1000, f"of {len(waits.taken)} writes; 99 % within {waits.share(0.99):.0f} ms"
    )
    figures.hold(name, goal)
