"""What a single condition has to say of one record."""

from collections.abc import Iterator
from datetime import date

from rules.checking.terms import constant
from rules.dates import anniversary
from rules.fold import fold, fold_date
from rules.holding import Holding
from rules.interpret import Scope, find
from rules.kinds import Kind
from rules.meaning import (
    Age,
    Anniversary,
    Column,
    Compare,
    Count,
    Edge,
    Empty,
    Formula,
    Length,
    Record,
    Rows,
    Shift,
    Term,
    TextTest,
    Within,
    Year,
    conjuncts,
)
from rules.wording.facts import EMPTY, ROW, Told, absent, age, age_by, anniversaries, cell, coming_of_age
from rules.wording.rows import name_of
from rules.wording.spells import born
from rules.wording.turns import moves


def tell(atom: Formula, scope: Scope, holds: Holding, name: str, *, failing: bool) -> Iterator[Told]:
    today = holds.moment.as_of
    if holds.discreet and any(column.field.sensitivity == "sensitive" for column in columns_in(atom)):
        return
    match atom:
        case Compare(_, Count(rows)):
            yield from _number(rows, scope, holds)
        case Compare(sign, (Age(Column() as column) | (Column() as column)) as asked, bound) if born(
            column.field
        ):
            yield from _age(sign, asked, column, bound, scope, holds, failing=failing)
        case Compare(sign):
            for column in columns_in(atom):
                told = cell(column, scope, today, name)
                yield from (told if failing or not _lasts(sign, column) else map(_aside, told))
        case Within(item) | TextTest(_, item):
            found = inner_column(item)
            if found is not None:
                yield from cell(found, scope, today, name)
        case Anniversary(Column() as column, first, last):
            row = find(scope, column.record)
            start = None if row is None else row.get(column.field.name)
            if isinstance(start, date):
                window = fold_date(first, holds.moment), fold_date(last, holds.moment)
                yield anniversaries(start, *window, today, column.field, name)
        case Empty(Column(record, field)):
            row = find(scope, record)
            if row is not None and field.kind is not Kind.BOOL:
                yield Told(EMPTY, absent(field, row))
        case Empty(Record(path=path) as record):
            yield Told(EMPTY, f"{'没有' if find(scope, record) is None else '有'}{path[-1].label}")
        case _:
            return


def columns_in(atom: Formula) -> Iterator[Column]:
    """The fields a single condition is about."""
    match atom:
        case Compare(_, left, right):
            yield from (found for side in (left, right) if (found := inner_column(side)) is not None)
        case Within(item) | TextTest(_, item) | Anniversary(item):
            yield from (found for found in (inner_column(item),) if found is not None)
        case Empty(Column() as column):
            yield column
        case _:
            return


def _lasts(sign: str, column: Column) -> bool:
    """Whether a condition asks that something has not run out yet, which is no news where it holds."""
    return column.field.part == "end" and sign in (">=", ">")


def _aside(told: Told) -> Told:
    return Told(EMPTY, told.text)


def inner_column(item: Term) -> Column | None:
    """The field a value is reckoned from."""
    match item:
        case Column():
            return item
        case Age(inner) | Year(inner) | Length(inner) | Shift(inner) | Edge(_, inner):
            return inner_column(inner)
        case _:
            return None


def _age(
    sign: str, asked: Term, column: Column, bound: Term, scope: Scope, holds: Holding, *, failing: bool
) -> Iterator[Told]:
    """An age; where one is to be reached and is not yet, the days until then."""
    row = find(scope, column.record)
    birth = None if row is None else row.get(column.field.name)
    if not isinstance(birth, date):
        return
    today = holds.moment.as_of
    reached = _reached(sign, asked, bound, holds)
    if reached is not None:
        years, by = reached
        day = anniversary(birth, years)
        if today < day <= by and _on_a_fixed_day(bound):
            yield age_by(birth, years, by)
            return
        if today < day and (failing or day <= by):
            yield coming_of_age(birth, years, today)
            return
    yield age(birth, today)


def _reached(sign: str, asked: Term, bound: Term, holds: Holding) -> tuple[int, date] | None:
    """The age that is to be reached, and by when; None where it is to be below, or is no whole number."""
    moment = holds.moment
    match asked, bound:
        case Age(), _ if sign in (">=", ">") and constant(bound):
            years, by = fold(bound, moment), moment.as_of
        case Column(), Shift(then, -1, count, "years") if sign in ("<=", "<"):
            years, by = fold(count, moment), fold_date(then, moment)
        case _:
            return None
    if not isinstance(years, int) or isinstance(years, bool) or not 0 <= years <= 120:
        return None
    return years + (sign == ">"), by


def _on_a_fixed_day(bound: Term) -> bool:
    """Whether the age is asked of one day of the calendar, such as the cut-off of a school year."""
    return isinstance(bound, Shift) and not moves(bound.date)


def _number(rows: Rows, scope: Scope, holds: Holding) -> Iterator[Told]:
    row = find(scope, rows.record)
    if row is not None:
        held = holds.rows(rows, (rows.predicate,), row, scope)
        yield Told(ROW, f"{noun(rows)} {len(held)} {rows.relation.counter or '条'}")


def noun(rows: Rows) -> str:
    """What the rows are called: the code they are chosen by, or the relation's label."""
    names = (name_of(atom, rows.variable) for atom in conjuncts(rows.predicate))
    return next((name for name in names if name), rows.relation.label)
