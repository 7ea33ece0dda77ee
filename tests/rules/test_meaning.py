"""One meaning: the interpreter, SQLite and PostgreSQL give every record the same verdict."""

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from rules import CheckedRule, Moment, judge
from tests.rules import conditions, world
from tests.rules.making import rule
from tests.rules.town import Answers, Town

HOSTILE = [
    # relations, both polarities, with unknown cells inside
    'resident.certificates.exists(c, c.kind == "HEALTH_FOOD")',
    '!resident.certificates.exists(c, c.kind == "HEALTH_FOOD")',
    'resident.certificates.exists(c, c.kind == "HEALTH_FOOD" && c.valid_to >= today + days(param("notice")))',
    '!resident.certificates.exists(c, c.kind == "HEALTH_FOOD" && c.valid_to >= today)',
    "resident.certificates.all(c, c.valid_to >= today)",
    "!resident.certificates.all(c, c.valid_to >= today)",
    "resident.certificates.exists_one(c, c.valid_to >= today)",
    "!resident.certificates.exists_one(c, c.valid_to >= today)",
    "resident.certificates.filter(c, c.valid_to < today).size() == 1",
    "resident.certificates.filter(c, c.valid_to < today).size() != 1",
    "resident.certificates.filter(c, c.valid_to < today).size() > 1",
    "resident.certificates.filter(c, c.valid_to < today).size() <= 1",
    "resident.certificates.size() >= 2",
    "resident.certificates.size() == 0",
    "!(resident.certificates.size() == 0)",
    "resident.certificates.exists(c, c.points == null)",
    "resident.certificates.exists(c, !(c.points > 1))",
    "!resident.certificates.exists(c, !(c.points > 1))",
    # absent parents
    'resident.household.aid == "dibao"',
    '!(resident.household.aid == "dibao")',
    "resident.household == null",
    "resident.household != null",
    "has(resident.household)",
    "resident.household.review_on == null",
    "!(resident.household.review_on == null)",
    "resident.household.review_on <= today",
    "!(resident.household.review_on <= today)",
    "resident.household.members.exists(m, m.death_on != null)",
    "!resident.household.members.exists(m, m.death_on != null)",
    "resident.household.members.exists(m, m.certificates.exists(c, c.valid_to < today))",
    "!resident.household.members.exists(m, !m.certificates.exists(c, c.valid_to < today))",
    "resident.household.members.exists(m, m.birth_date < resident.birth_date)",
    "resident.certificates.exists(c, c.valid_to < resident.birth_date)",
    "!resident.certificates.exists(c, c.issued_on < c.resident.birth_date)",
    "resident.household.members.filter(m, m.lives_alone).size() < 2",
    "resident.employments.exists(e, e.enterprise.industry in param(\"industries\"))",
    # cells that may be unknown, cells where empty is a fact
    "resident.lives_alone",
    "!resident.lives_alone",
    "resident.lives_alone == false",
    "resident.lives_alone != false",
    "resident.veteran",
    "!resident.veteran",
    "resident.veteran == false",
    "resident.veteran != true",
    "resident.death_on == null",
    "resident.death_on != null",
    "resident.death_on <= today",
    "!(resident.death_on <= today)",
    "resident.death_on != date(\"2024-02-29\")",
    "resident.birth_date == null",
    "has(resident.birth_date)",
    "resident.phone == null",
    "resident.birth_date != date(\"1946-11-23\")",
    "resident.hukou_code == resident.live_code",
    "resident.hukou_code != resident.live_code",
    "resident.nickname == resident.hukou_code",
    "!(resident.nickname == resident.hukou_code)",
    "resident.death_on < resident.birth_date",
    "!(resident.death_on < resident.birth_date)",
    # ages and dates
    "age(resident.birth_date) >= 80",
    "!(age(resident.birth_date) >= 80)",
    "age(resident.birth_date) > 79",
    "age(resident.birth_date) < 60",
    "age(resident.birth_date) <= 60",
    "age(resident.birth_date) == 80",
    "age(resident.birth_date) != 80",
    "age(resident.birth_date) in [60, 80, 100]",
    "!(age(resident.birth_date) in [60, 80, 100])",
    "80 <= age(resident.birth_date)",
    "age(resident.birth_date + days(30)) >= 80",
    "age(resident.death_on) > 1",
    "!(age(resident.death_on) > 1)",
    "year(resident.birth_date) == year(today) - 80",
    "year(resident.birth_date) != 1946",
    "!(year(resident.birth_date) >= 1946)",
    "year(resident.death_on) != 2024",
    "!(year(resident.death_on + days(30)) in [2024, 2026])",
    "start_of_month(resident.birth_date) <= today - years(80)",
    "start_of_month(resident.birth_date) == date(\"1946-11-01\")",
    "start_of_month(resident.birth_date) != date(\"1946-11-01\")",
    "start_of_year(resident.birth_date) > date(\"1946-01-01\")",
    "end_of_month(resident.birth_date) < date(\"1946-11-30\")",
    "end_of_month(resident.birth_date + weeks(1)) >= date(\"1946-11-30\")",
    "resident.birth_date - days(7) >= date(\"1946-11-17\")",
    "resident.certificates.exists(c, c.valid_to + days(30) < today)",
    "resident.certificates.exists(c, c.valid_to < today - days(30))",
    "resident.certificates.exists(c, c.valid_to <= today + working_days(5) && c.valid_to >= today)",
    "resident.certificates.exists(c, c.valid_to >= start_of_year(today) && c.valid_to <= end_of_month(today))",
    "resident.certificates.exists(c, anniversary_in(c.issued_on, today, today + days(30)))",
    "!resident.certificates.exists(c, anniversary_in(c.issued_on, today - days(60), today + days(60)))",
    "anniversary_in(resident.birth_date, date(\"2026-02-25\"), date(\"2026-03-01\"))",
    "anniversary_in(resident.birth_date, date(\"2026-02-25\"), date(\"2026-02-28\"))",
    "anniversary_in(resident.birth_date, date(\"2026-12-01\"), date(\"2027-03-01\"))",
    "!anniversary_in(resident.birth_date, date(\"2026-12-01\"), date(\"2027-03-01\"))",
    "anniversary_in(resident.death_on, date(\"2025-12-01\"), date(\"2027-03-01\"))",
    "!anniversary_in(resident.death_on, date(\"2026-02-01\"), date(\"2026-03-01\"))",
    # texts: case, LIKE's signs, quotes, backslash, CJK, beyond the basic plane
    'resident.name.startsWith("a")',
    'resident.name.startsWith("a_")',
    'resident.name.contains("%")',
    '!resident.name.contains("_")',
    'resident.name.endsWith("b")',
    'resident.name.endsWith("街道")',
    "resident.name == \"O'Neil\"",
    'resident.name == "\\\\"',
    'resident.name.contains("\\\\")',
    'resident.name.contains("滨")',
    'resident.name == "😀"',
    "resident.name.size() == 1",
    "resident.name.size() > 1",
    'resident.name == ""',
    'resident.name < "a"',
    'resident.name >= "湖"',
    'resident.live_code >= "330102" && resident.live_code < "330103"',
    'resident.live_code.startsWith("")',
    '!resident.live_code.startsWith("")',
    'resident.nickname.startsWith("33")',
    '!resident.nickname.startsWith("33")',
    'resident.nickname in ["a", "A"]',
    '!(resident.nickname in ["a", "A"])',
    'resident.live_code in ["330102", "330102003"]',
    "!(resident.live_code in [])",
    "!(resident.nickname in []) && resident.lives_alone",
    # numbers
    "resident.household.income <= param(\"limit\")",
    "resident.household.income > 1138.50",
    "resident.household.income + 0.01 >= 1138.51",
    "resident.household.income == 12.1",
    "resident.household.size > 1.5",
    "resident.household.size + 1 > 9223372036854775807",
    "!(resident.household.size - 1 < 9223372036854775807)",
    "resident.care_level in [0, 4]",
    "resident.care_level >= 2 || resident.lives_alone",
    # logic
    "resident.lives_alone && resident.veteran",
    "resident.lives_alone || resident.veteran",
    "!(resident.lives_alone && resident.veteran)",
    "!(resident.lives_alone || resident.veteran)",
    "resident.lives_alone ? resident.veteran : resident.care_level == 4",
    "!(resident.lives_alone ? resident.veteran : resident.care_level == 4)",
    "age(resident.birth_date) >= (resident.veteran ? 60 : 80)",
    "(resident.lives_alone && resident.care_level == 2) == false",
]  # fmt: skip
EMPLOYED = [
    "employment.resident.certificates.exists(c, c.valid_to >= today)",
    "!employment.resident.certificates.exists(c, c.valid_to >= today)",
    'employment.enterprise.industry.startsWith("62")',
    '!employment.enterprise.industry.startsWith("62")',
    "employment.resident.household.income < 1138.51",
    "!(employment.resident.household.income < 1138.51)",
    "!employment.resident.household.members.exists(m, m.lives_alone)",
    "employment.ended_on == null && employment.handles_food",
]


