"""Signed links: the only thing about a list that leaves the house. A link tells who, which day and until when.

`/l/<account>.<yyyymmdd>.<expiry, Unix seconds>.<signature>`. Whoever alters one of the first three has no signature
for it. The link says whose list it opens and no more: whether that needs a session is decided where it is opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from service.access.keys import Vault
from service.errors import NotFound

_TOKEN = re.compile(r"([1-9][0-9]{0,18})\.([0-9]{8})\.([0-9]{1,12})\.([A-Za-z0-9_-]{32})", re.ASCII)


@dataclass(frozen=True)
class ListLink:
    """What a valid link says: the list of `account_id` on `day`."""

    account_id: int
    day: date


def make(vault: Vault, base_url: str, account_id: int, day: date, expires_at: datetime) -> str:
    """The address of one worker's list of one day."""
    said = f"{account_id}.{day:%Y%m%d}.{int(expires_at.timestamp())}"
    return f"{base_url.rstrip('/')}/l/{said}.{vault.sign(_purpose(said))}"


def read(vault: Vault, token: str, now: datetime) -> ListLink:
    """What `token` (the part after `/l/`) says. NotFound when it is not ours, altered or expired."""
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        raise NotFound("链接不完整，请重新打开消息中的链接。")
    account, day, expiry, signature = parts.groups()
    if not vault.signed(_purpose(f"{account}.{day}.{expiry}"), signature):
        raise NotFound("链接无效，请重新打开消息中的链接。")
    if now.timestamp() >= int(expiry):
        raise NotFound("链接已过期，请登录后查看今天的清单。")
    return ListLink(int(account), date(int(day[:4]), int(day[4:6]), int(day[6:])))


def _purpose(said: str) -> str:
    """What is signed names its use, so that a signature made for anything else does not fit."""
    return f"list:{said}"
