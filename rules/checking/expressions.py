"""Checks what a condition is: every error of an expression at once, and its meaning when there is none."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, assert_never

from rules.catalogue import Catalogue
from rules.checking import mistakes
from rules.checking.calls import expects, expects_constant
from rules.checking.comparisons import begins, codes, fits
from rules.checking.functions import CONDITIONS, USAGE
from rules.checking.names import Context, Many, Variable, reach, written_path
from rules.checking.relations import rows
from rules.checking.terms import term
from rules.errors import RuleError
from rules.fold import constant
from rules.kinds import Kind, comparable
from rules.meaning import (
    FLIPPED,
    And,
    Anniversary,
    Choice,
    Column,
    Compare,
    Constant,
    Count,
    Empty,
    Exists,
    Formula,
    Items,
    Not,
    Or,
    Parameter,
    Record,
    Rows,
    Said,
    Term,
    TextTest,
    Truth,
    Within,
)
from rules.reading.parser import read
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
    Unary,
    has_choice,
)

DATES = frozenset({Kind.DATE})
TEXTS = frozenset({Kind.TEXT})


class Checked(NamedTuple):
    """What one expression means, which (relation path, field) it reads and which parameters it uses."""

    formula: Formula | None
    errors: tuple[RuleError, ...]
    reads: frozenset[tuple[tuple[str, ...], str]]
    parameters: frozenset[str]


def check_condition(
    text: str, catalogue: Catalogue, subject: str, parameters: Mapping[str, Parameter] | None
) -> Checked:
    """Check one condition about a `subject` record; `formula` is None when there are errors."""
    parsed = read(text)
    context = Context(catalogue, parameters, {subject: Variable(subject, ())}, condition, term)
    formula = None if parsed.node is None else condition(context, parsed.node)
    sound = (error for error in context.errors if error.end < parsed.sound)
    found = sorted({*parsed.errors, *sound}, key=lambda error: (error.start, error.end, error.code))
    reads, used = frozenset(context.reads), frozenset(context.used)
    return Checked(None if found else formula, tuple(found), reads, used)


def condition(context: Context, node: Node) -> Formula | None:
    """Check something that must be true or false; None when an error was noted."""
    formula = _condition(context, node)
    return None if formula is None else Said(formula, node.span)


def _condition(context: Context, node: Node) -> Formula | None:
    match node:
        case Literal(bool() as value):
            return Truth(value)
        case Logic(operator, items):
            return _logic(context, operator, items)
        case Unary("!", operand):
            inner = condition(context, operand)
            return None if inner is None else Not(inner)
        case Binary("in"):
            return _within(context, node)
        case Binary(operator) if operator in FLIPPED:
            return _comparison(context, node)
        case Conditional():
            return _choice(context, node)
        case Call(function) if function in CONDITIONS:
            return _CALLS[function](context, node)
        case Name() | Select() | Call() | Literal() | ListOf() | Unary() | Binary():
            return _truth(context, node)
        case _:
            assert_never(node)


def _logic(context: Context, operator: str, items: tuple[Node, ...]) -> Formula | None:
    found = [condition(context, item) for item in items]
    good = tuple(item for item in found if item is not None)
    if len(good) < len(found):
        return None
    return And(good) if operator == "&&" else Or(good)


def _truth(context: Context, node: Node) -> Formula | None:
    found = term(context, node)
    if found is None:
        return None
    if found.kind in (Kind.BOOL, Kind.ANY):
        return Compare("==", found, Constant(True))
    context.errors.append(mistakes.not_a_condition(node.span, found.kind))
    return None


def _choice(context: Context, node: Conditional) -> Formula | None:
    if has_choice(node.test):
        context.errors.append(mistakes.choice_in_choice(node.test.span))
        return None
    test, yes, no = (condition(context, part) for part in (node.test, node.yes, node.no))
    if test is None or yes is None or no is None:
        return None
    return Or((And((test, yes)), And((Not(test), no))))


def lift(build: Callable[[Term], Formula], item: Term) -> Formula:
    """Move a choice out of the comparison it stands in: one comparison a branch."""
    if isinstance(item, Choice):
        yes, no = lift(build, item.yes), lift(build, item.no)
        return Or((And((item.test, yes)), And((Not(item.test), no))))
    return build(item)


def _comparison(context: Context, node: Binary) -> Formula | None:
    for side, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(side, Literal) and side.value is None:
            return _emptiness(context, node, other)
        if isinstance(side, Literal) and isinstance(side.value, bool) and _is_condition(other):
            return _asserted(context, node, other, side.value)
    left, right = term(context, node.left), term(context, node.right)
    if left is None or right is None or not fits(context, node, left, right):
        return None
    return lift(lambda a: lift(lambda b: _ordered(node.operator, a, b), right), left)


def _ordered(operator: str, left: Term, right: Term) -> Formula:
    """A comparison with the field on the left."""
    if constant(left) and not constant(right):
        return Compare(FLIPPED[operator], right, left)
    return Compare(operator, left, right)


def _is_condition(node: Node) -> bool:
    match node:
        case Logic() | Unary("!"):
            return True
        case Binary(operator):
            return operator in FLIPPED or operator == "in"
        case Call(function):
            return function in CONDITIONS
        case _:
            return False


def _asserted(context: Context, node: Binary, other: Node, value: bool) -> Formula | None:
    inner = condition(context, other)
    if node.operator not in ("==", "!="):
        context.errors.append(mistakes.incomparable(node.at, Kind.BOOL, Kind.BOOL))
        return None
    if inner is None:
        return None
    return inner if value == (node.operator == "==") else Not(inner)


def _emptiness(context: Context, node: Binary, other: Node) -> Formula | None:
    if node.operator not in ("==", "!=") or not isinstance(other, Name | Select):
        context.errors.append(mistakes.null_order(node.span))
        return None
    found = _recorded(context, other)
    if isinstance(found, Many):
        sign = {"==": "==", "!=": ">"}[node.operator]
        rows = f"{'.'.join(written_path(other))}.size() {sign} 0"
        context.errors.append(mistakes.never_null(node.span, rows))
        return None
    if found is None:
        return None
    return found if node.operator == "==" else Not(found)


def _recorded(context: Context, node: Name | Select) -> Empty | Many | None:
    """Whether something is recorded; a relation is handed back, because it has rows and is never empty itself."""
    found = reach(context, node)
    match found:
        case Column():
            return Empty(found)
        case Record(path=(_, *_)):
            context.read(found, context.entity(found).key.name)
            return Empty(found)
        case None | Many():
            return found
        case Record():
            context.errors.append(mistakes.null_order(node.span))
            return None


def _within(context: Context, node: Binary) -> Formula | None:
    item, choices = term(context, node.left), term(context, node.right)
    if item is None or choices is None:
        return None
    if choices.kind not in (Kind.LIST, Kind.ANY):
        context.errors.append(mistakes.wrong_type(node.right.span, {Kind.LIST}, choices.kind))
        return None
    if isinstance(choices, Choice) or isinstance(item, Choice | Count):
        context.errors.append(mistakes.choice_in_choice(node.span))
        return None
    if isinstance(choices, Items):
        for choice in choices.items:
            if not comparable(item.kind, choice.kind):
                context.errors.append(mistakes.incomparable(node.at, item.kind, choice.kind))
                return None
    return Within(item, choices) if codes(context, item, choices, node.right) else None


def _exists(context: Context, node: Call) -> Formula | None:
    found = rows(context, node)
    return None if found is None else Exists(found)


def _all(context: Context, node: Call) -> Formula | None:
    found = rows(context, node)
    if found is None:
        return None
    against = Rows(found.record, found.relation, found.variable, Not(found.predicate))
    return Not(Exists(against))


def _exists_one(context: Context, node: Call) -> Formula | None:
    found = rows(context, node)
    return None if found is None else Compare("==", Count(found), Constant(1))


def _has(context: Context, node: Call) -> Formula | None:
    if node.target is not None or len(node.arguments) != 1 or not isinstance(node.arguments[0], Select):
        context.errors.append(mistakes.wrong_arguments(node.span, "has", USAGE["has"]))
        return None
    found = _recorded(context, node.arguments[0])
    if isinstance(found, Many):
        rows = f"{'.'.join(written_path(node.arguments[0]))}.size() > 0"
        context.errors.append(mistakes.never_null(node.span, rows))
        return None
    return None if found is None else Not(found)


def _text_test(context: Context, node: Call) -> Formula | None:
    if node.target is None or len(node.arguments) != 1:
        context.errors.append(mistakes.wrong_arguments(node.span, node.function, USAGE[node.function]))
        return None
    text = expects(context, node.target, TEXTS)
    part = expects_constant(context, node.arguments[0], TEXTS, node.function)
    if text is None or part is None:
        return None
    if node.function == "startsWith" and not begins(context, text, part, node.arguments[0]):
        return None
    return lift(lambda item: TextTest(node.function, item, part), text)


def _anniversary(context: Context, node: Call) -> Formula | None:
    if node.target is not None or len(node.arguments) != 3:
        context.errors.append(mistakes.wrong_arguments(node.span, node.function, USAGE[node.function]))
        return None
    day = expects(context, node.arguments[0], DATES)
    first, last = (expects_constant(context, part, DATES, node.function) for part in node.arguments[1:])
    if day is None or first is None or last is None:
        return None
    if not isinstance(day, Column) and not constant(day):
        context.errors.append(mistakes.two_fields(node.arguments[0].span))
        return None
    return Anniversary(day, first, last)


_CALLS: dict[str, Callable[[Context, Call], Formula | None]] = {
    "has": _has,
    "exists": _exists,
    "all": _all,
    "exists_one": _exists_one,
    "startsWith": _text_test,
    "endsWith": _text_test,
    "contains": _text_test,
    "anniversary_in": _anniversary,
}