def interpreted(town: Town, checked: CheckedRule, moment: Moment) -> Answers:
    """Subject key to verdict, as the interpreter says."""
    records = town.records[checked.document.subject]
    found = {key: judge(checked, record, moment).verdict for key, record in records.items()}
    return {key: verdict for key, verdict in found.items() if verdict != "no"}


@pytest.mark.parametrize("condition", HOSTILE)
def test_every_evaluator_agrees_on_a_hostile_condition(town: Town, condition: str) -> None:
    _agree(town, rule(condition))


@pytest.mark.parametrize("condition", EMPLOYED)
def test_every_evaluator_agrees_across_parents(town: Town, condition: str) -> None:
    _agree(town, rule(condition, subject="employment"))


def _agree(town: Town, checked: CheckedRule) -> None:
    moment = world.moment()
    expected = interpreted(town, checked, moment)
    matches = [key for key, verdict in expected.items() if verdict == "match"]
    assert len(matches) > 0 or "unknown" in expected.values()
    assert len(matches) < len(town.records[checked.document.subject])
    for dialect, mode in (("sqlite", "full"), ("sqlite", "few"), ("postgresql", "full")):
        assert town.verdicts(checked, moment, dialect, mode=mode) == expected, (dialect, mode)


MADE: list[tuple[int, int]] = []


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_every_evaluator_agrees_on_made_up_conditions(town: Town, data: st.DataObject) -> None:
    maker = conditions.Maker(lambda options: data.draw(st.sampled_from(list(options))))
    subject = maker.choose(["resident", "employment"])
    condition = maker.condition(((subject, subject),), 3)
    note(condition)
    checked = rule(condition, subject=subject)
    moment = world.moment(data.draw(st.sampled_from([world.TODAY, *conditions.EDGES])))
    expected = interpreted(town, checked, moment)
    matches = sum(verdict == "match" for verdict in expected.values())
    MADE.append((matches, len(town.records[subject])))
    for dialect, mode in (("sqlite", "full"), ("sqlite", "one"), ("postgresql", "full")):
        assert town.verdicts(checked, moment, dialect, mode=mode) == expected, (dialect, mode)


def test_the_made_up_conditions_choose_some_and_not_all() -> None:
    telling = sum(0 < matches < total for matches, total in MADE)
    assert len(MADE) >= 100
    assert telling > len(MADE) / 2


def test_one_subject_gets_the_verdict_it_has_among_all(town: Town) -> None:
    checked = rule("!resident.certificates.exists(c, c.valid_to >= today)")
    moment = world.moment()
    everyone = interpreted(town, checked, moment)
    for dialect in ("sqlite", "postgresql"):
        for key in list(town.records["resident"])[:20]:
            found = town.verdicts(checked, moment, dialect, among=key, mode="one")
            assert found == ({key: everyone[key]} if key in everyone else {})


def test_some_subjects_get_the_verdicts_they_have_among_all(town: Town) -> None:
    checked = rule("resident.lives_alone")
    moment = world.moment()
    everyone = interpreted(town, checked, moment)
    some = [1, 3, 5, 7, 11, 13]
    assert town.verdicts(checked, moment, "sqlite", among=some, mode="few") == {
        key: verdict for key, verdict in everyone.items() if key in some
    }
