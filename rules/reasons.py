"""The one line a worker reads first: the decisive facts of a match, as short as they can be said.

Each clause offers what it has to say with a weight; the heaviest that fit a phone's line are taken. A relation that
lacks something is said by the row that comes nearest to it, such as the certificate that ran out last.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from rules.check import CheckedRule
from rules.dates import anniversary, completed_years
from rules.fold import fold_date
from rules.interpret import Row, Scope, find, related, test
from rules.kinds import Kind
from rules.meaning import (
    Age,
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
    Rows,
    TextTest,
    Within,
    Year,
    bare,
    conjuncts,
)
from rules.moment import Moment
from rules.words import phrase, say

LINE = 40
CHOSEN, DATED, ROW, PLAIN, EMPTY = 4, 3, 2, 1, 0


class Said(NamedTuple):
    """Something to say and how much it matters."""

    weight: int
    text: str


def reason(rule: CheckedRule, scope: Scope, moment: Moment, verdict: str) -> str:
    """One Chinese line for a match or a no."""
    if verdict == "no":
        return _refusal(rule, scope, moment)
    when = list(_said(rule.when, scope, moment))
    about = [said for clause in conjuncts(rule.applies) for said in _about(clause, scope, moment)]
    return _line(sorted(when, key=_heaviest) + sorted(about, key=_heaviest)) or rule.document.title


def _about(clause: Formula, scope: Scope, moment: Moment) -> Iterator[Said]:
    """What makes the rule apply: of several alternatives those that hold, in the order of the rule.

    Alternatives that only allow for an empty cell ("no status, or open") tell nothing.
    """
    match bare(clause):
        case Or(items) if not any(isinstance(bare(item), Empty) for item in items):
            for item in items:
                if test(item, moment)(scope):
                    yield from (Said(CHOSEN, said.text) for said in list(_said(item, scope, moment))[:1])
        case _:
            yield from (said for said in _said(clause, scope, moment) if said.weight >= ROW)


def _heaviest(said: Said) -> int:
    return -said.weight


def _line(offers: list[Said]) -> str:
    line = ""
    for said in dict.fromkeys(offers):
        longer = f"{line}；{said.text}" if line else said.text
        if line and (len(longer) > LINE or said.weight < ROW):
            break
        line = longer
    return line


def _refusal(rule: CheckedRule, scope: Scope, moment: Moment) -> str:
    """The first condition that does not hold, and the fact behind it."""
    for clause in (*conjuncts(rule.applies), *conjuncts(rule.when)):
        if test(clause, moment)(scope) is False:
            facts = max(_said(Not(clause), scope, moment), default=None)
            return f"不符合：{phrase(clause, moment)}" + (f"（{facts.text}）" if facts else "")
    return "不符合"


def _said(formula: Formula, scope: Scope, moment: Moment) -> Iterator[Said]:
    """What a true condition has to say."""
    match bare(formula):
        case And(items) | Not(Or(items)):
            for item in items:
                yield from _said(item, scope, moment)
        case Or(items):
            held = (item for item in items if test(item, moment)(scope))
            offers = [said for item in held for said in _said(item, scope, moment)]
            yield from sorted(offers, key=_heaviest)[:1]
        case Not(item):
            yield from _denied(item, scope, moment)
        case Exists(rows):
            yield from _some_row(rows, scope, moment)
        case atom:
            yield from _atom(atom, scope, moment)


def _denied(formula: Formula, scope: Scope, moment: Moment) -> Iterator[Said]:
    match bare(formula):
        case Not(item):
            yield from _said(item, scope, moment)
        case Or(items):
            for item in items:
                yield from _denied(item, scope, moment)
        case And(items):
            failed = (item for item in items if test(item, moment)(scope) is False)
            for item in list(failed)[:1]:
                yield from _denied(item, scope, moment)
        case Exists(rows):
            yield from _no_row(rows, scope, moment)
        case atom:
            yield from _atom(atom, scope, moment)


def _atom(atom: Formula, scope: Scope, moment: Moment) -> Iterator[Said]:
    match atom:
        case Compare(_, Count(rows)):
            yield from _number(rows, scope, moment)
        case Compare(
            _, Age(Column() as column) | Year(Column() as column) | Length(Column() as column)
        ) | TextTest(_, Column() as column):
            yield from _cell(column, scope, moment)
        case Compare(_, left, right):
            for side in (left, right):
                if isinstance(side, Column):
                    yield from _cell(side, scope, moment)
        case Within((Column() as column) | Year(Column() as column)):
            yield from _cell(column, scope, moment)
        case Anniversary(Column() as column, _, last):
            yield from _return(column, fold_date(last, moment), scope)
        case Empty(Column(record)) if find(scope, record) is not None:
            yield Said(EMPTY, phrase(atom, negated=test(atom, moment)(scope) is False))
        case _:
            return


def _cell(column: Column, scope: Scope, moment: Moment) -> Iterator[Said]:
    row = find(scope, column.record)
    value = None if row is None else row.get(column.field.name)
    label = column.field.label
    match value:
        case None:
            return
        case date() if "出生" in label:
            yield Said(DATED, f"{value} 出生，{completed_years(value, moment.as_of)} 周岁")
        case date():
            yield Said(DATED, f"{label} {value}{_distance(value, moment.as_of)}")
        case bool():
            yield Said(PLAIN, label if value else f"非{label}")
        case int() if column.field.codes:
            yield Said(PLAIN, f"{label}{say(value, column.field)}")
        case str():
            yield Said(PLAIN, f"{label}{say(value, column.field)}")
        case _:
            yield Said(ROW, f"{label} {say(value, column.field)}")


def _return(column: Column, last: date, scope: Scope) -> Iterator[Said]:
    """The last yearly return of a date up to the end of a window."""
    row = find(scope, column.record)
    start = None if row is None else row.get(column.field.name)
    if isinstance(start, date):
        years = completed_years(start, last)
        yield Said(DATED, f"{column.field.label} {start}，{anniversary(start, years)} 满 {years} 年")


def _distance(day: date, today: date) -> str:
    days = (day - today).days
    if days == 0:
        return "，就在今天"
    return f"，还有 {days} 天" if days > 0 else f"，已过 {-days} 天"


def _number(rows: Rows, scope: Scope, moment: Moment) -> Iterator[Said]:
    row = find(scope, rows.record)
    if row is not None:
        held = _holding(rows, (rows.predicate,), row, scope, moment)
        yield Said(ROW, f"{_noun(rows)} {len(held)} 条")


def _some_row(rows: Rows, scope: Scope, moment: Moment) -> Iterator[Said]:
    """The first row that satisfies the predicate, by its own cells."""
    row = find(scope, rows.record)
    held = [] if row is None else _holding(rows, (rows.predicate,), row, scope, moment)
    telling = [atom for atom in conjuncts(rows.predicate) if not _names(atom, rows.variable)]
    for item in held[:1]:
        inner: Scope = {**scope, rows.variable: item}
        said = [part for atom in telling for part in _said(atom, inner, moment) if part.weight > EMPTY]
        name = next((found for found in _code_names(rows) if found), "")
        text = name + said[0].text if said else f"有{name or rows.relation.label}"
        yield Said(ROW if said else PLAIN, text)


def _no_row(rows: Rows, scope: Scope, moment: Moment) -> Iterator[Said]:
    """Nothing of the kind, or the row of that kind that came nearest."""
    row = find(scope, rows.record)
    if row is None:
        return
    atoms = conjuncts(rows.predicate)
    naming = tuple(atom for atom in atoms if _names(atom, rows.variable) is not None)
    kin = _holding(rows, naming, row, scope, moment)
    column = next((found for atom in atoms if (found := _dated(atom, rows.variable))), None)
    known = [item for item in kin if column is not None and item.get(column.field.name) is not None]
    if not kin or column is None or not known:
        yield Said(ROW, f"没有{_noun(rows)}")
        return
    latest: date = max(item[column.field.name] for item in known)
    yield Said(DATED, f"{_noun(rows)}{column.field.label} {latest}{_distance(latest, moment.as_of)}")


def _holding(rows: Rows, tests: tuple[Formula, ...], row: Row, scope: Scope, moment: Moment) -> list[Row]:
    formula = test(And(tests), moment)
    return [item for item in related(row, rows) if formula({**scope, rows.variable: item}) is True]


def _noun(rows: Rows) -> str:
    """What the rows are called: the one code they are chosen by, or the relation's label."""
    return next((name for name in _code_names(rows) if name), rows.relation.label)


def _code_names(rows: Rows) -> list[str]:
    return [_names(atom, rows.variable) or "" for atom in conjuncts(rows.predicate)]


def _names(atom: Formula, variable: str) -> str | None:
    """What a comparison with codes calls the rows; "" when by several codes, None for any other condition."""
    match bare(atom):
        case Compare("==", Column(record, field), Constant(value)) if (
            record.variable == variable and field.codes
        ):
            return field.codes.get(str(value), "")
        case Within(Column(record, field)) if record.variable == variable and field.codes:
            return ""
        case _:
            return None


def _dated(atom: Formula, variable: str) -> Column | None:
    match bare(atom):
        case Compare(_, (Column(record, field) as column) | Year(Column(record, field) as column)) | Within(
            Year(Column(record, field) as column)
        ) if record.variable == variable:
            return column if field.kind is Kind.DATE and not record.path else None
        case Anniversary(Column(record) as column) if record.variable == variable and not record.path:
            return column
        case _:
            return None
