"""Every answer of a channel, and every bug in one, ends truthfully."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from push_rigs import ScriptedChannel, a_notice, a_sender, an_account, queue, rows, the_delivery, tried
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
from service.clock import SetClock
from service.push.judge import Backoff
from service.push.notifications import MAX_ATTEMPTS, notify_many
from service.push.rounds import Pace, Tally
from service.tables import addresses

HOOK = "https://a.example/hook"


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
    channel = ScriptedChannel(retry_safety="unsafe", answers=[answer])
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
    Receipt("lost", None, None, 1.0),  # type: ignore[arg-type]
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


async def test_no_reference_of_a_provider_keeps_a_batch_from_being_written(house: House) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 3)
    hostile = Receipt("accepted", "a\x00\ud800'\"b" + "c" * 9999, "2\x0000", 1.0)
    tally = await a_sender(house, ScriptedChannel(answers=["delivered", hostile, "delivered"])).drain()
    assert tally == Tally(sent=3)
    (row,) = [row for row in await rows(house) if row.status == "accepted"]
    assert row.provider_ref.startswith("a'\"bccc")
    assert row.last_code == "200"


def test_the_backoff_is_the_documented_one() -> None:
    text = (Pace().backoff, MAX_ATTEMPTS)
    assert text == (Backoff(base=60, cap=3600), 10)


async def test_message_ids_fit_every_channel(sqlite_house: House) -> None:
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 3)
    channel = ScriptedChannel()
    await a_sender(sqlite_house, channel).drain()
    assert len({message.id for message in channel.sent}) == 3
    assert all(re.fullmatch(r"[0-9a-f]{8}-\d+-[0-9a-f]+", message.id) for message in channel.sent)
