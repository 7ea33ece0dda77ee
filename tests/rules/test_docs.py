"""docs/rule-language.md has a heading for every error, every function and every key of a document."""

import inspect
import re
from pathlib import Path

from rules.checking import mistakes
from rules.checking.functions import USAGE
from rules.files import misfits
from rules.files.documents import RuleDocument
from rules.reading import slips
from rules.reading.parser import POWERS, parse

TEXT = (Path(__file__).parents[2] / "docs" / "rule-language.md").read_text("utf-8")
HEADINGS = {name for line in re.findall(r"^### (.*)$", TEXT, re.M) for name in re.findall(r"`([^`]+)`", line)}


def _codes() -> set[str]:
    codes: set[str] = set()
    for module in (slips, mistakes, misfits):
        functions = inspect.getmembers(module, inspect.isfunction)
        made = {name for name, item in functions if item.__module__ == module.__name__}
        assert made == set(re.findall(r'error\(\s*"(\w+)"', inspect.getsource(module)))
        codes |= made
    return codes


def test_every_error_has_a_heading_named_like_its_code() -> None:
    assert len(_codes()) > 40
    assert _codes() <= HEADINGS


def test_every_function_has_a_heading() -> None:
    assert set(USAGE) | {"today"} <= HEADINGS


def test_every_operator_has_a_heading() -> None:
    assert set(POWERS) - {"*", "/", "%", "?"} <= HEADINGS


def test_no_heading_speaks_of_what_is_not_there() -> None:
    assert HEADINGS - _codes() - set(USAGE) - set(POWERS) <= {"today", "!", "? :"}


def test_every_key_of_a_document_is_explained() -> None:
    for name, field in RuleDocument.model_fields.items():
        assert f"`{field.alias or name}`" in TEXT


def test_the_example_of_the_introduction_is_one() -> None:
    (example,) = re.findall(r"^```\n(.*?)^```", TEXT, re.M | re.S)
    assert parse(example)
