"""What officials and workers read of the shipped rules: the paraphrase of each, and the line of each example.

`ZHITUI_GOLDEN=write` writes both files anew; they are reviewed by eye.
"""

import os
import re
from datetime import date
from pathlib import Path

import pytest
from shipped import PACK

from rules import CheckedRule, Judgement, check, paraphrase, run_examples
from service.tables.catalogue import CATALOGUE

TODAY = date(2026, 11, 23)
GOLDEN = Path(__file__).parent / "golden"

RULES = {
    document.rule: check(document, CATALOGUE, PACK.parameters)
    for _, document in sorted(PACK.documents.items())
}
MARKS = {"match": "✓", "no": "✗", "unknown": "?"}
ONE_LINE, ALL = 24, 40
"""Full-width characters that a phone of 390 px shows in a line, and characters of a whole reason."""


def held_to(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("ZHITUI_GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text


def examples(rule: CheckedRule) -> list[tuple[str, Judgement]]:
    results = run_examples(rule, CATALOGUE, PACK.parameters)
    return [(result.name, result.judgement) for result in results if result.judgement is not None]


def test_every_shipped_rule_reads_as_it_was_reviewed() -> None:
    known = PACK.parameters.at(TODAY, "330102003057")
    texts = [
        f"# {rule.document.title}（{name}）\n{paraphrase(rule, known)}\n" for name, rule in RULES.items()
    ]
    held_to("paraphrases.txt", "\n".join(texts))


def test_every_example_of_a_shipped_rule_gives_the_reviewed_reason() -> None:
    blocks = [
        "\n".join(
            [f"# {rule.document.title}（{name}）"]
            + [
                f"{MARKS[judged.verdict]} {example}\n    {judged.reason}"
                for example, judged in examples(rule)
            ]
        )
        for name, rule in RULES.items()
    ]
    held_to("reasons.txt", "\n\n".join(blocks) + "\n")


def width(text: str) -> float:
    """In full-width characters."""
    return sum(0.5 if char.isascii() else 1 for char in text)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_first_fact_of_a_match_fits_the_first_line_of_a_phone(rule: CheckedRule) -> None:
    reasons = [judged.reason for _, judged in examples(rule) if judged.verdict == "match"]
    assert reasons
    for reason in reasons:
        decisive = re.split(r"；|（\d", reason)[0]  # the day in brackets may stand in the second line
        assert width(decisive) <= ONE_LINE, reason
        assert len(reason) <= ALL, reason


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_no_names_what_fails_and_an_unknown_what_is_missing(rule: CheckedRule) -> None:
    for name, judged in examples(rule):
        if judged.verdict == "no":
            assert judged.nearest is not None, name
            assert judged.clauses[judged.nearest.clause].holds is False, name
        if judged.verdict == "unknown":
            assert judged.asks, name
            assert all(one.label in judged.reason for one in judged.asks), name


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_reason_never_shows_a_private_field(rule: CheckedRule) -> None:
    """Names, numbers and addresses of people; the examples give none, so the labels are looked for."""
    private = {
        field.label
        for entity in CATALOGUE.entities.values()
        for field in entity.fields.values()
        if field.sensitivity == "private"
    }
    assert len(private) >= 5
    for name, judged in examples(rule):
        assert not [label for label in private if label in judged.reason], name
