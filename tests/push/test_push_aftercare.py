"""What providers say afterwards, and taking back what was sent: the state says what is true, and no more."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from push_rigs import (
    ScriptedChannel,
    Teller,
    a_sender,
    an_account,
    queue,
    queue_to,
    rows,
    the_delivery,
    tried,
)

from connectors.channels.message import News, Retryable, Throttled, Uncertain
from service.access.unit import House
from service.clock import SetClock
from service.push import gates, outbox, recall
from service.push.judge import FIRST_LOOK
from service.push.sender import Sender
from service.tables import deliveries

HOUR = timedelta(hours=1)


async def looked_after(house: House, channel: Any) -> dict[str, int]:
    return dict(await a_sender(house, channel).look_after())


async def test_what_was_accepted_becomes_what_the_provider_tells(house: House, clock: SetClock) -> None:
    await queue_to(house, 5)
    channel = Teller(news={"p0": "delivered", "p1": "read", "p2": "dropped", "p3": "failed"})
    await a_sender(house, channel).drain()
    assert {row.status for row in await rows(house)} == {"accepted"}
    told = await looked_after(house, channel)
    assert told == {"delivered": 1, "read": 1, "dropped": 1, "failed": 1}
    found = {row.address: row for row in await rows(house)}
    assert [found[f"p{at}"].status for at in range(5)] == [
        "delivered",
        "read",
        "dropped",
        "failed",
        "accepted",
    ]
    assert found["p1"].read_at == found["p1"].delivered_at == clock.now()
    assert [found[f"p{at}"].check_at is None for at in range(5)] == [False, True, True, True, False]
    sent = channel.asked[0][0]
    assert (sent.id, sent.provider_ref, sent.at) == (
        channel.sent[0].id,
        f"ref-{channel.sent[0].id}",
        clock.now(),
    )


async def test_reading_is_learned_after_delivery_and_nothing_goes_back(house: House, clock: SetClock) -> None:
    await queue_to(house, 1)
    channel = Teller(news={"p0": "delivered"})
    await a_sender(house, channel).drain()
    await looked_after(house, channel)
    for later, status in (
        ("dropped", "delivered"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("failed", "read"),
    ):
        channel.news["p0"] = later
        await looked_after(house, channel)
        assert (await the_delivery(house)).status == status


async def test_a_repeat_that_was_dropped_proves_that_the_doubtful_attempt_arrived(
    house: House, clock: SetClock
) -> None:
    await queue_to(house, 2)
    channel = Teller(answers=[Uncertain("超时"), "accepted"])
    sender = a_sender(house, channel)
    await sender.drain()
    clock.advance(hours=1)
    await sender.drain()
    refs = {row.address: row for row in await rows(house)}
    doubted = next(name for name, row in refs.items() if row.uncertain_at)
    other = next(name for name in refs if name != doubted)
    for name in refs:
        identity = next(message.id for message in channel.sent if message.to == name)
        channel.news[name] = News(identity, "dropped", code="143106", reason="内容重复", repeated=True)
    await looked_after(house, channel)
    found = {row.address: (row.status, row.last_code) for row in await rows(house)}
    assert found == {doubted: ("delivered", "143106"), other: ("dropped", "143106")}


async def test_what_was_never_answered_for_is_looked_for_by_its_id(house: House, clock: SetClock) -> None:
    """Text messages: no repeat is known as one, but the receipts carry our id."""
    await queue_to(house, 3)
    doubt = Uncertain("超时")
    channel = Teller(retry_safety="unsafe", answers=[doubt], news={"p0": "delivered", "p1": "failed"})
    await a_sender(house, channel).drain()
    assert {(row.status, row.provider_ref) for row in await rows(house)} == {("unknown", None)}
    clock.advance(seconds=30)
    sender = a_sender(house, channel)
    assert await sender._cares["webhook"].due() == 3
    assert {row.address: row.status for row in await rows(house)} == {
        "p0": "delivered", "p1": "failed", "p2": "unknown",
    }  # fmt: skip
    assert [one.provider_ref for one in channel.asked[0]] == ["", "", ""]


async def test_so_is_what_a_process_that_died_had_in_hand(house: House, clock: SetClock) -> None:
    await queue_to(house, 1)
    async with house.write() as unit:
        await outbox.claim(unit, "webhook", limit=1, lease=timedelta(minutes=1))
    clock.advance(minutes=2)
    channel = Teller(retry_safety="unsafe", news={"p0": "delivered"})
    sender = a_sender(house, channel)
    assert (await sender.drain()).unknown == 1
    assert dict(await sender.look_after()) == {"delivered": 1}


async def test_a_loss_of_one_attempt_says_nothing_of_an_earlier_one(house: House, clock: SetClock) -> None:
    await queue_to(house, 1)
    channel = Teller(answers=[Uncertain("超时"), "accepted"], news={"p0": "dropped"})
    sender = a_sender(house, channel)
    await sender.drain()
    clock.advance(hours=1)
    await sender.drain()
    await looked_after(house, channel)
    assert (await the_delivery(house)).status == "unknown"


async def test_it_is_asked_with_growing_pauses_and_no_longer_than_the_provider_knows(
    house: House, clock: SetClock
) -> None:
    await queue_to(house, 1)
    begun = clock.now()
    channel = Teller()
    sender = a_sender(house, channel)
    await sender.drain()
    care = sender._cares["webhook"]
    asked = []
    while (at := (await the_delivery(house)).check_at) is not None:
        assert await care.due() == 0
        clock.instant = at
        assert await care.due() == 1
        asked.append(clock.now() - begun)
    assert asked[0] == FIRST_LOOK
    pauses = [later - sooner for sooner, later in pairwise(asked)]
    assert all(pauses[at] <= pauses[at + 1] or at == len(pauses) - 2 for at in range(len(pauses) - 1))
    assert asked[-1] < timedelta(hours=24)
    assert len(asked) < 25
    assert (await the_delivery(house)).status == "accepted"


async def test_a_provider_that_cannot_tell_now_is_asked_later(house: House, clock: SetClock) -> None:
    await queue_to(house, 1)
    channel = Teller(news={"p0": Retryable("忙")})
    await a_sender(house, channel).drain()
    assert await looked_after(house, channel) == {}
    channel.news["p0"] = Throttled("限流", 600)
    await looked_after(house, channel)
    async with house.read() as unit:
        assert (await gates.look(unit, "webhook")).held_until == clock.now() + timedelta(minutes=10)
    channel.news["p0"] = "read"
    assert await looked_after(house, channel) == {}  # the account is held
    clock.advance(minutes=11)
    assert await looked_after(house, channel) == {"read": 1}


async def test_a_channel_that_cannot_be_asked_is_not(house: House) -> None:
    await queue_to(house, 1)
    channel = ScriptedChannel(answers=["accepted"])
    await a_sender(house, channel).drain()
    assert (await the_delivery(house)).check_at is None
    assert await looked_after(house, channel) == {}


async def withdraw(house: House) -> recall.Withdrawn:
    numbers = {row.notification_id for row in await rows(house, deliveries)}
    async with house.write() as unit:
        return await recall.withdraw(unit, numbers, "事项已撤销")


async def test_what_waits_is_cancelled_and_never_sent(house: House) -> None:
    await queue_to(house, 3)
    assert await withdraw(house) == recall.Withdrawn(cancelled=3, sent=0)
    channel = ScriptedChannel()
    await a_sender(house, channel).drain()
    assert channel.sent == []
    assert {(row.status, row.last_reason) for row in await rows(house)} == {("cancelled", "事项已撤销")}


async def test_what_was_accepted_is_taken_back_where_the_provider_does_so(house: House) -> None:
    await queue_to(house, 3)
    channel = Teller(keeps={"p1"})
    sender = a_sender(house, channel)
    await sender.drain()
    assert await withdraw(house) == recall.Withdrawn(cancelled=0, sent=3)
    await sender.look_after()
    assert {row.address: row.status for row in await rows(house)} == {
        "p0": "recalled",
        "p1": "accepted",
        "p2": "recalled",
    }
    log = await tried(house)
    assert (log.count(("recalled", None)), log.count(("not_recalled", None))) == (2, 1)
    await sender.look_after()
    assert len(channel.recalled) == 2


@pytest.mark.parametrize(
    "channel", [ScriptedChannel(answers=["delivered"]), ScriptedChannel(answers=["accepted"])]
)
async def test_a_channel_that_cannot_take_back_says_so_once(house: House, channel: ScriptedChannel) -> None:
    await queue_to(house, 1)
    sender = a_sender(house, channel)
    await sender.drain()
    before = (await the_delivery(house)).status
    await withdraw(house)
    await sender.look_after()
    await sender.look_after()
    assert (await the_delivery(house)).status == before
    assert [outcome for outcome, _ in await tried(house)] == [before, "not_recalled"]


async def test_what_is_under_way_when_it_is_withdrawn_is_not_sent_again(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook="p0"))
    async with house.write() as unit:
        (claimed,) = await outbox.claim(unit, "webhook", limit=1, lease=timedelta(minutes=1))
    assert await withdraw(house) == recall.Withdrawn(cancelled=0, sent=1)
    async with house.write() as unit:
        await outbox.release(unit, [claimed])
    channel = ScriptedChannel()
    await Sender(house, {"webhook": channel}).drain()
    assert channel.sent == []
    assert (await the_delivery(house)).status == "cancelled"
