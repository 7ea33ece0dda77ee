"""Relational form to SQLAlchemy Core: every value a bound parameter, no text, no LIKE.

In which form a relation test is asked has been decided by `choose`: a correlated EXISTS, a list after IN, or a column
of a joined group.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias, assert_never

from sqlalchemy import (
    ColumnElement,
    Double,
    Integer,
    String,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from rules import dates
from rules.interpret import ORDERS
from rules.kinds import Kind
from rules.meaning import Anniversary, Column, Constant, Length
from rules.sql.absorb import absorb, renamed, shared
from rules.sql.choose import Dialect, Group, Shape
from rules.sql.forms import (
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
from rules.sql.sources import Scope, Source, bind, column, key, unindexed, unique

Condition: TypeAlias = ColumnElement[bool]


def emit(form: Form, scope: Scope, shape: Shape) -> Condition:
    """The SQL condition of a relational form; joins it needs are added to the sources in `scope`."""
    return _Emitter(shape.dialect, shape).condition(form, scope)


def gather(scope: Scope, shape: Shape) -> None:
    """Join the groups of a shape to their sources, each with one column for each of its tests."""
    for number, group in enumerate(shape.groups, 1):
        _Emitter(shape.dialect, shape).group(group, scope, f"held_{number}")


@dataclass(frozen=True)
class _Emitter:
    dialect: Dialect
    shape: Shape

    def condition(self, form: Form, scope: Scope) -> Condition:
        match form:
            case Always(value):
                return true() if value else false()
            case Every(items):
                return and_(*(self.condition(item, scope) for item in items))
            case Some(items):
                return or_(*(self.condition(item, scope) for item in items))
            case Test():
                return self.test(form, scope)
            case OneOf(item, values, negated):
                chosen = [bind(value) for value in values]
                found = column(item, scope)
                return found.not_in(chosen) if negated else found.in_(chosen)
            case TextIs():
                return self.text(form, scope)
            case Returns(anniversary, negated):
                return self.returns(anniversary, negated, scope)
            case Null(item, negated):
                cell = column(item, scope) if isinstance(item, Column) else key(item, scope)
                return cell.is_not(None) if negated else cell.is_(None)
            case Related():
                return self.related(form, scope)
            case Counted():
                return self.counted(form, scope)
            case _:
                assert_never(form)

    def test(self, form: Test, scope: Scope) -> Condition:
        left = self.operand(form.left, scope)
        if form in self.shape.scanned:
            left = unindexed(left)
        ordered = form.operator not in ("==", "!=")
        if self.dialect == "postgresql" and ordered and form.left.kind is Kind.TEXT:
            left = left.collate("C")
        compare: Callable[[Any, Any], Any] = ORDERS[form.operator]
        condition: Condition = compare(left, self.operand(form.right, scope))
        return condition

    def operand(self, item: Column | Length | Constant, scope: Scope) -> ColumnElement[Any]:
        match item:
            case Column():
                return column(item, scope)
            case Length(Column() as text):
                return func.length(column(text, scope), type_=Integer())
            case Constant(bool() | int() | str() | date() as value):
                return bind(value)
            case Constant(value) if value is not None and not isinstance(value, tuple):
                return bind(value)
            case _:
                raise TypeError(f"no operand: {item!r}")

    def text(self, form: TextIs, scope: Scope) -> Condition:
        text, part, length = column(form.column, scope), bind(form.part), len(form.part)
        match form.function:
            case "startsWith" if self.dialect == "postgresql":
                begins: Condition = text.op("^@", is_comparison=True)(
                    part
                )  # whose share of rows is known from statistics
                return ~begins if form.negated else begins
            case "startsWith":
                found = func.substr(text, 1, length)
            case "endsWith" if self.dialect == "postgresql":
                found = func.right(text, length)
            case "endsWith":
                found = func.substr(text, -length)
            case _:
                place = func.strpos if self.dialect == "postgresql" else func.instr
                at: ColumnElement[int] = place(text, part, type_=Integer())
                return at == 0 if form.negated else at > 0
        return found != part if form.negated else found == part

    def returns(self, anniversary: Anniversary, negated: bool, scope: Scope) -> Condition:
        """A day of the year within the window, at least one year after the date itself."""
        match anniversary:
            case Anniversary(Column() as start, Constant(date() as first), Constant(date() as last)):
                day = column(start, scope)
            case _:
                raise TypeError(f"not in normal form: {anniversary!r}")
        # Nearly every day began a year ago or more, and SQLite would look them up one by one.
        began = unindexed(day) if self.dialect == "sqlite" else day
        oldest = bind(dates.day(dates.latest_birth(last, 1)))
        season = dates.season(first, last)
        if season is None:
            return began > oldest if negated else began <= oldest
        of_year = self.day_of_year(day)
        after, before = (self.of_year(season.first), self.of_year(season.last))
        if negated:
            joined = and_ if season.wraps else or_
            return or_(began > oldest, joined(of_year < after, of_year > before))
        joined = or_ if season.wraps else and_
        return and_(began <= oldest, joined(of_year >= after, of_year <= before))

    def day_of_year(self, day: ColumnElement[Any]) -> ColumnElement[Any]:
        """Month and day of a date in an order that is the year's: 1123, or on SQLite the end of its text, 11-23.

        `date_part` counts in floats, exact here and twice as fast as the decimals of EXTRACT; taking the text apart is
        four times as fast as STRFTIME.
        """
        if self.dialect == "sqlite":
            return func.substr(day, len("2026-") + 1, type_=String())
        return func.date_part("month", day, type_=Double()) * literal(100, Double()) + func.date_part(
            "day", day
        )

    def of_year(self, number: int) -> ColumnElement[Any]:
        """A day of the year as `day_of_year` gives it."""
        if self.dialect == "sqlite":
            return bind(f"{number // 100:02d}-{number % 100:02d}")
        return literal(number, Double())

    def related(self, form: Related, scope: Scope) -> Condition:
        held = scope[form.record.variable].grouped.get(form)
        if held is not None:  # PostgreSQL takes a third of the rows to pass such a comparison, either way
            return func.coalesce(held, 0) < 1 if form.negated else held > 0
        inner, condition = self.inside(form, scope)
        near = key(form.record, scope)
        far = inner.alias.c[form.relation.remote.name]
        if form in self.shape.lists:
            keys = select(far).select_from(inner.clause).where(condition)
            if (
                form.relation.nullable
            ):  # NOT IN has to be spared NULL, and an index of those with a holder serves both
                keys = keys.where(far.is_not(None))
            return near.not_in(keys) if form.negated else near.in_(keys)
        rows = select(far).select_from(inner.clause).where(far == near, condition)
        found = exists(rows.correlate_except(*inner.everything()))
        return ~found if form.negated else found

    def group(self, group: Group, scope: Scope, name: str) -> None:
        """Count the rows that pass each test, holder by holder, in one pass over those that pass any."""
        outer, first = scope[group.record.variable], group.tests[0]
        inner = Source.of(outer.catalogue, first.relation.target, first.variable, outer.taken)
        far = inner.alias.c[first.relation.remote.name]
        here = {**scope, first.variable: inner}
        common, rests = shared([renamed(test.form, test.variable, first.variable) for test in group.tests])
        passing = [self.condition(rest, here) for rest in rests]
        counts = [func.count().filter(one).label(f"test_{number}") for number, one in enumerate(passing, 1)]
        # What is asked joins the parents it needs to the clause, so it comes before the clause is taken.
        asked = self.condition(every([common, absorb(either(rests))]), here)
        rows = select(far.label("holder"), *counts).select_from(inner.clause).where(asked).group_by(far)
        if first.relation.nullable:  # an index of those with a holder can serve
            rows = rows.where(far.is_not(None))
        held = rows.subquery(unique(name, outer.taken))
        near = key(group.record, scope)  # which may join the tables on the way to it
        outer.clause = outer.clause.outerjoin(held, held.c.holder == near)
        for test, count in zip(group.tests, counts, strict=True):
            outer.grouped[test] = held.c[count.name]

    def counted(self, form: Counted, scope: Scope) -> Condition:
        inner, condition = self.inside(form, scope)
        far = inner.alias.c[form.relation.remote.name]
        rows = select(func.count()).select_from(inner.clause).where(far == key(form.record, scope), condition)
        number = rows.correlate_except(*inner.everything()).scalar_subquery()
        compare: Callable[[Any, Any], Any] = ORDERS[form.operator]
        found: Condition = compare(number, self.operand(form.bound, scope))
        return found

    def inside(self, form: Related | Counted, scope: Scope) -> tuple[Source, Condition]:
        outer = scope[form.record.variable]
        inner = Source.of(outer.catalogue, form.relation.target, form.variable, outer.taken)
        return inner, self.condition(form.form, {**scope, form.variable: inner})
