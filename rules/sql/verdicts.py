"""One statement that answers a rule: who matches, who cannot be decided, whom to visit, how urgent, due when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import CompoundSelect, Date, Select, Subquery, and_, case, cast, null, or_, select
from sqlalchemy.sql.elements import ColumnElement

from rules.catalogue import Catalogue
from rules.check import CheckedRule, stops
from rules.errors import CannotEvaluate
from rules.meaning import And
from rules.moment import Moment
from rules.normalise import normalise
from rules.regions import Region
from rules.sql.absorb import absorb, without
from rules.sql.choose import Dialect, Mode, Population, Shape, choose
from rules.sql.emit import Condition, emit, gather
from rules.sql.forms import EVER, Form
from rules.sql.lower import certain, possible
from rules.sql.sources import Scope, Source, bind, column

Ids: TypeAlias = Select[Any] | CompoundSelect[Any] | Subquery | Iterable[int] | int | None


def verdicts(
    rule: CheckedRule,
    catalogue: Catalogue,
    moment: Moment,
    *,
    dialect: Dialect,
    among: Ids = None,
    mode: Mode = "full",
    within: Region | None = None,
    population: Population | None = None,
) -> Select[Any]:
    """The matches and unknowns of a rule, each subject at most once.

    Columns: subject_id, target_kind, target_id, verdict ('match' | 'unknown'), grade, due_on. `among` limits the
    subjects to one key, some keys or a subquery of keys, `within` to those placed in a region. `population` lets the
    shape of the statement fit the database's size. CannotEvaluate when a parameter has no value.
    """
    subject = rule.document.subject
    leads = dialect == "sqlite" and mode == "full"
    source = Source.of(catalogue, subject, subject, set(), leads=leads)
    scope: Scope = {subject: source}
    asked = questions(rule, moment)
    shape = choose(asked.maybe, asked.after, dialect, mode, population)
    gather(scope, shape)
    kind, target = _target(rule, scope)
    key = source.key(())
    due = cast(null(), Date()) if rule.due is None else column(rule.due, scope)
    where = and_(*inside(rule, within, scope, dialect), emit(asked.maybe, scope, shape))
    columns = (
        key.label("subject_id"),
        kind.label("target_kind"),
        target.label("target_id"),
        _verdict(asked.rest, scope, shape).label("verdict"),
        _grade(asked.grades, scope, shape).label("grade"),
        due.label("due_on"),
    )
    statement = select(*columns).where(where).select_from(source.clause)
    return statement if among is None else statement.where(_among(key, among))


@dataclass(frozen=True)
class Questions:
    """What a statement asks: `maybe` selects the rows; of those, `rest` is all that certainty adds, and the grades."""

    maybe: Form
    rest: Form
    grades: tuple[tuple[str, Form], ...]

    @property
    def after(self) -> list[Form]:
        """What is asked of the selected rows only."""
        return [self.rest, *(form for _, form in self.grades)]


def questions(rule: CheckedRule, moment: Moment) -> Questions:
    """The relational forms of a rule for a moment, each without what is known of a selected row already."""
    formula = normalise(And((rule.applies, rule.when)), moment)
    maybe = absorb(possible(formula))
    rest = without(absorb(certain(formula)), maybe)
    grades = ((grade, normalise(text, moment)) for grade, text in rule.grades)
    return Questions(
        maybe, rest, tuple((grade, without(absorb(certain(form)), maybe)) for grade, form in grades)
    )


def _verdict(rest: Form, scope: Scope, shape: Shape) -> ColumnElement[str]:
    if rest == EVER:
        return bind("match")
    return case((emit(rest, scope, shape), bind("match")), else_=bind("unknown"))


def _grade(grades: Iterable[tuple[str, Form]], scope: Scope, shape: Shape) -> ColumnElement[str]:
    whens: list[tuple[Condition, ColumnElement[str]]] = [
        (emit(form, scope, shape), bind(grade)) for grade, form in grades
    ]
    return case(*whens, else_=bind("normal")) if whens else bind("normal")


def _target(rule: CheckedRule, scope: Scope) -> tuple[ColumnElement[str], ColumnElement[Any]]:
    """Whom to visit: the record the path leads to, or the last one before it that is there."""
    *others, last = stops(rule.visit, rule.document.subject)
    source = scope[rule.document.subject]
    if not others:
        return bind(last.entity), source.key(last.path)
    there = [(source.key(stop.path).is_not(None), stop) for stop in others]
    kind = case(*((here, bind(stop.entity)) for here, stop in there), else_=bind(last.entity))
    target = case(*((here, source.key(stop.path)) for here, stop in there), else_=source.key(last.path))
    return kind, target


def inside(rule: CheckedRule, region: Region | None, scope: Scope, dialect: Dialect) -> Iterator[Condition]:
    """What keeps the subjects to a region: a range of codes for its prefix, less one for each that is left out.

    CannotEvaluate for a rule whose subjects have no place.
    """
    if region is None or region == Region():
        return
    if rule.place is None:
        raise CannotEvaluate("规则的对象没有所在区划，参数不能分区划取值。", "The subjects have no place.")
    code = column(rule.place, scope)
    if dialect == "postgresql":
        code = code.collate("C")
    if region.prefix:
        yield and_(code >= bind(region.prefix), code < bind(_next(region.prefix)))
    for prefix in region.without:
        outside = or_(code < bind(prefix), code >= bind(_next(prefix)))
        yield outside if region.prefix else or_(code.is_(None), outside)


def _next(prefix: str) -> str:
    """The least text after everything that begins with a prefix of digits."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _among(key: ColumnElement[Any], among: Ids) -> Condition:
    match among:
        case int():
            return key == bind(among)
        case Select() | CompoundSelect():
            return key.in_(among)
        case Subquery():
            return key.in_(select(*among.c))
        case None:
            raise TypeError("everyone needs no condition")
        case _:
            return key.in_(list(among))


def applying(
    rule: CheckedRule,
    catalogue: Catalogue,
    moment: Moment,
    *,
    dialect: Dialect,
    among: Ids = None,
    mode: Mode = "full",
    within: Region | None = None,
    population: Population | None = None,
) -> Select[Any]:
    """The keys (`subject_id`) of those the rule is, or may be, about: `applies` is not false.

    A finding whose subject is no longer matched is resolved when it is still here, withdrawn when not.
    """
    subject, leads = rule.document.subject, dialect == "sqlite" and mode == "full"
    source = Source.of(catalogue, subject, subject, set(), leads=leads)
    scope: Scope = {rule.document.subject: source}
    about = absorb(possible(normalise(rule.applies, moment)))
    shape = choose(about, (), dialect, mode, population)
    gather(scope, shape)
    where = and_(*inside(rule, within, scope, dialect), emit(about, scope, shape))
    key = source.key(())
    statement = select(key.label("subject_id")).where(where).select_from(source.clause)
    return statement if among is None else statement.where(_among(key, among))
