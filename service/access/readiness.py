"""Whether this installation can work: the database answers, its tables are there, and the key opens what it holds."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from service.access.unit import House
from service.errors import NotReady, Problem
from service.tables import metadata, residents

SECONDS = 5

MESSAGES = {
    "database": "数据库没有应答，请检查数据库是否运行、ZHITUI_DATABASE 是否正确。",
    "tables": "数据表不全，请先运行 zhitui init。",
    "key": "密钥打不开已有的加密数据，请检查 ZHITUI_KEY 或密钥文件。",
}


async def failed_check(house: House) -> str | None:
    """The first check that fails, a key of MESSAGES, or None when all is well."""
    try:
        async with asyncio.timeout(SECONDS):
            return await _first_failure(house)
    except (TimeoutError, OSError, SQLAlchemyError, Problem):
        return "database"


async def _first_failure(house: House) -> str | None:
    async with house.read() as unit:
        if not await unit.connection.run_sync(_has_tables):
            return "tables"
        sealed = await unit.connection.scalar(select(residents.c.id_number).limit(1))
        try:
            if sealed is not None:
                house.vault.open("residents.id_number", sealed)
        except NotReady:
            return "key"
    return None


def _has_tables(connection: Connection) -> bool:
    return set(metadata.tables) <= set(inspect(connection).get_table_names())
