"""The sender at work: in time, side by side, cancelled, stopped, and with the database out of reach."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from typing import Any

import pytest
from push_rigs import ScriptedChannel, a_sender, an_account, queue, rows, the_delivery, tried, until
from structlog.testing import capture_logs

from connectors.channels.message import (
    Retryable,
)
from service.access.unit import House
from service.clock import SHANGHAI, SetClock
from service.errors import DatabaseBusy
from service.push.quiet import QuietHours
from service.push.rounds import Pace, Tally
from service.tables import attempts
from service.tables.database import Database

HOOK = "https://a.example/hook"


async def test_yesterdays_list_never_arrives_today(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    clock.advance(hours=12)
    channel = ScriptedChannel()
    assert await a_sender(house, channel).drain() == Tally(expired=1)
    assert channel.sent == []
    assert (await the_delivery(house)).status == "expired"
    assert await rows(house, attempts) == []


async def test_what_expires_while_it_waits_in_line_is_not_sent(sqlite_house: House, clock: SetClock) -> None:
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 2)
    channel = ScriptedChannel(hold=asyncio.Event())
    drain = asyncio.create_task(
        a_sender(sqlite_house, channel, pace=Pace(concurrency=1, lease=10**6)).drain()
    )
    await until(lambda: len(channel.sent) == 1)
    clock.advance(hours=12)
    assert channel.hold is not None
    channel.hold.set()
    tally = await drain
    assert (tally.sent, tally.expired) == (1, 1)
    assert len(channel.sent) == 1


async def test_a_backlog_is_not_sent_at_night_and_neither_is_a_retry(house: House, clock: SetClock) -> None:
    quiet = QuietHours(20, 8, SHANGHAI)
    await queue(house, await an_account(house, webhook=HOOK), expires_at=clock.now() + timedelta(days=2))
    channel = ScriptedChannel(answers=[Retryable("忙", 3600), "delivered"])
    sender = a_sender(house, channel, quiet=quiet)
    clock.advance(hours=11)
    assert (await sender.drain()).retried == 1
    morning = clock.now() + timedelta(hours=12, minutes=30)  # 19:30 plus an hour is quiet: 08:00 it is
    assert (await the_delivery(house)).due_at == morning
    clock.advance(hours=6)
    assert await sender.drain() == Tally(quiet=True)
    clock.instant = morning
    assert (await sender.drain()).sent == 1


async def test_no_more_messages_are_under_way_than_allowed(sqlite_house: House) -> None:
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 30)
    channel = ScriptedChannel(hold=asyncio.Event())
    drain = asyncio.create_task(a_sender(sqlite_house, channel, pace=Pace(concurrency=5)).drain())
    await until(lambda: channel.at_once == 5)
    assert channel.hold is not None
    channel.hold.set()
    assert (await drain).sent == 30
    assert channel.most_at_once == 5


async def test_no_transaction_is_open_while_a_message_is_under_way(house: House) -> None:
    account_id = await an_account(house, webhook=HOOK)
    await queue(house, account_id)
    channel = ScriptedChannel(hold=asyncio.Event())
    drain = asyncio.create_task(a_sender(house, channel).drain())
    await until(lambda: channel.at_once == 1)
    async with asyncio.timeout(20):
        assert await queue(house, account_id, 3) == 2  # n0 is there already
    assert channel.hold is not None
    channel.hold.set()
    await drain


async def test_a_slow_channel_holds_up_no_other(sqlite_house: House) -> None:
    account_id = await an_account(sqlite_house, webhook=HOOK, email="w@example.com")
    await queue(sqlite_house, account_id, 30)
    slow, fast = ScriptedChannel("webhook", hold=asyncio.Event()), ScriptedChannel("email", "unsafe")
    drain = asyncio.create_task(a_sender(sqlite_house, slow, fast).drain())
    await until(lambda: len(fast.sent) == 30)
    assert slow.at_once == 8
    assert slow.hold is not None
    slow.hold.set()
    assert (await drain).sent == 60


async def test_due_messages_of_a_channel_nobody_serves_are_reported(house: House) -> None:
    await queue(house, await an_account(house, email="w@example.com"), 3)
    assert await a_sender(house, ScriptedChannel()).drain() == Tally(unserved={"email": 3})


async def test_two_senders_send_nothing_twice(house: House, clock: SetClock) -> None:
    """Two senders with connections of their own, as two processes have them, over the same outbox."""
    await queue(house, await an_account(house, webhook=HOOK), 300)
    twin = House(Database(house.database.url.render_as_string(False)), clock, house.vault)
    both_at_it = asyncio.Event()
    one, two = ScriptedChannel(hold=both_at_it), ScriptedChannel(hold=both_at_it)
    senders = [a_sender(house, one, pace=Pace(batch=10)), a_sender(twin, two, pace=Pace(batch=10))]
    drains = asyncio.gather(*(sender.drain() for sender in senders))
    await until(lambda: one.at_once == two.at_once == Pace().concurrency)
    both_at_it.set()
    tallies = await drains
    await twin.database.close()
    sent = [message.id for message in one.sent + two.sent]
    assert len(sent) == len(set(sent)) == 300
    assert sum(tally.sent for tally in tallies) == 300
    assert {(row.status, row.attempts) for row in await rows(house)} == {("delivered", 1)}
    assert len(await rows(house, attempts)) == 300


async def test_a_lease_is_renewed_while_its_message_is_under_way(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    channel = ScriptedChannel(hold=asyncio.Event())
    drain = asyncio.create_task(a_sender(house, channel, pace=Pace(lease=0.3)).drain())
    await until(lambda: channel.at_once == 1)
    start = (await the_delivery(house)).lease_until
    clock.advance(seconds=0.2)

    async def moved() -> bool:
        return bool((await the_delivery(house)).lease_until > start)

    await until(moved)
    assert channel.hold is not None
    channel.hold.set()
    assert (await drain).sent == 1


async def test_what_was_taken_over_while_it_waited_in_line_is_not_sent(
    sqlite_house: House, clock: SetClock
) -> None:
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 2)
    channel = ScriptedChannel(hold=asyncio.Event())
    drain = asyncio.create_task(
        a_sender(sqlite_house, channel, pace=Pace(concurrency=1, lease=3600)).drain(False)
    )
    await until(lambda: channel.at_once == 1)
    clock.advance(hours=2)  # the leases run out; the keeper, who counts real seconds, has not renewed them
    assert channel.hold is not None
    channel.hold.set()
    await drain
    assert len(channel.sent) == 1


@pytest.mark.parametrize(("safety", "status"), [("safe", "ready"), ("unsafe", "unknown")])
async def test_a_cancelled_sender_settles_what_it_knows_and_gives_back_the_rest(
    house: House, safety: Any, status: str
) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 20)
    channel = ScriptedChannel(retry_safety=safety, hold=asyncio.Event())
    drain = asyncio.create_task(a_sender(house, channel, pace=Pace(concurrency=3)).drain())
    await until(lambda: channel.at_once == 3)
    drain.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drain

    async def settled() -> bool:
        return all(row.status != "leased" for row in await rows(house))

    await until(settled)
    found = [row.status for row in await rows(house)]
    assert found.count(status) == (20 if safety == "safe" else 3)
    assert found.count("ready") == (20 if safety == "safe" else 17)
    assert await tried(house) == [("uncertain", "interrupted")] * 3


async def test_a_running_sender_is_woken_and_stops_when_told(house: House) -> None:
    account_id = await an_account(house, webhook=HOOK)
    channel, stop = ScriptedChannel(), asyncio.Event()
    sender = a_sender(house, channel, pace=Pace(poll=3600))
    running = asyncio.create_task(sender.run(stop))
    await queue(house, account_id, 5)

    def sent_five() -> bool:
        sender.wake()
        return len(channel.sent) == 5

    await until(sent_five)
    stop.set()
    async with asyncio.timeout(20):
        await running
    assert {row.status for row in await rows(house)} == {"delivered"}


async def test_a_running_sender_notices_by_itself(sqlite_house: House) -> None:
    account_id = await an_account(sqlite_house, webhook=HOOK)
    channel, stop = ScriptedChannel(), asyncio.Event()
    running = asyncio.create_task(a_sender(sqlite_house, channel, pace=Pace(poll=0.02)).run(stop))
    await queue(sqlite_house, account_id)
    await until(lambda: len(channel.sent) == 1)
    stop.set()
    await running


async def test_a_stopped_sender_finishes_what_is_under_way_and_gives_back_the_rest(
    sqlite_house: House,
) -> None:
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 20)
    channel, stop = ScriptedChannel(hold=asyncio.Event()), asyncio.Event()
    running = asyncio.create_task(a_sender(sqlite_house, channel, pace=Pace(concurrency=2)).run(stop))
    await until(lambda: channel.at_once == 2)
    stop.set()
    assert channel.hold is not None
    channel.hold.set()
    await running
    found = [row.status for row in await rows(sqlite_house)]
    assert (found.count("delivered"), found.count("ready")) == (2, 18)


async def test_an_outage_does_not_cast_doubt_on_what_is_under_way(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is locked while mails are being sent: they are finished and recorded, not called unknown."""
    monkeypatch.setattr("service.tables.database.BUSY_SECONDS", 0.05)
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 30)
    path = str(sqlite_house.database.url.database)
    impatient = House(Database(f"sqlite+aiosqlite:///{path}"), sqlite_house.clock, sqlite_house.vault)
    channel = ScriptedChannel(retry_safety="unsafe", answers=["accepted"], hold=asyncio.Event())
    sender = a_sender(impatient, channel, pace=Pace(concurrency=1, poll=0.5))
    drain = asyncio.create_task(sender.drain())
    await until(lambda: channel.at_once == 1)
    other = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    await asyncio.to_thread(
        other.execute, "BEGIN IMMEDIATE"
    )  # the sender may be claiming, and needs this loop for it
    assert channel.hold is not None
    with capture_logs() as logs:
        channel.hold.set()
        await until(lambda: {"claiming_failed", "settling_waits"} <= {line["event"] for line in logs})
        other.execute("ROLLBACK")
        other.close()
        with pytest.raises(DatabaseBusy):
            await drain
    await impatient.database.close()
    found = [row.status for row in await rows(sqlite_house)]
    assert found.count("accepted") == len(channel.sent) >= 1
    assert found.count("ready") == 30 - len(channel.sent)


