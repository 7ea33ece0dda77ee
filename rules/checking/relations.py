"""Checks what is asked of a relation: its rows, and how many."""

from rules.checking import mistakes
from rules.checking.functions import USAGE
from rules.checking.names import Context, Many, Variable, reach
from rules.kinds import Kind
from rules.meaning import Column, Count, Length, Rows, Term, Truth
from rules.reading.syntax import Binary, Call, ListOf, Literal, Name, Node, Select

NESTED = 4


def rows(context: Context, node: Call) -> Rows | None:
    """Check `relation.function(x, predicate)`."""
    many = relation(context, node)
    if many is None:
        return None
    if len(node.arguments) != 2 or not isinstance(node.arguments[0], Name):
        context.errors.append(mistakes.wrong_arguments(node.span, node.function, USAGE[node.function]))
        return None
    name = node.arguments[0].name
    if name in context.scope or name == "today":
        context.errors.append(mistakes.name_taken(node.arguments[0].span, name))
        return None
    if len(context.scope) > NESTED:
        context.errors.append(mistakes.nested_too_far(node.span, NESTED))
        return None
    path = (*context.path(many.record), many.relation.name)
    inner = context.inside(name, Variable(many.relation.target, path))
    predicate = context.condition(inner, node.arguments[1])
    return None if predicate is None else Rows(many.record, many.relation, name, predicate)


def relation(context: Context, node: Call) -> Many | None:
    """Check that a function stands on a to-many relation."""
    if isinstance(node.target, Name | Select):
        found = reach(context, node.target)
        if found is None:
            return None
        if isinstance(found, Many):
            _read_rows(context, found)
            return found
    context.errors.append(
        mistakes.not_a_relation(node.target.span if node.target else node.at, node.function)
    )
    return None


def _read_rows(context: Context, many: Many) -> None:
    key = context.catalogue.target(many.relation).key.name
    context.reads.add(((*context.path(many.record), many.relation.name), key))


def size(context: Context, target: Node) -> Term | None:
    """Check the size of what may have one: rows, a text, a list of constants or a parameter."""
    if isinstance(target, Call) and target.function == "filter":
        found = rows(context, target)
        return None if found is None else Count(found)
    if isinstance(target, Literal | ListOf | Call | Binary):
        return _size_of_constant(context, target)
    if not isinstance(target, Name | Select):
        context.errors.append(mistakes.not_a_relation(target.span, "size"))
        return None
    return _size_of(context, target)


def _size_of_constant(context: Context, target: Node) -> Term | None:
    found = context.term(context, target)
    if found is None:
        return None
    if found.kind in (Kind.TEXT, Kind.LIST, Kind.ANY):
        return Length(found)
    context.errors.append(mistakes.not_a_relation(target.span, "size"))
    return None


def _size_of(context: Context, target: Name | Select) -> Term | None:
    found = reach(context, target)
    match found:
        case None:
            return None
        case Many(record, many):
            _read_rows(context, found)
            return Count(Rows(record, many, f"{many.name}_row", Truth(True)))
        case Column(field=known) if known.kind is Kind.TEXT and not known.encrypted:
            return Length(found)
        case _:
            context.errors.append(mistakes.not_a_relation(target.span, "size"))
            return None
