"""A form that is sent twice is taken once: each carries a key, which is kept with what was sent."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from service.access import answered
from service.access.unit import Unit
from service.errors import KeyReused
from service.pages.visitor import Visitor

LONGEST_KEY = 100


def new_key() -> str:
    """What a form that is shown carries along."""
    return secrets.token_urlsafe(16)


async def first_time(visitor: Visitor, unit: Unit) -> bool:
    """Claim the key of the form in this transaction; False where the same form was taken before.

    KeyReused where another one was taken under it. Waits for a twin that is being taken.
    """
    key = f"page:{visitor.form.get('key', '')[:LONGEST_KEY]}"
    said = {name: value for name, value in visitor.form.items() if name != "csrf"}
    digest = answered.digest_of(unit, f"{visitor.raw.path}?{urlencode(sorted(said.items()))}".encode())
    if await answered.claim(unit, key, digest):
        await answered.keep(unit, key, 303, "")
        return True
    if (await answered.find(unit, key)).request_digest != digest:
        raise KeyReused("这张表单已经提交过，请重新打开这一页。")
    return False
