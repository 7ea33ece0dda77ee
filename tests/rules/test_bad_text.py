"""Bad text in a condition: an error at its place, at once, and never an exception of another kind."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import load
from rules.checking.expressions import check_condition
from rules.errors import RuleError, RuleErrors
from rules.reading.parser import BYTES, DEPTH, NODES, parse
from tests.rules import world
from tests.rules.making import PARAMETERS, document_text

SECONDS = 5  # of the processor: what grows with the square of the text takes far longer
BIDI = "\N{RIGHT-TO-LEFT OVERRIDE}"


def _errors(text: str) -> tuple[RuleError, ...]:
    return check_condition(text, world.CATALOGUE, "resident", PARAMETERS.terms()).errors


def _brackets(levels: int) -> str:
    return f"{'(' * (levels - 1)}true{')' * (levels - 1)}"


def _hops(levels: int) -> str:
    return f"resident{'.household' * (levels - 1)} == null"


@pytest.mark.parametrize(
    ("text", "code", "span"),
    [
        ("true // " + "x" * (BYTES - 7), "too_long", (0, BYTES + 1)),
        ("汉" * (BYTES // 3 + 1), "too_long", (0, BYTES // 3 + 1)),
        (_brackets(DEPTH + 1), "too_deep", (DEPTH, DEPTH + 4)),
        ("!" * DEPTH + "true", "too_deep", (DEPTH, DEPTH + 4)),
        ("1" + "+1" * DEPTH + " == 1", "too_deep", (2 * DEPTH - 1, 2 * DEPTH)),
        (f"resident{'.household' * DEPTH}", "too_deep", (8 + 10 * (DEPTH - 1) + 1, 8 + 10 * DEPTH)),
        (" || ".join(["true"] * (NODES // 2 + 1)), "too_many_parts", (0, 8 * (NODES // 2 + 1) - 4)),
        ("resident.name == '\0'", "forbidden_character", (18, 19)),
        ("resident\0.name == 'a'", "forbidden_character", (8, 9)),
        ("\ud800", "forbidden_character", (0, 1)),
        ("resident.name == '\udfff'", "forbidden_character", (18, 19)),
        ("// \ud800\ntrue", "forbidden_character", (3, 4)),
        ("resident.name == “\ud800”", "forbidden_character", (18, 19)),
        ("1" * 300 + " == 1", "number_too_large", (0, 300)),
        ("1e400 == 1.0", "bad_number", (0, 5)),
        ("1" * 300 + ".5 == 1.0", "number_too_large", (0, 302)),
        ("0." + "1" * 300 + " == 1.0", "number_too_large", (0, 302)),
        ('resident.birth_date == date("2026-02-30")', "bad_date", (28, 40)),
        ('resident.birth_date == date("２０２６-01-01")', "bad_date", (28, 40)),
        ('resident.birth_date == date("0000-01-01")', "bad_date", (28, 40)),
        ('resident.certificates.exists(c, c.kind == "X")', "unknown_code", (42, 45)),
        ('resident.name == "abc', "unclosed_text", (17, 21)),
        ('resident.name == "abc\n"', "unclosed_text", (17, 21)),
        ('resident.name == """abc', "unclosed_text", (17, 23)),
        ("resident.name == 'abc\\", "unclosed_text", (17, 22)),
        ("", "nothing_written", (0, 0)),
        (" \t\r\n\N{IDEOGRAPHIC SPACE}\N{NO-BREAK SPACE}", "nothing_written", (0, 6)),
        ("// nothing", "nothing_written", (0, 10)),
        (f"true {BIDI}&& true", "invisible_character", (5, 6)),
        (f'resident.name == "{BIDI}"', "invisible_character", (18, 19)),
        (f"true // {BIDI}", "invisible_character", (8, 9)),
        ("\N{ZERO WIDTH NO-BREAK SPACE}true", "invisible_character", (0, 1)),
        ("true\x1b[31m", "invisible_character", (4, 5)),
        ("((((" * 25_000, "too_long", (0, 100_000)),
        ("[" * 1000, "too_deep", (DEPTH, DEPTH + 1)),
        ("{" * 1000, "unexpected_token", (0, 1)),
        ("@" * 1000, "unexpected_character", (0, 1000)),
    ],
)
def test_bad_text_is_refused_where_it_stands(text: str, code: str, span: tuple[int, int]) -> None:
    errors = _errors(text)
    assert (code, span) in [(error.code, (error.start, error.end)) for error in errors]
    for error in errors:
        f"{error.chinese}{error.english}{error}".encode()  # fit to be printed, whatever the text held
        assert len(error.chinese) + len(error.english) < 600


