"""Why one record matches, or does not, or cannot be decided: every clause with its facts, and one line for a phone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from rules.check import CheckedRule
from rules.files.documents import Grade
from rules.holding import Holding
from rules.interpret import Scope, find
from rules.meaning import And, Column, Exists, Formula, Said, Term, conjuncts
from rules.moment import Moment
from rules.reading.syntax import Span
from rules.wording.asking import Missing, Outcome, outcomes
from rules.wording.clauses import Clause, Condition, Fact, children, used
from rules.wording.reasons import reason
from rules.wording.refusals import Nearest, Refused, refusal, refused
from rules.wording.words import phrase

Verdict = Literal["match", "no", "unknown"]


class Line(NamedTuple):
    """A verdict and the line that says why."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Judgement:
    """The verdict on one record with its explanation. `applies` tells a withdrawn finding from a resolved one.

    Of a no, `nearest` is the failing clause nearest to holding, and `matches_from` the day from which the record
    will match if nothing but the day changes. Of an unknown, `asks` are the missing facts.
    """

    verdict: Verdict
    applies: bool | None
    grade: Grade
    clauses: tuple[Clause, ...]
    reason: str
    missing: tuple[str, ...]
    nearest: Nearest | None = None
    matches_from: date | None = None
    asks: tuple[Missing, ...] = ()


class Judge:
    """One rule on one day, for many records; what is the same for all of them is made once.

    `discreet` leaves the values of sensitive fields out of lines, for readers who may not know them.
    """

    def __init__(self, rule: CheckedRule, moment: Moment, *, discreet: bool = False) -> None:
        self.rule = rule
        self.moment = moment
        self._holds = Holding(moment, discreet=discreet)
        self._whole = And((rule.applies, rule.when))
        self._formulas = (*conjuncts(rule.applies), *conjuncts(rule.when))
        self._said: tuple[Condition, ...] | None = None

    def line(self, record: Mapping[str, Any], *, refusals: bool = True) -> Line:
        """The verdict and its line, without the clauses: for lists of many records.

        Without `refusals` the line of a no stays empty, which saves looking for the day it turns.
        """
        scope: Scope = {self.rule.document.subject: record}
        match self._holds(self._whole, scope):
            case True:
                return Line("match", reason(self.rule, scope, self._holds))
            case False:
                return Line("no", self._refused(scope)[0] if refusals else "")
            case _:
                return Line("unknown", _lacking(self._clauses(scope)))

    def judge(self, record: Mapping[str, Any]) -> Judgement:
        """The verdict on one record with every clause; see `judge`."""
        scope: Scope = {self.rule.document.subject: record}
        clauses = self._clauses(scope)
        applies, grade = self._holds(self.rule.applies, scope), self._grade(scope)
        missing = tuple(dict.fromkeys(label for clause in clauses for label in clause.missing))
        match self._holds(self._whole, scope):
            case True:
                line = reason(self.rule, scope, self._holds)
                return Judgement("match", applies, grade, clauses, line, missing)
            case False:
                line, found = self._refused(scope)
                return Judgement(
                    "no", applies, grade, clauses, line, missing, found.nearest, found.matches_from
                )
            case _:
                asks = tuple(self._asks(clauses, scope))
                return Judgement("unknown", applies, grade, clauses, _lacking(clauses), missing, asks=asks)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions of the rule as they are written and said, the same for every record."""
        return self._conditions()

    def _clauses(self, scope: Scope) -> tuple[Clause, ...]:
        subject = self.rule.document.subject
        return tuple(condition.of(subject, scope, self._holds) for condition in self._conditions())

    def _conditions(self) -> tuple[Condition, ...]:
        if self._said is None:
            document = self.rule.document
            self._said = (
                *self._written("applies", document.applies, self.rule.applies),
                *self._written("when", document.when, self.rule.when),
            )
        return self._said

    def _written(self, part: Literal["applies", "when"], text: str, formula: Formula) -> Iterator[Condition]:
        for item in conjuncts(formula):
            span = item.span if isinstance(item, Said) else Span(0, len(text))
            chinese = phrase(item, self.moment)
            yield Condition(part, item, span, text[span.start : span.end], chinese, used(item, self._holds))

    def _grade(self, scope: Scope) -> Grade:
        return next((grade for grade, formula in self.rule.grades if self._holds(formula, scope)), "normal")

    def _refused(self, scope: Scope) -> tuple[str, Refused]:
        found = refused(self.rule, self._formulas, scope, self._holds)
        return refusal(found, self._conditions()[found.nearest.clause].chinese), found

    def _asks(self, clauses: tuple[Clause, ...], scope: Scope) -> Iterator[Missing]:
        """Each missing fact once, in the order of the rule."""
        subject = self.rule.document.subject
        known = {_place(column): column for column in _columns(self._whole, subject)}
        asked = {_place(column) for column in self.rule.ask}
        facts = {(fact.path, fact.field): fact for fact in _missing(clauses)}
        for place, fact in facts.items():
            column = known.get(place)
            told: tuple[Outcome, ...] = ()
            if column is not None and fact.row is None and find(scope, column.record) is not None:
                told = outcomes(self._whole, subject, column, scope[subject], self._holds)
            yield Missing(*place, fact.label, place in asked, told)


def judge(rule: CheckedRule, record: Mapping[str, Any], moment: Moment) -> Judgement:
    """Judge one record: `{field: value, relation: dict | None | list[dict]}` of the subject.

    What is left out counts as an empty cell, no parent, no rows. CannotEvaluate when a parameter has no value.
    For many records of one rule and day, `Judge` makes what they share once.
    """
    return Judge(rule, moment).judge(record)


def _lacking(clauses: tuple[Clause, ...]) -> str:
    labels = dict.fromkeys(label for clause in clauses for label in clause.missing)
    return f"缺少：{'、'.join(labels)}"


def _missing(clauses: tuple[Clause, ...]) -> Iterator[Fact]:
    return (fact for clause in clauses if clause.holds is None for fact in clause.facts if fact.missing)


def _place(column: Column) -> tuple[tuple[str, ...], str]:
    return tuple(hop.name for hop in column.record.path), column.field.name


def _columns(part: Formula | Term, subject: str) -> Iterator[Column]:
    """The fields of the subject and its parents that a condition reads."""
    if isinstance(part, Column) and part.record.variable == subject:
        yield part
    if not isinstance(part, Exists):
        for inner in children(part):
            yield from _columns(inner, subject)
