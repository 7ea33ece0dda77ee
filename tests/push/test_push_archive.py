"""What was finished long ago is moved, in whole notifications, and still found; what is not finished stays."""

from __future__ import annotations

from datetime import timedelta

from push_rigs import TODAY, ScriptedChannel, Teller, a_notice, a_sender, an_account, queue, queue_to, rows
from sqlalchemy import update

from connectors.channels.message import Rejected
from service.access.unit import House
from service.clock import SetClock
from service.push import archive
from service.push.deliveries import counts_of_day, deliveries_of_day
from service.push.notifications import notify_many
from service.push.replays import replay_alike
from service.tables import (
    archived_attempts,
    archived_deliveries,
    archived_notifications,
    attempts,
    deliveries,
    notifications,
)

LIVE, MOVED = (
    (notifications, deliveries, attempts),
    (archived_notifications, archived_deliveries, archived_attempts),
)


async def send_one(house: House, address: str = "newer") -> None:
    """One more message, sent and delivered."""
    account_id = await an_account(house, address, webhook=address)
    async with house.write() as unit:
        await notify_many(unit, [a_notice(unit, account_id, address)])
    assert (await a_sender(house, ScriptedChannel()).drain()).sent == 1


async def test_what_was_finished_long_ago_is_moved_and_still_found(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook="p0"), 7)
    await a_sender(house, ScriptedChannel(answers=[Rejected("拒收", code="422"), "delivered"])).drain()
    async with house.read() as unit:
        before = await deliveries_of_day(unit, TODAY, limit=9), await counts_of_day(unit, TODAY)
    clock.advance(days=91)
    await send_one(house)
    assert await archive.move_finished(house, 90, batch=3) == 7
    assert [len(await rows(house, table)) for table in LIVE] == [1, 1, 1]
    assert [len(await rows(house, table)) for table in MOVED] == [7, 7, 7]
    async with house.read() as unit:
        assert (await deliveries_of_day(unit, TODAY, limit=9), await counts_of_day(unit, TODAY)) == before
        page = await deliveries_of_day(unit, TODAY, status="delivered", after=3, limit=2)
    assert [one.delivery_id for one in page] == [4, 5]
    assert {row.archived_on for row in await rows(house, archived_deliveries)} == {clock.today()}
    assert await archive.move_finished(house, 90) == 0


async def test_no_number_is_borne_by_two_messages_however_long_nothing_was_sent(
    house: House, clock: SetClock
) -> None:
    moved = []
    for number in range(3):
        await send_one(house, f"p{number}")
        clock.advance(days=91)
        moved.append(await archive.move_finished(house, 90))
    assert moved == [0, 1, 1]
    for live, archived in zip(LIVE, MOVED, strict=True):
        keys = [row[0] for table in (live, archived) for row in await rows(house, table)]
        assert sorted(keys) == [1, 2, 3]


async def test_what_is_young_or_not_finished_stays(house: House, clock: SetClock) -> None:
    account_id = await an_account(house, webhook="p0")
    await queue(house, account_id, 1, expires_at=clock.now() + timedelta(days=400))
    await queue_to(house, 1)
    asked = Teller(answers=["accepted"])
    await a_sender(house, asked).drain()  # its provider can still tell
    clock.advance(days=200)
    await send_one(house, "young")
    async with house.write() as unit:
        await unit.connection.execute(
            update(deliveries).where(deliveries.c.delivery_id == 1).values(status="ready")
        )
    assert await archive.move_finished(house, 90) == 0
    await a_sender(house, asked).look_after()
    assert await archive.move_finished(house, 90) == 1
    assert [row.delivery_id for row in await rows(house)] == [1, 3]


async def test_all_that_failed_alike_is_sent_again(house: House, clock: SetClock) -> None:
    await queue_to(house, 6, expires_at=clock.now() + timedelta(days=2))
    answers = [Rejected("余额不足", code="amount"), Rejected("空号", code="number")] * 2 + ["delivered"]
    await a_sender(house, ScriptedChannel(answers=answers)).drain()
    async with house.write() as unit:
        assert await replay_alike(unit, "email", code="amount") == 0
        assert await replay_alike(unit, "webhook", code="amount") == 2
    again = ScriptedChannel()
    assert (await a_sender(house, again).drain()).sent == 2
    async with house.write() as unit:
        assert await replay_alike(unit, "webhook") == 2
    clock.advance(days=3)
    async with house.write() as unit:
        assert await replay_alike(unit, "webhook") == 0
