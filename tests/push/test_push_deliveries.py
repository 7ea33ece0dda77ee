"""What became of the messages, for those in charge of the area; and sending once more what failed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from push_rigs import TODAY, ScriptedChannel, a_notice, an_account, queue, rows, the_delivery
from sqlalchemy import insert, update

from connectors.channels.message import Rejected, Uncertain
from service.access.actors import Actor
from service.access.permissions import Role
from service.access.unit import House
from service.clock import SetClock
from service.errors import Conflict, NotFound
from service.push.deliveries import STATUSES, counts_of_day, deliveries_of_day
from service.push.notifications import notify_many
from service.push.replays import replay
from service.push.sender import Sender
from service.tables import addresses, deliveries

HOOK = "https://a.example/hook"


def supervisor_of(division: str) -> Actor:
    return Actor(1, "主任", Role.SUPERVISOR, division)


async def _send(house: House, answer: object) -> ScriptedChannel:
    channel = ScriptedChannel(retry_safety="unsafe", answers=[answer])
    await Sender(house, {"webhook": channel}).drain()
    return channel


async def test_a_day_is_counted_by_status(house: House, clock: SetClock) -> None:
    account_id = await an_account(house, webhook=HOOK)
    await queue(house, account_id, 3)
    await _send(house, Rejected("接收方拒收（422）", code="422"))
    async with house.write() as unit:
        await notify_many(unit, [a_notice(unit, account_id, "good")])
    await _send(house, "delivered")
    clock.advance(days=1)
    await queue(house, account_id, 1, topic="tomorrow")
    async with house.read() as unit:
        counts = await counts_of_day(unit, TODAY)
        assert counts == {**dict.fromkeys(STATUSES, 0), "failed": 3, "delivered": 1}
        assert (
            sum((await counts_of_day(unit, TODAY + timedelta(days=1))).values()) == 0
        )  # n0 was told yesterday


async def test_deliveries_are_listed_in_pages_with_the_reason(house: House) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 7)
    await _send(house, Rejected("接收方拒收（422）", code="422"))
    async with house.read() as unit:
        first = await deliveries_of_day(unit, TODAY, limit=4)
        rest = await deliveries_of_day(unit, TODAY, after=first[-1].delivery_id, limit=4)
        none = await deliveries_of_day(unit, TODAY, status="delivered")
    assert [one.subject for one in first + rest] == [f"智推 n{i}" for i in range(7)]
    assert none == []
    assert (first[0].label, first[0].code, first[0].reason) == ("失败", "422", "接收方拒收（422）")
    assert HOOK not in repr(first)


async def test_everybody_sees_their_own_area_only(house: House) -> None:
    here = await an_account(house, "here", "330102003057", webhook=HOOK)
    there = await an_account(house, "there", "330103001001", webhook=HOOK)
    async with house.write() as unit:
        await notify_many(unit, [a_notice(unit, here, "a"), a_notice(unit, there, "b")])
    async with house.read(supervisor_of("330102003000")) as unit:
        assert [one.login for one in await deliveries_of_day(unit, TODAY)] == ["here"]
        assert (await counts_of_day(unit, TODAY))["ready"] == 1
    foreign = next(row.delivery_id for row in await rows(house) if row.notification_id == 2)
    with pytest.raises(NotFound):
        async with house.write(supervisor_of("330102003000")) as unit:
            await replay(unit, foreign)
    async with house.read(Actor(2, "无", Role.WORKER)) as unit:
        assert await deliveries_of_day(unit, TODAY) == []


async def test_a_failed_delivery_is_sent_once_more_under_its_id_to_the_present_address(house: House) -> None:
    account_id = await an_account(house, webhook=HOOK)
    await queue(house, account_id)
    first = await _send(house, Rejected("接收方拒收（404）", code="404"))
    async with house.write() as unit:
        await unit.connection.execute(update(addresses).values(address="https://new.example/hook"))
        await replay(unit, (await the_delivery(house)).delivery_id)
    again = await _send(house, "delivered")
    assert [message.id for message in again.sent] == [message.id for message in first.sent]
    assert again.sent[0].to == "https://new.example/hook"
    delivery = await the_delivery(house)
    assert (delivery.status, delivery.attempts) == ("delivered", 1)
    with pytest.raises(Conflict, match="已送达"):
        async with house.write() as unit:
            await replay(unit, delivery.delivery_id)


async def test_a_delivery_without_an_address_goes_out_once_there_is_one(house: House) -> None:
    account_id = await an_account(house)
    await queue(house, account_id, channels=("webhook",))
    delivery = await the_delivery(house)
    with pytest.raises(Conflict, match="登记地址"):
        async with house.write() as unit:
            await replay(unit, delivery.delivery_id)
    async with house.write() as unit:
        await unit.connection.execute(
            insert(addresses).values(account_id=account_id, channel="webhook", address=HOOK)
        )
        await replay(unit, delivery.delivery_id)
    assert len((await _send(house, "delivered")).sent) == 1


async def test_a_doubtful_delivery_is_repeated_only_by_someone_who_accepts_the_risk(house: House) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    await _send(house, Uncertain("可能已送达"))
    number = (await the_delivery(house)).delivery_id
    with pytest.raises(Conflict, match="结果不明"):
        async with house.write() as unit:
            await replay(unit, number)
    async with house.write() as unit:
        await replay(unit, number, risk_double=True)
    assert (await the_delivery(house)).status == "ready"


async def test_an_expired_notice_is_not_replayed(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    await _send(house, Rejected("接收方拒收（404）", code="404"))
    clock.advance(hours=12)
    with pytest.raises(Conflict, match="过期"):
        async with house.write() as unit:
            await replay(unit, (await the_delivery(house)).delivery_id)


async def test_a_console_delivery_is_replayed_under_the_login(sqlite_house: House) -> None:
    await queue(sqlite_house, await an_account(sqlite_house, "wang"))
    async with sqlite_house.write() as unit:
        await unit.connection.execute(update(deliveries).values(status="dead"))
        await replay(unit, 1)
    delivery = await the_delivery(sqlite_house)
    assert (delivery.channel, delivery.address, delivery.status) == ("console", "wang", "ready")
