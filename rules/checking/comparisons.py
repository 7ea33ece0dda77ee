"""Checks that the two sides of a comparison fit each other: kinds, arithmetic and code tables."""

from rules.catalogue import Field
from rules.checking import mistakes
from rules.checking.names import Context, nearest, written_path
from rules.errors import RuleError
from rules.fold import constant
from rules.kinds import Kind, comparable
from rules.meaning import Choice, Column, Constant, Items, Term
from rules.reading.syntax import Binary, Conditional, ListOf, Literal, Node


def fits(context: Context, node: Binary, left: Term, right: Term) -> bool:
    if not comparable(left.kind, right.kind):
        context.errors.append(_mismatch(node, left, right))
        return False
    if Kind.LIST in (left.kind, right.kind) or (left.kind is Kind.BOOL and node.operator not in ("==", "!=")):
        context.errors.append(mistakes.incomparable(node.at, left.kind, right.kind))
        return False
    if not (constant(_branch(left)) or constant(_branch(right)) or _two_columns(left, right)):
        context.errors.append(mistakes.two_fields(node.span))
        return False
    found = [codes(context, left, right, node.right), codes(context, right, left, node.left)]
    return all(found)


def _branch(item: Term) -> Term:
    """A choice is as constant as its branches."""
    while isinstance(item, Choice):
        item = item.yes if not constant(_branch(item.yes)) else item.no
    return item


def _two_columns(left: Term, right: Term) -> bool:
    return isinstance(left, Column) and isinstance(right, Column)


def _mismatch(node: Binary, left: Term, right: Term) -> RuleError:
    kinds = {left.kind, right.kind}
    if kinds & {Kind.INT, Kind.DECIMAL} and Kind.DATE in kinds:
        return _date_with_number(node, node.left if left.kind is Kind.DATE else node.right)
    if kinds == {Kind.DATE, Kind.TEXT}:
        text = node.left if left.kind is Kind.TEXT else node.right
        written = text.value if isinstance(text, Literal) else None
        return mistakes.date_with_text(text.span, f'date("{written}")' if _like_a_day(written) else None)
    return mistakes.incomparable(node.at, left.kind, right.kind)


def _date_with_number(node: Binary, dated: Node) -> RuleError:
    path, measure = ".".join(written_path(dated)), _measure(node)
    sensible = path and (measure == "year" or path != "today")
    return mistakes.date_with_number(dated.span, f"{measure}({path})" if sensible else None)


def _like_a_day(written: object) -> bool:
    return isinstance(written, str) and len(written) == 10 and written.isascii() and written[4::3] == "--"


def _measure(node: Binary) -> str:
    """What a number beside a date most likely counts: four digits a calendar year, fewer an age."""
    numbers = (side.value for side in (node.left, node.right) if isinstance(side, Literal))
    return "year" if any(isinstance(n, int) and 1000 <= n <= 9999 for n in numbers) else "age"


def codes(context: Context, coded: Term, other: Term, node: Node) -> bool:
    """Check that what a coded field is compared with is in its code table."""
    if not isinstance(coded, Column) or not coded.field.codes:
        return True
    match other:
        case Constant(value) if coded.field.meaning(value) is None:
            context.errors.append(_unknown_code(coded.field, str(value), node))
            return False
        case Items(items) if isinstance(node, ListOf):
            good = [codes(context, coded, item, at) for item, at in zip(items, node.items, strict=True)]
            return all(good)
        case Choice(_, yes, no) if isinstance(node, Conditional):
            return all([codes(context, coded, yes, node.yes), codes(context, coded, no, node.no)])
        case _:
            return True


def begins(context: Context, text: Term, part: Term, node: Node) -> bool:
    """Check that what a coded field is asked to begin with begins some code of its table."""
    if not isinstance(text, Column) or not text.field.codes or not isinstance(part, Constant):
        return True
    wanted = str(part.value)[: text.field.code_length]
    if any(code.startswith(wanted) for code in text.field.codes):
        return True
    context.errors.append(_unknown_code(text.field, str(part.value), node))
    return False


def _unknown_code(field: Field, code: str, node: Node) -> RuleError:
    by_label = {label: known for known, label in field.codes.items()}
    quoted = '"{}"' if field.kind is Kind.TEXT else "{}"
    near = by_label.get(code) or nearest(code.upper(), field.codes) or nearest(code, field.codes)
    known = "、".join(f"{key}（{label}）" for key, label in list(field.codes.items())[:8])
    suggestion = quoted.format(near) if near else None
    return mistakes.unknown_code(node.span, field.label, code, suggestion, known)
