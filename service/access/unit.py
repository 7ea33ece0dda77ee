"""A unit of work: one transaction, by one actor, at one instant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from service.access.actors import SYSTEM, Actor
from service.access.keys import Vault
from service.clock import Clock
from service.tables.database import Database
from service.tables.database import Session as Transactions

Dialect = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Unit:
    """What a behaviour is handed. The caller owns the transaction."""

    connection: AsyncConnection
    actor: Actor
    clock: Clock
    vault: Vault

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def today(self) -> date:
        return self.clock.today()

    @property
    def dialect(self) -> Dialect:
        """Which of the two databases this is."""
        return "postgresql" if self.connection.dialect.name == "postgresql" else "sqlite"


@dataclass(frozen=True)
class House:
    """What a process opens once and every unit of work draws from."""

    database: Database
    clock: Clock
    vault: Vault

    @asynccontextmanager
    async def read(self, actor: Actor = SYSTEM) -> AsyncIterator[Unit]:
        """A unit that sees one snapshot and writes nothing."""
        async with self.database.read() as connection:
            yield Unit(connection, actor, self.clock, self.vault)

    @asynccontextmanager
    async def write(self, actor: Actor = SYSTEM) -> AsyncIterator[Unit]:
        """A unit that commits on return and rolls back whole on raise."""
        async with self.database.write() as connection:
            yield Unit(connection, actor, self.clock, self.vault)

    @asynccontextmanager
    async def session(self, actor: Actor = SYSTEM) -> AsyncIterator[Session]:
        """Units that follow one another on one connection and share its temporary tables."""
        async with self.database.session() as transactions:
            yield Session(self, transactions, actor)


@dataclass(frozen=True)
class Session:
    """A row of units on one connection."""

    house: House
    transactions: Transactions
    actor: Actor

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        """A unit whose statements all see one snapshot; it writes nothing but temporary tables, which stay."""
        async with self.transactions.read() as connection:
            yield self._unit(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Unit]:
        """A unit that commits on return and rolls back whole on raise."""
        async with self.transactions.write() as connection:
            yield self._unit(connection)

    def _unit(self, connection: AsyncConnection) -> Unit:
        return Unit(connection, self.actor, self.house.clock, self.house.vault)
