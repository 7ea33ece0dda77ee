"""Measured pieces run in a process of their own, which runs on like a service does and whose memory is its alone."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")


class Apart:
    """One process that does one piece after the other."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    async def run(self, piece: Callable[..., Answer], *arguments: object) -> tuple[Answer, float]:
        """What `piece(*arguments)` answers there, and the most memory in MB that process has taken so far."""
        self._pipe.send((piece, arguments))
        try:
            answer: tuple[Answer, float] = await asyncio.to_thread(self._pipe.recv)
        except EOFError as error:
            raise SystemExit(
                "a measured process ended without an answer; what it said stands above"
            ) from error
        return answer


@asynccontextmanager
async def apart() -> AsyncIterator[Apart]:
    """A new process, ended on leaving."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Apart(ours)
    finally:
        ours.close()
        await asyncio.to_thread(process.join)


def _serve(pipe: Connection) -> None:
    """Until the other end is closed."""
    while True:
        try:
            piece, arguments = pipe.recv()
        except EOFError:
            return
        pipe.send((piece(*arguments), peak_memory()))


def peak_memory() -> float:
    """MB of this process at their most. Linux tells it of the program alone; `ru_maxrss` also of whoever started it."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
