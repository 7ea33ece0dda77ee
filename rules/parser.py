"""Tokens to tree: a Pratt parser for the part of CEL that means the same in SQL.

Grammar and precedence follow the CEL language definition (cel-spec, doc/langdef.md, "Syntax").
"""

from typing import NamedTuple

from rules import slips
from rules.errors import RuleError, RuleErrors
from rules.syntax import (
    Binary,
    Call,
    Conditional,
    ListOf,
    Literal,
    Logic,
    Name,
    Node,
    Select,
    Span,
    Unary,
)
from rules.tokens import Mark, Token, tokenize

BYTES = 4096
DEPTH = 60
NODES = 200
POWERS = {
    "?": 1, "||": 2, "&&": 3,
    "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
UNARY = 7
KEYWORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class Parsed(NamedTuple):
    """What could be read: a tree unless the text broke off, and every slip."""

    node: Node | None
    errors: tuple[RuleError, ...]


def parse(text: str) -> Node:
    """Parse one expression; RuleErrors with every error of the text."""
    parsed = read(text)
    if parsed.errors or parsed.node is None:
        raise RuleErrors(parsed.errors)
    return parsed.node


def read(text: str) -> Parsed:
    """Parse as far as possible, so that the checker can add its own errors to those of the text."""
    if len(text.encode("utf-8", "surrogatepass")) > BYTES:
        return Parsed(None, (slips.too_long(Span(0, len(text)), BYTES),))
    tokens, written = tokenize(text)
    parser = _Parser(tokens)
    try:
        node: Node | None = parser.whole()
    except _Stop as stop:
        node = None
        written.append(stop.error)
    found = sorted([*written, *parser.errors], key=lambda error: (error.start, error.end))
    return Parsed(node, tuple(found))


class _Stop(Exception):
    def __init__(self, error: RuleError) -> None:
        super().__init__(error.english)
        self.error = error


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.nodes = 0
        self.errors: list[RuleError] = []

    def whole(self) -> Node:
        node = self.expression(0)
        if self.current.mark is not Mark.END:
            raise self.stop("&&、|| 或结束")
        return node

    @property
    def current(self) -> Token:
        return self.tokens[self.at]

    def advance(self) -> Token:
        token = self.current
        self.at += token.mark is not Mark.END
        return token

    def sees(self, sign: str) -> bool:
        return self.current.mark is Mark.SIGN and self.current.text == sign

    def accept(self, sign: str) -> bool:
        seen = self.sees(sign)
        self.at += seen
        return seen

    def expect(self, sign: str) -> Token:
        if not self.sees(sign):
            raise self.stop(f"“{sign}”")
        return self.advance()

    def stop(self, expected: str) -> _Stop:
        token = self.current
        if token.mark is Mark.END:
            return _Stop(slips.unexpected_end(token.span, expected))
        return _Stop(slips.unexpected_token(token.span, token.text, expected))

    def made(self, span: Span) -> Span:
        self.nodes += 1
        if self.nodes > NODES:
            raise _Stop(slips.too_many_parts(span, NODES))
        return span

    def expression(self, power: int) -> Node:
        self.depth += 1
        if self.depth > DEPTH:
            raise _Stop(slips.too_deep(self.current.span, DEPTH))
        left = self.prefix()
        while self.current.mark is Mark.SIGN and POWERS.get(self.current.text, 0) > power:
            left = self.infix(left, self.advance())
        self.depth -= 1
        return left

    def infix(self, left: Node, sign: Token) -> Node:
        if sign.text == "?":
            return self.conditional(left)
        if sign.text in "*/%":
            self.errors.append(slips.unsupported_operator(sign.span, sign.text))
        right = self.expression(POWERS[sign.text])
        span = self.made(Span(left.span.start, right.span.end))
        if sign.text in ("&&", "||"):
            return _logic(sign.text, left, right, span)
        return Binary(sign.text, left, right, sign.span, span)

    def conditional(self, test: Node) -> Node:
        yes = self.expression(POWERS["?"])
        self.expect(":")
        no = self.expression(0)
        return Conditional(test, yes, no, self.made(Span(test.span.start, no.span.end)))

    def prefix(self) -> Node:
        if self.sees("!") or self.sees("-"):
            sign = self.advance()
            operand = self.expression(UNARY)
            return Unary(sign.text, operand, self.made(Span(sign.span.start, operand.span.end)))
        node = self.primary()
        while self.accept("."):
            node = self.member(node)
        return node

    def primary(self) -> Node:
        token = self.current
        if token.mark in (Mark.INT, Mark.DECIMAL, Mark.TEXT):
            return Literal(self.advance().value, self.made(token.span))
        if token.mark is Mark.NAME:
            return self.named(self.advance())
        if self.accept("("):
            node = self.expression(0)
            self.expect(")")
            return node
        if self.accept("["):
            items, end = self.items("]")
            return ListOf(items, self.made(Span(token.span.start, end)))
        raise self.stop("字段、数值或括号")

    def named(self, token: Token) -> Node:
        if token.text in KEYWORDS:
            return Literal(KEYWORDS[token.text], self.made(token.span))
        if self.accept("("):
            arguments, end = self.items(")")
            span = self.made(Span(token.span.start, end))
            return Call(token.text, None, arguments, token.span, span)
        return Name(token.text, self.made(token.span))

    def member(self, target: Node) -> Node:
        if self.current.mark is not Mark.NAME:
            raise self.stop("字段名")
        token = self.advance()
        if self.accept("("):
            arguments, end = self.items(")")
            return Call(token.text, target, arguments, token.span, self.made(Span(target.span.start, end)))
        return Select(target, token.text, token.span, self.made(Span(target.span.start, token.span.end)))

    def items(self, closer: str) -> tuple[tuple[Node, ...], int]:
        items: list[Node] = []
        while not self.sees(closer):
            items.append(self.expression(0))
            if not self.accept(","):
                break
        return tuple(items), self.expect(closer).span.end


def _logic(operator: str, left: Node, right: Node, span: Span) -> Logic:
    """A chain of one operator becomes one flat node, so that its length is not depth."""
    if isinstance(left, Logic) and left.operator == operator:
        return Logic(operator, (*left.items, right), span)
    return Logic(operator, (left, right), span)