@pytest.mark.parametrize(
    "text",
    [
        "true // " + "x" * (BYTES - 8),
        _brackets(DEPTH),
        "!" * (DEPTH - 1) + "true",
        "1" + "+1" * (DEPTH - 2) + " == 1",
        " || ".join(["true"] * (NODES // 2)),
        "-9223372036854775808 < 9223372036854775807",
        "123456789012345 < 0.12345678901234",
    ],
)
def test_the_limits_themselves_are_allowed(text: str) -> None:
    assert _errors(text) == ()


def test_everything_in_full_width_is_read_as_meant() -> None:
    text = 'resident.lives_alone && age(resident.birth_date) >= 80 || resident.name in ["a", "b"]'
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\N{IDEOGRAPHIC SPACE}" for c in text)
    codes = {error.code for error in _errors(wide)}
    assert codes == {"full_width_character"}
    meant = list(wide)
    for error in sorted(_errors(wide), key=lambda error: -error.start):
        assert error.suggestion is not None
        meant[error.start : error.end] = error.suggestion
    assert _errors("".join(meant)) == ()


@pytest.mark.parametrize(
    "piece",
    [
        "@", "a@", '"', "'", '"\\q', "\\", "(", "[", "f(", "!", "-", "a.", "a&&", "且", "a且", "“", "9", "1e", ".5",
        "\0", f"a{BIDI}", "a?", "a?b:", "//", "#\n", "1,", "x.exists(y,", "resident.", "=", "年龄&&", "\u3000", "80岁",
        "resident.nam &&", "resident.name == ‘a’ && ", "resident.certificates.exists(c, ",
    ],
)  # fmt: skip
def test_four_kilobytes_of_anything_are_answered_at_once(piece: str) -> None:
    text = (piece * BYTES).encode()[:BYTES].decode("utf-8", "ignore")
    start = time.process_time()
    errors = _errors(text)
    assert time.process_time() - start < SECONDS
    assert errors


def test_a_name_of_four_kilobytes_is_not_repeated_at_full_length() -> None:
    (error,) = _errors("x" * BYTES)
    assert error.code == "unknown_name"
    assert len(error.chinese) < 200


PIECES = st.sampled_from(
    [
        *"ab.()[]{}!&|=<>?:,+-*/%# \n\t\0\u3000（），“”‘’、。", "\ud800", BIDI, "&&", "||", "==", "in", '"', "'", '"""',
        "\\", "r'", "b'", "//", "1", "0.5", "9" * 20, "1e9", "80岁", "且", "或者", "大于", "年龄", "健康证", "null",
        "true", "if", "today", "resident", "resident.", "resident.name", "resident.birth_date", ".household",
        "resident.certificates", ".exists(c, ", "c.kind", ".size()", ".filter(c, true)", "age(", "year(", "date(",
        "days(", "years(1)", "param(", '"notice"', '"2026-02-30"', "anniversary_in(", "has(", "startsWith(", " + ",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(st.characters(), max_size=80), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_is_a_condition_or_has_errors_within_itself(text: str) -> None:
    checked = check_condition(text, world.CATALOGUE, "resident", PARAMETERS.terms())
    assert (checked.formula is None) == bool(checked.errors)
    for error in checked.errors:
        assert 0 <= error.start <= error.end <= len(text)
        assert error.chinese.endswith("。")
        assert error.english.endswith(".")
        f"{error.chinese}{error.english}".encode()


@given(st.text(st.characters(), max_size=80))
def test_parsing_gives_a_tree_or_rule_errors(text: str) -> None:
    refused: tuple[RuleError, ...] | None = None
    try:
        parse(text)
    except RuleErrors as errors:
        refused = errors.errors
    assert refused != ()


@pytest.mark.parametrize("letter", ["\0", "\ud800", "\x07"])
def test_what_no_file_may_hold_is_told_with_its_line(letter: str) -> None:
    text = document_text(f'resident.name == "{letter}"')
    with pytest.raises(RuleErrors) as refused:
        load(text, file="rule.yaml")
    (error,) = refused.value.errors
    place = text.index(letter)
    assert (error.code, error.file, error.line) == ("bad_yaml", "rule.yaml", text.count("\n", 0, place) + 1)
    assert (error.start, error.end) == (place, place + 1)
