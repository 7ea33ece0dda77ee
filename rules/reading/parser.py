"""Tokens to tree: a Pratt parser for the part of CEL that means the same in SQL.

Grammar and precedence follow the CEL language definition (cel-spec, doc/langdef.md, "Syntax").
"""

from typing import NamedTuple

from rules.errors import RuleError, RuleErrors
from rules.reading import slips
from rules.reading.slips import Expected
from rules.reading.syntax import (
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
from rules.reading.tokens import LARGEST, Mark, Token, tokenize

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
RESERVED = frozenset(
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "namespace",
        "package", "return", "var", "void", "while",
    }
)  # fmt: skip
OPERAND = Expected("字段、数值或括号", "a field, a value or a bracket")
MEMBER = Expected("字段名", "the name of a field")
OPERATOR = Expected(" &&、|| 等运算符，或者结束", "an operator or the end")
SIGNS = {
    sign: Expected(f" {sign} ", sign if sign == ":" else f"{sign} to close the bracket")
    for sign in (")", "]", ":")
}


class Parsed(NamedTuple):
    """What could be read: a tree unless nothing could, and every slip.

    `sound` is where the tree ends to be trusted: all of the text, or up to the token before the one that cannot
    stand, because what was meant there is not known.
    """

    node: Node | None
    errors: tuple[RuleError, ...]
    sound: int


def parse(text: str) -> Node:
    """Parse one expression; RuleErrors with every error of the text."""
    parsed = read(text)
    if parsed.errors or parsed.node is None:
        raise RuleErrors(parsed.errors)
    return parsed.node


def read(text: str) -> Parsed:
    """Parse as far as possible, so that the checker can add its own errors to those of the text."""
    if len(text) > BYTES or len(text.encode("utf-8", "surrogatepass")) > BYTES:
        return Parsed(None, (slips.too_long(Span(0, len(text)), BYTES),), 0)
    found = tokenize(text)
    if len(found.tokens) == 1:
        found.errors.append(slips.nothing_written(Span(0, len(text))))
        return Parsed(None, _ordered(found.errors), 0)
    parser = _Parser(found.tokens)
    try:
        node: Node | None = parser.whole()
    except _Broken:
        node = None
    sound = len(text) + 1 if parser.sound is None else parser.sound
    return Parsed(node, _ordered([*found.errors, *parser.errors]), sound)


def _ordered(errors: list[RuleError]) -> tuple[RuleError, ...]:
    return tuple(sorted(errors, key=lambda error: (error.start, error.end)))


