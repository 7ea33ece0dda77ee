"""What a rule costs: its SQL, the form chosen and why, the database's plan, the time it takes, and the index that is missing.

Everything happens in one transaction that is rolled back; the SQL with its values in place is for reading only and never
executed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, inspect, select

from rules import CheckedRule, verdicts
from rules.meaning import Column, Constant
from rules.sql.choose import Chosen, How, Why, choose
from rules.sql.forms import Counted, Every, Form, OneOf, Related, Some, Test
from rules.sql.verdicts import questions
from service.access.unit import Unit
from service.engine.estimates import population, row_counts
from service.engine.plans import plan_of
from service.engine.rulebook import Basis

RUNS = 3
BIG = 1_000
"""Rows from which reading a table again and again is worth a warning."""


@dataclass(frozen=True)
class Asked:
    """One relation test of a rule: which rows it looks at, and in which form."""

    relation: str
    table: str
    how: How
    why: Why


@dataclass(frozen=True)
class Missing:
    """An index that would serve a test: the table has these rows and no index of the column that leads to the holder."""

    table: str
    columns: tuple[str, ...]
    rows: int

    @property
    def statement(self) -> str:
        """What an operator would run."""
        name = "_".join(("ix", self.table, *self.columns))
        return f"CREATE INDEX {name} ON {self.table} ({', '.join(self.columns)});"


@dataclass(frozen=True)
class Cost:
    """`milliseconds` is the median of three runs; `asked_of` the rows that relation tests are asked of, by estimate."""

    rule: str
    title: str
    as_of: date
    dialect: str
    subjects: int
    asked_of: int | None
    expected: int | None
    sql: str
    forms: list[Asked]
    plan: list[str]
    milliseconds: float
    matched: int
    unknown: int
    read_again: list[str]
    indexes: list[Missing]


async def cost(unit: Unit, ground: Basis, rule: CheckedRule, as_of: date) -> Cost:
    """Measure a rule over everybody, with the parameter values of no particular division.

    CannotEvaluate where a parameter has no value; nothing is written.
    """
    known, subject, now = ground.catalogue, rule.document.subject, ground.moment(as_of)
    size = await population(unit, known, subject)
    counted = await row_counts(unit, known)
    statement = verdicts(rule, known, now, dialect=unit.dialect, population=size)
    asked = questions(rule, now)
    shape = choose(asked.maybe, asked.after, unit.dialect, "full", size)
    plan = await plan_of(unit.connection, statement, unit.dialect)
    matched, unknown, taken = await _measured(unit, statement)
    rows = {entity.table.name: counted[name] for name, entity in known.entities.items()}
    missing = await unit.connection.run_sync(_missing, [asked.maybe, *asked.after], rows)
    return Cost(
        rule=rule.document.rule,
        title=rule.document.title,
        as_of=as_of,
        dialect=unit.dialect,
        subjects=counted[subject],
        asked_of=shape.outer,
        expected=plan.expected,
        sql=_readable(unit, statement),
        forms=[_asked(choice) for choice in shape.chosen],
        plan=plan.lines,
        milliseconds=round(taken * 1000, 1),
        matched=matched,
        unknown=unknown,
        read_again=[table for table in plan.read_again if rows.get(table, 0) >= BIG],
        indexes=missing,
    )


async def _measured(unit: Unit, statement: Select[Any]) -> tuple[int, int, float]:
    """Matches, undecidables, and the median of the seconds that counting them took."""
    judged = statement.subquery()
    counting = select(judged.c.verdict, func.count(), func.count(judged.c.grade)).group_by(judged.c.verdict)
    times, found = [], {}
    for _ in range(RUNS):
        started = time.perf_counter()
        found = {row[0]: int(row[1]) for row in await unit.connection.execute(counting)}
        times.append(time.perf_counter() - started)
    return found.get("match", 0), found.get("unknown", 0), statistics.median(times)


def _readable(unit: Unit, statement: Select[Any]) -> str:
    dialect = unit.connection.dialect
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _asked(choice: Chosen) -> Asked:
    relation = choice.test.relation
    return Asked(relation.label, relation.remote.table.name, choice.how, choice.why)


def _missing(connection: Connection, forms: list[Form], rows: dict[str, int]) -> list[Missing]:
    """The indexes that would lead from a holder to its rows, where there is none."""
    there = inspect(connection)
    found: dict[str, Missing] = {}
    for test in _relation_tests(forms):
        table, column = test.relation.remote.table.name, test.relation.remote.name
        leads = {index["column_names"][0] for index in there.get_indexes(table)}
        leads |= {key["column_names"][0] for key in there.get_unique_constraints(table)}
        leads |= set(there.get_pk_constraint(table)["constrained_columns"][:1])
        if column not in leads:
            found.setdefault(table, Missing(table, (column, *_equal(test.form)), rows.get(table, 0)))
    return list(found.values())


def _relation_tests(forms: list[Form] | tuple[Form, ...]) -> Iterator[Related | Counted]:
    for form in forms:
        match form:
            case Every(items) | Some(items):
                yield from _relation_tests(items)
            case Related(form=inner) | Counted(form=inner):
                yield form
                yield from _relation_tests([inner])
            case _:
                pass


def _equal(form: Form) -> Iterator[str]:
    """The first column of the rows themselves that the test compares with one value, which narrows the look."""
    for part in form.items if isinstance(form, Every) else (form,):
        match part:
            case Test("==", Column() as left, Constant()) | OneOf(Column() as left, _, False) if (
                not left.record.path and left.field.column.name == left.field.name
            ):
                yield left.field.name
                return
            case _:
                pass
