"""Reading: what parses to what, and what is refused where."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules import RuleErrors, parse
from rules.checking.functions import USAGE
from rules.reading.parser import BYTES, DEPTH, NODES, POWERS, read
from rules.reading.syntax import Binary, Call, Conditional, ListOf, Logic, Name, Node, Select, Unary
from tests.rules.expressions import PIECES
from tests.rules.shapes import shape


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a || b && c", "(|| a (&& b c))"),
        ("a && b && c || d", "(|| (&& a b c) d)"),
        ("!a && b", "(&& (! a) b)"),
        ("!a.b", "(! a.b)"),
        ("!!a", "(! (! a))"),
        ("a == b && c < d", "(&& (== a b) (< c d))"),
        ("a + b - c < d", "(< (- (+ a b) c) d)"),
        ("a - (b - c) == d", "(== (- a (- b c)) d)"),
        ("-3 < a", "(< (- 3) a)"),
        ("a ? b : c ? d : e", "(? a b (? c d e))"),
        ("a || b ? c : d", "(? (|| a b) c d)"),
        ("a in [1, 2.50, 'x']", "(in a [1 Decimal('2.50') 'x'])"),
        ("a in []", "(in a [])"),
        ("a.b.exists(c, !c.d)", "exists(a.b c (! c.d))"),
        ("a.filter(x, x.y).size() >= 2", "(>= size(filter(a x x.y)) 2)"),
        ("has(a.b)", "has(a.b)"),
        ("true && false || null == a", "(|| (&& True False) (== None a))"),
        ('"it\'s \\"so\\"" == \'\\n\\u6e56\\x41\\101\'', "(== 'it\\'s \"so\"' '\\n湖AA')"),
        ("a\n  &&\tb", "(&& a b)"),
        ("inner && today", "(&& inner today)"),
    ],
)
def test_precedence_and_literals_are_those_of_cel(text: str, tree: str) -> None:
    assert shape(parse(text)) == tree


@pytest.mark.parametrize(
    ("text", "code", "span"),
    [
        ("", "nothing_written", (0, 0)),
        (" \n\t", "nothing_written", (0, 3)),
        ("// a note", "nothing_written", (0, 9)),
        ("a &&", "unexpected_end", (4, 4)),
        ("(a", "unexpected_end", (2, 2)),
        ("a b", "unexpected_token", (2, 3)),
        ("a..b", "unexpected_token", (2, 3)),
        ("a ? b", "unexpected_end", (5, 5)),
        ("[1, 2", "unexpected_end", (5, 5)),
        ('"abc', "unclosed_text", (0, 4)),
        ("a\0b", "forbidden_character", (1, 2)),
        ('"a\0b"', "forbidden_character", (2, 3)),
        ('"\\u0000"', "forbidden_character", (1, 7)),
        ('"\ud800"', "forbidden_character", (1, 2)),
        ("9" * 300 + " < a", "number_too_large", (0, 300)),
        ("9223372036854775808 < a", "number_too_large", (0, 19)),
        ("a < 1e5", "bad_number", (4, 7)),
        ("a * b", "unsupported_operator", (2, 3)),
        ("a & b", "word_operator", (2, 3)),
        ("a @ b", "unexpected_character", (2, 3)),
        ("a == '\\q'", "bad_escape", (6, 8)),
        ("(" * (DEPTH + 1) + "a" + ")" * (DEPTH + 1), "too_deep", (DEPTH, DEPTH + 1)),
        ("!" * (DEPTH + 1) + "a", "too_deep", (DEPTH, DEPTH + 1)),
    ],
)
def test_what_cannot_be_read_is_refused_where_it_stands(text: str, code: str, span: tuple[int, int]) -> None:
    with pytest.raises(RuleErrors) as caught:
        parse(text)
    assert (code, span) in [(error.code, (error.start, error.end)) for error in caught.value.errors]


def test_limits_hold_just_above_and_not_below() -> None:
    assert parse("(" * (DEPTH - 1) + "a" + ")" * (DEPTH - 1)) == Name(
        "a", parse("(" * 59 + "a" + ")" * 59).span
    )
    assert parse(" && ".join(["a"] * (NODES // 2)))
    assert read(" && ".join(["a"] * NODES)).errors[0].code == "too_many_parts"
    assert parse("'" + "x" * (BYTES - 2) + "'")
    assert read("'" + "湖" * (BYTES // 3) + "'").errors[0].code == "too_long"


def test_several_slips_are_told_together() -> None:
    codes = [error.code for error in read("a = “b” and c ≥ 80岁").errors]
    assert codes == [
        "single_equals",
        "full_width_character",
        "word_operator",
        "full_width_character",
        "bad_number",
    ]


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_within_itself(text: str) -> None:
    parsed = read(text)
    assert parsed.node is not None or parsed.errors
    assert all(0 <= error.start <= error.end <= len(text) for error in parsed.errors)


@given(st.lists(st.sampled_from([*"ab.()[]!&|=<>?:,+- ", "&&", "||", "==", "in", '"x"', "1", "且", "（"])))
def test_any_tokens_are_read_or_refused_within_themselves(pieces: list[str]) -> None:
    text = "".join(pieces)
    parsed = read(text)
    assert parsed.node is not None or parsed.errors
    assert all(0 <= error.start <= error.end <= len(text) for error in parsed.errors)


@settings(deadline=None, max_examples=40)
@given(PIECES)
def test_every_node_stands_where_it_says(written: str) -> None:
    parsed = read(written)
    assume(not parsed.errors)
    assert parsed.node is not None
    for node in _nodes(parsed.node):
        assert shape(parse(written[node.span.start : node.span.end])) == shape(node)
        if isinstance(node, Select | Call):
            name = node.member if isinstance(node, Select) else node.function
            assert written[node.at.start : node.at.end] == name
        if isinstance(node, Binary):
            assert written[node.at.start : node.at.end] == node.operator


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Logic(_, items) | ListOf(items):
            inner: tuple[Node, ...] = items
        case Conditional(test, yes, no):
            inner = (test, yes, no)
        case Binary(_, left, right):
            inner = (left, right)
        case Unary(_, operand):
            inner = (operand,)
        case Select(target):
            inner = (target,)
        case Call(_, target, arguments):
            inner = arguments if target is None else (target, *arguments)
        case _:
            inner = ()
    for part in inner:
        yield from _nodes(part)


@pytest.mark.parametrize("word", sorted({*USAGE, *POWERS, "!", "today", "true", "false", "null", "//"}))
def test_every_construct_has_an_example_whose_meaning_is_tested(word: str) -> None:
    tested = "".join((Path(__file__).parent / name).read_text("utf-8") for name in ("cel.txt", "corpus.txt"))
    assert word in tested
