"""Identity numbers of people (GB 11643-1999) and unified social credit codes (GB 32100-2015).

Packages that also test whether the area code existed in the birth year refuse real people (docs/importing.md), so
an unknown area is only a warning here. Numbers are taken with lower-case x, full-width digits and spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from operator import mul

from service.access.keys import Vault
from service.records.issues import Wrong

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = {sign: value for value, sign in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_MODERN = re.compile(r"\d{17}[\dX]", re.ASCII)
_OLD_FOREIGN_CARD = re.compile(r"[A-Z]{3}\d{12}")
_HK_MO_PERMIT = re.compile(r"[HM]\d{8}(?:\d{2})?")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{2}", re.IGNORECASE)
_PROVINCES = frozenset(
    map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83))
)  # fmt: skip
_FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Identity:
    """A number that passed. `number` has 18 characters except for older permits, which tell neither birth nor sex."""

    number: str
    id_type: str
    birth_date: date | None = None
    sex: str | None = None
    warning: str | None = None


def person_index(vault: Vault, number: str) -> str:
    """The blind index under which a person is found by `residents.id_number_index`; `number` as `identify` gives it."""
    return vault.index("residents.id_number", number)


def identify(text: str, today: date) -> Identity:
    """Check one number, already in half width and upper case without spaces. Raises `Wrong`."""
    if len(text) == 18:
        return _modern(text, today)
    if len(text) == 15 and text.isascii() and text.isdigit():
        return _modern(_from_legacy(text), today)
    if _OLD_FOREIGN_CARD.fullmatch(text):
        return Identity(text, "FOREIGN")
    if _HK_MO_PERMIT.fullmatch(text):
        return Identity(text, "HK_MO_TW")
    if _SCIENTIFIC.fullmatch(text):
        raise Wrong("digits_lost")
    raise Wrong("identity_length")


def is_identity(text: str) -> bool:
    """Whether a text has the form and the check character of an 18-digit number, whatever it is used for."""
    return bool(_MODERN.fullmatch(text)) and check_character(text[:17]) == text[17]


def check_character(body: str) -> str:
    """The last character that belongs to the first seventeen (ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(map(mul, map(int, body), _WEIGHTS)) % 11]


def check_uscc(text: str) -> str:
    """The code itself when its length, alphabet and check character are right. Raises `Wrong`."""
    if len(text) != 18:
        raise Wrong("digits_lost" if _SCIENTIFIC.fullmatch(text) else "uscc_length")
    if not all(sign in _USCC_VALUES for sign in text):
        raise Wrong("uscc_characters")
    if uscc_check_character(text[:17]) != text[17]:
        raise Wrong("digits_lost" if text.isdigit() and text.endswith("000") else "uscc_check")
    return text


def uscc_check_character(body: str) -> str:
    """The last character that belongs to the first seventeen (GB 32100-2015: weights 3^i modulo 31)."""
    total = sum(_USCC_VALUES[sign] * weight for sign, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[-total % 31]


def _modern(text: str, today: date) -> Identity:
    body, check = text[:17], text[17]
    if not (body.isascii() and body.isdigit() and (check == "X" or "0" <= check <= "9")):
        raise Wrong("identity_characters")
    matches = check_character(body) == check
    if not matches and text.endswith("000"):
        raise Wrong("digits_lost")
    birth = _birth(text[6:14], today)
    if not matches:
        raise Wrong("identity_check")
    return Identity(text, _type_of(text), birth, "1" if int(text[16]) % 2 else "2", _doubt(text))


def _birth(digits: str, today: date) -> date:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise Wrong("identity_birth") from None
    if not birth.year >= _FIRST_YEAR or birth > today:
        raise Wrong("identity_birth")
    return birth


def _from_legacy(text: str) -> str:
    """Fifteen digits were issued until 1999, all to people born in the 1900s (GB 11643-1989)."""
    body = f"{text[:6]}19{text[6:]}"
    return body + check_character(body)


def _type_of(text: str) -> str:
    """Permits for residents from Hong Kong, Macau, Taiwan begin with 81, 82, 83; foreigners' cards since 2023 with 9."""
    if text[0] == "9":
        return "FOREIGN"
    return "HK_MO_TW" if text[:2] in ("81", "82", "83") else "RESIDENT_ID"


def _doubt(text: str) -> str | None:
    if text[0] != "9" and text[:2] not in _PROVINCES:
        return "identity_area_unknown"
    return "identity_ends_000" if text.endswith("000") else None
