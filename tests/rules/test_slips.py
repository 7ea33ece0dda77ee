"""What the checker says to typical slips, held in slips.txt for anyone to read and add to."""

import os
from pathlib import Path

import pytest

from rules.expressions import check_condition
from tests.rules import world
from tests.rules.making import PARAMETERS

GOLDEN = Path(__file__).parent / "slips.txt"


def _said(condition: str) -> list[str]:
    checked = check_condition(condition, world.CATALOGUE, "resident", PARAMETERS.terms())
    return [
        f"    {error.code} {error.start}-{error.end}{f' → {error.suggestion}' if error.suggestion else ''} {error.chinese}"
        for error in checked.errors
    ]


def _blocks() -> list[tuple[str, list[str]]]:
    blocks: list[tuple[str, list[str]]] = []
    for line in GOLDEN.read_text("utf-8").splitlines():
        if line.startswith("    "):
            blocks[-1][1].append(line)
        elif line and not line.startswith("#"):
            blocks.append((line, []))
    return blocks


def _rewrite() -> None:
    head = [line for line in GOLDEN.read_text("utf-8").splitlines() if line.startswith("#")]
    body = ["\n".join([condition, *_said(condition)]) for condition, _ in _blocks()]
    GOLDEN.write_text("\n".join(head) + "\n\n" + "\n\n".join(body) + "\n", "utf-8")


if os.environ.get("ZHITUI_GOLDEN") == "write":
    _rewrite()


@pytest.mark.parametrize(("condition", "expected"), _blocks())
def test_a_slip_is_answered_as_the_golden_file_says(condition: str, expected: list[str]) -> None:
    assert expected, "no expectation: run once with ZHITUI_GOLDEN=write"
    assert _said(condition) == expected


def test_every_slip_is_answered_in_both_languages_within_the_text() -> None:
    for condition, _ in _blocks():
        checked = check_condition(condition, world.CATALOGUE, "resident", PARAMETERS.terms())
        assert checked.formula is None
        for error in checked.errors:
            assert 0 <= error.start <= error.end <= len(condition)
            assert error.chinese.endswith("。")
            assert error.english.endswith(".")


@pytest.mark.parametrize(
    ("condition", "suggested"),
    [
        ("resident.lives_alone = true", "resident.lives_alone == true"),
        ("resident.birth_dat <= today", "resident.birth_date <= today"),
        ("年龄 >= 80", "age(resident.birth_date) >= 80"),
        ("resident.live_code == “33”", 'resident.live_code == "33"'),
        ('resident.certificates.exists(c, c.kind == "健康证")', None),
    ],
)
def test_putting_the_suggestion_in_place_mends_the_slip(condition: str, suggested: str | None) -> None:
    (error,) = check_condition(condition, world.CATALOGUE, "resident", PARAMETERS.terms()).errors
    assert error.suggestion is not None
    mended = condition[: error.start] + error.suggestion + condition[error.end :]
    assert suggested in (None, mended)
    assert check_condition(mended, world.CATALOGUE, "resident", PARAMETERS.terms()).errors == ()
