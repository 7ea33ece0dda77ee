"""Where an account is reached: one address per channel."""

from __future__ import annotations

import re

from sqlalchemy import select

from connectors.channels.dingtalk import USERID
from connectors.channels.dingtalk_todo import UNION_ID
from connectors.channels.registry import CHANNELS
from connectors.channels.sms import NUMBER
from connectors.channels.wecom import MEMBER
from connectors.channels.zheding import ACCOUNT_ID
from service.access import audit
from service.access.unit import Unit
from service.errors import InvalidInput
from service.tables import addresses, channel_accounts
from service.tables.upsert import upsert

FORMS = {
    "console": re.compile(r"\S+"),
    "wecom": MEMBER,
    "wecom_robot": re.compile(r"\S+"),
    "feishu": re.compile(r"\S+"),
    "feishu_robot": re.compile(r"\S+"),
    "sms_aliyun": NUMBER,
    "sms_tencent": NUMBER,
    "webpush": re.compile(r"\{.+\}", re.DOTALL),
    "apprise": re.compile(r"[a-z0-9]+://\S+"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "webhook": re.compile(r"https?://[^\s/]+\S*"),
    "dingtalk": USERID,
    "dingtalk_todo": UNION_ID,
    "dingtalk_robot": re.compile(r"\S+"),
    "zheding": ACCOUNT_ID,
}
"""What an address of each channel looks like; whether it answers is seen when it is used."""


ANY = re.compile(r"\S+")


async def set_address(unit: Unit, account_id: int, channel: str, address: str) -> None:
    """Set or replace the account's address on `channel`, a kind of channel or one of its accounts; one that was given up
    works again.

    InvalidInput for an unknown channel or an address that cannot be one of it.
    """
    kind = await _kind(unit, channel)
    if not FORMS.get(kind, ANY).fullmatch(address):
        raise InvalidInput(f"这不像是渠道 {channel} 的地址，请核对。")
    row = {"account_id": account_id, "channel": channel, "address": address, "disabled_at": None}
    keys, changed = ["account_id", "channel"], ["address", "disabled_at"]
    await unit.connection.execute(upsert(unit.dialect, addresses, keys, changed), row)
    await audit.record(unit, "address.set", "account", account_id, detail={"channel": channel})


async def _kind(unit: Unit, channel: str) -> str:
    """The kind of a channel by its name."""
    rows = await unit.connection.execute(select(channel_accounts.c.name, channel_accounts.c.kind))
    kinds = {name: name for name in CHANNELS} | {row.name: row.kind for row in rows}
    if channel not in kinds:
        raise InvalidInput(f"没有渠道 {channel}，可用：{'、'.join(kinds)}。")
    return str(kinds[channel])
