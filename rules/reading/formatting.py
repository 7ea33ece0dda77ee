"""One way to write an expression: the same tree always comes out as the same text, with its comments.

One line where it fits 100 columns, else broken at `&&` and `||`, the outermost first; brackets only where they are
needed, and around `&&` inside `||`, where they help the reader; texts in double quotes. A comment goes on its own line
above the clause it stands at.
"""

from collections.abc import Iterator, Sequence

from rules.reading.parser import POWERS, UNARY, parse, read
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
    quoted,
)
from rules.reading.tokens import Comment, tokenize

WIDTH = 100
STEP = 2
ATOM = UNARY + 1


def layout(text: str, *, width: int = WIDTH) -> str:
    """Lay an expression out; RuleErrors when it cannot be read.

    One that would pass the limits of the language by added spaces and brackets stays as it was written.
    """
    node, comments = parse(text), tokenize(text).comments
    laid = "\n".join(_commented(text, node, comments, width)) if comments else _broken(node, 0, width)
    return text.strip() if read(laid).errors else laid


def has_comments(text: str) -> bool:
    """Tell whether an expression holds comments, which need lines of their own."""
    return bool(tokenize(text).comments)


def one_line(node: Node) -> str:
    """An expression without line breaks."""
    match node:
        case Literal(value):
            return _literal(value)
        case Name(name):
            return name
        case ListOf(items):
            return f"[{_listed(items)}]"
        case Select(target, member):
            return f"{_bracketed(target, ATOM)}.{member}"
        case Call(function, target, arguments):
            before = "" if target is None else f"{_bracketed(target, ATOM)}."
            return f"{before}{function}({_listed(arguments)})"
        case Unary(operator, operand):
            return f"{operator}{_bracketed(operand, UNARY)}"
        case Binary(operator, left, right):
            power = POWERS[operator]
            return f"{_bracketed(left, power)} {operator} {_bracketed(right, power + 1)}"
        case Logic(operator, items):
            return f" {operator} ".join(_item(item, operator) for item in items)
        case Conditional(test, yes, no):
            return f"{_bracketed(test, 2)} ? {_bracketed(yes, 2)} : {one_line(no)}"


def _literal(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case str():
            return quoted(value)
        case _:
            return str(value)


def _listed(items: Sequence[Node]) -> str:
    return ", ".join(map(one_line, items))


def _power(node: Node) -> int:
    """How tightly a node holds together."""
    match node:
        case Conditional():
            return POWERS["?"]
        case Logic(operator) | Binary(operator):
            return POWERS[operator]
        case Unary():
            return UNARY
        case _:
            return ATOM


def _bracketed(node: Node, least: int) -> str:
    return one_line(node) if _power(node) >= least else f"({one_line(node)})"


def _needs_brackets(item: Node, operator: str) -> bool:
    """An item of `&&` or `||`: whatever holds less tightly, a chain of its own, and `&&` inside `||`."""
    return isinstance(item, Logic) or _power(item) <= POWERS[operator]


def _item(item: Node, operator: str) -> str:
    return f"({one_line(item)})" if _needs_brackets(item, operator) else one_line(item)


def _broken(node: Node, column: int, width: int, *, step: int = STEP) -> str:
    """A node whose first line begins at `column`, broken where it does not fit, `step` further in."""
    line = one_line(node)
    if column + len(line) <= width:
        return line
    indent = column + step
    match node:
        case Logic(operator, items):
            after = indent + len(operator) + 1
            columns = [column, *([after] * (len(items) - 1))]
            lines = (_broken_item(*part, operator, width) for part in zip(items, columns, strict=True))
            return f"\n{' ' * indent}{operator} ".join(lines)
        case Conditional(test, yes, no):
            parts = [f"({one_line(part)})" if _power(part) < 2 else one_line(part) for part in (test, yes)]
            return f"{parts[0]}\n{' ' * indent}? {parts[1]}\n{' ' * indent}: {_broken(no, indent + 2, width)}"
        case Unary(operator, operand) if _power(operand) >= UNARY:
            return operator + _broken(operand, column, width - len(operator))
        case Unary(operator, operand):
            return operator + _enclosed(operand, column + len(operator), width)
        case Call(function, target, (Name(variable), predicate)) if target is not None:
            inner = _broken(predicate, column + 2 * STEP, width - 1)
            return f"{_bracketed(target, ATOM)}.{function}({variable},\n{' ' * (column + 2 * STEP)}{inner})"
        case Binary("in", left, ListOf(items)):
            filled = f",\n{' ' * indent}".join(_filled([one_line(item) for item in items], width - indent))
            return f"{_bracketed(left, POWERS['in'])} in [\n{' ' * indent}{filled}]"
        case _:
            return line


def _broken_item(item: Node, column: int, operator: str, width: int) -> str:
    if _needs_brackets(item, operator):
        return _enclosed(item, column, width)
    return _broken(item, column, width)


def _enclosed(node: Node, column: int, width: int) -> str:
    """A node in brackets; the lines inside begin where it does."""
    return f"({_broken(node, column + 1, width - 1, step=0)})"


def _filled(words: Sequence[str], width: int) -> Iterator[str]:
    """As many words a line as fit."""
    line = ""
    for word in words:
        longer = f"{line}, {word}" if line else word
        if line and len(longer) >= width:
            yield line
            longer = word
        line = longer
    yield line


def _commented(text: str, node: Node, comments: Sequence[Comment], width: int) -> Iterator[str]:
    """The clauses one a line, each below its comments; what stands after the last one stays there."""
    operator = node.operator if isinstance(node, Logic) else ""
    items = node.items if isinstance(node, Logic) else (node,)
    owners = [_owner(text, items, comment) for comment in comments]
    for index, item in enumerate(items):
        indent = STEP if index else 0
        for comment, owner in zip(comments, owners, strict=True):
            if owner == index:
                yield f"{' ' * indent}{_slashed(comment)}"
        column = indent + len(operator) + 1 if index else 0
        line = _broken_item(item, column, operator, width) if operator else _broken(item, 0, width)
        yield f"{' ' * STEP}{operator} {line}" if index else line
    yield from (
        _slashed(comment) for comment, owner in zip(comments, owners, strict=True) if owner == len(items)
    )


def _owner(text: str, items: Sequence[Node], comment: Comment) -> int:
    """Which clause a comment belongs to: the one it stands in or before, or behind in the same line."""
    for index, item in enumerate(items):
        if comment.span.start < item.span.end:
            return index
        behind = text[item.span.end : comment.span.start]
        if not behind.strip(" \t)"):
            return index
    return len(items)


def _slashed(comment: Comment) -> str:
    return f"// {comment.text}".rstrip()
