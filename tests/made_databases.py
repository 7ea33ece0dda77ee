"""Databases for tests: SQLite files with all tables, and copies of a PostgreSQL template."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from service.tables import metadata

KEY = bytes(range(32))
"""The master key of every test."""


def sqlite_with_tables(folder: Path) -> str:
    """The URL of a new SQLite file with all tables."""
    path = folder / "zhitui.db"
    path.write_bytes(_sqlite_file())
    return f"sqlite+aiosqlite:///{path}"


@cache
def _sqlite_file() -> bytes:
    """The file made once: creating the tables takes a hundred times as long as writing it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "zhitui.db"
        engine = create_engine(f"sqlite:///{path}")
        metadata.create_all(engine)
        engine.dispose()
        return path.read_bytes()


def copy_of(postgres_url: str, template: str) -> str:
    """The URL of a new PostgreSQL database that begins as `template`."""
    name = f"t_{uuid.uuid4().hex}"
    asyncio.run(as_admin(postgres_url, f"CREATE DATABASE {name} TEMPLATE {template}"))
    return named(postgres_url, name)


async def as_admin(postgres_url: str, statement: str) -> None:
    admin = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(statement))
    await admin.dispose()


def named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def empty(request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of a database without tables, of the kind that `request` is for."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{folder / 'zhitui.db'}"
    return copy_of(request.getfixturevalue("postgres_url"), "template0")


def copied(url: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of a copy of the database at `url`, for one test."""
    if not url.startswith("sqlite"):
        return copy_of(request.getfixturevalue("postgres_url"), str(make_url(url).database))
    copy = folder / "copy.db"
    shutil.copy(url.removeprefix("sqlite+aiosqlite:///"), copy)
    return f"sqlite+aiosqlite:///{copy}"
