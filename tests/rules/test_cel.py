"""The scalar part of CEL, held in cel.txt: every pair gives its value in the interpreter and in the normal form."""

from pathlib import Path
from typing import Any

import pytest

from rules.checking.calls import expects
from rules.checking.expressions import Checked, check_condition, condition
from rules.checking.names import Context, Variable
from rules.checking.terms import term
from rules.errors import RuleError
from rules.fold import constant, fold
from rules.interpret import test as compiled
from rules.kinds import Kind, Value
from rules.meaning import Choice, Compare, Constant, Count
from rules.normalise import normalise
from rules.reading.parser import read
from tests.rules import world
from tests.rules.making import PARAMETERS

GOLDEN = Path(__file__).parent / "cel.txt"
ONE_KIND_MISSING = frozenset(Kind) - {Kind.NULL}
RECORD: dict[str, Any] = {"name": "湖滨", "certificates": [{"points": 1}, {"points": 3}], "employments": []}
SCOPE = {"resident": RECORD}


def _pairs() -> list[tuple[str, str]]:
    lines = GOLDEN.read_text("utf-8").splitlines()
    found = [line.rpartition(" ; ") for line in lines if line and not line.startswith("#")]
    return [(expression, expected) for expression, _, expected in found]


def _checked(expression: str) -> Checked:
    return check_condition(expression, world.CATALOGUE, "resident", PARAMETERS.terms())


def _value(expression: str) -> tuple[Value, tuple[RuleError, ...]]:
    """What a value comes to, or what is wrong with it; a condition around it would demand true or false."""
    parsed = read(expression)
    scope = {"resident": Variable("resident", ())}
    context = Context(world.CATALOGUE, PARAMETERS.terms(), scope, condition, term)
    found = None if parsed.node is None else expects(context, parsed.node, ONE_KIND_MISSING)
    errors = (*parsed.errors, *context.errors)
    if errors or found is None:
        return None, errors
    if isinstance(found, Choice):
        found = found.yes if compiled(found.test, world.moment())(SCOPE) else found.no
    if isinstance(found, Count):
        return _count(found), ()
    while isinstance(found, Choice):
        found = found.yes if compiled(found.test, world.moment())(SCOPE) else found.no
    assert constant(found)
    return fold(found, world.moment()), ()


def _count(count: Count) -> int:
    return next(n for n in range(9) if compiled(Compare("==", count, Constant(n)), world.moment())(SCOPE))


@pytest.mark.parametrize(
    ("expression", "expected"), [p for p in _pairs() if p[1] in ("true", "false", "unknown")]
)
def test_a_condition_is_what_cel_says(expression: str, expected: str) -> None:
    checked = _checked(expression)
    assert checked.errors == ()
    assert checked.formula is not None
    verdict = {"true": True, "false": False, "unknown": None}[expected]
    assert compiled(checked.formula, world.moment())(SCOPE) is verdict
    assert compiled(normalise(checked.formula, world.moment()), world.moment())(SCOPE) is verdict


@pytest.mark.parametrize(
    ("expression", "expected"),
    [p for p in _pairs() if p[1] not in ("true", "false", "unknown") and not p[1].startswith("error")],
)
def test_a_value_is_what_cel_says(expression: str, expected: str) -> None:
    (value, errors), (wanted, mistakes) = _value(expression), _value(expected)
    assert (errors, mistakes) == ((), ())
    assert wanted is not None
    assert (value, type(value)) == (wanted, type(wanted))


@pytest.mark.parametrize(("expression", "expected"), [p for p in _pairs() if p[1].startswith("error")])
def test_what_is_refused_is_refused_clearly(expression: str, expected: str) -> None:
    errors = _checked(expression).errors
    found = {error.code for error in errors}
    if "not_a_condition" in found and "not_a_condition" not in expected:  # it is wrong as a value already
        found = {error.code for error in _value(expression)[1]}
    assert found == set(expected.split()[1:])
    assert all(0 <= error.start <= error.end <= len(expression) for error in errors)


def test_there_are_enough_pairs_of_every_sort() -> None:
    pairs = _pairs()
    assert len(pairs) >= 300
    assert len(set(pairs)) == len(pairs)
    for sort in ("true", "false", "unknown", "error"):
        assert sum(expected.startswith(sort) for _, expected in pairs) >= 10
