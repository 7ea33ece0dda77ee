"""One call for many: each person's delivery says what came of it for that person."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from push_rigs import TODAY, Gatherer, a_notice, a_sender, an_account, queue_to, rows, tried, until

from connectors.channels.limits import Limits, Rate
from connectors.channels.message import Gone, Message, Rejected, Retryable, Throttled, Uncertain
from service.access.unit import House
from service.clock import SetClock
from service.push import outbox
from service.push.gathering import loads
from service.push.notifications import notify_many
from service.push.rounds import Pace
from service.push.settlements import Claimed, Lease
from service.tables import addresses


def gatherer(together: int = 100, **parts: Any) -> Gatherer:
    return Gatherer(limits=Limits(together=together), **parts)


@given(texts=st.lists(st.sampled_from("abc"), max_size=40), together=st.integers(1, 7))
def test_loads_carry_everything_once_alike_and_few_enough(texts: list[str], together: int) -> None:
    clock = SetClock.at(TODAY)
    claimed = [
        Claimed(at, at, at, "webhook", 0, 9, clock.now(), Message(f"m{at}", f"p{at}", "", text, None, None, "t"),
                Lease("me", clock.now()))
        for at, text in enumerate(texts)
    ]  # fmt: skip
    made = loads(gatherer(together), claimed)
    assert sorted(one.delivery_id for load in made for one in load.claimed) == list(range(len(texts)))
    assert all(len({one.message.text for one in load.claimed}) == 1 for load in made)
    assert all(len(load.claimed) <= together for load in made)
    assert len(made) == sum(-(-texts.count(text) // together) for text in set(texts))


async def test_equal_texts_travel_together_and_each_person_gets_an_own_state(house: House) -> None:
    await queue_to(house, 7)
    channel = gatherer(
        3, verdicts={"p1": Rejected("不在可见范围", code="60011"), "p5": Gone("已离职", code="33012")}
    )
    tally = await a_sender(house, channel).drain()
    assert sorted(len(call) for call in channel.calls) == [3, 3]
    assert len(channel.sent) == 1
    assert (tally.sent, tally.failed) == (5, 2)
    for row in await rows(house):
        refused = row.address in ("p1", "p5")
        assert row.status == ("failed" if refused else "delivered")
        assert refused or row.provider_ref.startswith("ref-")
        assert row.attempts == 1
    assert len(await tried(house)) == 7
    assert {row.address for row in await rows(house, addresses) if row.disabled_at} == {"p5"}


async def test_what_differs_does_not_travel_together(house: House) -> None:
    account_id = await an_account(house, webhook="p0")
    async with house.write() as unit:
        await notify_many(
            unit, [a_notice(unit, account_id, f"n{i}", body=f"今天 {i % 2} 户。") for i in range(6)]
        )
    channel = gatherer()
    await a_sender(house, channel).drain()
    assert sorted({message.text for message in call}.pop() for call in channel.calls) == [
        "今天 0 户。",
        "今天 1 户。",
    ]
    assert [len(call) for call in channel.calls] == [3, 3]


@pytest.mark.parametrize(
    ("answer", "safety", "status", "outcome"),
    [
        (Uncertain("可能已送达"), "unsafe", "unknown", "uncertain"),
        (Uncertain("可能已送达"), "safe", "ready", "uncertain"),
        (Retryable("忙", code="-1"), "unsafe", "ready", "retry"),
        (Throttled("限流", 60, code="45009"), "unsafe", "ready", "throttled"),
        (ZeroDivisionError(), "unsafe", "unknown", "uncertain"),
        (ZeroDivisionError(), "safe", "ready", "retry"),
    ],
)
async def test_what_befalls_a_call_befalls_all_in_it(
    house: House, answer: Any, safety: Any, status: str, outcome: str
) -> None:
    await queue_to(house, 4)
    channel = gatherer(retry_safety=safety, answers=[answer])
    await a_sender(house, channel).drain()
    assert [len(call) for call in channel.calls] == [4]
    assert {row.status for row in await rows(house)} == {status}
    assert [name for name, _ in await tried(house)] == [outcome] * 4


async def test_a_channel_that_answers_for_fewer_than_it_was_given_is_not_believed(
    sqlite_house: House,
) -> None:
    class Short(Gatherer):
        async def send_together(self, messages: Any) -> Any:
            return (await super().send_together(messages))[1:]

    await queue_to(sqlite_house, 3)
    await a_sender(sqlite_house, Short(retry_safety="unsafe", limits=Limits(together=9))).drain()
    assert {(row.status, row.last_code) for row in await rows(sqlite_house)} == {("unknown", "channel_bug")}


async def test_a_text_that_cannot_be_made_fails_alone(sqlite_house: House) -> None:
    class Choosy(Gatherer):
        def alike(self, message: Message) -> str:
            if message.to == "p1":
                raise Rejected("太长")
            return message.text

        async def send(self, message: Message) -> Any:
            self.alike(message)
            return await super().send(message)

    await queue_to(sqlite_house, 3)
    await a_sender(sqlite_house, Choosy(limits=Limits(together=9))).drain()
    assert {row.address: row.status for row in await rows(sqlite_house)} == {
        "p0": "delivered", "p1": "failed", "p2": "delivered",
    }  # fmt: skip


async def test_one_call_is_one_call_however_many_it_carries(house: House, clock: SetClock) -> None:
    await queue_to(house, 10)
    limits = Limits(together=4, calls=(Rate(most=2, seconds=60),))
    channel = Gatherer(limits=limits)
    assert (await a_sender(house, channel).drain()).sent == 8
    clock.advance(minutes=2)
    assert (await a_sender(house, channel).drain()).sent == 2


async def test_a_call_cut_off_by_our_own_stop_leaves_all_in_it_in_doubt(house: House) -> None:
    await queue_to(house, 3)
    channel = gatherer(retry_safety="unsafe", hold=asyncio.Event())
    drain = asyncio.create_task(a_sender(house, channel).drain())
    await until(lambda: len(channel.calls) == 1)
    drain.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drain
    assert {row.status for row in await rows(house)} == {"unknown"}


async def test_texts_that_all_differ_are_not_claimed_by_the_hundred(
    sqlite_house: House, clock: SetClock
) -> None:
    account_id = await an_account(sqlite_house, webhook="p0")
    async with sqlite_house.write() as unit:
        await notify_many(unit, [a_notice(unit, account_id, f"n{i}", body=f"{i}") for i in range(40)])
    claimed = []

    async def counted(*given: Any, limit: int, **more: Any) -> list[Claimed]:
        claimed.append(limit)
        return await claim(*given, limit=limit, **more)

    claim = outbox.claim
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "claim", counted)
        channel = Gatherer(limits=Limits(together=100, calls=(Rate(most=500, seconds=60),)))
        await a_sender(sqlite_house, channel, pace=Pace(concurrency=2)).drain()
    assert len(channel.sent) == 40
    assert claimed[0] == 200
    assert max(claimed[1:]) <= 4


async def test_one_call_that_fails_for_many_is_one_failure(house: House) -> None:
    await queue_to(house, 8)
    provider = Gatherer(limits=Limits(together=8), answers=[Retryable("无法连接服务商")])
    tally = await a_sender(house, provider, pace=Pace(patience=2)).drain()
    assert (tally.retried, tally.held) == (8, {})
