"""Checks what a value is: fields, literals, lists and sums. Functions are in `calls`, conditions in `expressions`."""

from decimal import Decimal

from rules.checking import mistakes
from rules.checking.calls import call, expects, expects_constant, one
from rules.checking.functions import MOVABLE, UNITS
from rules.checking.names import Context, Many, reach, written_path
from rules.errors import RuleError
from rules.fold import constant as constant
from rules.kinds import NUMBERS, Kind, comparable
from rules.meaning import (
    Choice,
    Column,
    Constant,
    Count,
    Items,
    Plus,
    Record,
    Shift,
    Term,
    Today,
)
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
    has_choice,
)


def term(context: Context, node: Node) -> Term | None:
    """Check one value; None when an error was noted."""
    match node:
        case Literal(value):
            return Constant(value)
        case Name("today") if "today" not in context.scope:
            return Today()
        case Name() | Select():
            return _field(context, node)
        case ListOf():
            return _list(context, node)
        case Call():
            return call(context, node)
        case Unary("-", operand):
            return _negative(context, operand)
        case Binary("+" | "-"):
            return _sum(context, node)
        case Conditional():
            return _choice(context, node)
        case Binary("*" | "/" | "%"):
            return None  # the parser has said why
        case Binary() | Logic() | Unary():
            context.errors.append(mistakes.not_a_value(node.span, "condition"))
            return None


def _field(context: Context, node: Name | Select) -> Term | None:
    found = reach(context, node)
    match found:
        case Column(field=known) if known.encrypted:
            context.errors.append(
                mistakes.encrypted_field(node.span, known.label, ".".join(written_path(node)))
            )
            return None
        case Column() | None:
            return found
        case Many(_, many):
            context.errors.append(mistakes.many_rows(node.span, many.label, ".".join(written_path(node))))
            return None
        case Record():
            context.errors.append(mistakes.not_a_value(node.span, "record"))
            return None


def _list(context: Context, node: ListOf) -> Term | None:
    found = [term(context, item) for item in node.items]
    good = [item for item in found if item is not None]
    for item, written in zip(found, node.items, strict=True):
        wrong = None if item is None else _no_item(item, good[0].kind, written.span)
        if wrong is not None:
            context.errors.append(wrong)
            return None
    return Items(tuple(good)) if len(good) == len(found) else None


def _no_item(item: Term, kind: Kind, span: Span) -> RuleError | None:
    """What keeps a term out of a list whose first item is of a kind."""
    if item.kind is Kind.NULL:
        return mistakes.null_order(span)
    if not constant(item):
        return mistakes.not_constant(span, "[]")
    if item.kind is Kind.LIST:
        return mistakes.wrong_type(span, set(Kind) - {Kind.LIST, Kind.NULL, Kind.ANY}, Kind.LIST)
    return None if comparable(item.kind, kind) else mistakes.wrong_type(span, {kind}, item.kind)


def _negative(context: Context, operand: Node) -> Term | None:
    found = expects_constant(context, operand, NUMBERS, "-")
    match found:
        case None:
            return None
        case Constant(int() | Decimal() as value):
            return Constant(-value)
        case _:
            return Plus(Constant(0), -1, found, found.kind)


def _choice(context: Context, node: Conditional) -> Term | None:
    if has_choice(node.test):
        context.errors.append(mistakes.choice_in_choice(node.test.span))
        return None
    test = context.condition(context, node.test)
    yes, no = term(context, node.yes), term(context, node.no)
    if test is None or yes is None or no is None:
        return None
    if not comparable(yes.kind, no.kind):
        context.errors.append(mistakes.wrong_type(node.no.span, {yes.kind}, no.kind))
        return None
    return Choice(test, yes, no)


def _sum(context: Context, node: Binary) -> Term | None:
    for side in (node.left, node.right):
        if has_choice(side):
            context.errors.append(mistakes.choice_in_choice(side.span))
            return None
    sign = 1 if node.operator == "+" else -1
    if isinstance(node.right, Call) and node.right.function in UNITS and node.right.target is None:
        return _shift(context, node.left, sign, node.right)
    if sign == 1 and isinstance(node.left, Call) and node.left.function in UNITS:
        return _shift(context, node.right, sign, node.left)
    return _plus(context, node, sign)


def _shift(context: Context, moved: Node, sign: int, unit: Call) -> Term | None:
    start = expects(context, moved, frozenset({Kind.DATE}))
    count = one(context, unit)
    by = None if count is None else expects_constant(context, count, frozenset({Kind.INT}), unit.function)
    if start is None or by is None:
        return None
    if unit.function not in MOVABLE and not constant(start):
        context.errors.append(mistakes.shift_on_field(unit.span, unit.function))
        return None
    return Shift(start, sign, by, unit.function)


def _plus(context: Context, node: Binary, sign: int) -> Term | None:
    left, right = term(context, node.left), term(context, node.right)
    if left is None or right is None:
        return None
    joins = sign == 1 and left.kind == right.kind and left.kind in (Kind.TEXT, Kind.LIST)
    fixed = constant(left) and constant(right)
    numbers = {left.kind, right.kind} <= NUMBERS | {Kind.ANY}
    if isinstance(left, Count) or isinstance(right, Count):
        context.errors.append(mistakes.bad_arithmetic(node.span))
        return None
    if numbers and (constant(right) or (sign == 1 and constant(left))):
        kind = Kind.DECIMAL if Kind.DECIMAL in (left.kind, right.kind) else left.kind
        return Plus(left, sign, right, kind) if constant(right) else Plus(right, sign, left, kind)
    if joins and fixed:
        return Plus(left, sign, right, left.kind)
    context.errors.append(mistakes.two_fields(node.span) if numbers else mistakes.bad_arithmetic(node.span))
    return None
