"""The laws of the outbox, on both databases: one lease, one holder, nothing lost, nothing late."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from push_rigs import a_notice, an_account, queue, rows, the_delivery, tried
from sqlalchemy import event

from connectors.channels.message import Receipt, Retryable
from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.push import completion, outbox, tidying
from service.push.judge import Backoff, Judge
from service.push.notifications import notify_many
from service.push.settlements import Attempt, Claimed
from service.tables import attempts
from service.tables.database import Database

MINUTE = timedelta(minutes=1)
HOOK = "https://a.example/hook"


async def _claim(house: House, limit: int = 10) -> list[Claimed]:
    async with house.write() as unit:
        return await outbox.claim(unit, "webhook", limit=limit, lease=MINUTE)


async def _deliver(house: House, claimed: list[Claimed]) -> None:
    judge = Judge(True, Backoff(), MINUTE, random.Random(1))
    now = house.clock.now()
    done = [
        judge.settle(one, Attempt(now, 3), Receipt("delivered", "ref", "200", 3.0), now) for one in claimed
    ]
    async with house.write() as unit:
        await completion.complete(unit, done)


async def _reap(house: House, *safe: str) -> dict[str, int]:
    async with house.write() as unit:
        return await tidying.reap(unit, dict.fromkeys(safe))


async def test_what_is_claimed_is_claimed_once_and_longest_due_first(house: House, clock: SetClock) -> None:
    account_id = await an_account(house, webhook=HOOK)
    async with house.write() as unit:
        await notify_many(
            unit,
            [a_notice(unit, account_id, f"n{i}", due_at=unit.now - timedelta(minutes=i)) for i in range(5)],
        )
    first = await _claim(house, limit=3)
    assert [one.message.subject for one in first] == ["智推 n4", "智推 n3", "智推 n2"]
    assert len(await _claim(house)) == 2
    assert await _claim(house) == []
    assert {row.status for row in await rows(house)} == {"leased"}


async def test_nothing_is_claimed_before_it_is_due_nor_after_it_has_expired(
    house: House, clock: SetClock
) -> None:
    account_id = await an_account(house, webhook=HOOK)
    await queue(house, account_id, due_at=clock.now() + timedelta(hours=1))
    assert await _claim(house) == []
    clock.advance(hours=1)
    async with house.read() as unit:
        assert await outbox.anything_due(unit, "webhook")
        assert not await outbox.anything_due(unit, "email")
    clock.advance(hours=11)
    async with house.read() as unit:
        assert not await outbox.anything_due(unit, "webhook")
    assert await _claim(house) == []
    async with house.write() as unit:
        assert await tidying.expire(unit) == 1
        assert await tidying.expire(unit) == 0
    assert (await the_delivery(house)).status == "expired"


async def test_the_message_is_what_was_queued_and_its_id_stays_over_attempts(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    (first,) = await _claim(house)
    message = first.message
    assert (message.to, message.subject, message.text) == (HOOK, "智推 n0", "今天 3 户。")
    assert message.link == "https://zhitui.example/l/abc"
    clock.advance(minutes=2)
    assert await _reap(house, "webhook") == {"ready": 1, "unknown": 0}
    (second,) = await _claim(house)
    assert second.message.id == message.id
    assert second.lease.by != first.lease.by


async def test_installations_that_count_alike_do_not_share_message_ids(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    (ours,) = await _claim(house)
    clock.advance(minutes=2)
    await _reap(house, "webhook")
    (theirs,) = await _claim(House(house.database, clock, Vault(bytes(32))))
    assert ours.delivery_id == theirs.delivery_id
    assert ours.message.id != theirs.message.id


async def test_a_late_worker_cannot_overwrite_the_one_who_took_over(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    late = await _claim(house)
    clock.advance(minutes=2)
    await _reap(house, "webhook")
    (held,) = await _claim(house)
    await _deliver(house, late)
    delivery = await the_delivery(house)
    assert (delivery.status, delivery.lease_by, delivery.attempts) == ("leased", held.lease.by, 0)
    await _deliver(house, [held])
    delivery = await the_delivery(house)
    assert (delivery.status, delivery.lease_by, delivery.attempts) == ("delivered", None, 1)
    assert [outcome for outcome, _ in await tried(house)] == ["uncertain", "delivered", "delivered"]


async def test_a_lapsed_lease_is_ready_where_a_repeat_is_harmless_and_unknown_elsewhere(
    house: House, clock: SetClock
) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    await _claim(house)
    assert await _reap(house, "webhook") == {"ready": 0, "unknown": 0}
    clock.advance(seconds=60)
    assert await _reap(house, "webhook") == {"ready": 1, "unknown": 0}
    delivery = await the_delivery(house)
    assert (delivery.status, delivery.attempts, delivery.last_code) == ("ready", 0, "lease_expired")
    await _claim(house)
    clock.advance(minutes=2)
    assert await _reap(house, "console") == {"ready": 0, "unknown": 1}
    assert (await the_delivery(house)).status == "unknown"
    assert await tried(house) == [("uncertain", "lease_expired")] * 2


async def test_a_renewed_lease_is_not_reaped_and_a_lost_one_is_not_renewed(
    house: House, clock: SetClock
) -> None:
    account_id = await an_account(house, webhook=HOOK)
    await queue(house, account_id, 2)
    (first,) = await _claim(house, limit=1)
    (second,) = await _claim(house, limit=1)
    clock.advance(seconds=50)
    async with house.write() as unit:
        assert await outbox.renew(unit, [first.lease], lease=MINUTE) == {first.delivery_id}
    clock.advance(seconds=50)
    assert await _reap(house, "webhook") == {"ready": 1, "unknown": 0}
    async with house.write() as unit:
        assert await outbox.renew(unit, [first.lease, second.lease], lease=MINUTE) == {first.delivery_id}


async def test_what_is_released_is_ready_as_before(house: House) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    before = await the_delivery(house)
    claimed = await _claim(house)
    async with house.write() as unit:
        await outbox.release(unit, claimed)
    assert await the_delivery(house) == before
    assert await rows(house, attempts) == []


async def test_an_expired_delivery_keeps_the_reason_it_waited(house: House, clock: SetClock) -> None:
    await queue(house, await an_account(house, webhook=HOOK))
    judge = Judge(True, Backoff(), MINUTE, random.Random(1))
    (one,) = await _claim(house)
    async with house.write() as unit:
        failed = judge.settle(one, Attempt(unit.now, 5), Retryable("接收方超时未答", code="504"), unit.now)
        await completion.complete(unit, [failed])
    clock.advance(hours=12)
    async with house.write() as unit:
        assert await tidying.expire(unit) == 1
    delivery = await the_delivery(house)
    assert (delivery.status, delivery.last_code, delivery.last_reason) == ("expired", "504", "接收方超时未答")


async def test_claims_at_the_same_time_never_meet(house: House, clock: SetClock) -> None:
    """Each claimer has connections of its own, as a process of its own would."""
    await queue(house, await an_account(house, webhook=HOOK), 200)
    houses = [
        House(Database(house.database.url.render_as_string(False)), clock, house.vault) for _ in range(4)
    ]

    all_at_it = asyncio.Barrier(len(houses))

    async def claim_all(one: House) -> list[int]:
        mine = [claimed.delivery_id for claimed in await _claim(one, limit=7)]
        await all_at_it.wait()
        while batch := await _claim(one, limit=7):
            mine += [claimed.delivery_id for claimed in batch]
        return mine

    taken = await asyncio.gather(*(claim_all(one) for one in houses))
    for one in houses:
        await one.database.close()
    everything = [number for mine in taken for number in mine]
    assert all(len(mine) >= 7 for mine in taken)
    assert len(everything) == len(set(everything)) == 200


async def test_a_claim_takes_no_more_than_its_limit_even_beside_another(house: House) -> None:
    await queue(house, await an_account(house, webhook=HOOK), 30)
    assert len(await _claim(house, limit=20)) == 20
    assert len(await _claim(house, limit=20)) == 10


async def test_a_claim_reads_the_index_of_what_is_ready(sqlite_house: House) -> None:
    await queue(sqlite_house, await an_account(sqlite_house, webhook=HOOK), 50)
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(
        _connection: object, _cursor: object, statement: str, values: tuple[object, ...], *_: object
    ) -> None:
        seen.append((statement, values))

    async with sqlite_house.write() as unit:
        event.listen(unit.connection.sync_connection, "before_cursor_execute", note)
        await outbox.claim(unit, "webhook", limit=5, lease=MINUTE)
        event.remove(unit.connection.sync_connection, "before_cursor_execute", note)
        statement, values = seen[0]
        plan = await unit.connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values)
        text = " ".join(row[-1] for row in plan)
    assert statement.startswith("WITH picked")
    assert "ix_deliveries_ready" in text
    assert "USE TEMP B-TREE FOR ORDER BY" not in text


@given(
    attempts_made=st.integers(0, 500),
    seed=st.integers(),
    base=st.floats(0.1, 600),
    cap=st.floats(0.1, 86_400),
)
def test_the_jitter_keeps_its_bounds(attempts_made: int, seed: int, base: float, cap: float) -> None:
    wait = Backoff(base, cap).wait(attempts_made, random.Random(seed))
    assert 0 <= wait <= min(cap, base * 2 ** min(attempts_made, 64))


def test_the_jitter_uses_the_whole_range() -> None:
    dice, backoff = random.Random(7), Backoff(base=8, cap=100)
    for attempts_made, ceiling in [(0, 8), (1, 16), (3, 64), (4, 100), (40, 100)]:
        waits = [backoff.wait(attempts_made, dice) for _ in range(400)]
        assert min(waits) < ceiling * 0.05
        assert max(waits) > ceiling * 0.95
