"""Word that records have changed, to whoever follows them with a scan.

A commit of this process is known at once. Of other processes PostgreSQL tells by NOTIFY, in the moment they commit; on
SQLite nobody tells, so the watcher looks by itself, as it does everywhere in case a word was lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text

from service.access.unit import House, Unit
from service.tables.alone import Held

CHANNEL = "zhitui_records"
LOOK_AFTER = {"sqlite": 0.5, "postgresql": 5.0}
"""Seconds after which it is looked at the latest."""
TOGETHER = 0.1
"""Seconds that are waited after a word, so that what comes in a row is scanned once."""


async def tell_changed(unit: Unit) -> None:
    """Let other processes know, once this transaction commits, that records have changed."""
    if unit.dialect == "postgresql":
        await unit.connection.execute(text(f"NOTIFY {CHANNEL}"))


@asynccontextmanager
async def watching(house: House, held: Held) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Gives what waits for the next word, or until it is time to look. A word between two waits is not lost."""
    with house.database.commits() as stirred:
        await held.listen(CHANNEL, stirred.set)

        async def next_word() -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AFTER[house.database.dialect]):
                    await stirred.wait()
                await asyncio.sleep(TOGETHER)
            stirred.clear()

        yield next_word
