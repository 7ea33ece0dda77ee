"""Word that something has changed, to whoever acts on it: records to the scan that follows, messages to the sender.

A commit of this process is known at once. Of other processes PostgreSQL tells by NOTIFY, in the moment they commit; on
SQLite nobody tells, so whoever waits looks by itself, as it does everywhere in case a word was lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.access.unit import House, Unit
from service.errors import Unavailable
from service.tables.alone import Held

RECORDS, OUTBOX = "zhitui_records", "zhitui_outbox"
LOOK_AFTER = {"sqlite": 0.5, "postgresql": 5.0}
"""Seconds after which it is looked at the latest."""
TOGETHER = 0.1
"""Seconds that are waited after a word, so that what comes in a row is scanned once."""


async def tell_changed(unit: Unit, what: str = RECORDS) -> None:
    """Let other processes know, once this transaction commits, that `what` has changed."""
    if unit.dialect == "postgresql":
        await unit.connection.execute(text(f"NOTIFY {what}"))


@asynccontextmanager
async def watching(house: House, held: Held) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Gives what waits for the next word of records, or until it is time to look. A word between two waits is not lost."""
    with house.database.commits() as stirred:
        await held.listen(RECORDS, stirred.set)

        async def next_word() -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AFTER[house.database.dialect]):
                    await stirred.wait()
                await asyncio.sleep(TOGETHER)
            stirred.clear()

        yield next_word


async def hear(house: House, what: str, heard: Callable[[], None]) -> None:
    """Call `heard` when `what` may have changed, for ever; the caller cancels.

    A connection that is lost is made again. Who depends on a word has to look now and then nevertheless.
    """
    if house.database.dialect == "sqlite":
        await _hear_commits(house, heard)
    while True:
        with suppress(DBAPIError, OSError, Unavailable):
            await _hear_notices(house, what, heard)
        await asyncio.sleep(LOOK_AFTER["postgresql"])


async def _hear_commits(house: House, heard: Callable[[], None]) -> None:
    with house.database.commits() as stirred:
        while True:
            await stirred.wait()
            stirred.clear()
            heard()
            await asyncio.sleep(TOGETHER)


async def _hear_notices(house: House, what: str, heard: Callable[[], None]) -> None:
    async with house.database.connection() as connection:
        try:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            lost = asyncio.Event()
            await Held(connection).listen(what, heard, lost.set)
            heard()  # what was said before we listened
            await lost.wait()
        finally:
            with suppress(DBAPIError, OSError):
                await asyncio.shield(connection.invalidate())  # nobody else is to hear through it
