"""How private values are shown to those who may know them only in part (GB/T 35273 §7.2; forms in docs/concepts.md)."""

from __future__ import annotations


def mask_id_number(value: str) -> str:
    """First 6 and last 4 of an 18-digit number; less of anything shorter."""
    return f"{value[:6]}********{value[-4:]}" if len(value) >= 15 else mask_any(value)


def mask_phone(value: str) -> str:
    """`138****1234`; less of anything shorter."""
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 11 else mask_any(value)


def mask_name(value: str) -> str:
    """First character, and a star for each further one."""
    return value[:1] + "*" * max(len(value) - 1, 0)


def mask_any(value: str) -> str:
    """First and last character of longer values, stars for the rest; nothing of short ones."""
    if len(value) <= 4:
        return "*" * len(value)
    return value[0] + "*" * (len(value) - 2) + value[-1]
