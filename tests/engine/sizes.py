"""A city of fifty thousand people in both databases, made once for the tests that look at plans and costs."""

from __future__ import annotations

import asyncio
from datetime import date

from bench.filling import fill
from bench.made_city import City, Sizes
from service.tables.database import Database

RESIDENTS = 50_000


def settle(urls: list[str], today: date, residents: int = RESIDENTS) -> None:
    """Fill empty databases, with statistics."""

    async def make() -> None:
        databases = [Database(url) for url in urls]
        await fill(City(Sizes(residents), today), databases)
        for database in databases:
            await database.close()

    asyncio.run(make())
