"""What people write by hand: short, and without the numbers by which somebody could be found."""

from __future__ import annotations

import re

from service.errors import InvalidInput

_NUMBER = re.compile(r"\d(?:[ \-]?[0-9Xx]){6,}")
"""Seven digits and more: of a phone, an identity card, an account. Dates and amounts have fewer."""


def without_numbers(text: str | None, field: str = "note") -> str | None:
    """The text, None for an empty one. InvalidInput where a number of a person stands in it."""
    typed = (text or "").strip()
    day_free = re.sub(r"\d{4}-\d{2}-\d{2}", "", typed)
    if _NUMBER.search(day_free):
        raise InvalidInput(
            "说明里请不要写证件号、电话或账号。",
            errors=[{"field": field, "message": "含有像证件号或电话的数字，请删去"}],
        )
    return typed or None
