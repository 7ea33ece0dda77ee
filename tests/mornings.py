"""A made-up street after its first working morning: imported from its files, scanned and planned."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from made_databases import KEY
from sqlalchemy import update

from service import jobs
from service.access import passwords
from service.access.keys import Vault
from service.access.unit import House
from service.cli.demo import move_in
from service.clock import SetClock
from service.demo.street import Street
from service.settings import Settings
from service.tables import accounts
from service.tables.database import Database
from service.tables.schema import upgrade

TODAY = date(2026, 11, 23)  # a Monday, and a working day


def settings_in(folder: Path) -> Settings:
    return Settings(home=folder, spread=0)


def open_morning(url: str) -> House:
    """The house at `url`, at half past eight."""
    return House(Database(url), SetClock.at(TODAY, 8, 30), Vault(KEY))


async def make_morning(url: str, street: Street, folder: Path, *, password: str | None = None) -> None:
    """Let `street` live through its first morning in the empty database `url`; its messages are queued but not sent.

    With a `password` that is everybody's.
    """
    house = open_morning(url)
    await upgrade(house.database)
    await move_in(house, street, folder / "files", quiet=True)
    await jobs.run_day(house, settings_in(folder), TODAY)
    if password is not None:
        async with house.write() as unit:
            digest = await passwords.digest(password)
            await unit.connection.execute(update(accounts).values(password_hash=digest))
    await house.database.close()
