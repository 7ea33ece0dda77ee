"""Passwords: refused when weak, kept as Argon2id (RFC 9106, second recommended option), never compared in the loop."""

from __future__ import annotations

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from service.errors import InvalidInput

SHORTEST = 10
LONGEST = 128
LONG_ENOUGH = 16
"""From this length on, kinds of characters are not counted: a sentence is as good as a riddle."""
KINDS = 3
COMMON = ("password", "qwerty", "admin", "12345678", "abcdefg", "iloveyou", "zhitui", "woaini", "1q2w3e")

_HASHER = PasswordHasher()
# Each hash takes 64 MiB for tens of milliseconds: two at a time bound what a burst of sign-ins can cost.
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="argon2")


def refuse_weak(password: str, login: str) -> None:
    """InvalidInput unless it is 10 to 128 characters, hard to guess, and not made of the login."""
    fault = _fault(password, login)
    if fault:
        raise InvalidInput("密码强度不够，请更换。", errors=[{"field": "password", "message": fault}])


async def digest(password: str) -> str:
    """The Argon2id hash, in a thread."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, _normal(password))


async def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password. Without a stored hash an equal amount of work is done for a sure no."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, stored, _normal(password))


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def folded(text: str) -> str:
    """Trimmed, with compatibility forms and case folded."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _verify(stored: str | None, password: str) -> bool:
    try:
        right = _HASHER.verify(stored or _decoy(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return right and stored is not None


@cache
def _decoy() -> str:
    return _HASHER.hash("nobody has this password")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def _fault(password: str, login: str) -> str | None:
    if len(password) < SHORTEST:
        return f"至少 {SHORTEST} 个字符"
    if len(password) > LONGEST:
        return f"最多 {LONGEST} 个字符"
    plain = folded(password)
    if login in plain:
        return "不能包含登录名"
    if any(word in plain for word in COMMON) and len(password) < LONG_ENOUGH:
        return "含有常见密码，容易被猜中"
    if len(set(plain)) < 5:
        return "重复字符过多"
    if len(password) < LONG_ENOUGH and _kinds(password) < KINDS:
        return f"须含大写、小写、数字、符号中的 {KINDS} 类，或不少于 {LONG_ENOUGH} 个字符"
    return None


def _kinds(password: str) -> int:
    return len({_kind(letter) for letter in password})


def _kind(letter: str) -> str:
    if letter.isdigit():
        return "digit"
    if letter.isupper():
        return "upper"
    if letter.islower():
        return "lower"
    return "other"
