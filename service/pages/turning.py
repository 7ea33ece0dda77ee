"""Turning the pages of a list: one goes on after a key, which says nothing about anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from service.pages.typed import is_key

T = TypeVar("T")


@dataclass(frozen=True)
class Leaf(Generic[T]):
    """What one page shows, and the key the next one goes on after; None on the last."""

    shown: Sequence[T]
    next: int | None


def after_of(given: Mapping[str, str]) -> int | None:
    """The key an address or a form says to go on after; None for the first page."""
    text = given.get("after", "")
    return int(text) if is_key(text) else None


def leaf(found: Sequence[T], most: int, key: Callable[[T], int]) -> Leaf[T]:
    """One page of at most `most`, of what was `found` when one more was asked for."""
    return Leaf(found[:most], key(found[most - 1]) if len(found) > most else None)
