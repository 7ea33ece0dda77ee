"""Chance that falls the same way every time."""

from __future__ import annotations

from random import Random


def dice(*parts: object) -> Random:
    """A generator that depends on `parts` alone: the same parts, the same throws, on every machine."""
    return Random("/".join(map(str, parts)))  # noqa: S311  made-up people, no secrets
