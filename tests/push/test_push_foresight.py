"""Nothing is sent into the void: what a provider would throw away without a word waits, or is closed with the reason."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from push_rigs import ScriptedChannel, a_notice, a_sender, an_account, queue, queue_to, rows, the_delivery

from connectors.channels.limits import Limits
from connectors.channels.message import Message, Receipt, Rejected, Uncertain
from service.access.unit import House
from service.clock import SHANGHAI, SetClock
from service.push.foresight import LEEWAY
from service.push.notifications import notify_many
from service.push.quiet import QuietHours
from service.push.rounds import Pace
from service.tables.database import Database
from tests.rules.effort import DEEP

DAY = 86_400.0


class Void(ScriptedChannel):
    """A provider that answers success and shows nothing beyond its rules, and keeps the truth."""

    clock: SetClock
    shown: list[tuple[str, str, datetime]]
    lost: list[str]

    async def send(self, message: Message) -> Receipt:
        receipt = await super().send(message)
        now = self.clock.now()
        mine = [(text, at) for to, text, at in self.shown if to == message.to]
        same = self.limits.same_text
        again = same is not None and any(
            text == message.text and now - at < timedelta(seconds=same) for text, at in mine
        )
        over = any(
            sum(now - at < timedelta(seconds=rate.seconds) for _, at in mine) >= rate.most
            for rate in self.limits.person
        )
        if again or over:
            self.lost.append(message.id)
        else:
            self.shown.append((message.to, message.text, now))
        return receipt


def void(clock: SetClock, **limits: Any) -> Void:
    channel = Void(limits=Limits.model_validate(limits), retry_safety="unsafe", answers=["accepted"])
    channel.clock, channel.shown, channel.lost = clock, [], []
    return channel


async def say(house: House, account_id: int, key: str, text: str, **changes: Any) -> None:
    async with house.write() as unit:
        await notify_many(unit, [a_notice(unit, account_id, key, body=text, subject="智推", **changes)])


async def test_an_equal_text_is_not_sent_twice_within_the_window(house: House, clock: SetClock) -> None:
    account_id = await an_account(house, webhook="p0")
    begun = clock.now()
    await say(house, account_id, "a", "今天 3 户。", expires_at=begun + timedelta(days=3))
    channel = void(clock, same_text=DAY)
    sender = a_sender(house, channel)
    await sender.drain()
    clock.advance(hours=1)
    await say(house, account_id, "b", "今天 3 户。", expires_at=begun + timedelta(days=3))
    await say(house, account_id, "c", "今天 4 户。", expires_at=begun + timedelta(days=3))
    tally = await sender.drain()
    assert (tally.sent, tally.retried) == (1, 1)
    waiting = (await rows(house))[1]
    assert (waiting.status, waiting.last_code, waiting.attempts) == ("ready", "predicted_same_text", 0)
    assert waiting.due_at == begun + timedelta(days=1) + LEEWAY
    clock.instant = waiting.due_at
    assert (await sender.drain()).sent == 1
    assert channel.lost == []


async def test_what_would_expire_before_the_window_is_over_is_closed_with_the_reason(
    house: House, clock: SetClock
) -> None:
    account_id = await an_account(house, webhook="p0")
    await say(house, account_id, "a", "今天 3 户。")
    await say(house, account_id, "b", "今天 3 户。")
    channel = void(clock, same_text=DAY)
    tally = await a_sender(house, channel).drain()
    assert (tally.sent, tally.dropped, len(channel.sent)) == (1, 1, 1)
    (closed,) = [row for row in await rows(house) if row.status == "dropped"]
    assert closed.last_code == "predicted_same_text"
    assert (
        closed.last_reason == "对方在渠道规定的时间内已收到相同内容，再发会被渠道丢弃，到可发时已过期，未发送"
    )


async def test_a_text_that_may_have_arrived_counts_and_one_that_was_refused_does_not(
    house: House, clock: SetClock
) -> None:
    first, second = await an_account(house, webhook="p0"), await an_account(house, "li", webhook="p1")
    for account_id in (first, second):
        await say(house, account_id, f"a{account_id}", "今天 3 户。")
    channel = ScriptedChannel(
        retry_safety="unsafe",
        limits=Limits(same_text=DAY),
        answers=[Uncertain("?"), Rejected("x"), "accepted"],
    )
    sender = a_sender(house, channel, pace=Pace(concurrency=1))
    await sender.drain()
    for account_id in (first, second):
        await say(house, account_id, f"b{account_id}", "今天 3 户。")
    await sender.drain()
    assert [row.status for row in await rows(house)] == ["unknown", "failed", "dropped", "accepted"]


async def test_a_person_gets_no_more_than_the_provider_shows(house: House, clock: SetClock) -> None:
    """WeCom: thirty a minute, the rest is swallowed."""
    account_id = await an_account(house, webhook="p0")
    for at in range(9):
        await say(house, account_id, f"n{at}", f"第 {at} 条")
    channel = void(clock, person=[{"most": 2, "seconds": 60}, {"most": 5, "seconds": 3600}])
    sender = a_sender(house, channel)
    counts = []
    for _ in range(5):
        counts.append((await sender.drain()).sent)
        clock.advance(seconds=66)
    assert counts == [2, 2, 1, 0, 0]
    clock.advance(hours=1)
    assert (await sender.drain()).sent == 2
    assert channel.lost == []


@pytest.mark.parametrize("seed", range(DEEP))
async def test_nothing_is_swallowed_and_nothing_lost_whatever_happens(
    house: House, clock: SetClock, seed: int
) -> None:
    """Two senders, many texts and people, doubt and failures in between; the provider's ledger is the judge."""
    dice = random.Random(seed)
    twin = House(Database(house.database.url.render_as_string(False)), clock, house.vault)
    people = [await an_account(house, f"w{at}", webhook=f"p{at}") for at in range(3)]
    channel = void(clock, same_text=3600.0, person=[{"most": 3, "seconds": 600}])
    senders = [a_sender(house, channel), a_sender(twin, channel)]
    for step in range(14):
        if step < 8:
            for at in range(3):
                text = f"今天 {dice.randrange(3)} 户。"
                lives = timedelta(hours=dice.choice([1, 9]))
                await say(house, dice.choice(people), f"{step}-{at}", text, expires_at=clock.now() + lives)
        await asyncio.gather(*(sender.drain() for sender in senders))
        clock.advance(minutes=dice.choice([1, 7, 40, 90]))
    clock.advance(days=1)
    await senders[0].drain()
    await twin.database.close()
    assert channel.lost == []
    found = await rows(house)
    shown: dict[str, int] = defaultdict(int)
    for to, _, _ in channel.shown:
        shown[to] += 1
    for at in range(3):
        mine = [row for row in found if row.address == f"p{at}"]
        assert sum(row.status == "accepted" for row in mine) == shown[f"p{at}"]
    assert {row.status for row in found} <= {"accepted", "dropped", "expired"}
    assert len({message.id for message in channel.sent}) == len(channel.sent)


