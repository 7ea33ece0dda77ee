"""Where an account is reached: one address per channel."""

from __future__ import annotations

from service.access import audit
from service.access.unit import Unit
from service.tables import addresses
from service.tables.upsert import upsert


async def set_address(unit: Unit, account_id: int, channel: str, address: str) -> None:
    """Set or replace the account's address on `channel`; one that was given up works again."""
    row = {"account_id": account_id, "channel": channel, "address": address, "disabled_at": None}
    keys, changed = ["account_id", "channel"], ["address", "disabled_at"]
    await unit.connection.execute(upsert(unit.dialect, addresses, keys, changed), row)
    await audit.record(unit, "address.set", "account", account_id, detail={"channel": channel})
