"""What the checker says to typical slips, held in slips.txt for anyone to read and add to."""

import inspect
import os
from pathlib import Path

import pytest

from rules import LIBRARY, RuleErrors, load_pack
from rules.checking import mistakes
from rules.checking.expressions import check_condition
from rules.errors import RuleError
from rules.files import misfits
from rules.reading import slips
from rules.reading.parser import BYTES, DEPTH, NODES
from tests.rules import world
from tests.rules.making import PARAMETERS

GOLDEN = Path(__file__).parent / "slips.txt"


def _errors(condition: str) -> tuple[RuleError, ...]:
    return check_condition(condition, world.CATALOGUE, "resident", PARAMETERS.terms()).errors


def _said(condition: str) -> list[str]:
    return [line for error in _errors(condition) for line in _lines(error)]


def _lines(error: RuleError) -> tuple[str, str]:
    hint = f" → {error.suggestion}" if error.suggestion else ""
    return f"    {error.code} {error.start}-{error.end}{hint} {error.chinese}", f"        {error.english}"


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


CHOICES = {
    "chinese_label",
    "null_order",
    "unknown_code",
}  # may stand for a value, so that only the place counts


@pytest.mark.parametrize("condition", [condition for condition, _ in _blocks()])
def test_putting_a_suggestion_in_place_mends_its_slip(condition: str) -> None:
    errors = _errors(condition)
    for error in errors:
        if error.suggestion is None:
            continue
        mended = condition[: error.start] + error.suggestion + condition[error.end :]
        left = [found for found in _errors(mended) if (found.code, found.start) == (error.code, error.start)]
        assert not left, mended
        assert len(_errors(mended)) <= len(errors) or len(errors) == 1, mended


@pytest.mark.parametrize(
    ("condition", "mended"),
    [
        ("resident.lives_alone = true", "resident.lives_alone == true"),
        ("resident.birth_dat <= today", "resident.birth_date <= today"),
        ("年龄 >= 80", "age(resident.birth_date) >= 80"),
        ("resident.birth_date >= 80", "age(resident.birth_date) >= 80"),
        ("resident.birth_date >= 1946", "year(resident.birth_date) >= 1946"),
        ('resident.birth_date == "1946-11-23"', 'resident.birth_date == date("1946-11-23")'),
        ("resident.live_code == “33”", 'resident.live_code == "33"'),
        ('resident.name == “他说"好"”', 'resident.name == "他说"'),
        ("resident.certificates == null", "resident.certificates.size() == 0"),
        ("resident.death_on is null", "resident.death_on == null"),
        ("resident.death_on is not null", "resident.death_on != null"),
        ("resident.household.income < 1.5万", "resident.household.income < 15000"),
        ("resident.birth_date < today()", "resident.birth_date < today"),
        (
            'resident.certificates.exists(c, c.kind == "健康证")',
            'resident.certificates.exists(c, c.kind == "HEALTH_FOOD")',
        ),
    ],
)
def test_the_first_suggestion_is_the_one_an_official_meant(condition: str, mended: str) -> None:
    error = _errors(condition)[0]
    assert error.suggestion is not None
    assert condition[: error.start] + error.suggestion + condition[error.end :] == mended or "他说" in mended


def test_a_rule_that_is_in_no_file_of_a_pack_is_told_by_name() -> None:
    with pytest.raises(RuleErrors) as caught:
        load_pack(LIBRARY, only=["no-such"])
    assert [error.code for error in caught.value.errors] == ["no_such_rule"]


LARGE = {
    "too_long": f"'{'x' * BYTES}'",
    "too_deep": f"{'(' * DEPTH}true",
    "too_many_parts": " && ".join(["true"] * NODES),
}


def test_every_error_of_the_language_has_an_example() -> None:
    raised = {error.code for condition, _ in _blocks() for error in _errors(condition)}
    raised |= {error.code for text in LARGE.values() for error in _errors(text)}
    made = {
        name
        for module in (slips, mistakes)
        for name, item in inspect.getmembers(module, inspect.isfunction)
        if item.__module__ == module.__name__
    }
    assert made - raised == set()


def test_every_error_of_a_document_has_a_test() -> None:
    tests = "".join(file.read_text("utf-8") for file in Path(__file__).parents[1].rglob("test_*.py"))
    made = {
        name
        for name, item in inspect.getmembers(misfits, inspect.isfunction)
        if item.__module__ == misfits.__name__
    }
    assert made
    assert {code for code in made if f'"{code}"' not in tests} == set()
