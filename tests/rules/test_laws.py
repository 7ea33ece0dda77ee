"""What has to be true of every condition, whatever it says."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules import CannotEvaluate, Moment, Region, applying, judge, paraphrase, verdicts
from rules.checking.expressions import check_condition
from rules.interpret import test as compiled
from rules.meaning import Formula
from rules.normalise import normalise
from rules.regions import place_of
from tests.rules import world
from tests.rules.conditions import Maker
from tests.rules.conditions import Scope as Written
from tests.rules.effort import effort
from tests.rules.making import PARAMETERS, rule
from tests.rules.town import REFUSED, Dialect, Town, interpreted

TERMS = PARAMETERS.terms()
RECORDS = world.nest(world.town(seed=7, people=40))
RESIDENT: Written = (("resident", "resident"),)
Verdicts = list[bool | None]
DIALECTS: list[Dialect] = ["sqlite", "postgresql"]
Chances = st.randoms(use_true_random=False)


def meaning(condition: str, subject: str = "resident") -> Formula:
    """What a condition means."""
    checked = check_condition(condition, world.CATALOGUE, subject, TERMS)
    assert checked.formula is not None, (condition, checked.errors)
    return checked.formula


def asked(formula: Formula, moment: Moment, subject: str = "resident") -> Verdicts:
    """The verdict on every record of a town; a condition the calendar refuses is no example."""
    try:
        holds = compiled(formula, moment)
    except CannotEvaluate:
        assume(False)
        raise
    return [holds({subject: record}) for record in RECORDS[subject].values()]


def said(condition: str, moment: Moment) -> Verdicts:
    return asked(meaning(condition), moment)


def drawn(chance: Random, depth: int = 2) -> str:
    return Maker(chance).condition(RESIDENT, depth)


def kleene_not(found: bool | None) -> bool | None:
    return None if found is None else not found


def some_moment(chance: Random) -> Moment:
    return world.moment(chance.choice(world.HARD_DAYS))


@effort(300)
@given(chance=Chances)
def test_the_normal_form_says_the_same(chance: Random) -> None:
    formula, moment = meaning(drawn(chance, 3)), some_moment(chance)
    expected = asked(formula, moment)
    assert asked(normalise(formula, moment), moment) == expected
    twice = normalise(normalise(formula, moment), moment)
    assert asked(twice, moment) == expected


@effort(150)
@given(chance=Chances)
def test_not_not_says_the_same_and_not_the_opposite(chance: Random) -> None:
    condition, moment = drawn(chance), some_moment(chance)
    plain = said(condition, moment)
    assert said(f"!!({condition})", moment) == plain
    assert said(f"!({condition})", moment) == [kleene_not(found) for found in plain]
    assert said(f"({condition} && true) == false", moment) == [kleene_not(found) for found in plain]


@effort(150)
@given(chance=Chances)
def test_and_and_or_follow_kleene_and_de_morgan(chance: Random) -> None:
    p, q, moment = drawn(chance), drawn(chance), some_moment(chance)
    ps, qs = said(p, moment), said(q, moment)
    both = [False if False in pair else None if None in pair else True for pair in zip(ps, qs, strict=True)]
    either = [True if True in pair else None if None in pair else False for pair in zip(ps, qs, strict=True)]
    assert said(f"({p}) && ({q})", moment) == both
    assert said(f"({p}) || ({q})", moment) == either
    assert said(f"!(!({p}) || !({q}))", moment) == both
    assert said(f"!(!({p}) && !({q}))", moment) == either


@effort(100)
@given(chance=Chances)
def test_a_choice_takes_one_branch_and_is_unknown_only_where_the_test_decides(chance: Random) -> None:
    c = Maker(chance).condition(RESIDENT, 1, plain=True)
    p, q, moment = drawn(chance, 1), drawn(chance, 1), some_moment(chance)
    cs, ps, qs = said(c, moment), said(p, moment), said(q, moment)
    for choice, test_, yes, no in zip(said(f"({c}) ? ({p}) : ({q})", moment), cs, ps, qs, strict=True):
        if test_ is not None:
            assert choice is (yes if test_ else no)
        else:
            assert choice is (False if yes is False and no is False else None)


@effort(150)
@given(chance=Chances)
def test_the_ways_to_ask_for_rows_agree(chance: Random) -> None:
    rows = chance.choice(["resident.certificates", "resident.household.members", "resident.employments"])
    target = {"certificates": "certificate", "members": "resident", "employments": "employment"}
    scope = (("x", target[rows.split(".")[-1]]), *RESIDENT)
    p, moment = Maker(chance).condition(scope, 1), some_moment(chance)
    exists = said(f"{rows}.exists(x, {p})", moment)
    assert exists == said(f"!{rows}.all(x, !({p}))", moment)
    assert exists == said(f"{rows}.filter(x, {p}).size() >= 1", moment)
    assert exists == said(f"{rows}.filter(x, {p}).size() != 0", moment)
    assert exists == said(f"!({rows}.filter(x, {p}).size() == 0)", moment)
    one = said(f"{rows}.exists_one(x, {p})", moment)
    assert one == said(f"{rows}.filter(x, {p}).size() == 1", moment)
    few = said(f"{rows}.filter(x, {p}).size() < 2", moment)
    for exactly, some, at_most in zip(one, exists, few, strict=True):
        if None not in (some, at_most):
            assert exactly is (some and at_most)
    assert said(f"{rows}.size() >= 2", moment) == said(f"{rows}.filter(x, true).size() > 1", moment)


@effort(150)
@given(chance=Chances)
def test_what_is_written_in_other_words_means_the_same(chance: Random) -> None:
    maker, moment = Maker(chance), some_moment(chance)
    path = chance.choice(["resident.birth_date", "resident.death_on", "resident.household.review_on"])
    day, number = maker.constants.date(), maker.constants.years()
    for sign, flipped in {"<": ">", "<=": ">=", "==": "==", "!=": "!="}.items():
        assert said(f"{path} {sign} {day}", moment) == said(f"{day} {flipped} {path}", moment)
        assert said(f"age({path}) {sign} {number}", moment) == said(f"{number} {flipped} age({path})", moment)
    assert said(f"{path} != {day}", moment) == said(f"!({path} == {day})", moment)
    assert said(f"{path} in [{day}]", moment) == said(f"{path} == {day}", moment)
    assert said(f"has({path})", moment) == said(f"!({path} == null)", moment)
    window = f"({path} >= {day} && {path} <= {day})"
    assert said(window, moment) == said(f"{path} == {day}", moment)


@effort(200)
@given(chance=Chances, days=st.integers(0, 1500))
def test_whoever_has_reached_an_age_keeps_it(chance: Random, days: int) -> None:
    formula = meaning(f"age(resident.birth_date) >= {chance.choice([-3, 0, 1, 18, 60, 80, 82])}")
    before = date(2024, 2, 27) + timedelta(chance.randrange(800))
    for earlier, later in zip(
        asked(formula, world.moment(before)),
        asked(formula, world.moment(before + timedelta(days))),
        strict=True,
    ):
        assert (earlier is None) == (later is None)
        assert not earlier or later


@effort(60)
@given(chance=Chances)
def test_an_explanation_agrees_with_the_verdict_and_every_rule_can_be_said(chance: Random) -> None:
    checked, moment = Maker(chance).rule(), some_moment(chance)
    said_generally = paraphrase(checked)
    assert said_generally.startswith("对象：")
    assert "None" not in said_generally
    town = Town(RECORDS)
    expected = interpreted(town, checked, moment)
    if expected == REFUSED:
        with pytest.raises(CannotEvaluate):
            judge(checked, {}, moment)
        return
    keys = list(RECORDS[checked.document.subject])
    for key in chance.sample(keys, 3):
        record = RECORDS[checked.document.subject][key]
        judgement = judge(checked, record, moment)
        verdict, grade = expected.get(key, "no -").split()[:2]
        assert judgement.verdict == verdict
        assert verdict == "no" or judgement.grade == grade
        assert judgement.applies == compiled(checked.applies, moment)({checked.document.subject: record})
        assert judgement.reason


def _keys(town: Town, dialect: Dialect, statement: Any) -> dict[int, str]:
    return {row.subject_id: getattr(row, "verdict", "") for row in town.ask[dialect](statement)}


def test_whoever_is_judged_is_among_those_a_rule_is_about(town: Town) -> None:
    seen = []

    @effort(40)
    @given(chance=Chances)
    def each(chance: Random) -> None:
        maker, moment = Maker(chance), some_moment(chance)
        subject = chance.choice(["resident", "employment"])
        scope = ((subject, subject),)
        checked = rule(maker.condition(scope, 1), subject=subject, applies=maker.condition(scope, 1))
        dialect = chance.choice(DIALECTS)
        try:
            about = set(_keys(town, dialect, applying(checked, world.CATALOGUE, moment, dialect=dialect)))
            found = set(_keys(town, dialect, verdicts(checked, world.CATALOGUE, moment, dialect=dialect)))
        except CannotEvaluate:
            assume(False)
        holds = compiled(checked.applies, moment)
        records = town.records[subject].items()
        assert found <= about
        assert about == {key for key, record in records if holds({subject: record}) is not False}
        seen.append(len(found))

    each()
    assert sum(map(bool, seen)) > len(seen) / 2


def test_regions_part_the_verdicts_among_them(town: Town) -> None:
    """Each part holds whoever is placed there, and nobody is left out or judged twice."""
    parts = [Region("", ("3301", "6")), Region("3301", ("330102",)), Region("330102"), Region("6")]
    seen = []

    @effort(25)
    @given(chance=Chances)
    def each(chance: Random) -> None:
        checked, moment = (
            Maker(chance).rule(chance.choice(["resident", "employment", "enterprise"])),
            some_moment(chance),
        )
        dialect = chance.choice(DIALECTS)
        asking: Callable[..., Any] = chance.choice([verdicts, applying])

        def found(within: Region | None) -> dict[int, str]:
            statement = asking(checked, world.CATALOGUE, moment, dialect=dialect, within=within)
            return _keys(town, dialect, statement)

        try:
            whole = found(None)
        except CannotEvaluate:
            assume(False)
        records = town.records[checked.document.subject]
        for part in parts:
            expected = {
                key: said_ for key, said_ in whole.items() if part.holds(place_of(checked, records[key]))
            }
            assert found(part) == expected
            seen.append(len(expected))

    each()
    assert sum(map(bool, seen)) > len(seen) / 3


def test_who_has_no_place_is_in_no_region() -> None:
    checked = rule("household.income > 100", subject="household")
    with pytest.raises(CannotEvaluate):
        verdicts(checked, world.CATALOGUE, world.moment(), dialect="sqlite", within=Region("3301"))
