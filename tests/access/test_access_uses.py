"""Uses of sessions, written for many at once."""

from __future__ import annotations

from datetime import datetime

from access.people import PASSWORD, add_account, settle
from sqlalchemy import event, select

from service.access import sessions
from service.access.permissions import Role
from service.access.sessions import NOTED_EVERY
from service.access.unit import House
from service.access.uses import Uses
from service.clock import SetClock
from service.tables import sessions as sessions_table
from service.tables.database import Database


async def _open(house: House, logins: list[str]) -> list[str]:
    await settle(house)
    ids = [await add_account(house, Role.WORKER, login=login, password=PASSWORD) for login in logins]
    async with house.write() as unit:
        return [await sessions.open_session(unit, account_id, "login") for account_id in ids]


async def _used(house: House) -> set[datetime]:
    async with house.read() as unit:
        return set((await unit.connection.execute(select(sessions_table.c.used_at))).scalars())


async def test_uses_are_written_together_and_at_the_latest_when_the_process_ends(house: House) -> None:
    cookies = await _open(house, ["li.wei", "wang.fang", "chen.jie"])
    clock = house.clock
    assert isinstance(clock, SetClock)
    clock.advance(seconds=NOTED_EVERY.total_seconds())
    async with house.read() as unit:
        found = [await sessions.find(unit, cookie) for cookie in cookies]
    assert all(one.stale for one in found)
    uses, written = Uses(house), list[str]()
    engine = house.database._writers.sync_engine
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_m: written.append(statement))
    for one in found:
        uses.note(one)
        uses.note(one)
    await uses.finish()
    assert await _used(house) == {clock.now()}
    assert len([statement for statement in written if statement.startswith("UPDATE")]) == 1
    async with house.read() as unit:
        assert not (await sessions.find(unit, cookies[0])).stale


async def test_where_they_cannot_be_written_the_next_page_notes_them_again(sqlite_house: House) -> None:
    (cookie,) = await _open(sqlite_house, ["li.wei"])
    clock = sqlite_house.clock
    assert isinstance(clock, SetClock)
    before = await _used(sqlite_house)
    clock.advance(seconds=NOTED_EVERY.total_seconds())
    async with sqlite_house.read() as unit:
        session = await sessions.find(unit, cookie)
    nowhere = House(Database("postgresql+asyncpg://nobody@127.0.0.1:1/none"), clock, sqlite_house.vault)
    uses = Uses(nowhere)
    uses.note(session)
    await uses.finish()
    assert await _used(sqlite_house) == before
    async with sqlite_house.read() as unit:
        assert (await sessions.find(unit, cookie)).stale
