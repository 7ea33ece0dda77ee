"""The accounts of push channels: settings that are tried before they are kept, and kept encrypted.

Addresses and deliveries name an account; the account knows the kind of its channel. Nothing here repeats the value of a
setting: errors name its key.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from connectors.channels.contract import Channel
from connectors.channels.registry import CHANNELS, Entry, build, open_session, parse
from service.access import audit
from service.access.unit import House, Unit
from service.access.wakes import OUTBOX, tell_changed
from service.errors import InvalidInput, NotFound
from service.push import gates
from service.tables import channel_accounts
from service.tables.upsert import upsert

SEALED = "channel_accounts.config"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
Configs = dict[str, tuple[str, Mapping[str, Any]]]
"""Name → kind and settings."""


@dataclass(frozen=True, slots=True)
class ChannelAccount:
    """An account as an operator sees it; its settings are left out."""

    name: str
    kind: str
    probed_at: datetime | None
    disabled_at: datetime | None


_COLUMNS = [channel_accounts.c[name] for name in ChannelAccount.__dataclass_fields__]


async def save(house: House, name: str, kind: str, config: Mapping[str, Any]) -> None:
    """Add an account, or give it new settings and let it send again, once a probe with them has succeeded.

    Raises what the channel raises (`Misconfigured`, `Retryable`), and InvalidInput for a name that cannot be one; then
    nothing has changed.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput("渠道账户名只能用小写字母、数字、“-”和“_”，不超过 40 个字符。")
    parse(kind, config)
    async with opened(house, kind, config) as channel:
        await channel.probe()
    async with house.write() as unit:
        row = {
            "name": name, "kind": kind, "config": unit.vault.seal(SEALED, json.dumps(config)), "created_at": unit.now,
            "changed_at": unit.now, "probed_at": unit.now, "disabled_at": None,
        }  # fmt: skip
        changed = ["kind", "config", "changed_at", "probed_at", "disabled_at"]
        await unit.connection.execute(upsert(unit.dialect, channel_accounts, ["name"], changed), row)
        await gates.reopen(unit, name)
        await _noted(unit, "channel.set", name)


async def probe(house: House, name: str) -> None:
    """Try an account with the settings it has; raises what the channel raises, NotFound where there is none."""
    async with house.read() as unit:
        configs = await _configs(unit, channel_accounts.c.name == name)
    if name not in configs:
        raise NotFound(f"没有名为 {name} 的渠道账户，可用 zhitui channels list 查看。")
    async with opened(house, *configs[name]) as channel:
        await channel.probe()
    async with house.write() as unit:
        await unit.connection.execute(
            update(channel_accounts).where(channel_accounts.c.name == name).values(probed_at=unit.now)
        )
        await gates.reopen(unit, name)


async def disable(unit: Unit, name: str) -> None:
    """Send nothing more over this account; what waits stays and is reported. NotFound where there is none."""
    done = await unit.connection.execute(
        update(channel_accounts)
        .where(channel_accounts.c.name == name, channel_accounts.c.disabled_at.is_(None))
        .values(disabled_at=unit.now, changed_at=unit.now)
    )
    if done.rowcount != 1:
        raise NotFound(f"没有名为 {name} 的启用中的渠道账户。")
    await _noted(unit, "channel.disable", name)


async def all_accounts(unit: Unit) -> list[ChannelAccount]:
    """Every account, by name."""
    rows = await unit.connection.execute(select(*_COLUMNS).order_by(channel_accounts.c.name))
    return [ChannelAccount(*row) for row in rows]


async def enabled(unit: Unit) -> Configs:
    """The accounts that send."""
    return await _configs(unit, channel_accounts.c.disabled_at.is_(None))


async def version(unit: Unit) -> tuple[int, datetime | None]:
    """Another value after every change to an account."""
    statement = select(func.count(), func.max(channel_accounts.c.changed_at))
    row = (await unit.connection.execute(statement)).one()
    return row[0], row[1]


async def kinds(unit: Unit) -> dict[str, Entry]:
    """What is known of every channel by its name: of the kinds by their own, and of every account."""
    rows = await unit.connection.execute(select(channel_accounts.c.name, channel_accounts.c.kind))
    return {**CHANNELS, **{row.name: CHANNELS[row.kind] for row in rows if row.kind in CHANNELS}}


@asynccontextmanager
async def opened(house: House, kind: str, config: Mapping[str, Any]) -> AsyncIterator[Channel]:
    """A channel with these settings and its session."""
    async with open_session(kind, config) as session:
        yield build(kind, config, session=session, clock=house.clock)


async def _configs(unit: Unit, wanted: Any) -> Configs:
    statement = select(channel_accounts.c.name, channel_accounts.c.kind, channel_accounts.c.config).where(
        wanted
    )
    return {
        row.name: (row.kind, json.loads(unit.vault.open(SEALED, row.config)))
        for row in await unit.connection.execute(statement)
    }


async def _noted(unit: Unit, action: str, name: str) -> None:
    await audit.record(unit, action, "channel", name)
    await tell_changed(unit, OUTBOX)
