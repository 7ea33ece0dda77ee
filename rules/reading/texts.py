"""Text literals: in either quote, in three of them over several lines, raw after an `r`, and the escapes of CEL."""

import re
from typing import NamedTuple

from rules.errors import RuleError
from rules.reading import slips
from rules.reading.syntax import Span

OPENING = re.compile(r"([rRbB]{0,2})(\"\"\"|'''|[\"'“”‘’＂＇])")
OPENERS = frozenset("rRbB\"'“”‘’＂＇")  # what a literal may begin with
_CLOSING = {
    "“": "[”“\"]", "”": "[”“\"]", "＂": "[＂\"]",
    "‘": "[’‘']", "’": "[’‘']", "＇": "[＇']",
}  # fmt: skip
_STOPS = {
    opener: re.compile(rf"{_CLOSING.get(opener, opener)}|\\" + ("" if len(opener) == 3 else r"|[\r\n]"))
    for opener in ('"', "'", '"""', "'''", *_CLOSING)
}
_ESCAPE = re.compile(
    r"\\(?:[xX]([0-9a-fA-F]{2})|u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))",
)
_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?", "`": "`",
}  # fmt: skip


class TextLiteral(NamedTuple):
    """What a literal says, where it ends, the straight quote it is meant in, and what is wrong with it."""

    value: str
    end: int
    quote: str
    full_width: bool
    errors: list[RuleError]


def text_literal(text: str, opening: re.Match[str]) -> TextLiteral:
    """Read the literal that begins with a match of OPENING; an unclosed one ends with its line."""
    prefix, opener = opening.groups()
    quote = '"' if opener in '"""“”＂' else "'"
    errors: list[RuleError] = []
    value, end, closed = _body(text, opening.end(), opener, "r" in prefix.lower(), errors)
    span = Span(opening.start(), end)
    if not closed:
        errors.append(slips.unclosed_text(span, quote * len(opener)))
    if "b" in prefix.lower():
        meant = prefix.replace("b", "").replace("B", "") + text[opening.start() + len(prefix) : end]
        errors.append(slips.byte_text(span, meant))
    return TextLiteral(value, end, quote, opener in _CLOSING, errors)


def _body(text: str, at: int, opener: str, raw: bool, errors: list[RuleError]) -> tuple[str, int, bool]:
    """The value from `at` on, where the literal ends, and whether it was closed."""
    pieces: list[str] = []
    while stop := _STOPS[opener].search(text, at):
        pieces.append(text[at : stop.start()])
        if stop[0] in "\r\n":
            return "".join(pieces), stop.start(), False
        if stop[0] != "\\":
            return "".join(pieces), stop.end(), True
        if raw:
            pieces.append("\\")
            at = stop.end()
        else:
            piece, at = _unescape(text, stop.start(), errors)
            pieces.append(piece)
    return "".join(pieces) + text[at:], len(text), False


def _unescape(text: str, start: int, errors: list[RuleError]) -> tuple[str, int]:
    """The character an escape stands for and where it ends; "" with an error when it stands for none."""
    found = _ESCAPE.match(text, start)
    span = Span(start, found.end() if found else start + 1)
    two, high, low, four, eight, octal, simple = found.groups() if found else (None,) * 7
    if simple in _ESCAPES:
        return _ESCAPES[simple], span.end
    code = _code(two or four or eight, high, low, octal)
    if code is None or code > 0x10FFFF:
        errors.append(slips.bad_escape(span, text[start : span.end]))
        return "", span.end
    if code == 0 or 0xD800 <= code <= 0xDFFF:
        errors.append(slips.forbidden_character(span, chr(code)))
        return "", span.end
    return chr(code), span.end


def _code(hexadecimal: str | None, high: str | None, low: str | None, octal: str | None) -> int | None:
    if high and low:
        return 0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00
    if octal:
        return int(octal, 8)
    return int(hexadecimal, 16) if hexadecimal else None
