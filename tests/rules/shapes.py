"""A tree as a line of text, without the places of its nodes."""

from rules.reading.syntax import Binary, Call, Conditional, ListOf, Literal, Logic, Name, Node, Select, Unary


def shape(node: Node) -> str:
    """Write a tree down operator first."""
    match node:
        case Literal(value):
            return repr(value)
        case Name(name):
            return name
        case Select(target, member):
            return f"{shape(target)}.{member}"
        case ListOf(items):
            return f"[{' '.join(map(shape, items))}]"
        case Unary(operator, operand):
            return f"({operator} {shape(operand)})"
        case Binary(operator, left, right):
            return f"({operator} {shape(left)} {shape(right)})"
        case Logic(operator, items):
            return f"({operator} {' '.join(map(shape, items))})"
        case Conditional(test, yes, no):
            return f"(? {shape(test)} {shape(yes)} {shape(no)})"
        case Call(function, target, arguments):
            parts = [*([shape(target)] if target else []), *map(shape, arguments)]
            return f"{function}({' '.join(parts)})"
