"""Normal form to relational form: three truth values become two ordinary predicates.

*Certain* holds where the formula is true, *possible* where it is not false. Both are made of comparisons that a
database answers with true or not-true, joined by AND and OR only, so SQL's own NULL logic never decides. A relation
test is still abstract here; `emit` chooses between EXISTS and IN.

    leaf of a field that may be unknown   certain: the comparison    possible: … OR the field is empty
    negated leaf of a field where empty is a fact                    both: opposite comparison OR the field is empty
    exists(p)      certain: rows with certain(p)                     possible: rows with possible(p)
    not exists(p)  certain: no rows with possible(p)                 possible: no rows with certain(p)
    a record that may be absent           certain: and it is there   possible: or it is absent
"""

from collections.abc import Iterable
from typing import assert_never

from rules.kinds import Scalar
from rules.meaning import (
    OPPOSITE,
    And,
    Anniversary,
    Column,
    Compare,
    Constant,
    Count,
    Empty,
    Exists,
    Formula,
    Length,
    Not,
    Or,
    Record,
    Recorded,
    Rows,
    TextTest,
    Truth,
    Within,
)
from rules.sql.forms import (
    EVER,
    NEVER,
    Always,
    Counted,
    Every,
    Form,
    Null,
    OneOf,
    Related,
    Returns,
    Some,
    Test,
    TextIs,
    either,
    every,
)


def certain(formula: Formula) -> Form:
    """The predicate of the rows where a normal formula is true."""
    return _lower(formula, possible=False)


def possible(formula: Formula) -> Form:
    """The predicate of the rows where a normal formula is true or unknown."""
    return _lower(formula, possible=True)


def _lower(formula: Formula, *, possible: bool) -> Form:
    match formula:
        case Truth(value):
            return Always(value)
        case And(items):
            return every(_lower(item, possible=possible) for item in items)
        case Or(items):
            return either(_lower(item, possible=possible) for item in items)
        case Not(item):
            return _leaf(item, True, possible)
        case _:
            return _leaf(formula, False, possible)


def _leaf(leaf: Formula, negated: bool, possible: bool) -> Form:
    match leaf:
        case Compare(operator, Count(rows), Constant() as bound):
            return _count(OPPOSITE[operator] if negated else operator, rows, bound, possible)
        case Compare(operator, (Column() | Length()) as left, (Constant() | Column()) as right):
            plain = Test(OPPOSITE[operator] if negated else operator, left, right)
            return _around(
                plain, [_column(left), *([right] if isinstance(right, Column) else [])], negated, possible
            )
        case Within(Column() as column, Constant(tuple() as values)):
            return _around(_one_of(column, values, negated), [column], negated, possible)
        case TextTest(function, Column() as text, Constant(str() as part)):
            return _around(TextIs(function, text, part, negated), [text], negated, possible)
        case Anniversary(Column() as start):
            return _around(Returns(leaf, negated), [start], negated, possible)
        case Recorded(column, outcome):
            plain_form = _there(column) if outcome != negated else NEVER
            return _around(plain_form, [column], negated, possible)
        case Empty(item):
            return _empty(item, negated, possible)
        case Exists(rows):
            return _exists(rows, negated, possible)
        case _:
            raise TypeError(f"not in normal form: {leaf!r}")


def _column(item: Column | Length) -> Column:
    match item:
        case Column():
            return item
        case Length(Column() as column):
            return column
        case _:
            raise TypeError(f"not in normal form: {item!r}")


def _one_of(column: Column, values: tuple[Scalar, ...], negated: bool) -> Form:
    if values:
        return OneOf(column, values, negated)
    return _there(column) if negated else NEVER


def _there(column: Column) -> Form:
    empty = column.field.nullable or _may_be_absent(column.record)
    return Null(column, True) if empty else EVER


def _around(plain: Form, columns: list[Column], negated: bool, possible: bool) -> Form:
    """A plain comparison with the rows added for which NULL means something."""
    facts = [_empty_fact(column) for column in columns]
    forms = [plain, *(facts if negated else ())]
    if possible:
        for column, others in zip(columns, reversed(facts) if len(facts) == 2 else [NEVER], strict=True):
            forms.append(every([_unrecorded(column), _unless(others)]))
    return either(forms)


