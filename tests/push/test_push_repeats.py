"""A provider that compares whole calls: what may have arrived goes out again with all of its call, or not at all."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from push_rigs import Gatherer, a_notice, a_sender, an_account, queue_to, rows

from connectors.channels.limits import Limits
from connectors.channels.message import ChannelError, Message, Receipt, Uncertain
from service.access.unit import House
from service.clock import SetClock
from service.push.claims import Claims
from service.push.notifications import notify_many
from service.push.rounds import Pace
from service.tables.database import Database
from tests.rules.effort import DEEP

DOUBT = Uncertain("服务商超时未答")
WINDOW = timedelta(hours=4)


class Comparing(Gatherer):
    """Shows nothing of a call that it has seen within its window, and keeps the truth of what each person got."""

    verbatim: ClassVar[bool] = True
    clock: SetClock
    seen: dict[tuple[str, ...], datetime]
    shown: Counter[str]
    dice: random.Random

    async def send_together(self, messages: Sequence[Message]) -> list[Receipt | ChannelError]:
        self.take(messages)
        return await super().send_together(messages)

    async def send(self, message: Message) -> Receipt:
        self.take([message])
        return await super().send(message)

    def take(self, messages: Sequence[Message]) -> None:
        call = (messages[0].text, *(message.to for message in messages))
        now = self.clock.now()
        if call not in self.seen or now - self.seen[call] >= WINDOW:
            self.shown.update(message.id for message in messages)
        self.seen[call] = now


def comparing(clock: SetClock, **parts: Any) -> Comparing:
    channel = Comparing(
        safe_within=WINDOW, limits=Limits(together=5, same_text=WINDOW.total_seconds()), **parts
    )
    channel.clock, channel.seen, channel.shown = clock, {}, Counter()
    return channel


async def test_a_doubtful_call_is_repeated_as_it_was_though_others_could_join_it(
    house: House, clock: SetClock
) -> None:
    await queue_to(house, 3)
    channel = comparing(clock, answers=[DOUBT, "delivered"])
    sender = a_sender(house, channel)
    await sender.drain()
    for at in range(2):
        account_id = await an_account(house, f"late{at}", webhook=f"late{at}")
        async with house.write() as unit:
            await notify_many(unit, [a_notice(unit, account_id, f"late{at}")])
    clock.advance(hours=1)
    assert (await sender.drain()).sent == 5
    calls = [[message.to for message in call] for call in channel.calls]
    assert calls == [["p0", "p1", "p2"], ["p0", "p1", "p2"], ["late0", "late1"]]
    assert set(channel.shown.values()) == {1}


async def test_it_goes_out_whole_when_only_one_of_it_is_due(house: House, clock: SetClock) -> None:
    await queue_to(house, 4)
    channel = comparing(clock, answers=[DOUBT, "delivered"])
    sender = a_sender(house, channel)
    await sender.drain()
    clock.instant = min(row.due_at for row in await rows(house))
    assert (await sender.drain()).sent == 4
    assert set(channel.shown.values()) == {1}


async def test_a_call_that_cannot_be_made_as_it_was_is_not_made(house: House, clock: SetClock) -> None:
    await queue_to(house, 2)
    account_id = await an_account(house, "short", webhook="short")
    async with house.write() as unit:
        await notify_many(unit, [a_notice(unit, account_id, "s", expires_at=unit.now + timedelta(minutes=5))])
    channel = comparing(clock, answers=[DOUBT])
    sender = a_sender(house, channel)
    await sender.drain()
    clock.advance(hours=1)
    await sender.drain()
    assert len(channel.calls) == 1
    assert Counter(row.last_code for row in await rows(house)) == {"call_torn": 2, "uncertain": 1}
    assert {row.status for row in await rows(house)} == {"unknown"}


async def test_the_call_of_a_process_that_died_is_repeated_as_it_was(house: House, clock: SetClock) -> None:
    await queue_to(house, 3)
    channel = comparing(clock)
    claims = Claims(house, "webhook", channel, Pace(), cap=None, awake=lambda instant: instant)
    taken = await claims.take(9)
    await channel.send_together([one.message for one in taken.loads[0].claimed])
    clock.advance(minutes=2)
    assert (await a_sender(house, channel).drain()).sent == 3
    assert len(channel.calls) == 2
    assert set(channel.shown.values()) == {1}


@pytest.mark.parametrize("seed", range(DEEP))
async def test_nobody_gets_a_message_twice_and_none_is_lost(house: House, clock: SetClock, seed: int) -> None:
    dice = random.Random(seed)
    twin = House(Database(house.database.url.render_as_string(False)), clock, house.vault)
    people = [await an_account(house, f"w{at}", webhook=f"p{at}") for at in range(6)]
    answers = [dice.choice([DOUBT, DOUBT, "delivered"]) for _ in range(40)] + ["delivered"]
    channel = comparing(clock, answers=answers)
    for step in range(10):
        async with house.write() as unit:
            await notify_many(
                unit, [a_notice(unit, dice.choice(people), f"{step}-{at}", body=f"今天 {dice.randrange(6)} 户。",
                                expires_at=unit.now + timedelta(days=3)) for at in range(4)]
            )  # fmt: skip
        await asyncio.gather(*(a_sender(one, channel).drain() for one in (house, twin)))
        clock.advance(minutes=dice.choice([1, 10, 40]))
    for _ in range(20):
        await a_sender(house, channel).drain()
        clock.advance(minutes=160)
    await twin.database.close()
    found = await rows(house)
    assert {row.status for row in found} <= {"delivered", "unknown"}
    assert set(channel.shown.values()) == {1}
    assert len(channel.shown) == len(found)
