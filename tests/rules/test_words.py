"""The Chinese of conditions: pairs to read and add to, and what holds of every condition whatever."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from shipped import PACK

from rules import CannotEvaluate, CheckedRule, paraphrase
from rules.checking.expressions import check_condition
from rules.meaning import conjuncts
from rules.wording.words import general, phrase
from service.tables.catalogue import CATALOGUE
from tests.rules import world
from tests.rules.conditions import Maker

PAIRS = Path(__file__).parent / "golden" / "words.txt"
PARAMETERS = PACK.parameters
TERMS = PARAMETERS.terms()
SUBJECTS = {"居民": "resident", "从业": "employment", "企业": "enterprise", "家庭": "household"}
QUOTED = re.compile("“.*?”", re.DOTALL)
ENGLISH = re.compile("[A-Za-z_]{2,}")
MADE_UP = 150


def pairs() -> Iterator[tuple[str, str, str]]:
    """Subject, condition and Chinese of every line; a line that begins with # names the subject of those below."""
    subject = ""
    for line in PAIRS.read_text("utf-8").splitlines():
        if line.startswith("#"):
            subject = SUBJECTS.get(line.removeprefix("# "), subject)
        elif line:
            condition, _, chinese = line.rpartition(" ; ")
            yield subject, condition, chinese


@pytest.mark.parametrize(("subject", "condition", "chinese"), list(pairs()))
def test_a_condition_is_said_as_people_say_it(subject: str, condition: str, chinese: str) -> None:
    checked = check_condition(condition, CATALOGUE, subject, TERMS)
    assert checked.formula is not None, checked.errors
    assert phrase(checked.formula) == chinese


def test_there_are_pairs_enough_to_show_every_construct() -> None:
    assert len(list(pairs())) >= 120


@pytest.mark.parametrize(
    ("condition", "chinese"),
    [
        ("age(resident.birth_date) >= param('high_age.from_age')", "年满〔高龄津贴起始年龄 80 周岁〕"),
        (
            "!resident.service_events.exists(v, v.kind == 'VISIT' && v.happened_on > today - days(param('visits.key_days')))",
            "近〔重点老人探访间隔 30 天〕内没有探访",
        ),
        (
            "resident.hukou_code.startsWith(param('locality.hukou_prefix'))",
            "户籍地在〔本市户籍地编码前缀 3301〕范围内",
        ),
        (
            "resident.household.aid_type in param('disability_living.aid_types')",
            "所在家庭的救助类型在〔困难残疾人生活补贴适用的救助类型：低保〕之中",
        ),
    ],
)
def test_a_parameter_is_said_with_its_value_and_unit_where_it_has_one(condition: str, chinese: str) -> None:
    checked = check_condition(condition, CATALOGUE, "resident", TERMS)
    assert checked.formula is not None, checked.errors
    known = PARAMETERS.at(world.TODAY, "330102003057")
    assert phrase(checked.formula, voice=general(known)) == chinese


@pytest.fixture(scope="module")
def made_up() -> list[CheckedRule]:
    return [Maker(random.Random(seed)).rule() for seed in range(MADE_UP)]


def test_every_condition_is_said_without_english_and_without_python(made_up: list[CheckedRule]) -> None:
    said = 0
    for rule in made_up:
        try:
            texts = [paraphrase(rule), paraphrase(rule, world.moment().parameters)]
            clauses = (*conjuncts(rule.applies), *conjuncts(rule.when))
            texts += [phrase(clause, world.moment()) for clause in clauses]
        except CannotEvaluate:  # the calendar gives out on that day
            continue
        said += 1
        for text in texts:
            assert not ENGLISH.search(QUOTED.sub("", text)), (text, rule.document.when)
    assert said > MADE_UP / 2
