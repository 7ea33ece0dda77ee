"""The last decision before SQL: in which form each relation test is asked, and which index had better not be used.

exists   a correlated EXISTS: one look into the index of the relation for each row that the cheaper tests leave.
list     `key IN (SELECT …)`, SQLite only: the rows of the relation are read once and the list drives the statement.
group    PostgreSQL only: every test of one relation computed in one pass over it, grouped by holder, and joined.

Measured on the six reference rules (`python -m bench.scan_speed`; figures in docs/rule-language.md). What a survivor's
verdict and grade ask is always a correlated look: few rows survive.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from rules.interpret import ORDERS
from rules.meaning import Column, Constant, Length, Record
from rules.sql.forms import Always, Every, Form, Null, OneOf, Related, Some, Test

Dialect: TypeAlias = Literal["sqlite", "postgresql"]
Mode: TypeAlias = Literal["full", "few", "one"]
How: TypeAlias = Literal["exists", "list", "group"]
Why: TypeAlias = Literal[
    "few", "outer", "within", "survivors", "small", "drives", "scattered", "absent", "shared", "single"
]

LOOK = 8
"""Rows of a relation that are read from end to end in the time of one look into its index."""
SCAN_FROM = 0.1
"""Share of a table from which SQLite reads it faster from end to end than row by row through an index: rows found
through an index lie scattered, and so do the parents and relations asked of them."""


@dataclass(frozen=True)
class Population:
    """How many rows each entity has, and some of the subjects as {field: value}: what SQLite itself does not know."""

    subject: str
    rows: Mapping[str, int]
    sample: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Chosen:
    """One relation test, how it is asked, and why so."""

    test: Related
    how: How
    why: Why


@dataclass(frozen=True)
class Group:
    """The tests of one relation of one record that are answered in one pass."""

    record: Record
    tests: tuple[Related, ...]


@dataclass(frozen=True)
class Shape:
    """What `emit` follows. `outer` is the estimate of rows that relation tests are asked of, None without statistics."""

    dialect: Dialect
    lists: frozenset[Related] = frozenset()
    groups: tuple[Group, ...] = ()
    scanned: frozenset[Test] = frozenset()
    outer: int | None = None
    chosen: tuple[Chosen, ...] = field(default=(), compare=False)


def choose(
    where: Form,
    after: Sequence[Form],
    dialect: Dialect,
    mode: Mode,
    population: Population | None = None,
) -> Shape:
    """Choose the shape of a statement whose rows `where` selects and whose columns ask `after` of them."""
    if mode != "full":
        chosen = [Chosen(test, "exists", "few") for test in _tests([where, *after])]
        return Shape(dialect, chosen=tuple(chosen))
    if dialect == "postgresql":
        return _grouped(where, after)
    return _listed(where, after, population)


def _grouped(where: Form, after: Sequence[Form]) -> Shape:
    asked = list(dict.fromkeys(_tests([where, *after])))
    of: dict[tuple[Record, Any], list[Related]] = {}
    for test in asked:
        if _separate(test):
            of.setdefault((test.record, test.relation), []).append(test)
    in_where = set(_tests([where]))
    groups = tuple(
        Group(record, tuple(tests))
        for (record, _), tests in of.items()
        if len(tests) > 1 and any(test in in_where for test in tests)
    )
    shared = {test for group in groups for test in group.tests}
    chosen = [
        Chosen(test, "group", "shared") if test in shared
        else Chosen(test, "exists", "single" if _separate(test) else "outer")
        for test in asked
    ]  # fmt: skip
    return Shape("postgresql", groups=groups, chosen=tuple(chosen))


def _separate(test: Related) -> bool:
    """Whether a test of a subject's relation can be answered without knowing the subject, and asks no further relation."""
    return not test.free and not any(_tests([test.form]))


