"""One meaning: the interpreter, SQLite and PostgreSQL give every record the same verdict."""

from collections.abc import Sequence

import pytest
from sqlalchemy.dialects import postgresql

from rules import verdicts
from tests.rules import corpus, world
from tests.rules.corpus import Case
from tests.rules.effort import DEEP
from tests.rules.making import rule
from tests.rules.town import BOTH, FORMS, REFUSED, Answers, Town, agreed, interpreted

MENTIONS_TODAY = ("today", "age(")
ASKS_ROWS = (".exists", ".all(", ".filter(", "s.size()")
WITH_ROWS = tuple(form for form in FORMS if form[1] != "one")  # made-up rules are asked in that one too


@pytest.mark.parametrize("case", corpus.CASES, ids=lambda case: f"line {case.line}: {case.condition[:80]}")
def test_every_evaluator_agrees_on_the_corpus(town: Town, case: Case) -> None:
    """As written and negated; on a hard day of the calendar at least it has to select some and not all."""
    written = rule(case.condition, subject=case.subject)
    negated = rule(f"!({case.condition})", subject=case.subject)
    dated = _mentions(case, MENTIONS_TODAY)
    forms = WITH_ROWS if _mentions(case, ASKS_ROWS) else (*BOTH, FORMS[-2]) if dated else BOTH
    answers = [agreed(town, written, world.moment(), forms)]
    agreed(town, negated, world.moment(), [BOTH[case.line % 2]])
    for number, day in enumerate(world.HARD_DAYS[1:] if dated else (), case.line):
        one = [BOTH[number // 2 % 2]] if number % 2 == 0 or DEEP > 1 else []
        answers.append(agreed(town, written, world.moment(day), one))
    total = len(town.records[case.subject])
    assert any(0 < _matches(found) < total for found in answers), f"corpus.txt:{case.line} tells nothing"


def _mentions(case: Case, words: Sequence[str]) -> bool:
    return any(word in case.condition for word in words)


def _matches(answers: Answers) -> int:
    return sum(answer.startswith("match") for answer in answers.values())


def test_one_subject_gets_the_verdict_it_has_among_all(town: Town) -> None:
    checked = rule("!resident.certificates.exists(c, c.valid_to >= today)")
    moment = world.moment()
    everyone = {key: said.split()[0] for key, said in interpreted(town, checked, moment).items()}
    for dialect in ("sqlite", "postgresql"):
        for key in list(town.records["resident"])[:20]:
            found = town.verdicts(checked, moment, dialect, among=key, mode="one")
            assert found == ({key: everyone[key]} if key in everyone else {})


def test_some_subjects_get_the_verdicts_they_have_among_all(town: Town) -> None:
    checked = rule("resident.lives_alone")
    moment = world.moment()
    everyone = {key: said.split()[0] for key, said in interpreted(town, checked, moment).items()}
    some = [1, 3, 5, 7, 11, 13]
    assert town.verdicts(checked, moment, "sqlite", among=some, mode="few") == {
        key: verdict for key, verdict in everyone.items() if key in some
    }


@pytest.mark.parametrize("condition", ['resident.name < "b"', "resident.name >= resident.nickname"])
def test_texts_are_ordered_by_code_points_whatever_the_collation_of_a_server(condition: str) -> None:
    """The server of the tests orders so by itself; those of users mostly do not."""
    statement = verdicts(rule(condition), world.CATALOGUE, world.moment(), dialect="postgresql")
    assert 'COLLATE "C"' in str(statement.compile(dialect=postgresql.dialect()))


def test_every_evaluator_refuses_a_list_parameter_of_another_kind(town: Town) -> None:
    for condition in (
        'resident.household.size in param("industries")',
        'age(resident.birth_date) in param("industries")',
        'resident.name in param("ages")',
    ):
        assert agreed(town, rule(condition), world.moment()) == REFUSED
    assert agreed(town, rule("today + years(9000) > resident.birth_date"), world.moment()) == REFUSED
