"""A provider that asks for a pause, or is down, is left alone: the account waits, and no message pays for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from push_rigs import OneProvider, ScriptedChannel, a_sender, an_account, queue, rows, the_delivery, tried

from connectors.channels.message import Rejected, Retryable, Throttled, Uncertain
from service.access.unit import House
from service.clock import SetClock
from service.push import gates
from service.push.gates import Gate
from service.push.notifications import MAX_ATTEMPTS
from service.push.rounds import Pace
from service.tables.database import Database

HOOK = "https://a.example/hook"
ONE_AT_A_TIME = Pace(concurrency=1, gather=0.01)
DOWN = Retryable("无法连接服务商")


async def gate(house: House) -> Gate:
    async with house.read() as unit:
        return await gates.look(unit, "webhook")


async def test_a_throttled_account_waits_for_all_processes_and_no_attempt_is_used_up(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 40)
    channel = ScriptedChannel(
        answers=[Throttled("发送过快，已被限流（130101）", 600, code="130101"), "delivered"]
    )
    tally = await a_sender(house, channel, pace=ONE_AT_A_TIME).drain()
    assert len(channel.sent) == 1
    assert tally.held == {"webhook": "发送过快，已被限流（130101），11-23 08:40:00 后继续"}
    assert {(row.status, row.attempts) for row in await rows(house)} == {("ready", 0)}
    assert await tried(house) == [("throttled", "130101")]
    twin = House(Database(house.database.url.render_as_string(False)), clock, house.vault)
    other = ScriptedChannel()
    clock.advance(seconds=599)
    assert (await a_sender(twin, other).drain()).sent == 0
    clock.advance(seconds=1)
    assert (await a_sender(twin, other).drain()).sent == 40
    await twin.database.close()
    assert {row.due_at for row in await rows(house)} == {clock.now() - timedelta(minutes=10)}


async def test_a_message_that_waits_for_its_account_expires_truthfully(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    channel = ScriptedChannel(answers=[Throttled("本月调用额度已用完（90030）", 86_400, code="90030")])
    sender = a_sender(house, channel)
    await sender.drain()
    clock.advance(hours=12)
    assert (await sender.drain()).expired == 1
    row = await the_delivery(house)
    assert (row.status, row.last_code) == ("expired", "90030")


async def test_a_provider_that_is_down_is_left_alone_after_five_failures(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 30, expires_at=clock.now() + timedelta(days=2))
    channel = OneProvider(answers=[DOWN])
    sender = a_sender(house, channel, pace=ONE_AT_A_TIME)
    tally = await sender.drain()
    begun = len(channel.sent)
    assert begun == 5
    assert "连续 5 次未能送到服务商" in tally.held["webhook"]
    clock.advance(seconds=59)
    await sender.drain()
    assert len(channel.sent) == begun

    clock.advance(seconds=1)
    before = {row.delivery_id: row.attempts for row in await rows(house)}
    await sender.drain()
    assert len(channel.sent) == begun + 1  # one message tried whether it is back
    assert {row.delivery_id: row.attempts for row in await rows(house)} == before
    assert (await gate(house)).open_until == clock.now() + timedelta(minutes=2)

    clock.advance(minutes=2)
    channel.answers = ["delivered"]
    await sender.drain()
    assert await gate(house) == Gate("webhook")
    clock.advance(hours=1)
    await sender.drain()
    assert {row.status for row in await rows(house)} == {"delivered"}


async def test_two_processes_make_one_trial(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 30, expires_at=clock.now() + timedelta(days=2))
    await a_sender(house, OneProvider(answers=[DOWN]), pace=ONE_AT_A_TIME).drain()
    clock.advance(minutes=1)
    async with house.write() as unit:
        assert await gates.begin_trial(unit, "webhook", timedelta(minutes=2))
    late = OneProvider()
    assert (await a_sender(house, late).drain()).sent == 0
    clock.advance(minutes=2)  # whoever tried has died
    assert (await a_sender(house, late).drain()).sent > 0


async def test_one_message_that_always_fails_closes_nothing_to_others(house: House, clock: SetClock) -> None:
    """Receivers of webhooks are systems of their own."""
    await queue(house, await an_account(house, webhook=HOOK), 12)
    channel = ScriptedChannel(answers=[DOWN])
    tally = await a_sender(house, channel, pace=ONE_AT_A_TIME).drain()
    assert (len(channel.sent), tally.held) == (12, {})


async def test_refusals_and_receipts_in_between_count_as_a_provider_that_is_well(house: House) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 14)
    answers: list[Any] = [DOWN, DOWN, DOWN, DOWN, Rejected("拒收")] * 2 + [
        Uncertain("可能"),
        DOWN,
        DOWN,
        "delivered",
    ]
    channel = OneProvider(answers=answers)
    assert (await a_sender(house, channel, pace=ONE_AT_A_TIME).drain()).held == {}
    assert len(channel.sent) == 14


async def test_a_circuit_never_kills_a_message_by_its_trials(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 6, expires_at=clock.now() + timedelta(days=9))
    sender = a_sender(house, OneProvider(answers=[DOWN]), pace=ONE_AT_A_TIME)
    for _ in range(MAX_ATTEMPTS + 3):
        await sender.drain()
        clock.advance(hours=1)
    assert {row.status for row in await rows(house)} == {"ready"}
    assert max(row.attempts for row in await rows(house)) <= 2