def _listed(where: Form, after: Sequence[Form], population: Population | None) -> Shape:
    top = where.items if isinstance(where, Every) else (where,)
    outer = None if population is None else _outer(top, population)
    wide = frozenset() if population is None else frozenset(_wide(top, population))
    scattered = any(test not in wide for test in _ranges(top))
    chosen: dict[Related, Chosen] = {}
    for test in (item for item in top if isinstance(item, Related)):
        chosen[test] = _asked(test, outer, population, scattered)
    for test in _tests([where]):
        chosen.setdefault(test, Chosen(test, "exists", "outer" if test.free else "within"))
    for test in _tests(after):
        chosen.setdefault(test, Chosen(test, "exists", "survivors"))
    lists = frozenset(test for test, choice in chosen.items() if choice.how == "list")
    scanned = wide.union(*(ranges_within(test.form) for test in lists))
    return Shape("sqlite", lists, scanned=scanned, outer=outer, chosen=tuple(chosen.values()))


def _asked(test: Related, outer: int | None, population: Population | None, scattered: bool) -> Chosen:
    """A test that every selected row has to pass."""
    if test.free:
        return Chosen(test, "exists", "outer")
    read = None if population is None else population.rows.get(test.relation.target)
    if outer is not None and read is not None and read > LOOK * outer:
        return Chosen(test, "exists", "small")
    if not test.negated:
        return Chosen(test, "list", "drives")
    return Chosen(test, "list", "scattered") if scattered else Chosen(test, "exists", "absent")


def _outer(top: Sequence[Form], population: Population) -> int:
    """Rows that pass what can be told from their own cells."""
    rows = population.rows.get(population.subject, 0)
    if not population.sample:
        return rows
    passing = sum(all(holds(item, row) is not False for item in top) for row in population.sample)
    return round(rows * passing / len(population.sample))


def _wide(top: Sequence[Form], population: Population) -> Iterator[Test]:
    """Ranges of an indexed column that a large share of the subjects lies in, those of one column taken together."""
    of: dict[Column | Length, list[Test]] = {}
    for test in _ranges(top):
        of.setdefault(test.left, []).append(test)
    for tests in of.values():
        within = sum(all(holds(test, row) is True for test in tests) for row in population.sample)
        if within > SCAN_FROM * len(population.sample):
            yield from tests


def _ranges(top: Sequence[Form]) -> Iterator[Test]:
    """The comparisons, alone or beside an empty cell, for which the database may take an index of the subject."""
    for item in top:
        for test in item.items if isinstance(item, Some) else (item,):
            if isinstance(test, Test) and _indexed(test):
                yield test


def ranges_within(form: Form) -> Iterator[Test]:
    """The comparisons of the rows of a list by which the database might look them up in an index.

    How many of the rows lie in such a range nobody knows beforehand, and the list is made in one pass at worst.
    """
    match form:
        case Every(items) | Some(items):
            for item in items:
                yield from ranges_within(item)
        case Test() if _indexed(form):
            yield form
        case _:
            return


def _indexed(test: Test) -> bool:
    column = test.left
    if test.operator == "==" or not isinstance(column, Column) or column.record.path:
        return False
    cell = column.field.column
    return cell is not None and any(next(iter(index.columns)) is cell for index in cell.table.indexes)


def holds(form: Form, row: Mapping[str, Any]) -> bool | None:
    """Whether a form is true of a row of the subject; None where that takes more than its own cells."""
    match form:
        case Always(value):
            return value
        case Every(items):
            told = [holds(item, row) for item in items]
            return False if False in told else None if None in told else True
        case Some(items):
            told = [holds(item, row) for item in items]
            return True if True in told else None if None in told else False
        case Test(operator, Column(Record(path=()), field), Constant(bound)) if field.name in row:
            value = row[field.name]
            return value is not None and ORDERS[operator](value, bound)
        case OneOf(Column(Record(path=()), field), values, negated) if field.name in row:
            value = row[field.name]
            return value is not None and (value in values) != negated
        case Null(Column(Record(path=()), field), negated) if field.name in row:
            return (row[field.name] is None) != negated
        case _:
            return None


def _tests(forms: Iterable[Form]) -> Iterator[Related]:
    """Every relation test of the forms that is no part of another one."""
    for form in forms:
        match form:
            case Every(items) | Some(items):
                yield from _tests(items)
            case Related():
                yield form
            case _:
                pass
