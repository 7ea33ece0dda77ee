"""The one line a worker reads first: the decisive facts of a match, as short as they can be said.

Each clause offers what it has to say with a weight; the heaviest that fit a phone's line are taken. A relation that
lacks something is said by the row that comes nearest to it, such as the certificate that ran out last. Names, numbers
and addresses of people are never said.
"""

from collections.abc import Iterator
from datetime import date

from rules.check import CheckedRule
from rules.holding import Holding
from rules.interpret import Row, Scope, find
from rules.kinds import Kind
from rules.meaning import (
    And,
    Anniversary,
    Column,
    Compare,
    Empty,
    Exists,
    Formula,
    Not,
    Or,
    Rows,
    Within,
    bare,
    conjuncts,
)
from rules.wording.facts import CHOSEN, EMPTY, PAST, PLAIN, ROW, Told
from rules.wording.rows import mark_of, name_of
from rules.wording.telling import inner_column, noun, tell
from rules.wording.values import spaced

LINE = 40
"""Characters of a reason; a phone of 390 px shows 24 of them in a line, so the first fact is to fit that."""


def reason(rule: CheckedRule, scope: Scope, holds: Holding) -> str:
    """One Chinese line for a match."""
    when = list(said(rule.when, scope, holds))
    about = [told for clause in conjuncts(rule.applies) for told in _about(clause, scope, holds)]
    return line(sorted(when, key=_heaviest) + sorted(about, key=_heaviest)) or rule.document.title


def _about(clause: Formula, scope: Scope, holds: Holding) -> Iterator[Told]:
    """What makes the rule apply: of several alternatives those that hold, in the order of the rule.

    Alternatives that only allow for an empty cell ("no status, or open") tell nothing.
    """
    match bare(clause):
        case Or(items) if not any(isinstance(bare(item), Empty) for item in items):
            for item in items:
                if holds(item, scope):
                    offers = (told for told in said(item, scope, holds) if told.weight > EMPTY)
                    yield from (Told(CHOSEN, told.text) for told in list(offers)[:1])
        case _:
            yield from (told for told in said(clause, scope, holds) if told.weight >= ROW)


def _heaviest(told: Told) -> int:
    return -told.weight


def line(offers: list[Told]) -> str:
    """The heaviest that fit a line."""
    found = ""
    for told in dict.fromkeys(offers):
        longer = f"{found}；{spaced(told.text)}" if found else spaced(told.text)
        if found and (len(longer) > LINE or told.weight < PLAIN):
            break
        found = longer
    return found


def said(
    formula: Formula, scope: Scope, holds: Holding, name: str = "", *, wanted: bool = True
) -> Iterator[Told]:
    """What a true condition has to say. `name` is that of the row it is about; unless `wanted` it keeps from matching."""
    match bare(formula):
        case And(items):
            for item in items:
                yield from said(item, scope, holds, name, wanted=wanted)
        case Or(items):
            held = (item for item in items if holds(item, scope))
            offers = [told for item in held for told in said(item, scope, holds, name, wanted=wanted)]
            yield from sorted(offers, key=_heaviest)[:1]
        case Not(item):
            yield from denied(item, scope, holds, name)
        case Exists(rows):
            yield from _some_row(rows, scope, holds, wanted=wanted)
        case atom:
            yield from tell(atom, scope, holds, name, failing=not wanted)


def denied(formula: Formula, scope: Scope, holds: Holding, name: str = "") -> Iterator[Told]:
    """What a false condition has to say."""
    match bare(formula):
        case Not(item):
            yield from said(item, scope, holds, name, wanted=False)
        case Or(items):
            for item in items:
                yield from denied(item, scope, holds, name)
        case And(items):
            failed = (item for item in items if holds(item, scope) is False)
            for item in list(failed)[:1]:
                yield from denied(item, scope, holds, name)
        case Exists(rows):
            yield from _no_row(rows, scope, holds)
        case atom:
            yield from tell(atom, scope, holds, name, failing=True)


