"""One statement that answers a rule: who matches, who cannot be decided, whom to visit, how urgent, due when."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from sqlalchemy import CompoundSelect, Date, Select, Subquery, and_, case, cast, null, or_, select
from sqlalchemy.sql.elements import ColumnElement

from rules.catalogue import Catalogue
from rules.check import CheckedRule, stops
from rules.emit import Condition, Dialect, Mode, Scope, Source, bind, column, emit
from rules.errors import CannotEvaluate
from rules.forms import EVER, Every, Form, every
from rules.lower import certain, possible
from rules.meaning import And
from rules.moment import Moment
from rules.normalise import normalise
from rules.regions import Region

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
) -> Select[Any]:
    """The matches and unknowns of a rule, each subject at most once.

    Columns: subject_id, target_kind, target_id, verdict ('match' | 'unknown'), grade, due_on. `among` limits the
    subjects to one key, some keys or a subquery of keys, `within` to those placed in a region. CannotEvaluate when a
    parameter has no value.
    """
    subject = rule.document.subject
    source = Source.of(catalogue, subject, subject, set())
    scope: Scope = {subject: source}
    sure, maybe = _both(rule, moment)
    kind, target = _target(rule, scope)
    key = source.key(())
    grade = _grade(rule, moment, scope, dialect, mode)
    due = cast(null(), Date()) if rule.due is None else column(rule.due, scope)
    verdict = _verdict(sure, maybe, scope, dialect, mode)
    where = and_(*inside(rule, within, scope, dialect), emit(maybe, scope, dialect, mode))
    columns = (
        key.label("subject_id"),
        kind.label("target_kind"),
        target.label("target_id"),
        verdict.label("verdict"),
        grade.label("grade"),
        due.label("due_on"),
    )
    statement = select(*columns).where(where).select_from(source.clause)
    return statement if among is None else statement.where(_among(key, among))


def _both(rule: CheckedRule, moment: Moment) -> tuple[Form, Form]:
    formula = normalise(And((rule.applies, rule.when)), moment)
    return certain(formula), possible(formula)


def _verdict(sure: Form, maybe: Form, scope: Scope, dialect: Dialect, mode: Mode) -> ColumnElement[str]:
    """Every selected row is possible; what remains to be asked is what certainty adds."""
    held = maybe.items if isinstance(maybe, Every) else (maybe,)
    wanted = sure.items if isinstance(sure, Every) else (sure,)
    rest = every(item for item in wanted if item not in held)
    if rest == EVER:
        return bind("match")
    return case((emit(rest, scope, dialect, mode), bind("match")), else_=bind("unknown"))


def _grade(
    rule: CheckedRule, moment: Moment, scope: Scope, dialect: Dialect, mode: Mode
) -> ColumnElement[str]:
    whens: list[tuple[Condition, ColumnElement[str]]] = []
    for grade, formula in rule.grades:
        form = certain(normalise(formula, moment))
        whens.append((emit(form, scope, dialect, mode), bind(grade)))
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
        raise CannotEvaluate("规则的对象没有所在区划，参数不能分区划取值 / the subjects have no place")
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
) -> Select[Any]:
    """The keys (`subject_id`) of those the rule is, or may be, about: `applies` is not false.

    A finding whose subject is no longer matched is resolved when it is still here, withdrawn when not.
    """
    source = Source.of(catalogue, rule.document.subject, rule.document.subject, set())
    scope: Scope = {rule.document.subject: source}
    about = emit(possible(normalise(rule.applies, moment)), scope, dialect, mode)
    where = and_(*inside(rule, within, scope, dialect), about)
    key = source.key(())
    statement = select(key.label("subject_id")).where(where).select_from(source.clause)
    return statement if among is None else statement.where(_among(key, among))
