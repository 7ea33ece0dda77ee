"""Which sessions are in use, noted for many at once and after their answers.

At half past eight everybody opens the list, and every session is one whose use was noted the day before: fifty writes a
second, for each of which a page would wait. What is lost when the process is killed is noted on the next page.
"""

from __future__ import annotations

import asyncio

import structlog

from service.access.sessions import Session, note_uses
from service.access.unit import House
from service.errors import Problem

TOGETHER = 1.0
"""Seconds within which uses are written together."""
log = structlog.get_logger(__name__)


class Uses:
    """The uses that one process has still to write."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: set[int] = set()
        self._since = house.clock.now()
        self._writing: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    def note(self, session: Session) -> None:
        """Put off the end of a session that is in use, soon."""
        if not self._waiting:
            self._since = self._house.clock.now()
        self._waiting.add(session.session_id)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_soon())

    async def finish(self) -> None:
        """Write at once what is left; the end of a process."""
        self._ending.set()
        if self._writing is not None:
            await self._writing

    async def _write_soon(self) -> None:
        while self._waiting:
            await self._rest()
            used, since, self._waiting = self._waiting, self._since, set()
            try:
                async with self._house.write() as unit:
                    await note_uses(unit, used, since)
            except Problem as problem:  # the database is busy or full; the session's next page notes it again
                log.warning("uses_not_noted", sessions=len(used), code=problem.code)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(TOGETHER):
                await self._ending.wait()
        except TimeoutError:
            return
