"""What people and addresses say, read strictly: keys, days and codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from service.errors import InvalidInput

CODE = re.compile(r"[0-9]{2,18}")
RULE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def is_key(text: str) -> bool:
    """Whether a text can be the key of a record."""
    return text.isascii() and text.isdigit() and len(text) < 19


def key_of(form: Mapping[str, str], name: str, missing: str) -> int:
    """The key in a field; InvalidInput with the words of `missing` where there is none."""
    text = form.get(name, "")
    if not is_key(text):
        raise InvalidInput(missing)
    return int(text)


def day_of(text: str) -> date | None:
    """The day a date field holds, None for an empty one; InvalidInput for anything else."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput("日期请写成 2026-12-01 这样。") from error


def note_of(form: Mapping[str, str], name: str, longest: int) -> str | None:
    """What was written into a field, None for nothing; InvalidInput where it is too long."""
    text = form.get(name, "").strip()
    if len(text) > longest:
        raise InvalidInput(f"说明最多 {longest} 个字。")
    return text or None
