"""What a visit is found by: name, initials of its pinyin, and address."""

from __future__ import annotations

import os
from functools import lru_cache
from itertools import islice, product

# Characters are looked up one by one; the dictionary of phrases would take longest of all at every start.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, pinyin

READINGS = 4
"""Characters with several readings (单: dan, shan) are found by each; of names with many combinations, by the first."""


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """`金秀香` → `jxx`; several readings stand one after another, `单丹` → `dd sd`."""
    letters = [_letters(character) for character in name]
    return " ".join("".join(combination) for combination in islice(product(*letters), READINGS))


def haystack(name: str, address: str) -> str:
    """The text a search looks into, in lower case."""
    return f"{name} {initials(name)} {address}".lower()


def found(query: str, name: str, address: str) -> bool:
    """Whether every word of `query` is part of name, initials or address."""
    text = haystack(name, address)
    return all(word in text for word in query.lower().split())


@lru_cache(maxsize=10_000)
def _letters(character: str) -> list[str]:
    readings = pinyin(character, style=Style.FIRST_LETTER, heteronym=True, errors=lambda text: text.lower())
    return list(dict.fromkeys(readings[0])) if readings else [character.lower()]
