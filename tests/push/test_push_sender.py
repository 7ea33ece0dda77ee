"""The sender: every answer of a channel ends truthfully, and no channel, bug or outage stops the rest."""

from __future__ import annotations

import asyncio
import random
import re
from datetime import timedelta
from typing import Any

import pytest
from push_rigs import ScriptedChannel, a_notice, an_account, queue, rows, the_delivery, tried, until
from structlog.testing import capture_logs

from connectors.channels.message import (
    ChannelError,
    Gone,
    Misconfigured,
    Receipt,
    Rejected,
    Retryable,
    Uncertain,
)
from service.access.unit import House
from service.clock import SHANGHAI, SetClock
from service.errors import DatabaseBusy
from service.push.notifications import MAX_ATTEMPTS, notify_many
from service.push.quiet import QuietHours
from service.push.rounds import Pace, Tally
from service.push.sender import Sender
from service.push.settlements import Backoff
from service.tables import addresses, attempts
from service.tables.database import Database

HOOK = "https://a.example/hook"


def a_sender(
    house: House, *channels: ScriptedChannel, pace: Pace | None = None, quiet: QuietHours | None = None
) -> Sender:
    return Sender(
        house,
        {channel.name: channel for channel in channels},
        pace=pace or Pace(),
        quiet=quiet,
        dice=random.Random(5),
    )


@pytest.mark.parametrize("status", ["accepted", "delivered", "handed_over"])
async def test_a_receipt_is_taken_at_its_word(house: House, clock: SetClock, status: str) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    channel = ScriptedChannel(answers=[status])
    tally = await a_sender(house, channel).drain()
    delivery = await the_delivery(house)
    assert tally == Tally(sent=1)
    assert (delivery.status, delivery.attempts, delivery.last_code) == (status, 1, "200")
    assert delivery.provider_ref == f"ref-{channel.sent[0].id}"
    assert delivery.accepted_at == clock.now()
    assert delivery.delivered_at == (clock.now() if status == "delivered" else None)
    assert await tried(house) == [(status, "200")]


async def test_a_passing_failure_is_tried_again_after_its_jitter_and_dies_in_the_end(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook=HOOK), expires_at=clock.now() + timedelta(days=3))
    channel = ScriptedChannel(answers=[Retryable("接收方暂时不能处理（503）", code="503")])
    sender, total = a_sender(house, channel), Tally()
    for made in range(MAX_ATTEMPTS):
        tally = await sender.drain()
        total.retried, total.dead = total.retried + tally.retried, total.dead + tally.dead
        delivery = await the_delivery(house)
        assert delivery.attempts == len(channel.sent) == made + 1
        assert delivery.due_at - clock.now() <= timedelta(seconds=min(3600, 60 * 2**made))
        clock.instant = max(clock.instant, delivery.due_at)
    assert (total.retried, total.dead) == (MAX_ATTEMPTS - 1, 1)
    assert (delivery.status, delivery.last_code) == ("dead", "503")
    assert await tried(house) == [("retry", "503")] * MAX_ATTEMPTS
    clock.advance(hours=1)
    assert await sender.drain() == Tally()