def _some_row(rows: Rows, scope: Scope, holds: Holding, *, wanted: bool) -> Iterator[Told]:
    """The first row that satisfies the predicate, by its own cells."""
    row = find(scope, rows.record)
    held = [] if row is None else holds.rows(rows, (rows.predicate,), row, scope)
    for item in held[:1]:
        inner: Scope = {**scope, rows.variable: item}
        name = _name(rows, item)
        offers = [told for atom in _telling(rows) for told in said(atom, inner, holds, name, wanted=wanted)]
        best = max(offers, default=Told(EMPTY, ""), key=lambda told: told.weight)
        if best.weight >= ROW or (best.weight == PLAIN and name == rows.relation.label):
            yield Told(max(best.weight, ROW) if not wanted else ROW, best.text)
        else:
            yield Told(PLAIN, (rows.relation.has or "有{}").format(name))


def _telling(rows: Rows) -> Iterator[Formula]:
    """What tells one row from another: not its name, nor that it is valid, unless that says how far a benefit is."""
    for atom in conjuncts(rows.predicate):
        marked = mark_of(atom, rows.variable) is not None and not rows.relation.has
        if not marked and name_of(atom, rows.variable) is None:
            yield atom


def _no_row(rows: Rows, scope: Scope, holds: Holding) -> Iterator[Told]:
    """Nothing of the kind, or what is wrong with the row of that kind that comes nearest."""
    row = find(scope, rows.record)
    if row is None:
        return
    atoms = conjuncts(rows.predicate)
    naming = tuple(atom for atom in atoms if name_of(atom, rows.variable))
    kin = holds.rows(rows, naming, row, scope)
    if not kin:
        yield Told(ROW, (rows.relation.lacks or "没有{}").format(noun(rows)))
        return
    rest = [atom for atom in atoms if atom not in naming]
    column = next((found for atom in rest if (found := _dated(atom, rows.variable))), None)
    item, wrong = _closest(rows, rest, column, kin, scope, holds)
    inner: Scope = {**scope, rows.variable: item}
    offers = [told for atom in wrong[:1] for told in denied(atom, inner, holds, _name(rows, item))]
    best = max(offers, default=None, key=_of_a_benefit if rows.relation.has else _weight)
    if best is None:
        yield Told(ROW, f"没有符合条件的{noun(rows)}")
    else:
        yield Told(ROW if rows.relation.has else max(best.weight, ROW), best.text)


def _weight(told: Told) -> int:
    return told.weight


def _of_a_benefit(told: Told) -> int:
    """How far a benefit is says more than since when."""
    return PLAIN if told.weight == PAST else told.weight


def _closest(
    rows: Rows, rest: list[Formula], column: Column | None, kin: list[Row], scope: Scope, holds: Holding
) -> tuple[Row, list[Formula]]:
    """The row of which the fewest conditions fail, the latest of several, with what fails; a date last."""

    def wrong(item: Row) -> list[Formula]:
        inner = {**scope, rows.variable: item}
        failing = [atom for atom in rest if holds(atom, inner) is False]
        return sorted(failing, key=lambda atom: _dated(atom, rows.variable) is not None)

    def order(item: Row) -> tuple[int, date]:
        day = None if column is None else item.get(column.field.name)
        return -len(wrong(item)), day if isinstance(day, date) else date.min

    best = max(kin, key=order)
    return best, wrong(best)


def _name(rows: Rows, item: Row) -> str:
    """What one row is called: by its own code where codes name such rows."""
    for atom in conjuncts(rows.predicate):
        match bare(atom):
            case Compare("==", Column(_, field), _) | Within(Column(_, field)) if name_of(
                atom, rows.variable
            ):
                return field.meaning(item.get(field.name)) or noun(rows)
    return rows.relation.label


def _dated(atom: Formula, variable: str) -> Column | None:
    """The date that decides whether a row counts."""
    match bare(atom):
        case Compare(_, item) | Within(item):
            column = inner_column(item)
        case Anniversary(Column() as column):
            pass
        case Or(items) if any(isinstance(bare(item), Empty) for item in items):
            return next((each for item in items if (each := _dated(item, variable)) is not None), None)
        case _:
            return None
    if column is None or column.record.variable != variable or column.record.path:
        return None
    return column if column.field.kind is Kind.DATE else None
