"""Notices are written with their cause, once, to every address that works."""

from __future__ import annotations

from datetime import timedelta

import pytest
from push_rigs import a_notice, an_account, queue, rows, the_delivery
from sqlalchemy import event, insert, update

from service.access.unit import House
from service.push.notifications import Notice, notify, notify_many
from service.tables import accounts, addresses, notifications


async def _notify(house: House, account_id: int, key: str = "k") -> int | None:
    async with house.write() as unit:
        return await notify(
            unit, account_id=account_id, topic="t", subject="s", body="b", link=None,
            expires_at=unit.now + timedelta(hours=1), due_at=unit.now, dedupe_key=key,
        )  # fmt: skip


async def test_the_same_cause_is_told_once(house: House) -> None:
    account_id = await an_account(house, webhook="https://a.example/hook")
    first = await _notify(house, account_id)
    assert first is not None
    assert await _notify(house, account_id) is None
    assert (await _notify(house, account_id, "another")) not in (None, first)
    assert len(await rows(house)) == 2


async def test_a_cause_that_is_rolled_back_tells_nobody(house: House) -> None:
    account_id = await an_account(house, webhook="https://a.example/hook")
    with pytest.raises(RuntimeError):
        async with house.write() as unit:
            assert await notify_many(unit, [a_notice(unit, account_id)]) == 1
            raise RuntimeError
    assert await rows(house) == []
    assert await queue(house, account_id) == 1


async def test_every_working_address_gets_its_own_delivery(house: House) -> None:
    account_id = await an_account(house, webhook="https://a.example/hook", email="w@example.com", sms="old")
    async with house.write() as unit:
        await unit.connection.execute(
            update(addresses).where(addresses.c.channel == "sms").values(disabled_at=unit.now)
        )
    await queue(house, account_id)
    assert {(row.channel, row.address) for row in await rows(house)} == {
        ("webhook", "https://a.example/hook"), ("email", "w@example.com"),
    }  # fmt: skip


async def test_an_account_without_an_address_is_told_on_the_console(house: House) -> None:
    await queue(house, await an_account(house, "wang"))
    delivery = await the_delivery(house)
    assert (delivery.channel, delivery.address, delivery.status) == ("console", "wang", "ready")


async def test_a_wished_channel_without_an_address_is_shown_as_failed_and_not_printed_away(
    house: House,
) -> None:
    await queue(house, await an_account(house, console="wang"), channels=("email",))
    delivery = await the_delivery(house)
    assert (delivery.channel, delivery.status, delivery.last_code) == ("email", "failed", "no_address")
    assert "登记地址" in delivery.last_reason


async def test_only_the_wished_channels_are_used(house: House) -> None:
    account_id = await an_account(house, webhook="https://a.example/hook", email="w@example.com")
    await queue(house, account_id, channels=("email", "console", "email"))
    assert [row.channel for row in await rows(house)] == ["email", "console"]


async def test_a_disabled_account_is_told_nothing(house: House) -> None:
    gone, here = await an_account(house, "gone"), await an_account(house, "here")
    async with house.write() as unit:
        await unit.connection.execute(
            update(accounts).where(accounts.c.account_id == gone).values(disabled_at=unit.now)
        )
    assert await _notify(house, gone) is None
    assert await _notify(house, here) is not None
    assert [row.account_id for row in await rows(house, notifications)] == [here]


async def test_what_is_due_after_it_expires_has_expired(house: House) -> None:
    account_id = await an_account(house)
    async with house.write() as unit:
        late = a_notice(unit, account_id, due_at=unit.now + timedelta(hours=13))
        await notify_many(unit, [late])
    delivery = await the_delivery(house)
    assert (delivery.status, delivery.last_code, delivery.attempts) == ("expired", "expired", 0)


async def test_five_thousand_workers_are_told_in_few_statements(house: House) -> None:
    number, seen = 5_000, 0
    async with house.write() as unit:
        people = [
            {"login": f"w{i}", "name": "x", "role": "worker", "created_at": unit.now} for i in range(number)
        ]
        returned = await unit.connection.scalars(insert(accounts).returning(accounts.c.account_id), people)
        ids = list(returned)

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1

    async with house.write() as unit:
        notices: list[Notice] = [a_notice(unit, account_id, f"k{account_id}") for account_id in ids]
        event.listen(unit.connection.sync_connection, "before_cursor_execute", count)
        assert await notify_many(unit, notices + notices[:100]) == number
        event.remove(unit.connection.sync_connection, "before_cursor_execute", count)
    assert seen < 30
    assert len(await rows(house)) == number
    async with house.write() as unit:
        assert await notify_many(unit, notices) == 0