async def test_an_outage_of_the_database_is_waited_out(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program holds the file: what is due waits, is not lost, and goes out when the file is free."""
    monkeypatch.setattr("service.tables.database.BUSY_SECONDS", 0.05)
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 5)
    path = str(sqlite_house.database.url.database)
    impatient = House(Database(f"sqlite+aiosqlite:///{path}"), sqlite_house.clock, sqlite_house.vault)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    channel, stop = ScriptedChannel(), asyncio.Event()
    with pytest.raises(DatabaseBusy):
        await a_sender(impatient, channel).drain()
    with capture_logs() as logs:
        running = asyncio.create_task(a_sender(impatient, channel, pace=Pace(poll=0.01)).run(stop))
        await until(lambda: any(line["event"] == "outbox_waits" for line in logs))
        assert channel.sent == []
        other.execute("ROLLBACK")
        other.close()
        await until(lambda: len(channel.sent) == 5)
        stop.set()
        await running
    await impatient.database.close()
    assert {row.status for row in await rows(sqlite_house)} == {"delivered"}


async def test_a_sender_is_woken_by_what_another_process_queues(house: House, clock: SetClock) -> None:
    """PostgreSQL tells at once; on SQLite another process is noticed at the next look."""
    account_id = await an_account(house, webhook=HOOK)
    patient = Pace(poll=3600 if house.database.dialect == "postgresql" else 0.05)
    channel, stop = ScriptedChannel(), asyncio.Event()
    running = asyncio.create_task(a_sender(house, channel, pace=patient).run(stop))
    twin = House(Database(house.database.url.render_as_string(False)), clock, house.vault)
    for at in range(3):
        await queue(twin, account_id, at + 1)
        await until(lambda at=at: len(channel.sent) == at + 1)
    stop.set()
    await running
    await twin.database.close()


async def test_a_sender_is_woken_by_what_its_own_process_queues(sqlite_house: House) -> None:
    account_id = await an_account(sqlite_house, webhook=HOOK)
    channel, stop = ScriptedChannel(), asyncio.Event()
    running = asyncio.create_task(a_sender(sqlite_house, channel, pace=Pace(poll=3600)).run(stop))
    await until(lambda: bool(sqlite_house.database._watchers))
    await queue(sqlite_house, account_id, 3)
    await until(lambda: len(channel.sent) == 3)
    stop.set()
    await running
