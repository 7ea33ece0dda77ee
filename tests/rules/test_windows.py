"""Whom the days alone may move: nobody whose verdict or grade differs is ever left out."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from sqlalchemy import Select

from rules import EVERYONE, CannotEvaluate, CheckedRule, Moment, Region, crossing, dates, interpret
from rules.meaning import And
from rules.sql.reached import crossed
from rules.windows import Move, Range, Values, Window, joined, windows
from tests.rules import world
from tests.rules.conditions import Maker, Scope
from tests.rules.effort import effort
from tests.rules.making import rule
from tests.rules.town import Dialect, Town

Chances = st.randoms(use_true_random=False)
STEPS = (1, 1, 1, 2, 3, 30, 45, 400)
"""Days between two scans: the next one, a long weekend, a month, and more than is listed day by day."""


class Daily(Maker):
    """Makes rules most of whose conditions are about days."""

    def flag(self, scope: Scope) -> str:
        return self.date(scope)

    def text(self, scope: Scope) -> str:
        return self.date(scope)

    def number(self, scope: Scope) -> str:
        return self.date(scope) if self.choose([True, False]) else super().number(scope)


def _answers(town: Town, checked: CheckedRule, moment: Moment) -> dict[int, str]:
    """Verdict and grade of every subject by the interpreter."""
    subject = checked.document.subject
    holds = interpret.test(And((checked.applies, checked.when)), moment)
    grades = [(grade, interpret.test(formula, moment)) for grade, formula in checked.grades]
    found = {}
    for key, record in town.records[subject].items():
        scope: dict[str, Any] = {subject: record}
        grade = next((name for name, reached in grades if reached(scope)), "normal")
        verdict = holds(scope)
        found[key] = "no" if verdict is False else f"{verdict} {grade}"
    return found


def _moved(town: Town, checked: CheckedRule, then: Moment, now: Moment) -> set[int]:
    before, after = _answers(town, checked, then), _answers(town, checked, now)
    return {key for key in before if before[key] != after[key]}


def _crossing(
    town: Town, checked: CheckedRule, then: Moment, now: Moment, dialect: Dialect
) -> set[int] | None:
    """The keys a database finds; None for everyone."""
    statement = crossing(checked, world.CATALOGUE, then, now, dialect=dialect)
    if statement is None or statement is EVERYONE:
        return None if statement is EVERYONE else set()
    keys = [row.subject_id for row in town.ask[dialect](statement)]
    assert len(keys) == len(set(keys)), "a subject twice"
    return set(keys)


@pytest.mark.parametrize(("dialect", "rules", "wanted"), [("sqlite", 250, 20), ("postgresql", 40, 4)])
def test_whoever_the_days_move_is_found(town: Town, dialect: Dialect, rules: int, wanted: int) -> None:
    seen: Counter[str] = Counter()

    @effort(rules)
    @given(chance=Chances)
    def each(chance: Random) -> None:
        checked = Daily(chance).rule(depth=2)
        start = chance.choice(world.HARD_DAYS)
        then, now = world.moment(start), world.moment(start + timedelta(chance.choice(STEPS)))
        note(
            f"{checked.document.applies}  ∧  {checked.document.when}  {checked.document.grades}  {then.as_of} → {now.as_of}"
        )
        try:
            moved = _moved(town, checked, then, now)
        except CannotEvaluate:
            return
        found = _crossing(town, checked, then, now, dialect)
        everybody = len(town.records[checked.document.subject])
        seen["everyone" if found is None else "some" if found else "nobody"] += 1
        if found is not None:
            assert moved <= found, sorted(moved - found)
            seen["moved"] += bool(moved)
            seen["narrow"] += bool(moved) and len(found) < everybody

    each()
    print(seen)
    assert seen["moved"] >= wanted, seen
    assert seen["narrow"] >= wanted / 2, seen
    assert seen["everyone"] < (seen["everyone"] + seen["some"] + seen["nobody"]) / 4, seen


def test_whoever_some_day_moves_is_found_when_days_are_looked_at_together(town: Town) -> None:
    seen: Counter[str] = Counter()

    @effort(60)
    @given(chance=Chances)
    def each(chance: Random) -> None:
        checked = Daily(chance).rule(depth=2)
        start = chance.choice(world.HARD_DAYS)
        note(f"{checked.document.applies}  ∧  {checked.document.when}  from {start}")
        try:
            moments = [world.moment(start + timedelta(number)) for number in range(6)]
            moves = [windows(checked, then, now) for then, now in pairwise(moments)]
        except CannotEvaluate:
            return
        together = EVERYONE if EVERYONE in moves else joined(each for each in moves if each is not EVERYONE)
        if together is EVERYONE or not together:
            seen["everyone" if together is EVERYONE else "nobody"] += 1
            return
        found = _keys(town, checked, together)
        for day in moves:
            if day and day is not EVERYONE:
                assert _keys(town, checked, day) <= found
        seen["narrow"] += 0 < len(found) < len(town.records[checked.document.subject])

    each()
    assert seen["narrow"] >= 8, seen


def _keys(town: Town, checked: CheckedRule, moves: tuple[Move, ...]) -> set[int]:
    statement = crossed(checked, world.CATALOGUE, moves, dialect="sqlite")
    return {row.subject_id for row in town.ask["sqlite"](statement)}


def test_ranges_of_days_that_touch_become_one() -> None:
    condition = "resident.certificates.exists(c, c.valid_to <= today + days(30))"
    days = [
        windows(
            rule(condition),
            world.moment(world.TODAY + timedelta(n)),
            world.moment(world.TODAY + timedelta(n + 1)),
        )
        for n in range(4)
    ]
    (move,) = joined(each for each in days if each is not EVERYONE)  # type: ignore[misc]  # no day is everyone's
    low, high = date(2026, 12, 23), date(2026, 12, 27)
    assert move.window == _range("certificate", "valid_to", low, high, high_within=True)


def _found(condition: str, days: int = 1, *, start: date = world.TODAY, **later: Any) -> object:
    """The windows of a condition, by the names of the hops; `later` are parameters that change meanwhile."""
    then, now = world.moment(start), world.moment(start + timedelta(days), **later)
    found = windows(rule(condition), then, now)
    if found is EVERYONE:
        return found
    named: dict[str, tuple[Window, ...]] = {}
    for move in found:
        name = ".".join(hop.name for hop in move.path)
        named[name] = (*named.get(name, ()), move.window)
    return named


def _ordinal(day: object) -> int:
    assert isinstance(day, date)
    return day.toordinal()


def _range(entity: str, name: str, low: Any, high: Any, *, high_within: bool) -> Range:
    return Range(world.CATALOGUE[entity].fields[name], low, high, high_within)


@pytest.mark.parametrize(
    ("sign", "high_within"),
    [("<=", True), (">", True), ("<", False), (">=", False)],
)
def test_a_bound_moves_over_a_range_whose_right_end_counts(sign: str, high_within: bool) -> None:
    bounds = date(2026, 12, 23), date(2026, 12, 26)
    wanted = (_range("certificate", "valid_to", *bounds, high_within=high_within),)
    condition = f"resident.certificates.exists(c, c.valid_to {sign} today + days(30))"
    assert _found(condition, 3) == {"certificates": wanted}
    assert _found(f"!({condition})", 3) == {"certificates": wanted}


def test_an_age_moves_with_the_birthdays_and_29_february_with_1_march() -> None:
    reached = _found("age(resident.birth_date) >= 60", start=date(2026, 2, 28))
    assert reached == {
        "": (_range("resident", "birth_date", date(1966, 2, 28), date(1966, 3, 1), high_within=True),)
    }
    leap = _found("age(resident.birth_date) >= 62", start=date(2026, 2, 28))
    assert leap == {
        "": (_range("resident", "birth_date", date(1964, 2, 28), date(1964, 3, 1), high_within=True),)
    }


def test_a_number_that_follows_the_year_moves_on_new_years_day_only() -> None:
    condition = "resident.care_level < year(today) - 2024"
    assert _found(condition) == {}
    assert _found(condition, start=date(2026, 12, 31)) == {
        "": (_range("resident", "care_level", 2, 3, high_within=False),)
    }


def test_equality_and_lists_move_by_their_values() -> None:
    died = world.CATALOGUE["resident"].fields["death_on"]
    both = Values(died, frozenset({world.TODAY, world.TODAY + timedelta(1)}))
    assert _found("resident.death_on == today") == _found("resident.death_on in [today]") == {"": (both,)}


def test_what_is_asked_of_a_row_about_the_subject_leads_to_the_subject() -> None:
    found = _found("resident.certificates.exists(c, resident.birth_date > today - years(1))")
    assert isinstance(found, dict)
    assert list(found) == [""]


def test_what_does_not_depend_on_the_day_moves_nobody() -> None:
    assert _found("resident.lives_alone && resident.birth_date < resident.death_on") == {}
    unmoved = rule("resident.lives_alone")
    assert crossing(unmoved, world.CATALOGUE, world.moment(), world.moment(), dialect="sqlite") is None


@pytest.mark.parametrize(
    "condition",
    [
        'today >= date("2026-11-24") || resident.lives_alone',
        "resident.certificates.size() > year(today + days(38)) - 2025",
        "resident.name.size() > year(today + days(38)) - 2025",
        'resident.lives_alone && (today < date("2026-11-24") || resident.veteran)',
    ],
)
def test_what_is_more_than_a_moved_bound_is_asked_of_everyone(condition: str) -> None:
    assert _found(condition, 1) is EVERYONE


def test_an_earlier_day_is_asked_of_everyone() -> None:
    assert _found("age(resident.birth_date) >= 60", -1) is EVERYONE


def test_a_parameter_that_changes_meanwhile_moves_its_bound() -> None:
    found = _found('age(resident.birth_date) >= param("notice")', notice=31)
    assert found == {
        "": (_range("resident", "birth_date", date(1995, 11, 24), date(1996, 11, 23), high_within=True),)
    }
    assert _found('resident.live_code > param("town")', town="3302") is EVERYONE


@pytest.mark.parametrize("days", [1, 3, 30])
@pytest.mark.parametrize("start", world.HARD_DAYS)
def test_every_day_whose_yearly_return_enters_or_leaves_is_listed(start: date, days: int) -> None:
    condition = "anniversary_in(resident.birth_date, today - days(60), today + days(30))"
    found = _found(condition, days, start=start)
    assert isinstance(found, dict)
    ((eldest, listed),) = (sorted(found[""], key=repr),)
    assert isinstance(eldest, Range)
    assert isinstance(listed, Values)
    spans = [(on - timedelta(60), on + timedelta(30)) for on in (start, start + timedelta(days))]
    every = map(date.fromordinal, range(date(1890, 1, 1).toordinal(), start.toordinal() + 100))
    moved = {day for day in every if len({dates.has_anniversary(day, *span) for span in spans}) == 2}
    missed = {day for day in moved - listed.values if day.toordinal() > _ordinal(eldest.high)}
    assert missed == set()
    assert moved
    assert len(listed.values) < 132 * 2 * days


def test_yearly_returns_after_too_long_a_time_are_asked_of_everyone() -> None:
    assert _found("anniversary_in(resident.birth_date, today, today + days(300))", 100) is EVERYONE


def test_the_days_move_only_the_subjects_of_a_region(town: Town) -> None:
    checked = rule("age(resident.birth_date) >= 60", subject="resident")
    then, now = world.moment(date(2026, 11, 1)), world.moment(date(2026, 11, 30))
    found = {}
    for region in (Region(), Region("3301"), Region("", ("3301",))):
        for dialect in ("sqlite", "postgresql"):
            statement = crossing(checked, world.CATALOGUE, then, now, dialect=dialect, within=region)
            assert isinstance(statement, Select)
            found[region, dialect] = {row.subject_id for row in town.ask[dialect](statement)}
    records = town.records["resident"]
    everywhere = found[Region(), "sqlite"]
    for (region, dialect), keys in found.items():
        placed = {key for key in everywhere if region.holds(records[key]["live_code"])}
        assert keys == placed, (region, dialect)
    assert set() < found[Region("3301"), "sqlite"] < everywhere
