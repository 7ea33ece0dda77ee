"""Text to tokens. Slips with a clear meaning (full-width marks, `且`) are reported and read as meant."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from rules import slips
from rules.errors import RuleError
from rules.syntax import Span


class Mark(Enum):
    """What a token is."""

    INT = auto()
    DECIMAL = auto()
    TEXT = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True)
class Token:
    """One token; `text` is the sign or name as meant, `value` that of a literal."""

    mark: Mark
    text: str
    span: Span
    value: int | Decimal | str | None = None


LARGEST = 2**63 - 1
DIGITS = 15  # a decimal of 15 digits survives the double that SQLite keeps it in
WORDS = {
    "and": "&&", "且": "&&", "并且": "&&", "而且": "&&", "同时": "&&",
    "or": "||", "或": "||", "或者": "||",
    "not": "!", "非": "!",
}  # fmt: skip
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans(
    "“”‘’。、【】　", "\"\"''.,[] "
)
_SINGLE = {"≥": ">=", "≤": "<=", "≠": "!="}
_SIGN = re.compile(r"&&|\|\||==|!=|<=|>=|<>|[-+<>=!?:.,()\[\]*/%&|;{}]")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_NAME = re.compile(r"[^\W\d]\w*")
_TAIL = re.compile(r"\w+")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))", re.S)
_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?", "`": "`",
}  # fmt: skip
_CLOSERS = {'"': '"', "'": "'", "“": '”“"', "”": '”“"', "‘": "’‘'", "’": "’‘'"}


@dataclass
class _Reader:
    text: str
    plain: str
    errors: list[RuleError]
    at: int = 0


def tokenize(text: str) -> tuple[list[Token], list[RuleError]]:
    """Split `text` into tokens, the last one END, and report every slip on the way."""
    reader = _Reader(text, text.translate(_FULL_WIDTH), [])
    tokens: list[Token] = []
    while reader.at < len(text):
        token = _next(reader)
        if token is not None:
            tokens.append(token)
    tokens.append(Token(Mark.END, "", Span(len(text), len(text))))
    return tokens, reader.errors


def _next(reader: _Reader) -> Token | None:
    character = reader.plain[reader.at]
    if character.isspace():
        reader.at += 1
        return None
    if reader.text[reader.at] in _CLOSERS or character in "\"'":
        return _text(reader)
    for pattern, read in _READERS:
        found = pattern.match(reader.plain, reader.at)
        if found:
            return read(reader, found[0])
    return _odd(reader)


def _take(reader: _Reader, length: int) -> Span:
    span = Span(reader.at, reader.at + length)
    reader.at += length
    written = reader.text[span.start : span.end]
    meant = reader.plain[span.start : span.end]
    if written != meant:
        reader.errors.append(slips.full_width_character(span, written, meant))
    return span


def _number(reader: _Reader, digits: str) -> Token:
    span = _take(reader, len(digits))
    tail = _TAIL.match(reader.plain, reader.at)
    if tail:
        reader.at = tail.end()
        wrong = Span(span.start, reader.at)
        reader.errors.append(slips.bad_number(wrong, digits + tail[0], digits if len(digits) < 19 else ""))
    if "." in digits:
        return Token(Mark.DECIMAL, digits, span, _decimal(reader, digits, span))
    return Token(Mark.INT, digits, span, _integer(reader, digits, span))


def _integer(reader: _Reader, digits: str, span: Span) -> int:
    short = digits.lstrip("0") or "0"
    if len(short) > 19 or int(short) > LARGEST:
        reader.errors.append(slips.number_too_large(span))
        return LARGEST
    return int(short)


def _decimal(reader: _Reader, digits: str, span: Span) -> Decimal:
    if len(digits.replace(".", "").lstrip("0")) > DIGITS or len(digits) > 2 * DIGITS:
        reader.errors.append(slips.number_too_large(span))
        return Decimal(0)
    return Decimal(digits)


def _name(reader: _Reader, name: str) -> Token:
    span = _take(reader, len(name))
    meant = WORDS.get(name.lower())
    if meant is None:
        return Token(Mark.SIGN if name == "in" else Mark.NAME, name, span)
    reader.errors.append(slips.word_operator(span, name, meant))
    return Token(Mark.SIGN, meant, span)


_MEANT = {"&": "&&", "|": "||", "<>": "!="}


def _sign(reader: _Reader, sign: str) -> Token:
    span = _take(reader, len(sign))
    if sign == "=":
        reader.errors.append(slips.single_equals(span))
        sign = "=="
    elif sign in _MEANT:
        reader.errors.append(slips.word_operator(span, sign, _MEANT[sign]))
        sign = _MEANT[sign]
    return Token(Mark.SIGN, sign, span)


_READERS: tuple[tuple[re.Pattern[str], Callable[[_Reader, str], Token]], ...] = (
    (_NUMBER, _number),
    (_NAME, _name),
    (_SIGN, _sign),
)


def _odd(reader: _Reader) -> Token | None:
    character = reader.text[reader.at]
    span = Span(reader.at, reader.at + 1)
    reader.at += 1
    if character in _SINGLE:
        reader.errors.append(slips.full_width_character(span, character, _SINGLE[character]))
        return Token(Mark.SIGN, _SINGLE[character], span)
    if _forbidden(character):
        reader.errors.append(slips.forbidden_character(span))
    else:
        reader.errors.append(slips.unexpected_character(span, character))
    return None


def _text(reader: _Reader) -> Token:
    start, opener = reader.at, reader.text[reader.at]
    straight = '"' if opener in '"“”＂' else "'"
    closers = _CLOSERS.get(opener, opener + straight)
    reader.at += 1
    pieces: list[str] = []
    while reader.at < len(reader.text) and reader.text[reader.at] not in closers:
        pieces.append(_piece(reader))
    if reader.at == len(reader.text):
        reader.errors.append(slips.unclosed_text(Span(start, reader.at), straight))
    reader.at = min(reader.at + 1, len(reader.text))
    value, span = "".join(pieces), Span(start, reader.at)
    if opener != straight:
        meant = f"{straight}{value}{straight}"
        reader.errors.append(slips.full_width_character(span, reader.text[start : reader.at], meant))
    return Token(Mark.TEXT, reader.text[start : reader.at], span, value)


def _piece(reader: _Reader) -> str:
    start = reader.at
    escape = _ESCAPE.match(reader.text, start)
    if escape:
        reader.at = escape.end()
        value = _unescape(reader, escape, Span(start, reader.at))
    else:
        reader.at += 1
        value = reader.text[start]
    if _forbidden(value):
        reader.errors.append(slips.forbidden_character(Span(start, reader.at)))
        return ""
    return value


def _unescape(reader: _Reader, escape: re.Match[str], span: Span) -> str:
    two, four, eight, octal, simple = escape.groups()
    code = int(two or four or eight or "0", 16) if octal is None else int(octal, 8)
    if simple is None and code <= 0x10FFFF:
        return chr(code)
    if simple in _ESCAPES:
        return _ESCAPES[simple]
    reader.errors.append(slips.bad_escape(span, escape[0]))
    return ""


def _forbidden(character: str) -> bool:
    return character == "\0" or "\ud800" <= character <= "\udfff"
