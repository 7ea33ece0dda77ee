"""Numbers that pass every check and can belong to nobody.

The area 330199 is unassigned (facts in docs/concepts.md), so neither an identity number nor a credit code made here can
be a real one. Telephone numbers begin with 100: mobile numbers in China begin with 13 to 19, so nobody is ever called.
"""

from __future__ import annotations

from datetime import date
from random import Random

AREA = "330199"
PHONE_PREFIX = "100"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_ID_CHECKS = "10X98765432"
_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_PER_BLOCK = 31**4


class IdentityNumbers:
    """Hands out identity numbers, each once: for every birth date 499 to either sex.

    That suffices for streets of some ten million people; beyond, `take` raises OverflowError.
    """

    def __init__(self) -> None:
        self._taken: dict[tuple[date, bool], int] = {}

    def take(self, birth: date, *, male: bool) -> str:
        """The next number of someone born on `birth`."""
        taken = self._taken.get((birth, male), 0)
        sequence = 2 * taken + (1 if male else 2)  # odd for men, even for women
        if sequence > 999:
            raise OverflowError(f"more people born on {birth} than there are identity numbers")
        self._taken[birth, male] = taken + 1
        body = f"{AREA}{birth:%Y%m%d}{sequence:03d}"
        return body + identity_check(body)


def identity_check(body: str) -> str:
    """The check character of the first 17 digits (ISO 7064 MOD 11-2)."""
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def credit_code(office: str, block: int, serial: int) -> str:
    """The unified social credit code number `serial` of `block` (a community).

    `office` is the registering office and kind of the body, such as "91" for companies and "92" for the self-employed.
    """
    if serial >= _PER_BLOCK:
        raise OverflowError("more enterprises in one community than there are credit codes")
    organisation = "MA" + _base31(block * _PER_BLOCK + serial, 6)
    body = office + AREA + organisation + _organisation_check(organisation)
    total = sum(_SYMBOLS.index(symbol) * weight for symbol, weight in zip(body, _CREDIT_WEIGHTS, strict=True))
    return body + _SYMBOLS[-total % 31]


def phone(rng: Random) -> str:
    """Eleven digits that no telephone has."""
    return f"{PHONE_PREFIX}{rng.randrange(10**8):08d}"


def _base31(number: int, width: int) -> str:
    symbols = ""
    for _ in range(width):
        number, rest = divmod(number, 31)
        symbols = _SYMBOLS[rest] + symbols
    return symbols


def _organisation_check(body: str) -> str:
    total = sum(int(symbol, 36) * weight for symbol, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]
