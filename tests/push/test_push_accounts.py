"""Accounts of channels: tried before they are kept, kept where nobody reads them, noticed by a sender that runs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from push_rigs import SECRET, WEBHOOK_CONFIG, Ledger, an_account, queue, rows, the_delivery, until
from structlog.testing import capture_logs

from connectors.channels.message import ChannelError, Misconfigured
from service import sending
from service.access import addresses
from service.access.unit import House
from service.errors import InvalidInput, NotFound
from service.push import accounts, gates
from service.settings import Settings
from service.tables import audit, channel_accounts
from service.tables.database import Database


def settings_in(folder: Path, **changes: Any) -> Settings:
    return Settings(home=folder, quiet_from=0, quiet_to=0, **changes)


async def test_an_account_sends_under_its_own_name_and_tells_nobody_its_secret(
    house: House, tmp_path: Path
) -> None:
    async with Ledger().open() as ledger:
        await accounts.save(house, "office-hook", "webhook", WEBHOOK_CONFIG)
        account_id = await an_account(house)
        async with house.write() as unit:
            await addresses.set_address(unit, account_id, "office-hook", ledger.url)
        await queue(house, account_id, 2)
        tally, _ = await sending.send_due(house, settings_in(tmp_path))
    assert (tally.sent, len(ledger.posts)) == (2, 2)
    (row,) = await rows(house, channel_accounts)
    assert (row.name, row.kind, row.probed_at) == ("office-hook", "webhook", house.clock.now())
    assert SECRET not in repr(row)
    assert [one.action for one in await rows(house, audit)] == ["channel.set", "address.set"]
    assert SECRET not in repr(await rows(house, audit))
    async with house.read() as unit:
        assert (await accounts.enabled(unit))["office-hook"] == ("webhook", WEBHOOK_CONFIG)


@pytest.mark.parametrize(
    ("kind", "config", "field"),
    [
        ("webhook", {"secrets": ["whsec_hunter2"]}, "secrets"),
        ("webhook", {"secrets": [SECRET], "colour": "hunter2"}, "colour"),
        ("email", {"host": "127.0.0.1", "port": 9, "sender": "智推 <push@zhitui.example>"}, ""),
        ("pigeon", {"loft": "hunter2"}, "channel"),
    ],
)
async def test_what_does_not_work_is_not_kept_and_no_value_is_repeated(
    house: House, kind: str, config: dict[str, Any], field: str
) -> None:
    with pytest.raises(ChannelError) as refused:
        await accounts.save(house, "bad", kind, config)
    if field:
        assert isinstance(refused.value, Misconfigured)
        assert refused.value.field.startswith(field)
    assert "hunter2" not in str(refused.value)
    assert await rows(house, channel_accounts) == []
    with pytest.raises(InvalidInput):
        await accounts.save(house, "Büro 1", "webhook", WEBHOOK_CONFIG)


async def test_a_disabled_account_sends_nothing_and_what_waits_is_told_of(
    house: House, tmp_path: Path
) -> None:
    async with Ledger().open() as ledger:
        await accounts.save(house, "hook", "webhook", WEBHOOK_CONFIG)
        await queue(house, await an_account(house, hook=ledger.url))
        async with house.write() as unit:
            await accounts.disable(unit, "hook")
        for settings in (settings_in(tmp_path), settings_in(tmp_path, channel="hook")):
            tally, _ = await sending.send_due(house, settings)
            assert (tally.sent, tally.unserved) == (0, {"hook": 1})
        await accounts.save(house, "hook", "webhook", WEBHOOK_CONFIG)
        assert (await sending.send_due(house, settings_in(tmp_path)))[0].sent == 1
    with pytest.raises(NotFound):
        async with house.write() as unit:
            await accounts.disable(unit, "nobody")
    with pytest.raises(NotFound):
        await accounts.probe(house, "nobody")


async def test_a_probe_that_succeeds_ends_a_hold(house: House) -> None:
    await accounts.save(house, "hook", "webhook", WEBHOOK_CONFIG)
    async with house.write() as unit:
        await gates.hold(unit, "hook", house.clock.now().replace(year=2030), "90030", "额度")
    await accounts.probe(house, "hook")
    async with house.read() as unit:
        assert (await gates.look(unit, "hook")).shut_until(unit.now) is None


async def test_an_account_whose_settings_are_of_another_version_stops_nobody_else(
    house: House, tmp_path: Path
) -> None:
    async with house.write() as unit:
        sealed = unit.vault.seal(accounts.SEALED, json.dumps({"secrets": "hunter2"}))
        row = {
            "name": "old",
            "kind": "webhook",
            "config": sealed,
            "created_at": unit.now,
            "changed_at": unit.now,
        }
        await unit.connection.execute(channel_accounts.insert().values(row))
    await queue(house, await an_account(house, old="p0"))
    with capture_logs() as logs:
        tally, _ = await sending.send_due(house, settings_in(tmp_path))
    assert tally.unserved == {"old": 1}
    assert [line["channel"] for line in logs if line["event"] == "channel_unusable"] == ["old"]
    assert "hunter2" not in str(logs)


async def test_a_sender_that_runs_notices_a_new_account_and_new_messages_of_other_processes(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ACCOUNTS_LOOK", 0.05)
    stop = asyncio.Event()
    running = asyncio.create_task(sending.keep_sending(house, settings_in(tmp_path), stop))
    twin = House(Database(house.database.url.render_as_string(False)), house.clock, house.vault)
    async with Ledger().open() as ledger:
        await accounts.save(twin, "hook", "webhook", WEBHOOK_CONFIG)
        await queue(twin, await an_account(twin, hook=ledger.url))
        await until(lambda: len(ledger.posts) == 1)
    stop.set()
    await running
    await twin.database.close()
    assert (await the_delivery(house)).status == "delivered"


async def test_the_overview_says_how_each_account_stands(house: House, tmp_path: Path) -> None:
    config = WEBHOOK_CONFIG | {"limits": {"month": 100}}
    await accounts.save(house, "hook", "webhook", config)
    await queue(house, await an_account(house, hook="http://127.0.0.1:9/x"), 3)
    async with house.write() as unit:
        await gates.hold(unit, "hook", house.clock.now().replace(year=2030), "90030", "额度用完")
    found = {one.name: one for one in await sending.channels_overview(house, settings_in(tmp_path))}
    assert set(found) == {"console", "hook"}
    hook = found["hook"]
    assert (hook.kind, hook.disabled, hook.waiting, hook.why) == ("webhook", False, 3, "额度用完")
    assert (hook.month_calls, hook.month_allowed, hook.used_up_on) == (0, 100, None)