class _Broken(Exception):
    """The text cannot be read on; the error is noted and what was read so far is closed."""


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.nodes = 0
        self.errors: list[RuleError] = []
        self.sound: int | None = None

    def whole(self) -> Node:
        node = self.expression(0)
        if self.current.mark is not Mark.END:
            self.fail(self.wanted(OPERATOR))
        return node

    @property
    def current(self) -> Token:
        return self.tokens[self.at]

    @property
    def reached(self) -> int:
        """Where the last token ended."""
        return self.tokens[self.at - 1].span.end if self.at else 0

    def advance(self) -> Token:
        token = self.tokens[self.at]
        self.at += token.mark is not Mark.END
        return token

    def sees(self, sign: str) -> bool:
        token = self.tokens[self.at]
        return token.text == sign and token.mark is Mark.SIGN

    def accept(self, sign: str) -> bool:
        seen = self.sees(sign)
        self.at += seen
        return seen

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            self.fail(self.wanted(SIGNS[sign]))

    def wanted(self, expected: Expected) -> RuleError:
        token = self.current
        if token.mark is Mark.END:
            return slips.unexpected_end(token.span, expected)
        return slips.unexpected_token(token.span, token.text, expected)

    def fail(self, error: RuleError) -> None:
        """Note the first error that stops the reading, and read nothing more."""
        if self.sound is None:
            self.errors.append(error)
            self.sound = self.reached
            self.at = len(self.tokens) - 1

    def broken(self, error: RuleError) -> _Broken:
        self.fail(error)
        return _Broken()

    def made(self, start: int) -> Span:
        """The place of a node that ends here; too many of them end the reading."""
        span = Span(start, self.reached)
        self.nodes += 1
        if self.nodes > NODES:
            raise self.broken(slips.too_many_parts(span, NODES))
        return span

    def deeper(self, chain: int) -> None:
        if self.depth + chain > DEPTH:
            raise self.broken(slips.too_deep(self.current.span, DEPTH))

    def expression(self, power: int) -> Node:
        self.depth += 1
        self.deeper(0)
        start, chain = self.current.span.start, 0
        left = self.prefix()
        while self.current.mark is Mark.SIGN and POWERS.get(self.current.text, 0) > power:
            chain += self.current.text not in ("&&", "||")
            self.deeper(chain)
            left = self.infix(left, self.advance(), start)
        self.depth -= 1
        return left

    def infix(self, left: Node, sign: Token, start: int) -> Node:
        depth = self.depth
        try:
            return self.joined(left, sign, start)
        except _Broken:
            self.depth = depth
            return left

    def joined(self, left: Node, sign: Token, start: int) -> Node:
        if sign.text == "?":
            return self.conditional(left, start)
        if sign.text in "*/%":
            self.errors.append(slips.unsupported_operator(sign.span, sign.text))
        right = self.expression(POWERS[sign.text])
        if sign.text == "-" and isinstance(right, Literal) and _beyond(right):
            self.errors.append(slips.number_too_large(right.span))
        span = self.made(start)
        if sign.text in ("&&", "||"):
            return _logic(sign.text, left, right, span)
        return Binary(sign.text, left, right, sign.span, span)

    def conditional(self, test: Node, start: int) -> Node:
        yes = self.expression(POWERS["?"])
        self.expect(":")
        no = self.expression(0)
        return Conditional(test, yes, no, self.made(start))

    def prefix(self) -> Node:
        start = self.current.span.start
        if self.sees("!") or self.sees("-"):
            sign = self.advance()
            operand = self.expression(UNARY)
            return Unary(sign.text, operand, self.made(start))
        node, chain = self.primary(), 0
        while self.accept("."):
            chain += 1
            self.deeper(chain)
            node = self.member(node, start)
        return node

    def primary(self) -> Node:
        token = self.current
        match token.mark:
            case Mark.INT | Mark.DECIMAL | Mark.TEXT:
                return Literal(self.advance().value, self.made(token.span.start))
            case Mark.NAME:
                return self.named(self.advance())
            case _ if self.accept("("):
                node = self.expression(0)
                self.expect(")")
                return node
            case _ if self.accept("["):
                items = self.items("]")
                return ListOf(items, self.made(token.span.start))
            case _:
                raise self.broken(self.wanted(OPERAND))

    def named(self, token: Token) -> Node:
        if token.text in KEYWORDS:
            return Literal(KEYWORDS[token.text], self.made(token.span.start))
        if token.text in RESERVED:
            self.errors.append(slips.reserved_word(token.span, token.text))
        if self.accept("("):
            arguments = self.items(")")
            return Call(token.text, None, arguments, token.span, self.made(token.span.start))
        return Name(token.text, self.made(token.span.start))

    def member(self, target: Node, start: int) -> Node:
        if self.current.mark is not Mark.NAME:
            raise self.broken(self.wanted(MEMBER))
        token = self.advance()
        if self.accept("("):
            arguments = self.items(")")
            return Call(token.text, target, arguments, token.span, self.made(start))
        return Select(target, token.text, token.span, self.made(start))

    def items(self, closer: str) -> tuple[Node, ...]:
        """What stands between brackets; only a list may end in a comma, as in CEL."""
        items: list[Node] = []
        while not self.sees(closer) or (items and closer == ")"):
            items.append(self.expression(0))
            if not self.accept(","):
                break
        self.expect(closer)
        return tuple(items)


def _beyond(literal: Literal) -> bool:
    return isinstance(literal.value, int) and literal.value > LARGEST


def _logic(operator: str, left: Node, right: Node, span: Span) -> Logic:
    """A chain of one operator becomes one flat node, so that its length is not depth."""
    if isinstance(left, Logic) and left.operator == operator:
        return Logic(operator, (*left.items, right), span)
    return Logic(operator, (left, right), span)
