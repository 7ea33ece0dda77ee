"""Every example of every shipped rule once more, answered by the database instead of the interpreter."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import IntegrityError

from rules import CheckedRule, check_pack, load_pack, verdicts
from rules.documents import Example
from rules.examples import moment_of
from service.tables import metadata
from service.tables.catalogue import CATALOGUE
from tests.rules.filing import file

PACK = load_pack()
RULES = check_pack(PACK, CATALOGUE)
Filed = dict[tuple[str, str], int]


@pytest.fixture(scope="module")
def filed() -> Iterator[tuple[Connection, Filed]]:
    """One database with the records of all examples in it, and the subject of each by rule and name."""
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    with engine.connect() as connection:
        metadata.create_all(connection)
        keys: Filed = {}
        for name, rule in RULES.items():
            for example in rule.document.examples:
                with suppress(IntegrityError), connection.begin_nested():
                    keys[name, example.name] = file(connection, CATALOGUE, rule, example.given)
        yield connection, keys
    engine.dispose()


def _by_moment(rule: CheckedRule) -> dict[str, list[Example]]:
    """The examples that one statement can answer: same day, same parameters."""
    groups = defaultdict(list)
    for example in rule.document.examples:
        groups[f"{example.today} {sorted(example.parameters.items())}"].append(example)
    return groups


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_database_gives_every_example_the_verdict_it_expects(
    filed: tuple[Connection, Filed], rule: CheckedRule
) -> None:
    connection, keys = filed
    name = rule.document.rule
    for examples in _by_moment(rule).values():
        moment = moment_of(examples[0], PACK.parameters)
        rows = connection.execute(verdicts(rule, CATALOGUE, moment, dialect="sqlite")).all()
        assert not [key for key, times in Counter(row.subject_id for row in rows).items() if times > 1]
        found = {row.subject_id: row for row in rows}
        for example in examples:
            assert (name, example.name) in keys, f"{example.name}: no table can hold such a record"
            row = found.get(keys[name, example.name])
            assert (row.verdict if row else "no") == example.expect, example.name
            if example.grade and row:
                assert row.grade == example.grade, example.name


def test_the_examples_are_many_people_and_not_all_are_meant(filed: tuple[Connection, Filed]) -> None:
    keys = filed[1]
    assert len(keys) == sum(len(rule.document.examples) for rule in RULES.values()) > 300
    per_subject = Counter((RULES[name].document.subject, key) for (name, _), key in keys.items())
    assert max(per_subject.values()) == 1
