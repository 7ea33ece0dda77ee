"""Checks the functions that give a value, and what may stand in them."""

import re
from collections.abc import Callable
from datetime import date

from rules.checking import mistakes
from rules.checking.functions import CONDITIONS, DAYS, EDGES, FOREIGN, UNITS, USAGE
from rules.checking.names import Context, nearest
from rules.checking.relations import size
from rules.fold import constant
from rules.kinds import Kind
from rules.meaning import Age, Constant, Edge, Parameter, Term, Year
from rules.reading import slips
from rules.reading.parser import RESERVED
from rules.reading.syntax import Call, Literal, Node, Span, has_choice

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def expects(context: Context, node: Node, kinds: frozenset[Kind]) -> Term | None:
    """Check one value that must be of one of the kinds."""
    found = context.term(context, node)
    if found is None or found.kind in kinds or found.kind is Kind.ANY:
        return found
    context.errors.append(mistakes.wrong_type(node.span, kinds, found.kind))
    return None


def expects_constant(context: Context, node: Node, kinds: frozenset[Kind], function: str) -> Term | None:
    """Check one value that must not depend on the record."""
    found = expects(context, node, kinds)
    if found is None or constant(found):
        return found
    context.errors.append(mistakes.not_constant(node.span, function))
    return None


def call(context: Context, node: Call) -> Term | None:
    if node.target is None and node.function in _FREE:
        return _FREE[node.function](context, node)
    if node.function == "size":
        return _size(context, node)
    if node.function in RESERVED:
        return None  # the parser has said why
    if node.function in CONDITIONS:
        context.errors.append(mistakes.not_a_value(node.span, "condition"))
    elif node.function in DAYS:
        context.errors.append(slips.word_operator(node.span, f"{node.function}()", "today"))
    elif node.function in USAGE:
        context.errors.append(mistakes.wrong_arguments(node.span, node.function, USAGE[node.function]))
    else:
        near = FOREIGN.get(node.function) or nearest(node.function, USAGE)
        context.errors.append(mistakes.unknown_function(node.at, node.function, near))
    return None


def _size(context: Context, node: Call) -> Term | None:
    """`x.size()`, which CEL also writes `size(x)`."""
    match node.target, node.arguments:
        case (None, (target,)) | (target, ()) if target is not None:
            return size(context, target)
        case _:
            context.errors.append(mistakes.wrong_arguments(node.span, "size", USAGE["size"]))
            return None


def one(context: Context, node: Call) -> Node | None:
    if len(node.arguments) == 1 and not has_choice(node.arguments[0]):
        return node.arguments[0]
    context.errors.append(mistakes.wrong_arguments(node.span, node.function, USAGE[node.function]))
    return None


def _age(context: Context, node: Call) -> Term | None:
    argument = one(context, node)
    birth = None if argument is None else expects(context, argument, frozenset({Kind.DATE}))
    return None if birth is None else Age(birth)


def _year(context: Context, node: Call) -> Term | None:
    argument = one(context, node)
    found = None if argument is None else expects(context, argument, frozenset({Kind.DATE}))
    return None if found is None else Year(found)


def _edge(context: Context, node: Call) -> Term | None:
    argument = one(context, node)
    found = None if argument is None else expects(context, argument, frozenset({Kind.DATE}))
    return None if found is None else Edge(node.function, found)


def _date(context: Context, node: Call) -> Term | None:
    argument = one(context, node)
    if argument is None:
        return None
    if not isinstance(argument, Literal):
        context.errors.append(mistakes.wrong_arguments(node.span, node.function, USAGE[node.function]))
        return None
    day = _day(argument.value)
    if day is None:
        context.errors.append(mistakes.bad_date(argument.span, str(argument.value)))
    return None if day is None else Constant(day)


def _day(written: object) -> date | None:
    """The day a text names; ISO also knows week dates, which nobody would recognise in a rule."""
    if not isinstance(written, str) or not _ISO_DAY.fullmatch(written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _parameter(context: Context, node: Call) -> Term | None:
    argument = one(context, node)
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