async def test_a_pause_the_receiver_names_is_kept_and_uses_up_no_attempt(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    channel = ScriptedChannel(
        answers=[Retryable("忙", 900, code="429"), Retryable("忙", 0, code="429"), "delivered"]
    )
    sender = a_sender(house, channel)
    await sender.drain()
    delivery = await the_delivery(house)
    assert (delivery.status, delivery.attempts) == ("ready", 0)
    assert delivery.due_at == clock.now() + timedelta(seconds=900)
    clock.advance(seconds=899)
    assert await sender.drain() == Tally()
    clock.advance(seconds=1)
    assert (await sender.drain()).retried == 1  # a pause of nothing is a second, so this ends
    clock.advance(seconds=1)
    assert (await sender.drain()).sent == 1
    assert [outcome for outcome, _ in await tried(house)] == ["retry", "retry", "delivered"]


@pytest.mark.parametrize(
    ("answer", "status", "outcome", "code", "counted"),
    [
        (Rejected("接收方拒收（422）", code="422"), "failed", "rejected", "422", {"failed": 1}),
        (Uncertain("可能已送达"), "unknown", "uncertain", "uncertain", {"unknown": 1}),
    ],
)
async def test_a_lasting_answer_is_final(
    house: House,
    clock: SetClock,
    answer: ChannelError,
    status: str,
    outcome: str,
    code: str,
    counted: dict[str, int],
) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    channel = ScriptedChannel(answers=[answer])
    assert await a_sender(house, channel).drain() == Tally(**counted)
    delivery = await the_delivery(house)
    assert (delivery.status, delivery.last_code, delivery.last_reason) == (status, code, answer.reason)
    assert await tried(house) == [(outcome, code)]
    clock.advance(hours=2)
    await a_sender(house, channel).drain()
    assert len(channel.sent) == 1


async def test_a_dead_address_is_switched_off_and_nothing_more_goes_there(
    house: House, clock: SetClock
) -> None:
    account_id = await an_account(house, webhook=HOOK, email="w@example.com")
    other = await an_account(house, "zhao", webhook="https://b.example/hook")
    await queue(house, account_id)
    async with house.write() as unit:
        await notify_many(unit, [a_notice(unit, account_id, "later", due_at=unit.now + timedelta(hours=1))])
        await notify_many(unit, [a_notice(unit, other, "other")])
    channel = ScriptedChannel(answers=[Gone("接收方已停用此地址（410）", code="410"), "delivered"])
    await a_sender(house, channel).drain()
    known = {row.address: row.disabled_at for row in await rows(house, addresses)}
    assert known == {HOOK: clock.now(), "w@example.com": None, "https://b.example/hook": None}
    found = {(row.address, row.status) for row in await rows(house)}
    assert found == {
        (HOOK, "failed"), ("w@example.com", "ready"), ("https://b.example/hook", "delivered"),
    }  # fmt: skip
    assert len(channel.sent) == 2


async def test_a_wrong_setting_pauses_the_channel_loudly_and_spends_no_message(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 40)
    wrong = Misconfigured("secrets", "签名密钥已作废")
    channel = ScriptedChannel(answers=[wrong], health=wrong)
    sender = a_sender(house, channel)
    with capture_logs() as logs:
        tally = await sender.drain()
    assert tally.paused == sender.paused == {"webhook": "secrets：签名密钥已作废"}
    assert len(channel.sent) <= Pace().concurrency
    assert [line["field"] for line in logs if line["event"] == "channel_paused"] == ["secrets"]
    assert {(row.status, row.attempts) for row in await rows(house)} == {("ready", 0)}
    assert {outcome for outcome, _ in await tried(house)} == {"misconfigured"}

    clock.advance(seconds=61)
    before = len(channel.sent)
    assert (await sender.drain()).paused  # the probe fails, so no message is risked
    assert len(channel.sent) == before

    clock.advance(seconds=61)
    channel.health, channel.answers = None, ["delivered"]
    assert (await sender.drain()).sent == 40
    assert sender.paused == {}


BUGS: list[Any] = [
    ZeroDivisionError("王小丽 13800000000"),
    asyncio.CancelledError(),
    TimeoutError(),
    None,
    7,
    ExceptionGroup("x", [OSError()]),
]


@pytest.mark.parametrize("bug", BUGS, ids=[type(bug).__name__ for bug in BUGS])
async def test_a_bug_in_a_channel_costs_one_attempt_and_stops_nothing(sqlite_house: House, bug: Any) -> None:
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 12)
    channel = ScriptedChannel(answers=["delivered", bug, "delivered"])
    if not isinstance(bug, BaseException):
        channel.answers = (
            ["delivered", Receipt, "delivered"] if bug is None else ["delivered", bug, "delivered"]
        )
    with capture_logs() as logs:
        tally = await a_sender(sqlite_house, channel).drain()
    assert (tally.sent, tally.retried) == (11, 1)
    (waiting,) = [row for row in await rows(sqlite_house) if row.status == "ready"]
    assert (waiting.last_code, waiting.attempts) == ("channel_bug", 1)
    assert [line["event"] for line in logs] == ["channel_bug"]
    assert "13800000000" not in str(logs) + str(waiting)


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


async def test_an_outage_of_the_database_is_waited_out(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program holds the file: what is due waits, is not lost, and goes out when the file is free."""
    import sqlite3

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


def test_the_backoff_is_the_documented_one() -> None:
    text = (Pace().backoff, MAX_ATTEMPTS)
    assert text == (Backoff(base=60, cap=3600), 10)


async def test_message_ids_fit_every_channel(sqlite_house: House) -> None:
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 3)
    channel = ScriptedChannel()
    await a_sender(sqlite_house, channel).drain()
    assert len({message.id for message in channel.sent}) == 3
    assert all(re.fullmatch(r"[0-9a-f]{8}-\d+-[0-9a-f]+", message.id) for message in channel.sent)