def _empty_fact(column: Column) -> Form:
    """The cell is empty and that is a fact."""
    if column.field.missing == "unknown" or not column.field.nullable:
        return NEVER
    return every([Null(column, False), _present(column.record)])


def _unrecorded(column: Column) -> Form:
    """Nobody knows the value: not recorded, or the record is absent."""
    if column.field.missing == "unknown" and column.field.nullable:
        return Null(column, False)
    return _absent(column.record)


def _unless(fact: Form) -> Form:
    """The opposite of an empty-cell fact, which only NULL tests make up."""
    match fact:
        case Always(value):
            return Always(not value)
        case Null(item, negated):
            return Null(item, not negated)
        case Every(items):
            return either(map(_unless, items))
        case _:
            raise TypeError(f"no empty-cell fact: {fact!r}")


def _may_be_absent(record: Record) -> bool:
    return any(hop.nullable for hop in record.path)


def _absent(record: Record) -> Form:
    return Null(record, False) if _may_be_absent(record) else NEVER


def _present(record: Record) -> Form:
    return Null(record, True) if _may_be_absent(record) else EVER


def _empty(item: Column | Record, negated: bool, possible: bool) -> Form:
    match item:
        case Column(record, field):
            owner, nullable = record, field.nullable
        case Record(variable, path, entity):
            owner, nullable = Record(variable, path[:-1], entity), path[-1].nullable
        case _:
            assert_never(item)
    known = Null(item, negated) if nullable or _may_be_absent(owner) else Always(negated)
    if possible:
        return either([known, _absent(owner)])
    return every([known, _present(owner)])


def _exists(rows: Rows, negated: bool, possible: bool) -> Form:
    form = _lower(rows.predicate, possible=possible != negated)
    if form == NEVER:
        test: Form = Always(negated)
    else:
        free = frozenset(_mentions(form)) - {rows.variable}
        test = Related(rows.record, rows.relation, rows.variable, form, negated, free)
    return _of(rows.record, test, possible)


def _of(record: Record, test: Form, possible: bool) -> Form:
    return either([test, _absent(record)]) if possible else every([test, _present(record)])


def _count(operator: str, rows: Rows, bound: Constant, possible: bool) -> Form:
    """A count lies between the certain and the possible rows; both ends must agree for certainty."""
    sure = _lower(rows.predicate, possible=False)
    maybe = _lower(rows.predicate, possible=True)

    def counted(sign: str, form: Form) -> Form:
        return Counted(sign, rows.record, rows.relation, rows.variable, form, bound)

    match operator, possible:
        case "==", False:
            test = every([counted(">=", sure), counted("<=", maybe)])
        case "==", True:
            test = every([counted("<=", sure), counted(">=", maybe)])
        case "!=", False:
            test = either([counted(">", sure), counted("<", maybe)])
        case "!=", True:
            test = either([counted("!=", sure), counted("!=", maybe)])
        case ((">" | ">="), _):
            test = counted(operator, maybe if possible else sure)
        case _:
            test = counted(operator, sure if possible else maybe)
    return _of(rows.record, test, possible)


def _mentions(form: Form) -> Iterable[str]:
    """The variables a form mentions and does not bind itself."""
    match form:
        case Always():
            return
        case Every(items) | Some(items):
            for item in items:
                yield from _mentions(item)
        case Test(_, left, right):
            yield _column(left).record.variable
            if isinstance(right, Column):
                yield right.record.variable
        case OneOf(column) | TextIs(_, column):
            yield column.record.variable
        case Returns(Anniversary(Column(record))):
            yield record.variable
        case Null(Column(record), _):
            yield record.variable
        case Null(Record(variable), _):
            yield variable
        case Related(record, _, variable, inner) | Counted(_, record, _, variable, inner):
            yield record.variable
            yield from (name for name in _mentions(inner) if name != variable)
        case _:
            raise TypeError(f"unknown form: {form!r}")
