"""Word that records have changed, to whoever follows them with a scan; that something happened to tasks, scans or
tokens, to whoever follows these; and that there are messages to send, to the sender.

A commit of this process is known at once. Of other processes PostgreSQL tells by NOTIFY, in the moment they commit; on
SQLite nobody tells, so whoever waits looks by itself, as it does everywhere in case a word was lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.access.unit import House, Unit
from service.errors import Unavailable
from service.tables.alone import Held, listening

Channel = Literal["zhitui_records", "zhitui_events", "zhitui_outbox"]
RECORDS: Channel = "zhitui_records"
EVENTS: Channel = "zhitui_events"
OUTBOX: Channel = "zhitui_outbox"
LOOK_AFTER = {"sqlite": 0.5, "postgresql": 5.0}
"""Seconds after which it is looked at the latest."""
TOGETHER = 0.1
"""Seconds that are waited after a word, so that what comes in a row is looked at once."""


async def tell_changed(unit: Unit, channel: Channel = RECORDS) -> None:
    """Let other processes know, once this transaction commits, that records have changed or something happened."""
    if unit.dialect == "postgresql":
        await unit.connection.execute(text(f"NOTIFY {channel}"))


@dataclass(frozen=True)
class Words:
    """What is heard of a channel."""

    stirred: asyncio.Event
    look_after: float

    async def next(self, *, soon: bool = False) -> None:
        """Wait for the next word, or until it is time to look: after a moment where it ought to be `soon`.

        A word between two waits is not lost.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(TOGETHER if soon else self.look_after):
                await self.stirred.wait()
            await asyncio.sleep(TOGETHER)
        self.stirred.clear()

    def stir(self) -> None:
        """Let whoever waits look at once."""
        self.stirred.set()


@asynccontextmanager
async def watching(house: House, held: Held, channel: Channel = RECORDS) -> AsyncIterator[Words]:
    """Gives what waits for the next word on a channel."""
    with house.database.commits() as stirred:
        await held.listen(channel, stirred.set)
        yield Words(stirred, LOOK_AFTER[house.database.dialect])


async def hear(house: House, channel: Channel, heard: Callable[[], None]) -> None:
    """Call `heard` when there was a word, and now and then in case one was lost, for ever; the caller cancels."""
    while True:
        with suppress(DBAPIError, OSError, Unavailable):
            async with listening(house.database) as line, watching(house, line, channel) as words:
                while await line.still():
                    heard()
                    await words.next()
        await asyncio.sleep(LOOK_AFTER["sqlite"])
