"""One digest per worker and working morning: counts and a signed link, in time, never at night, never stale."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from push_rigs import TODAY, an_account, rows, the_delivery
from sqlalchemy import insert

from service.access.keys import Vault
from service.access.unit import House
from service.clock import SHANGHAI, SetClock
from service.errors import InvalidInput, NotFound
from service.push import digests, links
from service.push.digests import CROWDED_MINUTES, SPREAD, Digest
from service.push.quiet import QuietHours
from service.settings import Settings
from service.tables import accounts, notifications

NIGHT = QuietHours(20, 8, SHANGHAI)
BASE = "https://zhitui.example/"


def local(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


async def _queue(house: House, *made: Digest, quiet: QuietHours = NIGHT, spread: int = SPREAD) -> int:
    async with house.write() as unit:
        return await digests.queue(unit, made, base_url=BASE, quiet=quiet, spread=spread)


async def test_a_digest_names_the_day_the_visits_and_what_is_urgent(house: House) -> None:
    account_id = await an_account(house)
    assert await _queue(house, Digest(account_id, TODAY, 9, 2, 1)) == 1
    (row,) = await rows(house, notifications)
    assert row.subject == "智推 11月23日：今天 9 户，其中紧急 2 户"
    assert "紧急 2 户" in row.body
    assert "逾期 1 户" in row.body
    assert row.expires_at == local(0, day=TODAY + timedelta(days=1))
    assert row.topic == "tasks.digest"


async def test_a_quiet_day_says_so_in_fewer_words(house: House) -> None:
    await _queue(house, Digest(await an_account(house), TODAY, 4, 0, 0))
    (row,) = await rows(house, notifications)
    assert row.subject == "智推 11月23日：今天 4 户"
    assert "没有紧急事项" in row.body
    assert "逾期" not in row.body


async def test_a_worker_without_visits_gets_no_message(house: House) -> None:
    busy, free = await an_account(house, "busy"), await an_account(house, "free")
    assert await _queue(house, Digest(busy, TODAY, 1, 0, 0), Digest(free, TODAY, 0, 0, 0)) == 1
    assert [row.account_id for row in await rows(house, notifications)] == [busy]


async def test_planning_the_day_again_does_not_tell_again(house: House) -> None:
    account_id = await an_account(house)
    assert await _queue(house, Digest(account_id, TODAY, 9, 2, 0)) == 1
    assert await _queue(house, Digest(account_id, TODAY, 10, 3, 0)) == 0
    assert await _queue(house, Digest(account_id, TODAY + timedelta(days=1), 8, 0, 0)) == 1


async def test_the_link_opens_this_workers_list_of_this_day(house: House, vault: Vault) -> None:
    account_id = await an_account(house)
    await _queue(house, Digest(account_id, TODAY, 9, 2, 0))
    (row,) = await rows(house, notifications)
    address, _, token = row.link.rpartition("/l/")
    assert address == "https://zhitui.example"
    assert links.read(vault, token, local(9)) == links.ListLink(account_id, TODAY)


async def test_a_digest_planned_at_night_is_due_in_the_morning(sqlite_house: House, clock: SetClock) -> None:
    account_id = await an_account(sqlite_house)
    clock.instant = local(2)
    await _queue(sqlite_house, Digest(account_id, TODAY, 9, 2, 0))
    due_at = (await the_delivery(sqlite_house)).due_at
    assert local(8, 1) <= due_at <= local(8, 10)


async def test_a_digest_planned_in_the_evening_is_not_sent_the_next_morning(
    sqlite_house: House, clock: SetClock
) -> None:
    account_id = await an_account(sqlite_house)
    clock.instant = local(21)
    await _queue(sqlite_house, Digest(account_id, TODAY, 9, 2, 0))
    assert (await the_delivery(sqlite_house)).status == "expired"


async def test_tomorrows_digest_is_due_tomorrow(sqlite_house: House, clock: SetClock) -> None:
    tomorrow = TODAY + timedelta(days=1)
    await _queue(sqlite_house, Digest(await an_account(sqlite_house), tomorrow, 9, 2, 0), spread=0)
    assert (await the_delivery(sqlite_house)).due_at == local(8, day=tomorrow)


async def test_a_morning_is_spread_over_many_instants(sqlite_house: House) -> None:
    async with sqlite_house.write() as unit:
        people = [
            {"login": f"w{i}", "name": "x", "role": "worker", "created_at": unit.now} for i in range(300)
        ]
        ids = list(await unit.connection.scalars(insert(accounts).returning(accounts.c.account_id), people))
    await _queue(sqlite_house, *(Digest(account_id, TODAY, 3, 0, 0) for account_id in ids))
    instants = {row.due_at for row in await rows(sqlite_house)}
    assert len(instants) > 150
    assert min(instants) < local(8, 34)
    assert max(instants) > local(8, 37)


@given(
    account_id=st.integers(1, 10**9),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
    spread=st.integers(0, SPREAD),
)
def test_the_spread_keeps_its_bounds_and_off_the_crowded_minutes(
    account_id: int, start: datetime, spread: int
) -> None:
    awake = QuietHours(0, 0, SHANGHAI)
    due_at = digests.due_at(account_id, start, awake, spread)
    assert timedelta(0) <= due_at - start <= timedelta(seconds=spread)
    assert due_at == digests.due_at(account_id, start, awake, spread)
    if spread >= 60:
        assert due_at.astimezone(SHANGHAI).minute not in CROWDED_MINUTES


@given(
    account_id=st.integers(1, 10**6),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
    begins=st.integers(0, 24),
    ends=st.integers(0, 24),
)
def test_nothing_is_ever_due_in_quiet_hours(account_id: int, start: datetime, begins: int, ends: int) -> None:
    if begins % 24 == ends % 24 and begins != ends:
        with pytest.raises(InvalidInput):
            QuietHours(begins, ends, SHANGHAI)
        return
    quiet = QuietHours(begins, ends, SHANGHAI)
    lifted = quiet.lifted(start)
    assert not quiet.covers(lifted)
    assert start <= lifted <= start + timedelta(hours=24)
    assert (lifted == start) == (not quiet.covers(start))
    if begins != ends and (ends - begins) % 24 < 23:  # an hour awake is room for the whole spread
        assert not quiet.covers(digests.due_at(account_id, start, quiet))


def test_quiet_time_lasts_over_days_off() -> None:
    rest = QuietHours(20, 8, SHANGHAI, lambda day: day.weekday() >= 5)
    friday_night = local(21, day=TODAY - timedelta(days=3))
    assert rest.lifted(friday_night) == local(8)
    assert rest.lifted(local(12, day=TODAY - timedelta(days=1))) == local(8)
    assert rest.lifted(local(12)) == local(12)


def test_quiet_hours_come_from_the_settings() -> None:
    quiet = QuietHours.of(Settings(quiet_from=22, quiet_to=6))
    assert quiet.covers(local(23))
    assert quiet.covers(local(5, 59))
    assert not quiet.covers(local(6))
    assert not quiet.covers(local(21, 59))


@given(position=st.integers(0, 200), other=st.sampled_from("0123456789.abcXYZ-_"))
def test_an_altered_link_opens_nothing(position: int, other: str) -> None:
    vault = Vault(bytes(32))
    token = links.make(vault, BASE, 17, TODAY, local(23)).rpartition("/")[2]
    place = position % len(token)
    altered = token[:place] + other + token[place + 1 :]
    if altered == token:
        assert links.read(vault, token, local(9)) == links.ListLink(17, TODAY)
    else:
        with pytest.raises(NotFound):
            links.read(vault, altered, local(9))


def test_a_link_of_another_house_or_another_use_opens_nothing(vault: Vault) -> None:
    said = f"17.20261123.{int(local(23).timestamp())}"
    foreign = links.make(Vault(bytes(32)), BASE, 17, TODAY, local(23)).rpartition("/")[2]
    for token in (foreign, f"{said}.{vault.sign(said)}", "", "x", token_with_newline(vault)):
        with pytest.raises(NotFound):
            links.read(vault, token, local(9))


def token_with_newline(vault: Vault) -> str:
    return links.make(vault, BASE, 17, TODAY, local(23)).rpartition("/")[2] + "\n"


def test_an_expired_link_says_that_it_has_expired(vault: Vault) -> None:
    token = links.make(vault, BASE, 17, TODAY, local(23)).rpartition("/")[2]
    assert links.read(vault, token, local(23) - timedelta(seconds=1)).account_id == 17
    with pytest.raises(NotFound, match="过期"):
        links.read(vault, token, local(23))


def test_a_digest_has_room_for_numbers_only() -> None:
    assert {field.type for field in fields(Digest)} == {"int", "date"}
