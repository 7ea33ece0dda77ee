"""Every example of every shipped rule once more, answered by the database instead of the interpreter."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from shipped import PACK
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from rules import CheckedRule, check_pack, verdicts
from rules.files.documents import Example
from rules.files.examples import moment_of
from rules.sql.emit import Dialect
from service.tables import metadata
from service.tables.catalogue import CATALOGUE
from tests.rules.filing import file
from tests.rules.town import Ask

RULES = check_pack(PACK, CATALOGUE)
EACH = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
Subjects = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Cabinet:
    """A database with the records of all examples in it, and the subject of each by rule and example."""

    dialect: Dialect
    ask: Ask
    subjects: Subjects


def _fill(connection: Connection) -> Subjects:
    """File every example; one that no table can hold is named in the error."""
    metadata.create_all(connection)
    subjects: Subjects = {}
    for name, rule in RULES.items():
        for example in rule.document.examples:
            try:
                subjects[name, example.name] = file(connection, CATALOGUE, rule, example.given)
            except DBAPIError as error:
                error.add_note(f"{name}: {example.name}")
                raise
    return subjects


@pytest.fixture(scope="module")
def sqlite_cabinet() -> Iterator[Cabinet]:
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    with engine.connect() as connection:
        subjects = _fill(connection)
        yield Cabinet("sqlite", lambda statement: list(connection.execute(statement)), subjects)
    engine.dispose()


@pytest.fixture(scope="module")
def postgres_cabinet(postgres_url: str) -> Iterator[Cabinet]:
    engine = create_async_engine(postgres_url)
    with asyncio.Runner() as runner:
        connection = runner.run(engine.connect().start())
        subjects = runner.run(connection.run_sync(_fill))
        yield Cabinet(
            "postgresql", lambda statement: list(runner.run(connection.execute(statement))), subjects
        )
        runner.run(connection.rollback())
        runner.run(connection.close())
        runner.run(engine.dispose())


def _by_moment(rule: CheckedRule) -> dict[str, list[Example]]:
    """The examples that one statement can answer: same day, same parameters."""
    groups = defaultdict(list)
    for example in rule.document.examples:
        groups[f"{example.today} {sorted(example.parameters.items())}"].append(example)
    return groups


def _compare(cabinet: Cabinet, rule: CheckedRule) -> None:
    name = rule.document.rule
    for examples in _by_moment(rule).values():
        moment = moment_of(examples[0], PACK.parameters)
        rows = cabinet.ask(verdicts(rule, CATALOGUE, moment, dialect=cabinet.dialect))
        assert not [key for key, times in Counter(row.subject_id for row in rows).items() if times > 1]
        found = {row.subject_id: row for row in rows}
        for example in examples:
            assert (name, example.name) in cabinet.subjects, (
                f"{example.name}: no table can hold such a record"
            )
            row = found.get(cabinet.subjects[name, example.name])
            assert (row.verdict if row else "no") == example.expect, example.name
            if example.grade and row:
                assert row.grade == example.grade, example.name


@EACH
def test_sqlite_gives_every_example_the_verdict_it_expects(
    sqlite_cabinet: Cabinet, rule: CheckedRule
) -> None:
    _compare(sqlite_cabinet, rule)


@EACH
def test_postgresql_gives_every_example_the_verdict_it_expects(
    postgres_cabinet: Cabinet, rule: CheckedRule
) -> None:
    _compare(postgres_cabinet, rule)


def test_the_examples_are_many_and_each_is_about_somebody_else(sqlite_cabinet: Cabinet) -> None:
    subjects = sqlite_cabinet.subjects
    assert len(subjects) == sum(len(rule.document.examples) for rule in RULES.values()) > 300
    shared = Counter((RULES[name].document.subject, key) for (name, _), key in subjects.items())
    assert max(shared.values()) == 1
