"""What may have arrived: sent again only while the receiver would know it, and never called what it may not be."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from push_rigs import ScriptedChannel, a_sender, an_account, queue, the_delivery, tried

from connectors.channels.message import Gone, Message, Rejected, Retryable, Uncertain
from service.access.unit import House
from service.clock import SHANGHAI, SetClock
from service.push import outbox, tidying
from service.push.judge import MARGIN, Answer, Backoff, ChannelBug, Interrupted, Judge
from service.push.quiet import QuietHours
from service.push.replays import replay
from service.push.settlements import IN_VAIN, Attempt, Claimed, Lease

HOOK = "https://a.example/hook"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DOUBT = Uncertain("服务商超时未答")
ANSWERS: list[Answer] = [
    DOUBT, Retryable("忙"), Retryable("忙", 30.0), Rejected("拒收"), Gone("停用"), ChannelBug("x"), Interrupted(),
]  # fmt: skip


def a_claimed(clock: SetClock, attempts: int = 0, doubt: timedelta | None = None) -> Claimed:
    now = clock.now()
    message = Message("m1", "p", "s", "t", None, None, "t")
    lease = Lease("me", now + HOUR)
    uncertain_at = None if doubt is None else now - doubt
    return Claimed(1, 1, 1, "webhook", attempts, 10, now + 9 * HOUR, message, lease, uncertain_at)


@given(
    answer=st.sampled_from(ANSWERS),
    attempts=st.integers(0, 9),
    doubt=st.none() | st.timedeltas(timedelta(0), 5 * HOUR),
    window=st.none() | st.timedeltas(2 * MINUTE, 4 * HOUR),
    safe=st.booleans(),
    seed=st.integers(0, 99),
    night=st.booleans(),
)
def test_the_laws_of_doubt(
    answer: Answer,
    attempts: int,
    doubt: timedelta | None,
    window: timedelta | None,
    safe: bool,
    seed: int,
    night: bool,
) -> None:
    clock = SetClock.at(date(2026, 11, 23), 19 if night else 9)
    quiet = QuietHours(20, 8, SHANGHAI)
    judge = Judge(safe, Backoff(), MINUTE, random.Random(seed), quiet, window if safe else None)
    now = clock.now()
    claimed = a_claimed(clock, attempts, doubt if safe else None)
    told = judge.settle(claimed, Attempt(now, 1), answer, now)
    first = told.uncertain_at or claimed.uncertain_at
    doubtful = isinstance(answer, Uncertain | Interrupted) or (isinstance(answer, ChannelBug) and not safe)
    if doubtful:
        assert told.uncertain_at == (claimed.uncertain_at or now)
    if first is not None:
        assert told.status not in IN_VAIN  # nobody claims that it did not arrive
        if told.status == "ready":
            assert safe
    if told.status == "ready" and first is not None and told.due_at is not None and window is not None:
        named = isinstance(answer, Retryable) and answer.after is not None
        assert named or told.due_at <= first + window - MARGIN
    if told.status == "ready" and told.due_at is not None:
        assert not quiet.covers(told.due_at)


async def test_a_doubtful_attempt_is_repeated_under_its_id_where_the_receiver_knows_it(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    channel = ScriptedChannel(answers=[DOUBT, "delivered"], safe_within=HOUR)
    sender = a_sender(house, channel)
    assert (await sender.drain()).retried == 1
    row = await the_delivery(house)
    assert (row.status, row.attempts, row.uncertain_at) == ("ready", 1, clock.now())
    clock.instant = row.due_at
    assert (await sender.drain()).sent == 1
    assert len({message.id for message in channel.sent}) == 1
    assert [outcome for outcome, _ in await tried(house)] == ["uncertain", "delivered"]


async def test_it_is_not_repeated_once_the_receiver_has_forgotten(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    channel = ScriptedChannel(answers=[DOUBT], safe_within=HOUR)
    sender = a_sender(house, channel)
    await sender.drain()
    clock.advance(minutes=59, seconds=1)
    assert (await sender.drain()).unknown == 1
    row = await the_delivery(house)
    assert (row.status, row.last_code, len(channel.sent)) == ("unknown", "window_passed", 1)


async def test_it_ends_as_unknown_when_it_cannot_be_sent_again_in_time(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    channel = ScriptedChannel(answers=[DOUBT, Rejected("拒收", code="400")])
    sender = a_sender(house, channel)
    await sender.drain()
    clock.advance(hours=1)
    await sender.drain()
    row = await the_delivery(house)
    assert (row.status, row.last_code) == ("unknown", "400")


async def test_what_expires_in_doubt_is_unknown(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    await a_sender(house, ScriptedChannel(answers=[DOUBT])).drain()
    clock.advance(hours=12)
    await a_sender(house, ScriptedChannel()).drain()
    assert (await the_delivery(house)).status == "unknown"


@pytest.mark.parametrize(("after", "status"), [(MINUTE, "ready"), (2 * HOUR, "unknown")])
async def test_a_lapsed_lease_is_repeated_within_the_window_only(
    house: House, clock: SetClock, after: timedelta, status: str
) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    begun = clock.now()
    async with house.write() as unit:
        await outbox.claim(unit, "webhook", limit=5, lease=MINUTE)
    clock.instant += after
    async with house.write() as unit:
        await tidying.reap(unit, {"webhook": HOUR})
    row = await the_delivery(house)
    assert (row.status, row.uncertain_at) == (status, begun)


async def test_a_replay_is_sent_though_the_window_has_passed_and_stays_in_doubt(
    house: House, clock: SetClock
) -> None:
    """Whoever replays accepts that it arrives twice; that it may have arrived before is not forgotten."""
    await queue(house, await an_account(house, webhook=HOOK))
    sender = a_sender(house, ScriptedChannel(answers=[DOUBT], safe_within=10 * MINUTE))
    await sender.drain()
    clock.advance(hours=1)
    await sender.drain()
    async with house.write() as unit:
        await replay(unit, (await the_delivery(house)).delivery_id, risk_double=True)
    again: dict[str, Any] = {"answers": [Rejected("拒收")], "safe_within": 10 * MINUTE}
    channel = ScriptedChannel(**again)
    await a_sender(house, channel).drain()
    assert len(channel.sent) == 1
    assert (await the_delivery(house)).status == "unknown"
