"""Leaving out what other tests imply: shorter statements, the same rows."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from rules.normalise import normalise
from rules.sql.absorb import absorb, effort, implies, without
from rules.sql.choose import Shape
from rules.sql.emit import emit
from rules.sql.forms import Every, Form, Related, Some, every
from rules.sql.lower import certain, possible
from rules.sql.sources import Source
from tests.rules import world
from tests.rules.conditions import Maker
from tests.rules.effort import effort as effort_of
from tests.rules.making import rule
from tests.rules.town import Town

Chances = st.randoms(use_true_random=False)
HAS = 'resident.certificates.exists(c, c.kind == "RESIDENCE")'
LASTS = 'resident.certificates.exists(d, d.valid_to >= today && d.kind == "RESIDENCE")'


def _form(condition: str, subject: str = "resident") -> Form:
    return certain(normalise(rule(condition, subject=subject).when, world.moment()))


def test_of_two_tests_in_an_and_the_weaker_goes() -> None:
    assert absorb(_form(f"{HAS} && {LASTS}")) == absorb(_form(LASTS))
    assert absorb(_form(f"!{HAS} && !{LASTS}")) == absorb(_form(f"!{HAS}"))


def test_rows_of_rows_are_told_apart_by_what_they_say_and_not_by_their_names() -> None:
    narrow = 'resident.certificates.exists(c, c.kind == "RESIDENCE" && c.resident.certificates.exists(x, x.valid_to >= today))'
    wide = "resident.certificates.exists(d, d.resident.certificates.exists(y, y.valid_to >= today))"
    assert absorb(_form(f"{narrow} && {wide}")) == absorb(_form(narrow))
    assert absorb(_form(f"{narrow} || {wide}")) == absorb(_form(wide))


def test_of_two_tests_in_an_or_the_stronger_goes() -> None:
    assert absorb(_form(f"{HAS} || {LASTS}")) == absorb(_form(HAS))
    assert absorb(_form(f"!{HAS} || !{LASTS}")) == absorb(_form(f"!{LASTS}"))


def test_a_bound_within_another_implies_it_and_not_the_reverse() -> None:
    eighty, sixty = (_form(f"age(resident.birth_date) >= {years}") for years in (80, 60))
    assert implies(eighty, sixty)
    assert not implies(sixty, eighty)
    there = _form("resident.birth_date != null")
    assert implies(eighty, there)
    assert not implies(there, eighty)


def test_a_variable_is_not_taken_for_that_of_the_test_around_it() -> None:
    """Some member does not live alone; of the members nobody lives alone."""
    some, nobody = (
        _form(
            f"resident.household.members.exists(a, !a.household.members.exists(b, {who}.lives_alone == true))"
        )
        for who in ("a", "b")
    )
    assert not implies(some, nobody)
    assert not implies(nobody, some)
    assert implies(some, some)


def test_what_a_selected_row_is_known_to_be_is_not_asked_again() -> None:
    known = _form(f"resident.lives_alone && {LASTS}")
    assert without(_form(f"{HAS} && resident.care_level == 2"), known) == _form("resident.care_level == 2")


def test_cheap_tests_come_first() -> None:
    form = absorb(_form(f'{HAS} && resident.name.startsWith("a") && resident.lives_alone'))
    assert isinstance(form, Every)
    assert [effort(item) for item in form.items] == sorted(effort(item) for item in form.items)
    assert isinstance(form.items[-1], Related)


def test_the_same_rows_are_left_whatever_is_left_out(town: Town) -> None:
    shorter: list[bool] = []

    @effort_of(40)
    @given(chance=Chances)
    def each(chance: Random) -> None:
        made = Maker(chance)
        one, other = (made.condition((("resident", "resident"),), 2) for _ in range(2))
        join = chance.choice(["&&", "||"])
        formula = normalise(rule(f"({one}) {join} (({other}) {join} ({one}))").when, world.moment())
        sure, maybe = certain(formula), possible(formula)
        for form in (sure, maybe, _beside(sure, maybe, join)):
            small = absorb(form)
            shorter.append(small != form)
            for dialect in ("sqlite", "postgresql"):
                assert _rows(town, small, dialect) == _rows(town, form, dialect)
        known = absorb(maybe)
        rest = without(absorb(sure), known)
        assert _rows(town, every([known, rest]), "sqlite") == _rows(town, every([maybe, sure]), "sqlite")

    each()
    assert sum(shorter) > len(shorter) / 10


def _beside(sure: Form, maybe: Form, join: str) -> Form:
    """The certain rows beside the possible ones: one always implies the other."""
    return (Every if join == "&&" else Some)((sure, maybe))


def _rows(town: Town, form: Form, dialect: str) -> set[int]:
    source = Source.of(world.CATALOGUE, "resident", "resident", set())
    shape = Shape("postgresql" if dialect == "postgresql" else "sqlite")
    where = emit(form, {"resident": source}, shape)
    return {
        row[0] for row in town.ask[dialect](select(source.key(())).where(where).select_from(source.clause))
    }
