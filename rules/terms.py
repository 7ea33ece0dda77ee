"""Checks what a value is: fields, literals, dates and sums. Conditions are the business of `expressions`."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from rules import mistakes
from rules.functions import CONDITIONS, EDGES, MOVABLE, UNITS, USAGE
from rules.kinds import CHINESE, NUMBERS, Kind, comparable
from rules.meaning import (
    Age,
    Choice,
    Column,
    Constant,
    Count,
    Edge,
    Items,
    Length,
    Parameter,
    Plus,
    Record,
    Shift,
    Term,
    Today,
    Year,
)
from rules.names import Context, Many, nearest, reach, written_path
from rules.relations import size
from rules.syntax import (
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
            return _call(context, node)
        case Unary("-", operand):
            return _negative(context, operand)
        case Binary("+" | "-"):
            return _sum(context, node)
        case Conditional():
            return _choice(context, node)
        case Binary("*" | "/" | "%"):
            return None  # the parser has said why
        case Binary() | Logic() | Unary():
            context.errors.append(mistakes.not_a_value(node.span, "一个条件"))
            return None


def constant(item: Term) -> bool:
    """Tell whether a value is the same for every record."""
    match item:
        case Constant() | Today() | Parameter():
            return True
        case Column() | Count() | Choice():
            return False
        case Length(inner) | Age(inner) | Year(inner) | Edge(_, inner):
            return constant(inner)
        case Shift(moved, _, count):
            return constant(moved) and constant(count)
        case Plus(left, _, right):
            return constant(left) and constant(right)
        case Items(items):
            return all(map(constant, items))


def expects(context: Context, node: Node, kinds: frozenset[Kind]) -> Term | None:
    """Check one value that must be of one of the kinds."""
    found = term(context, node)
    if found is None or found.kind in kinds or found.kind is Kind.ANY:
        return found
    wanted = "或".join(CHINESE[kind] for kind in Kind if kind in kinds)
    context.errors.append(mistakes.wrong_type(node.span, wanted, CHINESE[found.kind]))
    return None


def expects_constant(context: Context, node: Node, kinds: frozenset[Kind], function: str) -> Term | None:
    """Check one value that must not depend on the record."""
    found = expects(context, node, kinds)
    if found is None or constant(found):
        return found
    context.errors.append(mistakes.not_constant(node.span, function))
    return None


def _field(context: Context, node: Name | Select) -> Term | None:
    found = reach(context, node)
    match found:
        case Column(field=known) if known.encrypted:
            label, code = known.label, f"{'.'.join(written_path(node))} != null"
            context.errors.append(mistakes.encrypted_field(node.span, label, code))
            return None
        case Column() | None:
            return found
        case Many(_, many):
            context.errors.append(mistakes.many_rows(node.span, many.name))
            return None
        case Record():
            context.errors.append(mistakes.not_a_value(node.span, "一条记录"))
            return None


def _list(context: Context, node: ListOf) -> Term | None:
    found = [term(context, item) for item in node.items]
    good = [item for item in found if item is not None]
    for item, written in zip(found, node.items, strict=True):
        if item is not None and (not constant(item) or item.kind in (Kind.NULL, Kind.LIST)):
            context.errors.append(mistakes.not_constant(written.span, "列表"))
            return None
        if item is not None and not comparable(item.kind, good[0].kind):
            kinds = CHINESE[good[0].kind], CHINESE[item.kind]
            context.errors.append(mistakes.wrong_type(written.span, *kinds))
            return None
    return Items(tuple(good)) if len(good) == len(found) else None


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
        context.errors.append(mistakes.wrong_type(node.no.span, CHINESE[yes.kind], CHINESE[no.kind]))
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
    count = _one(context, unit)
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


def _call(context: Context, node: Call) -> Term | None:
    if node.target is None and node.function in _FREE:
        return _FREE[node.function](context, node)
    if node.target is not None and node.function == "size":
        return size(context, node, node.target)
    if node.function in CONDITIONS:
        context.errors.append(mistakes.not_a_value(node.span, "一个条件"))
    elif node.function in USAGE:
        context.errors.append(mistakes.wrong_arguments(node.span, node.function, USAGE[node.function]))
    else:
        near = nearest(node.function, USAGE)
        context.errors.append(mistakes.unknown_function(node.at, node.function, near))
    return None


def _one(context: Context, node: Call) -> Node | None:
    if len(node.arguments) == 1 and not has_choice(node.arguments[0]):
        return node.arguments[0]
    context.errors.append(mistakes.wrong_arguments(node.span, node.function, USAGE[node.function]))
    return None


def _age(context: Context, node: Call) -> Term | None:
    argument = _one(context, node)
    birth = None if argument is None else expects(context, argument, frozenset({Kind.DATE}))
    return None if birth is None else Age(birth)


def _year(context: Context, node: Call) -> Term | None:
    argument = _one(context, node)
    found = None if argument is None else expects(context, argument, frozenset({Kind.DATE}))
    return None if found is None else Year(found)


def _edge(context: Context, node: Call) -> Term | None:
    argument = _one(context, node)
    found = None if argument is None else expects(context, argument, frozenset({Kind.DATE}))
    return None if found is None else Edge(node.function, found)


def _date(context: Context, node: Call) -> Term | None:
    argument = _one(context, node)
    if argument is None:
        return None
    written = argument.value if isinstance(argument, Literal) else None
    try:
        if isinstance(written, str) and len(written) == 10:
            return Constant(date.fromisoformat(written))
    except ValueError:
        pass
    context.errors.append(mistakes.bad_date(argument.span, str(written)))
    return None


def _parameter(context: Context, node: Call) -> Term | None:
    argument = _one(context, node)
    if argument is None:
        return None
    if not isinstance(argument, Literal) or not isinstance(argument.value, str):
        context.errors.append(mistakes.wrong_arguments(node.span, node.function, USAGE[node.function]))
        return None
    return _known_parameter(context, argument.value, argument.span)


def _known_parameter(context: Context, name: str, span: Span) -> Term | None:
    context.used.add(name)
    if context.parameters is None:
        return Parameter(name, name, "", Kind.ANY)
    if name in context.parameters:
        return context.parameters[name]
    context.errors.append(mistakes.unknown_parameter(span, name, nearest(name, context.parameters)))
    return None


def _lone_unit(context: Context, node: Call) -> None:
    context.errors.append(mistakes.bad_arithmetic(node.span))


_FREE: dict[str, Callable[[Context, Call], Term | None]] = {
    "age": _age,
    "year": _year,
    "date": _date,
    "param": _parameter,
    **dict.fromkeys(EDGES, _edge),
    **dict.fromkeys(UNITS, _lone_unit),
}
