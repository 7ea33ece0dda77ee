"""Errors of reading: characters that cannot stand, structure that does not close."""

from rules.errors import RuleError, error
from rules.syntax import Span


def unexpected_character(span: Span, character: str) -> RuleError:
    """A character that no construct begins with."""
    return error(
        "unexpected_character",
        span,
        f"这里不能出现字符“{character}”，请删去。",
        f"The character {character!r} cannot stand here; remove it.",
    )


def full_width_character(span: Span, written: str, meant: str) -> RuleError:
    """Full-width punctuation, digits or quotes where the half-width ones are meant."""
    return error(
        "full_width_character",
        span,
        f"“{written}”是全角符号，请改用半角“{meant}”。",
        f"{written!r} is full-width; write {meant!r}.",
        meant,
    )


def forbidden_character(span: Span) -> RuleError:
    """NUL and lone surrogates, which databases cannot hold."""
    return error(
        "forbidden_character",
        span,
        "文字里有数据库无法保存的字符（空字符或不成对的代理字符），请删去。",
        "The text holds a character no database can store (NUL or a lone surrogate); remove it.",
    )


def unclosed_text(span: Span, quote: str) -> RuleError:
    """A text literal without its closing quote."""
    return error(
        "unclosed_text",
        span,
        f"文字没有收尾的引号 {quote}，请补上。",
        f"This text has no closing {quote}; add it.",
    )


def bad_escape(span: Span, written: str) -> RuleError:
    """A backslash sequence that is not part of the language."""
    return error(
        "bad_escape",
        span,
        f"不认识的转义“{written}”；反斜杠本身请写成 \\\\。",
        f"Unknown escape {written!r}; write \\\\ for a backslash.",
        "\\\\",
    )


def bad_number(span: Span, written: str, meant: str) -> RuleError:
    """A number with letters in it, such as 80岁 or 1e5."""
    return error(
        "bad_number",
        span,
        f"“{written}”不是可用的数字；只写整数或小数，不带单位。",
        f"{written!r} is no number here; write a plain integer or decimal without a unit.",
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
        f"条件太长，最多 {limit} 字节；请拆成几条规则。",
        f"The expression is too long, {limit} bytes at most; split the rule.",
    )


def single_equals(span: Span) -> RuleError:
    """`=` where `==` is meant."""
    return error("single_equals", span, "判断相等要写两个等号。", "Write two equals signs to compare.", "==")


def word_operator(span: Span, written: str, meant: str) -> RuleError:
    """`and`, `or`, `not`, 且, 或 … where a symbol is meant."""
    return error(
        "word_operator",
        span,
        f"“{written}”请写成 {meant} 。",
        f"Write {meant} for {written!r}.",
        meant,
    )


def unsupported_operator(span: Span, written: str) -> RuleError:
    """`*`, `/`, `%` and other operators that do not mean the same on every database."""
    return error(
        "unsupported_operator",
        span,
        f"规则里不能用“{written}”：它在不同数据库里结果不一；请先算好，写成数字或参数。",
        f"{written!r} is refused because databases disagree about it; compute the value and write it down.",
    )


def unexpected_token(span: Span, written: str, expected: str) -> RuleError:
    """Something else was expected here."""
    return error(
        "unexpected_token",
        span,
        f"这里应该是{expected}，却写着“{written}”。",
        f"{written!r} cannot stand here.",
    )


def unexpected_end(span: Span, expected: str) -> RuleError:
    """The text ends in the middle of a construct."""
    return error(
        "unexpected_end",
        span,
        f"条件没有写完，后面应该还有{expected}。",
        "The expression ends too early.",
    )


def too_deep(span: Span, limit: int) -> RuleError:
    """More than 60 levels of brackets and operators."""
    return error(
        "too_deep",
        span,
        f"括号套得太深，最多 {limit} 层；请拆开写。",
        f"Nested too deeply, {limit} levels at most.",
    )


def too_many_parts(span: Span, limit: int) -> RuleError:
    """More than 200 nodes in one expression."""
    return error(
        "too_many_parts",
        span,
        f"条件太复杂，最多 {limit} 个部分；请拆成几条规则。",
        f"Too many parts, {limit} at most; split the rule.",
    )
