"""Connections: many readers and, on SQLite, exactly one writer; and sessions, which keep their temporary tables.

SQLite runs in WAL mode with foreign keys on and `synchronous=FULL`, because every commit here may hold a person's
work. A write transaction begins with BEGIN IMMEDIATE, so it never fails half-way on a lock; writers of one process
queue on a lock, writers of other processes wait `BUSY_SECONDS` and then get `DatabaseBusy`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, ExceptionContext, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from service.errors import NotReady, Unavailable, Unreachable
from service.tables.one_trip import connect
from service.tables.refusals import Refusals, refusal_of

DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
BUSY_SECONDS = 10
READERS = 8
CONNECTIONS = 16
"""To PostgreSQL, from one process; each is opened when it is first needed, and kept: under load those of an overflow would be
opened and closed all the time, and every new one learns its statements anew."""
SESSIONS = 2
PAUSE = 0.1
"""Seconds between two of a row of writing transactions on SQLite: as long as a waiting process sleeps before it looks again."""
RESTED = 1.0
"""Seconds after which a connection to PostgreSQL is asked whether it still lives before it is used: a server that was
restarted is noticed, and one that is in use all the time is not asked all the time."""
RESTS_SINCE = "rests_since"
READING, WRITING = "BEGIN", "BEGIN IMMEDIATE"
BEGIN = "begin"
"""Name of the execution option by which a session says how SQLite begins its next transaction."""


class Database:
    """One database, read by many and written by one (SQLite) or many (PostgreSQL).

    `session_seconds`: after so long PostgreSQL ends a statement of a session; None for never. SQLite has no such limit.
    """

    def __init__(self, url: str, *, session_seconds: float | None = None) -> None:
        self.session_seconds = session_seconds
        self.url = _parsed(url)
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite":
            self._prepare_folder()
            self._readers = self._sqlite(READING, READERS)
            self._writers = self._sqlite(WRITING, 1)
            self._sessions = self._sqlite(READING, SESSIONS)
        else:
            self._readers = self._writers = self._sessions = self._postgres()
        self.turn = asyncio.Lock()
        """Whose turn it is to write, on SQLite."""
        self._watchers: set[asyncio.Event] = set()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one snapshot and is always rolled back."""
        with Refusals():
            async with _reached(self._readers) as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits on leaving and rolls back whole on any error."""
        if self.dialect == "sqlite":
            async with self.turn, self._begin() as connection:
                yield connection
        else:
            async with self._begin() as connection:
                yield connection
        self.written()

    @contextmanager
    def commits(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever this process has committed a write; who waits for it clears it."""
        event = asyncio.Event()
        self._watchers.add(event)
        try:
            yield event
        finally:
            self._watchers.discard(event)

    def written(self) -> None:
        """Let those know who watch for commits."""
        for watcher in self._watchers:
            watcher.set()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection outside of any transaction, on PostgreSQL."""
        with Refusals():
            async with _reached(self._readers) as connection:
                yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """One connection for several transactions: what its temporary tables hold outlives each of them.

        Leaving waits for nothing: a transaction that is still open is rolled back.
        """
        with Refusals():
            async with _reached(self._sessions) as connection:
                yield Session(self, connection)

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        with Refusals():
            async with _reached(self._writers) as connection, connection.begin():
                yield connection

    async def give_way(self) -> None:
        """Let others write, between two of a row of transactions.

        On PostgreSQL they queue. On SQLite other processes can only look now and then whether it is their turn, and
        whoever goes on at once would be seen at work every time.
        """
        if self.dialect == "sqlite":
            await asyncio.sleep(PAUSE)

    async def close(self) -> None:
        """Return every connection; on SQLite this also folds the WAL back."""
        for engine in {self._readers, self._writers, self._sessions}:
            await engine.dispose()

    async def alive(self) -> bool:
        """Whether the database answers."""
        try:
            async with self.read() as connection:
                await connection.execute(text("SELECT 1"))
        except (Unavailable, OSError, DBAPIError):
            return False
        return True

    def _prepare_folder(self) -> None:
        if self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)

    def _postgres(self) -> AsyncEngine:
        engine = create_async_engine(
            self.url, pool_size=CONNECTIONS, max_overflow=0, pool_use_lifo=True, hide_parameters=True
        )

        @event.listens_for(engine.sync_engine, "checkin")
        def _note_rest(_connection: Any, record: Any) -> None:
            record.info[RESTS_SINCE] = time.monotonic()

        @event.listens_for(engine.sync_engine, "checkout")
        def _look_after_rest(connection: Any, record: Any, _proxy: Any) -> None:
            # Not always, as `pool_pre_ping` would: asking takes three trips, as long as a page's own statements.
            if time.monotonic() - record.info.get(RESTS_SINCE, time.monotonic()) > RESTED:
                try:
                    engine.dialect.do_ping(connection)
                except engine.dialect.loaded_dbapi.Error as error:
                    raise InvalidatePoolError from error

        return engine

    def _sqlite(self, begin: str, size: int) -> AsyncEngine:
        engine = create_async_engine(
            self.url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=size,
            max_overflow=0,
            hide_parameters=True,
            connect_args={"timeout": BUSY_SECONDS},
        )

        event.listen(engine.sync_engine, "do_connect", connect)

        @event.listens_for(engine.sync_engine, "connect")
        def _settle(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}").close()

        @event.listens_for(engine.sync_engine, "handle_error")
        def _roll_back_when_cancelled(failure: ExceptionContext) -> None:
            # Closing the connection would leave its statement, and with it the lock, to the garbage collector. The
            # connection's thread does one thing after the other, so a plain rollback is safe and gives the lock back.
            if isinstance(failure.original_exception, asyncio.CancelledError):
                failure.is_disconnect = False

        @event.listens_for(engine.sync_engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, begin))

        return engine


class Session:
    """Transactions of one connection, one after the other."""

    def __init__(self, database: Database, connection: AsyncConnection) -> None:
        self._database = database
        self._connection = connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction whose statements all see one snapshot; only temporary tables keep what it writes."""
        with Refusals():
            if self._database.dialect == "sqlite":
                await self._connection.execution_options(**{BEGIN: READING})
                async with self._connection.begin():
                    yield self._connection
            else:
                async with self._connection.begin():
                    await self._connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
                    await self._limit()
                    yield self._connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits on leaving and rolls back whole on any error."""
        with Refusals():
            if self._database.dialect == "sqlite":
                async with self._database.turn:
                    await self._connection.execution_options(**{BEGIN: WRITING})
                    async with self._connection.begin():
                        yield self._connection
            else:
                async with self._connection.begin():
                    await self._limit()
                    yield self._connection
        self._database.written()

    async def _limit(self) -> None:
        """Let PostgreSQL end a statement of this transaction that takes too long."""
        if self._database.session_seconds is not None:
            milliseconds = max(1, round(self._database.session_seconds * 1000))
            await self._connection.execute(text(f"SET LOCAL statement_timeout = {milliseconds}"))


@asynccontextmanager
async def _reached(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    try:
        connection = await engine.connect()
    except (OSError, InterfaceError, OperationalError, PoolTimeout) as error:
        raise refusal_of(error) or Unreachable() from error
    try:
        yield connection
    finally:
        await asyncio.shield(connection.close())


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise NotReady("ZHITUI_DATABASE 不是有效的数据库地址，请对照 docs/settings.md 更正。") from error
    if parsed.drivername not in DRIVERS:
        raise NotReady(f"ZHITUI_DATABASE 只支持 {' 和 '.join(DRIVERS)} 两种地址。")
    return parsed
