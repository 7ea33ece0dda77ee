"""Errors of reading: characters that cannot stand, structure that does not close."""

from typing import NamedTuple

from rules.errors import RuleError, error, shown
from rules.reading.syntax import Span, quoted


class Expected(NamedTuple):
    """What should have stood at a place, in both languages."""

    chinese: str
    english: str


def unexpected_character(span: Span, written: str) -> RuleError:
    """Characters that no construct begins with."""
    return error(
        "unexpected_character",
        span,
        f"这里不能出现“{shown(written)}”，请删去。",
        f"{shown(written)!r} cannot stand here; remove it.",
    )


def full_width_character(span: Span, written: str, meant: str) -> RuleError:
    """Full-width punctuation, digits or quotes where the half-width ones are meant."""
    return error(
        "full_width_character",
        span,
        f"{shown(written)} 是全角写法，请改用半角 {shown(meant)} 。",
        f"{shown(written)} is full-width; write {shown(meant)} instead.",
        meant,
    )


def forbidden_character(span: Span, character: str) -> RuleError:
    """NUL and lone surrogates, which databases cannot hold."""
    return error(
        "forbidden_character",
        span,
        f"这里有数据库无法保存的字符（U+{ord(character):04X}），请删去；它多半是从别的软件粘贴带来的。",
        f"No database can store the character U+{ord(character):04X}; remove it.",
    )


def invisible_character(span: Span, character: str) -> RuleError:
    """A character nobody sees, such as a zero-width space or one that turns the writing direction round."""
    code = f"U+{ord(character):04X}"
    return error(
        "invisible_character",
        span,
        f"这里有看不见的字符（{code}），请删去；它多半是粘贴带来的。文字里确实需要时，写成 {quoted(character)[1:-1]} 。",
        f"There is a character here that nobody can see ({code}); remove it, or write it as an escape in a text.",
    )


def unclosed_text(span: Span, quote: str) -> RuleError:
    """A text literal without its closing quote in the same line."""
    return error(
        "unclosed_text",
        span,
        f"文字没有在本行收尾，请补上引号 {quote} ；文字里要换行，请写 \\n 。",
        f"This text is not closed in its line; add {quote}, and write \\n for a line break.",
    )


def byte_text(span: Span, meant: str) -> RuleError:
    """`b"…"`: the language has texts, but no bytes."""
    return error(
        "byte_text",
        span,
        "规则里没有字节串，请去掉引号前的 b 。",
        "There are no byte strings in a rule; take away the b before the quote.",
        meant,
    )


def bad_escape(span: Span, written: str) -> RuleError:
    """A backslash sequence that is not part of the language."""
    return error(
        "bad_escape",
        span,
        f"不认识的转义 {shown(written)} ；反斜杠本身请写成 \\\\ 。",
        f"Unknown escape {shown(written)}; write \\\\ for a backslash.",
        f"\\{written}",
    )


def bad_number(span: Span, written: str, meant: str) -> RuleError:
    """A number with letters in it or without a digit before the point, such as 80岁, 1e5, 0x1F, 1万 or .5."""
    return error(
        "bad_number",
        span,
        f"“{shown(written)}”不是这里能用的数字；请只写整数或小数，不带单位、字母和分隔符。",
        f"{shown(written)!r} is no number here; write a plain integer or decimal.",
        meant or None,
    )


def number_too_large(span: Span) -> RuleError:
    """An integer beyond 64 bits, or a decimal of more than 15 digits."""
    return error(
        "number_too_large",
        span,
        "数字太大：整数不得超出 64 位，小数不得超过 15 位有效数字。",
        "The number is too large: integers have 64 bits, decimals at most 15 digits.",
    )


def too_long(span: Span, limit: int) -> RuleError:
    """An expression longer than 4 KB."""
    return error(
        "too_long",
        span,
        f"条件太长，最多 {limit} 字节（约 {limit // 3} 个汉字）；请拆成几条规则，或把名单放进参数。",
        f"The expression is too long, {limit} bytes at most; split the rule or move a list into a parameter.",
    )


def single_equals(span: Span) -> RuleError:
    """`=` where `==` is meant."""
    return error(
        "single_equals", span, "判断相等要写两个等号 == 。", "Write two equals signs, ==, to compare.", "=="
    )


def word_operator(span: Span, written: str, meant: str) -> RuleError:
    """`and`, 且, 大于, `True`, `<>`, `#` … where the language has another sign or word."""
    return error(
        "word_operator",
        span,
        f"“{shown(written)}”请写成 {meant} 。",
        f"Write {meant} instead of {shown(written)!r}.",
        meant,
    )


def reserved_word(span: Span, name: str) -> RuleError:
    """A word that CEL keeps for other languages, such as `if` or `for`, as a name."""
    return error(
        "reserved_word",
        span,
        f"{name} 是保留词，不能作名称；分情况请写“条件 ? 甲 : 乙”。",
        f"{name} is a reserved word and cannot be a name; for alternatives write `test ? a : b`.",
    )


def unsupported_operator(span: Span, written: str) -> RuleError:
    """`*`, `/` and `%`, which do not mean the same on every database."""
    return error(
        "unsupported_operator",
        span,
        f"规则里不能用 {written} ：各种数据库算出的结果不一样；请先算好，写成数字或参数。",
        f"{written} is refused because databases disagree about it; compute the value and write it down.",
    )


def unexpected_token(span: Span, written: str, expected: Expected) -> RuleError:
    """Something else was expected here."""
    return error(
        "unexpected_token",
        span,
        f"这里应该是{expected.chinese}，却写着 {shown(written)} 。",
        f"Expected {expected.english} here, found {shown(written)}.",
    )


def unexpected_end(span: Span, expected: Expected) -> RuleError:
    """The text ends in the middle of a construct."""
    return error(
        "unexpected_end",
        span,
        f"条件没有写完，后面应该还有{expected.chinese}。",
        f"The expression ends too early; expected {expected.english}.",
    )


def nothing_written(span: Span) -> RuleError:
    """A text of nothing but space and comments."""
    return error(
        "nothing_written",
        span,
        "这里还没有写条件；总是成立请写 true 。",
        "There is no condition here; write true for one that always holds.",
        "true",
    )


def too_deep(span: Span, limit: int) -> RuleError:
    """More than 60 levels of brackets, operators and dots."""
    return error(
        "too_deep",
        span,
        f"套得太深，最多 {limit} 层；请去掉多余的括号，或拆成几条规则。",
        f"Nested too deeply, {limit} levels at most; take brackets away or split the rule.",
    )


def too_many_parts(span: Span, limit: int) -> RuleError:
    """More than 200 nodes in one expression."""
    return error(
        "too_many_parts",
        span,
        f"条件太复杂，最多 {limit} 个部分；请拆成几条规则，或把名单放进参数。",
        f"Too many parts, {limit} at most; split the rule or move a list into a parameter.",
    )