async def test_a_person_gets_so_many_messages_a_day_over_all_channels_and_urgent_ones_besides(
    house: House, clock: SetClock
) -> None:
    account_id = await an_account(house, webhook="p0", email="w@example.com")
    for at in range(4):
        await say(house, account_id, f"n{at}", f"第 {at} 条", expires_at=clock.now() + timedelta(days=2))
    await say(house, account_id, "u", "紧急", urgent=True)
    channels = [ScriptedChannel("webhook"), ScriptedChannel("email")]
    sender = a_sender(house, channels[0], cap=2, quiet=QuietHours(20, 8, SHANGHAI))
    await sender.drain()
    mails = a_sender(house, channels[1], cap=2, quiet=QuietHours(20, 8, SHANGHAI))
    await mails.drain()
    for channel in channels:
        assert sorted(message.text for message in channel.sent) == ["第 0 条", "第 1 条", "紧急"]
    waiting = [row for row in await rows(house) if row.status == "ready"]
    assert {(row.last_code, row.attempts) for row in waiting} == {("person_cap", 0)}
    morning = SetClock.at(clock.today() + timedelta(days=1), 8).now()
    assert {row.due_at for row in waiting} == {morning}
    clock.instant = morning
    assert (await sender.drain()).sent == 2


async def test_what_waits_for_a_full_day_and_expires_is_closed(house: House, clock: SetClock) -> None:
    account_id = await an_account(house, webhook="p0")
    await queue(house, account_id, 3)
    tally = await a_sender(house, ScriptedChannel(), cap=2).drain()
    assert (tally.sent, tally.dropped) == (2, 1)


async def test_digests_keep_no_text(house: House, clock: SetClock) -> None:
    await queue_to(house, 1)
    await a_sender(house, void(clock, same_text=DAY)).drain()
    digest = (await the_delivery(house)).text_digest
    assert len(digest) == 64
    assert "户" not in digest
