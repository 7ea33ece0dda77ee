"""One layout for every expression: it means the same, and laying it out again changes nothing."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules import LIBRARY, RuleErrors, load, parse, read_text
from rules.files.rewriting import rewrite
from rules.reading.formatting import WIDTH, layout
from rules.reading.parser import BYTES, read
from rules.reading.tokens import tokenize
from tests.rules import conditions
from tests.rules.expressions import PIECES
from tests.rules.making import document_text
from tests.rules.shapes import shape

LONG = "resident.some_very_long_name_of_a_field == 1234567890"


@pytest.mark.parametrize(
    ("written", "laid"),
    [
        ("a&&b", "a && b"),
        ("( ( a ) )", "a"),
        ("a && b || c", "(a && b) || c"),
        ("(a || b) && c", "(a || b) && c"),
        ("(a && b) && c", "a && b && c"),
        ("a && (b && c)", "a && (b && c)"),
        ("!(a)", "!a"),
        ("!(a == b)", "!(a == b)"),
        ("- - 1 < a", "--1 < a"),
        ("a-(b-c)+(d+e)==f", "a - (b - c) + (d + e) == f"),
        ("(a + b) + c == d", "a + b + c == d"),
        ("(a == b) == c", "a == b == c"),
        ("a == (b == c)", "a == (b == c)"),
        ("x?(y?1:2):z?3:4", "x ? (y ? 1 : 2) : z ? 3 : 4"),
        ("(x ? y : z) && a", "(x ? y : z) && a"),
        ("a in['x',\"y'z\",r'\\d',]", 'a in ["x", "y\'z", "\\\\d"]'),
        ("'''two\nlines''' == a", '"two\\nlines" == a'),
        ("a == 'say \"hi\"\\u200d'", 'a == "say \\"hi\\"\\u200d"'),
        ("a.b . c ( x ,y.z>2.50 ) . size( )==0", "a.b.c(x, y.z > 2.50).size() == 0"),
        ("(a + b).size() == -9223372036854775808", "(a + b).size() == -9223372036854775808"),
        ("a // why", "// why\na"),
        ("a && b // why b\n&& c", "a\n  // why b\n  && b\n  && c"),
        ("a\n//why b\n&& b\n//the end", "a\n  // why b\n  && b\n// the end"),
        ("//\na", "//\na"),
        (f"{LONG} && {LONG}", f"{LONG}\n  && {LONG}"),
        (f"a && ({LONG} || {LONG})", f"a\n  && ({LONG}\n      || {LONG})"),
        (f"!({LONG} || {LONG})", f"!({LONG}\n  || {LONG})"),
        (
            f"a.b.exists(x, {LONG} && {LONG})",
            f"a.b.exists(x,\n    {LONG}\n      && {LONG})",
        ),
        (f"{LONG} ? {LONG} : b", f"{LONG}\n  ? {LONG}\n  : b"),
    ],
)  # fmt: skip
def test_an_expression_is_laid_out_in_one_way(written: str, laid: str) -> None:
    assert layout(written) == laid
    assert layout(laid) == laid


def test_a_long_list_fills_its_lines() -> None:
    codes = ", ".join(f'"{code}"' for code in range(100_000, 100_030))
    laid = layout(f"a in [{codes}]")
    assert len(laid.splitlines()) > 2
    assert max(map(len, laid.splitlines())) <= WIDTH
    assert shape(parse(laid)) == shape(parse(f"a in [{codes}]"))


def test_what_would_outgrow_the_limits_stays_as_it_was() -> None:
    tight = "&&".join(f"b{n}" for n in range(60))
    crowded = f"{tight}||{'c' * (BYTES - len(tight) - 4)}"
    assert not read(crowded).errors
    assert layout(f" {crowded} ") == crowded


def test_nothing_is_laid_out_that_cannot_be_read() -> None:
    with pytest.raises(RuleErrors):
        layout("a = b")


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(deadline=None)
@given(PIECES)
def test_any_expression_keeps_its_tree_and_its_comments(written: str) -> None:
    assume(not read(written).errors)
    laid = layout(written)
    assert shape(parse(laid)) == shape(parse(written))
    kept = [comment.text for comment in tokenize(laid).comments]
    assert sorted(kept) == sorted(comment.text for comment in tokenize(written).comments)
    assert layout(laid) == laid


@settings(deadline=None)
@given(st.integers(0, 10**9))
def test_any_condition_keeps_its_tree(seed: int) -> None:
    written = conditions.Maker(Random(seed)).condition((("resident", "resident"),), 3)
    assume(not read(written).errors)
    laid = layout(written)
    assert shape(parse(laid)) == shape(parse(written))
    assert layout(laid) == laid


@given(TEXTS)
def test_any_text_keeps_its_characters(value: str) -> None:
    escaped = "".join(f"\\U{ord(character):08x}" for character in value)
    laid = layout(f"a == '{escaped}'")
    assert shape(parse(laid)) == f"(== a {value!r})"


FILE = """\
# a note at the top
rule:   a-rule   # kept
applies: >-
    a&&b   # no comment of YAML, a block holds all
