"""Text to tokens and comments. Slips with a clear meaning (full-width marks, `且`) are reported and read as meant.

Lexis: CEL language definition (cel-spec, doc/langdef.md, "Syntax"), the part that means the same in SQL. White space
is what Unicode calls so; names may hold any letters, so that a Chinese label can be answered with its field.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple

from rules.errors import RuleError
from rules.reading import slips
from rules.reading.syntax import Span, quoted
from rules.reading.texts import OPENERS, OPENING, text_literal


class Mark(Enum):
    """What a token is."""

    INT = auto()
    DECIMAL = auto()
    TEXT = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


class Token(NamedTuple):
    """One token; `text` is the sign or name as meant, `value` that of a literal."""

    mark: Mark
    text: str
    span: Span
    value: int | Decimal | str | None = None


class Comment(NamedTuple):
    """`// …` to the end of its line; `text` without the slashes and the space around it."""

    text: str
    span: Span


class Tokenized(NamedTuple):
    """The tokens, the last one END, the comments between them, and every slip on the way."""

    tokens: list[Token]
    comments: list[Comment]
    errors: list[RuleError]


LARGEST = 2**63 - 1
DIGITS = 15  # a decimal of 15 digits survives the double that SQLite keeps it in
WORDS = {
    "and": "&&", "且": "&&", "并且": "&&", "而且": "&&", "同时": "&&",
    "or": "||", "或": "||", "或者": "||",
    "not": "!", "非": "!",
    "is": "==", "等于": "==", "不等于": "!=", "属于": "in",
    "大于": ">", "小于": "<", "大于等于": ">=", "小于等于": "<=", "不小于": ">=", "不大于": "<=",
    "in": "in", "true": "true", "false": "false", "null": "null", "none": "null",
}  # fmt: skip
_LITERALS = frozenset({"true", "false", "null"})
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans(
    "“”‘’。、【】　", "\"\"''.,[] "
)
_SINGLE = {"≥": ">=", "≤": "<=", "≠": "!=", "−": "-", "–": "-", "×": "*", "÷": "/"}
_MEANT = {"&": "&&", "|": "||", "<>": "!=", "===": "==", "!==": "!=", "=>": ">=", "=<": "<="}
_SIGN = re.compile(r"===|!==|&&|\|\||==|!=|<=|>=|<>|=>|=<|[-+<>=!?:.,()\[\]*/%&|;{}]")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_FRACTION = re.compile(r"\.[0-9]+")
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER_TAIL = re.compile(r"(?:[eE][+-]?[0-9]+|\w|\.(?![^\W\d]))+")
_IS_NOT = re.compile(r"\s+not\b", re.IGNORECASE)
# What no eye can see or no database can hold: controls, formatting marks (bidi, zero width), lone surrogates.
_UNSEEN = re.compile(
    "[\x01-\b\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0001-\U000e007f]+|[\ud800-\udfff\0]+"
)
_HELD = re.compile("[\0\ud800-\udfff]")
_GAP = re.compile(rf"(?:\s|{_UNSEEN.pattern})+")
_COMMENT_SIGNS = ("/", "#")
_COMMENT = re.compile(r"(?://|#)[^\n\r]*")
_UNITS = {"千": 1000, "万": 10_000, "亿": 100_000_000}


@dataclass
class _Reader:
    text: str
    plain: str
    errors: list[RuleError]
    tokens: list[Token] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    at: int = 0


def tokenize(text: str) -> Tokenized:
    """Split `text` into tokens and comments."""
    reader = _Reader(text, text.translate(_FULL_WIDTH), list(_unseen(text)))
    while _skipped(reader) < len(text):
        token = _next(reader)
        if token is not None:
            reader.tokens.append(token)
    reader.tokens.append(Token(Mark.END, "", Span(len(text), len(text))))
    return Tokenized(reader.tokens, reader.comments, reader.errors)


def _unseen(text: str) -> Iterator[RuleError]:
    for found in _UNSEEN.finditer(text):
        make = slips.forbidden_character if _HELD.search(found[0]) else slips.invisible_character
        yield make(Span(*found.span()), found[0][0])


def _skipped(reader: _Reader) -> int:
    """Where the next token begins, past white space, what cannot be seen, and comments."""
    gap = _GAP.match(reader.plain, reader.at)
    if gap:
        reader.at = gap.end()
    while reader.plain[reader.at : reader.at + 1] in _COMMENT_SIGNS and _comment(reader):
        gap = _GAP.match(reader.plain, reader.at)
        reader.at = gap.end() if gap else reader.at
    return reader.at


def _comment(reader: _Reader) -> bool:
    match = _COMMENT.match(reader.plain, reader.at)
    if match is None:
        return False
    span = Span(*match.span())
    signs = 1 if match[0][0] == "#" else 2
    written = reader.text[span.start : span.start + signs]
    if written != "//":
        place = Span(span.start, span.start + signs)
        reader.errors.append(slips.word_operator(place, written, "//"))
    reader.comments.append(Comment(reader.text[span.start + signs : span.end].strip(), span))
    reader.at = span.end
    return True


def _next(reader: _Reader) -> Token | None:
    opening = OPENING.match(reader.text, reader.at) if reader.text[reader.at] in OPENERS else None
    if opening:
        return _text(reader, opening)
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
    tail = _NUMBER_TAIL.match(reader.plain, reader.at)
    if tail:
        reader.at = tail.end()
        written, span = digits + tail[0], Span(span.start, reader.at)
        meant = _intended(digits, tail[0])
        reader.errors.append(slips.bad_number(span, written, meant))
        digits = meant or "0"
    if "." in digits:
        return Token(Mark.DECIMAL, digits, span, _decimal(reader, digits, span))
    return Token(Mark.INT, digits, span, _integer(reader, digits, span))


def _intended(digits: str, tail: str) -> str:
    """The plain number that was most likely meant; "" when none is likely or it would be too large."""
    if len(digits) > DIGITS:
        return ""
    if re.fullmatch(r"[eE][+-]?[0-9]{1,2}", tail):
        plain = f"{Decimal(f'{digits}{tail}'):f}"
        return plain if len(plain) <= DIGITS else ""
    if digits == "0" and tail[0] in "xX" and re.fullmatch(r"[0-9a-fA-F]{1,12}", tail[1:]):
        return str(int(tail[1:], 16))
    if tail[0] in _UNITS:
        return f"{(Decimal(digits) * _UNITS[tail[0]]).normalize():f}"
    if re.fullmatch(r"(_[0-9]+){1,4}", tail):
        return digits + tail.replace("_", "")
    return "" if re.search(r"[.0-9]", tail[1:]) else digits


def _fraction(reader: _Reader, digits: str) -> Token | None:
    """`.5`, which is no selection because nothing stands before it."""
    span = _take(reader, len(digits))
    reader.errors.append(slips.bad_number(span, digits, f"0{digits}"))
    return Token(Mark.DECIMAL, digits, span, _decimal(reader, f"0{digits}", span))


def _integer(reader: _Reader, digits: str, span: Span) -> int:
    """An integer of 64 bits; the smallest one only after a minus, as in CEL."""
    largest = LARGEST + _after(reader, "-")
    short = digits.lstrip("0") or "0"
    if len(short) > 19 or int(short) > largest:
        reader.errors.append(slips.number_too_large(span))
        return LARGEST
    return int(short)


def _after(reader: _Reader, *signs: str) -> bool:
    last = reader.tokens[-1] if reader.tokens else None
    return last is not None and last.mark is Mark.SIGN and last.text in signs


def _decimal(reader: _Reader, digits: str, span: Span) -> Decimal:
    if len(digits.replace(".", "").lstrip("0")) > DIGITS or len(digits) > 2 * DIGITS:
        reader.errors.append(slips.number_too_large(span))
        return Decimal(0)
    return Decimal(digits)


def _name(reader: _Reader, name: str) -> Token:
    span = _take(reader, len(name))
    meant = WORDS.get(name.lower(), name)
    if meant == name or _after(reader, "."):
        return Token(Mark.SIGN if name == "in" else Mark.NAME, name, span)
    negated = _IS_NOT.match(reader.plain, reader.at) if name.lower() == "is" else None
    if negated:
        reader.at, meant = negated.end(), "!="
        span = Span(span.start, reader.at)
    reader.errors.append(slips.word_operator(span, reader.text[span.start : span.end], meant))
    return Token(Mark.NAME if meant in _LITERALS else Mark.SIGN, meant, span)


def _sign(reader: _Reader, sign: str) -> Token | None:
    if sign == "." and not _selects(reader):
        fraction = _FRACTION.match(reader.plain, reader.at)
        if fraction:
            return _fraction(reader, fraction[0])
    span = _take(reader, len(sign))
    if sign == "=":
        reader.errors.append(slips.single_equals(span))
        sign = "=="
    elif sign in _MEANT:
        reader.errors.append(slips.word_operator(span, sign, _MEANT[sign]))
        sign = _MEANT[sign]
    return Token(Mark.SIGN, sign, span)


def _selects(reader: _Reader) -> bool:
    """A dot after something it may select from."""
    last = reader.tokens[-1] if reader.tokens else None
    return last is not None and (last.mark is not Mark.SIGN or last.text in ")]")


_READERS: tuple[tuple[re.Pattern[str], Callable[[_Reader, str], Token | None]], ...] = (
    (_NAME, _name),
    (_SIGN, _sign),
    (_NUMBER, _number),
)


def _odd(reader: _Reader) -> Token | None:
    character = reader.text[reader.at]
    if character in _SINGLE:
        span, meant = Span(reader.at, reader.at + 1), _SINGLE[character]
        reader.at += 1
        if meant not in "*/":  # these are refused as they are
            reader.errors.append(slips.full_width_character(span, character, meant))
        return Token(Mark.SIGN, meant, span)
    start = reader.at
    while reader.at < len(reader.text) and not _known(reader):
        reader.at += 1
    span = Span(start, reader.at)
    reader.errors.append(slips.unexpected_character(span, reader.text[start : reader.at]))
    return None


def _known(reader: _Reader) -> bool:
    """Something begins here that can be read."""
    return (
        reader.text[reader.at] in _SINGLE
        or OPENING.match(reader.text, reader.at) is not None
        or any(pattern.match(reader.plain, reader.at) for pattern in (_GAP, _COMMENT, _NAME, _SIGN, _NUMBER))
    )


def _text(reader: _Reader, opening: re.Match[str]) -> Token:
    found = text_literal(reader.text, opening)
    span = Span(reader.at, found.end)
    reader.at = found.end
    reader.errors += found.errors
    written = reader.text[span.start : span.end]
    if found.full_width:
        reader.errors.append(slips.full_width_character(span, written, quoted(found.value, found.quote)))
    return Token(Mark.TEXT, written, span, found.value)
