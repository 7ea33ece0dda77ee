"""No provider is ever asked for more than it allows: not by one sender, not by several, not after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st
from push_rigs import ScriptedChannel, a_sender, an_account, queue, queue_to, rows
from structlog.testing import capture_logs

from connectors.channels.limits import Limits, Rate
from connectors.channels.message import Message, Receipt
from service.access.unit import House
from service.clock import SetClock
from service.push import pacing, quotas
from service.push.pacing import Slot
from service.push.rounds import Pace
from service.tables import channel_rates
from service.tables.database import Database

HOOK = "https://a.example/hook"


def most_within(instants: Sequence[float], seconds: float) -> int:
    """The largest number of `instants` in any window of so many seconds."""
    ordered = sorted(instants)
    return max((sum(at <= other < at + seconds for other in ordered) for at in ordered), default=0)


@given(
    rate=st.builds(Rate, most=st.integers(1, 40), seconds=st.floats(0.5, 3600)),
    steps=st.lists(
        st.tuples(st.floats(0, 400), st.integers(1, 30), st.floats(0, 1)), min_size=1, max_size=60
    ),
)
def test_no_window_ever_holds_more_than_its_rate(rate: Rate, steps: list[tuple[float, int, float]]) -> None:
    """Grants are asked for at any time, in any number, and used at once or as late as they are good for."""
    slots: list[Slot] = []
    used: list[float] = []
    for at, (_, number, late) in zip(accumulate(step[0] for step in steps), steps, strict=True):
        now = round(at * 1000)
        slots = pacing.living(rate, slots, now)
        left = max(0, rate.most - sum(slot[2] for slot in slots))
        if taken := min(number, left):
            slots = pacing.granted(rate, slots, now, taken)
            used += [now / 1000 + late * pacing.slack(rate) / 1000] * taken
        assert len(slots) <= 2 * pacing.SLOTS + 2
    assert most_within(used, rate.seconds) <= rate.most


@given(rate=st.builds(Rate, most=st.integers(1, 500), seconds=st.floats(1, 3600)))
def test_what_is_allowed_is_used_but_for_a_twentieth(rate: Rate) -> None:
    """Windows of a minute and more; shorter ones wait half a second longer than they are."""
    slots = pacing.granted(rate, [], 0, rate.most)
    free = round(rate.seconds * 1000 * 1.05) + 600
    assert pacing.living(rate, slots, free) == []


class TimedChannel(ScriptedChannel):
    """Notes when it was called, by the clock that stands until it is moved."""

    clock: SetClock
    times: list[datetime]

    async def send(self, message: Message) -> Receipt:
        self.times.append(self.clock.now())
        return await super().send(message)


def timed(clock: SetClock, times: list[datetime], **limits: object) -> TimedChannel:
    channel = TimedChannel(limits=Limits.model_validate(limits))
    channel.clock, channel.times = clock, times
    return channel


async def test_two_senders_together_keep_a_robots_limit(house: House, clock: SetClock) -> None:
    """20 a minute, over senders with connections of their own, as two processes have them, and over a restart."""
    await queue(house, await an_account(house, webhook=HOOK), 70)
    twin = House(Database(house.database.url.render_as_string(False)), clock, house.vault)
    times: list[datetime] = []
    begun = clock.now()
    for step in range(12):
        channels = [timed(clock, times, calls=[{"most": 20, "seconds": 60}]) for _ in range(2)]
        senders = [a_sender(house, channels[0]), a_sender(twin, channels[1])]
        await asyncio.gather(*(sender.drain() for sender in senders))
        clock.advance(seconds=(31, 29, 3)[step % 3])
    await twin.database.close()
    seconds = [(at - begun).total_seconds() for at in times]
    assert len(times) == 70
    assert most_within(seconds, 60) == 20
    assert {row.status for row in await rows(house)} == {"delivered"}
    assert len({row.delivery_id for row in await rows(house)}) == 70


async def test_a_channel_out_of_calls_says_until_when_and_holds_nothing(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 5)
    channel = timed(clock, [], calls=[{"most": 2, "seconds": 60}])
    tally = await a_sender(house, channel).drain()
    assert (tally.sent, list(tally.held)) == (2, ["webhook"])
    assert "服务商限速，11-23 08:31:01 后继续" in tally.held["webhook"]
    assert sorted(row.status for row in await rows(house)) == ["delivered"] * 2 + ["ready"] * 3
    clock.advance(seconds=62)
    assert (await a_sender(house, channel).drain()).sent == 2


async def test_recipients_are_counted_beside_calls(house: House, clock: SetClock) -> None:
    await queue_to(house, 7)
    channel = timed(clock, [], recipients=[{"most": 3, "seconds": 60}], calls=[{"most": 5, "seconds": 60}])
    assert (await a_sender(house, channel).drain()).sent == 3
    clock.advance(minutes=2)
    assert (await a_sender(house, channel).drain()).sent == 3


async def test_a_limit_that_was_changed_goes_on_with_what_was_granted(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 30)
    assert (await a_sender(house, timed(clock, [], calls=[{"most": 5, "seconds": 60}])).drain()).sent == 5
    assert (await a_sender(house, timed(clock, [], calls=[{"most": 8, "seconds": 60}])).drain()).sent == 3
    assert len(await rows(house, channel_rates)) == 1


async def test_a_grant_that_was_not_used_in_time_is_not_used(sqlite_house: House, clock: SetClock) -> None:
    """Between claim and call the machine slept: the message waits for another grant, and is not sent on the old one."""
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 3)
    times: list[datetime] = []
    channel = timed(clock, times, calls=[{"most": 1, "seconds": 60}])
    sender = a_sender(sqlite_house, channel)
    await sender.drain()
    clock.advance(seconds=70)
    fresh = clock.now

    def slept() -> datetime:
        clock.advance(seconds=2.5)
        return fresh()

    clock.now = slept  # type: ignore[method-assign]
    with capture_logs() as logs:
        await sender.drain()
    assert [line["event"] for line in logs].count("paced_call_late") == 1
    clock.now = fresh  # type: ignore[method-assign]
    clock.advance(seconds=70)
    await sender.drain()
    clock.advance(seconds=70)
    await sender.drain()
    clock.advance(seconds=70)
    await sender.drain()
    seconds = [at.timestamp() for at in times]
    assert len(times) == 3
    assert most_within(seconds, 60) == 1


async def test_crowded_minutes_are_waited_out(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 2)
    channel = timed(clock, [], crowded_minutes=[0, 30, 31])
    sender = a_sender(house, channel)
    tally = await sender.drain()
    assert (tally.sent, tally.held) == (0, {"webhook": "避开服务商拥挤的分钟，11-23 08:32:00 后继续"})
    clock.advance(minutes=1, seconds=59)
    assert (await sender.drain()).sent == 0
    clock.advance(seconds=1)
    assert (await sender.drain()).sent == 2


async def test_a_month_that_is_used_up_holds_the_account_until_the_next(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 5, expires_at=clock.now() + timedelta(days=20))
    channel = timed(clock, [], month=3)
    sender = a_sender(house, channel)
    tally = await sender.drain()
    assert (tally.sent, tally.held) == (3, {"webhook": "本月 3 次调用额度已用完，12-01 00:00:00 后继续"})
    clock.advance(days=7)
    assert (await sender.drain()).sent == 0
    clock.advance(days=1)
    assert (await sender.drain()).sent == 2


async def test_a_month_is_foretold_by_its_pace(house: House, clock: SetClock) -> None:
    async with house.write() as unit:
        await quotas.add(unit, "dingtalk", 4000)
        await quotas.add(unit, "dingtalk", 4000)
        month = await quotas.month_of(unit, "dingtalk", 10_000)
        enough = await quotas.month_of(unit, "dingtalk", 12_000)
    assert (month.calls, month.left, month.used_up_on) == (
        8000,
        2000,
        datetime(2026, 11, 28, tzinfo=UTC).date(),
    )
    assert enough.used_up_on is None


async def test_a_paced_account_blocks_no_other(sqlite_house: House, clock: SetClock) -> None:
    account_id = await an_account(sqlite_house, webhook=HOOK, email="w@example.com")
    await queue(sqlite_house, account_id, 30)
    slow = timed(clock, [], calls=[{"most": 1, "seconds": 60}])
    tally = await a_sender(sqlite_house, slow, ScriptedChannel("email"), pace=Pace()).drain()
    assert tally.sent == 31