when: 'x=="it''s"'
grades: {urgent: a&&b, important: "a||b"}
other:
    - {x:  1}
"""


def test_a_file_keeps_everything_but_its_expressions() -> None:
    before = FILE.replace("   # no comment of YAML, a block holds all", "")
    assert rewrite(before, file="a.yaml") == (
        "# a note at the top\n"
        "rule:   a-rule   # kept\n"
        "applies: >-\n"
        "  a && b\n"
        "when: 'x == \"it''s\"'\n"
        'grades: {urgent: a && b, important: "a || b"}\n'
        "other:\n"
        "    - {x:  1}\n"
    )


@pytest.mark.parametrize(
    ("written", "laid"),
    [
        ("when: a&&b # why\n", "when: a && b # why\n"),
        ("when: a\n  &&b\nx: 1\n", "when: a && b\nx: 1\n"),
        ('when: "a==\\"x\\""\n', 'when: "a == \\"x\\""\n'),
        ("when: a==b?c:d\n", "when: 'a == b ? c : d'\n"),
        (f"when: {LONG}&&{LONG}\n", f"when: >-\n  {LONG}\n    && {LONG}\n"),
        ("when: |-\n  // why\n  a&&b\n", "when: |-\n  // why\n  a\n    && b\n"),
        ("when: |\n  a&&b\n\n\nx: 1\n", "when: |\n  a && b\n\n\nx: 1\n"),
        ("when: >2- # note\n   a&&b\n", "when: >- # note\n  a && b\n"),
        ("when: a // why\n", "when: |-\n  // why\n  a\n"),
        ("grades:\n  urgent: >-\n        a&&b\n", "grades:\n  urgent: >-\n    a && b\n"),
        ("when: >-\r\n  a&&\r\n  b\r\nx: 1\r\n", "when: >-\r\n  a && b\r\nx: 1\r\n"),
        ("x: 1\n", "x: 1\n"),
        ("- a\n", "- a\n"),
        ("", ""),
    ],
)  # fmt: skip
def test_an_expression_in_a_file_stays_in_the_form_it_has(written: str, laid: str) -> None:
    assert rewrite(written, file="a.yaml") == laid
    assert rewrite(laid, file="a.yaml") == laid


def test_every_expression_that_cannot_be_read_is_told_with_its_line() -> None:
    with pytest.raises(RuleErrors) as caught:
        rewrite("rule: x\napplies: a = b\ngrades:\n  urgent: a b\n", file="a.yaml")
    assert [(error.code, error.part, error.file, error.line) for error in caught.value.errors] == [
        ("single_equals", "applies", "a.yaml", 2),
        ("unexpected_token", "grades.urgent", "a.yaml", 4),
    ]


@pytest.mark.parametrize(
    "written",
    [
        "when: >-\n  a // why\n  && b\n",
        "when: a // why\n  && b\n",
        "when: 'a // why\n  && b'\n",
        "grades: {urgent: a // why}\n",
    ],
)
def test_a_comment_that_would_swallow_the_rest_is_refused(written: str) -> None:
    with pytest.raises(RuleErrors) as caught:
        rewrite(written, file="a.yaml")
    assert [error.code for error in caught.value.errors] == ["folded_comment"]


def test_a_rule_whose_comment_would_swallow_the_rest_is_not_loaded() -> None:
    text = document_text("true").replace("when: 'true'", "when: >-\n  true // why\n  && false")
    with pytest.raises(RuleErrors) as caught:
        load(text, file="rule.yaml")
    assert [(error.code, error.part) for error in caught.value.errors] == [("folded_comment", "when")]
    kept = load(text.replace(">-", "|-"), file="rule.yaml")
    assert shape(parse(kept.when)) == "(&& True False)"


@pytest.mark.parametrize("file", sorted(LIBRARY.glob("*.yaml")), ids=lambda file: file.stem)
def test_rewriting_a_shipped_rule_keeps_its_trees_and_comes_to_rest(file: Path) -> None:
    if file.name == "parameters.yaml":
        return
    before = read_text(file)
    after = rewrite(before, file=file.name)
    assert rewrite(after, file=file.name) == after
    old, new = load(before, file=file.name), load(after, file=file.name)
    assert [shape(parse(text)) for text in old.expressions().values()] == [
        shape(parse(text)) for text in new.expressions().values()
    ]
    assert old.model_dump(exclude={"applies", "when", "grades"}) == new.model_dump(
        exclude={"applies", "when", "grades"}
    )


def test_the_shipped_rules_are_laid_out() -> None:
    files = [file for file in sorted(LIBRARY.glob("*.yaml")) if file.name != "parameters.yaml"]
    assert len(files) >= 6
    unfinished = [file.name for file in files if rewrite(read_text(file), file=file.name) != read_text(file)]
    assert not unfinished, "zhitui rules fmt --write rules/library"
