"""Those who watch the process are told which check fails, and no secret."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from threading import enumerate as enumerate_threads

import pytest
from access.people import settle
from api.conftest import Serve
from sqlalchemy import text

from service.access.keys import Vault
from service.access.unit import House
from service.tables.database import Database


async def test_a_working_house_is_alive_and_ready(house: House, serve: Serve) -> None:
    await settle(house)
    site = await serve(house)
    for path in ("/health/live", "/health/ready"):
        answer = await site("GET", path)
        assert (answer.status, answer.json) == (200, {"status": "ok"})


async def test_missing_tables_are_told(house: House, serve: Serve) -> None:
    site = await serve(house)
    assert (await site("GET", "/health/ready")).status == 200
    async with house.write() as unit:
        await unit.connection.execute(text("DROP TABLE answered_requests"))
    answer = await site("GET", "/health/ready")
    assert (answer.status, answer.json["errors"][0]["field"]) == (503, "tables")
    assert "zhitui init" in answer.json["detail"]
    assert (await site("GET", "/health/live")).status == 200


async def test_a_key_that_opens_nothing_is_told(house: House, serve: Serve) -> None:
    await settle(house)
    site = await serve(replace(house, vault=Vault(b"x" * 32)))
    answer = await site("GET", "/health/ready")
    assert (answer.status, answer.json["errors"][0]["field"]) == (503, "key")


@pytest.mark.parametrize(
    "url",
    ["postgresql+asyncpg://clerk:geheim@127.0.0.1:1/zhitui", "sqlite+aiosqlite:////proc/none/geheim.db"],
)
async def test_a_database_that_does_not_answer_is_told_without_its_address(
    url: str, sqlite_house: House, serve: Serve
) -> None:
    before = set(enumerate_threads())
    try:
        database = Database(url)
    except OSError:
        database = Database("sqlite+aiosqlite:////proc/geheim.db")
    site = await serve(replace(sqlite_house, database=database))
    answer = await site("GET", "/health/ready")
    assert (answer.status, answer.json["errors"][0]["field"]) == (503, "database")
    assert "geheim" not in answer.body.decode()
    me = await site("GET", "/api/v1/me", "zt_x")
    assert (me.status, me.json["code"]) == (503, "unreachable")
    await database.close()
    async with asyncio.timeout(
        20
    ):  # a thread that could not open its file still answers this loop before it ends
        while any("_connection_worker_thread" in thread.name for thread in set(enumerate_threads()) - before):
            await asyncio.sleep(0.01)
