"""Fills a community with households: edges first, then households by the size table until it is full."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from service.demo import names, places, shapes
from service.demo.days import age_on, between, born, years_before
from service.demo.edges import Edge, edges_of, household_of
from service.demo.families import Member, draw
from service.demo.numbers import IdentityNumbers, phone
from service.demo.records import Community, Household, Planted, Resident

_SIZES = list(shapes.HOUSEHOLD_SIZES)
_SIZE_WEIGHTS = list(accumulate(shapes.HOUSEHOLD_SIZES.values()))
_OWN_PHONE_FROM = 12


@dataclass
class Making:
    """A community in the making, and what it is made with."""

    rng: Random
    today: date
    numbers: IdentityNumbers
    community: Community
    size: int
    grids: list[str]
    dwellings: Counter[int] = field(default_factory=Counter)
    premises: Counter[int] = field(default_factory=Counter)

    def plant(self, kind: str, key: str, fact: str = "") -> None:
        """Note down what was put in on purpose."""
        self.community.planted.append(Planted(kind, key, fact))


def settle(making: Making) -> None:
    """Make `making.size` residents and their households."""
    residents = making.community.residents
    for edge in edges_of(making.community.place.index, len(places.PLACES), making.size, making.today):
        members, which = household_of(edge, making.today)
        _move_in(making, members, registered=True, edge=(which, edge))
    while len(residents) < making.size:
        size = min(making.rng.choices(_SIZES, cum_weights=_SIZE_WEIGHTS)[0], making.size - len(residents))
        members, registered = draw(making.rng, size)
        _move_in(making, members, registered=registered)


@dataclass(frozen=True, slots=True)
class _Home:
    number: str
    grid: str
    address: str
    hukou: str
    since: date


def _move_in(
    making: Making, members: list[Member], *, registered: bool, edge: tuple[int, Edge] | None = None
) -> None:
    home = _home(making, registered)
    family = names.surname(making.rng)
    people = [
        _person(making, home, member, family, edge[1] if edge and edge[0] == place else None)
        for place, member in enumerate(members)
    ]
    _give_phones(making, people)
    _describe(making, people)
    if edge is not None:
        making.plant(edge[1].kind, people[edge[0]].id_number)
    making.community.residents.extend(people)
    making.community.households.append(
        Household(home.number, people[0].id_number, making.community.place.code)
    )


def _home(making: Making, registered: bool) -> _Home:
    rng, place = making.rng, making.community.place
    grid = min(len(making.community.residents) * len(making.grids) // making.size, len(making.grids) - 1)
    making.dwellings[grid] += 1
    return _Home(
        number=f"HB{place.code[-3:]}{len(making.community.households) + 1:06d}",
        grid=making.grids[grid],
        address=places.home(place, grid, making.dwellings[grid] - 1),
        hukou=place.code if registered else _elsewhere(rng),
        since=making.today - timedelta(days=rng.randrange(30, 12_000 if registered else 3_000)),
    )


def _elsewhere(rng: Random) -> str:
    nearby = rng.random() < shapes.NEIGHBOURING_REGISTER
    return rng.choice(places.NEARBY if nearby else places.FAR)


def _person(making: Making, home: _Home, member: Member, family: str, edge: Edge | None) -> Resident:
    rng = making.rng
    birth = edge.birth if edge else born(rng, making.today, member.age)
    own = member.relation in ("1", "5", "8") and (member.relation != "5" or not member.male)
    surname = names.surname(rng) if own else family
    return Resident(
        id_number=making.numbers.take(birth, male=member.male),
        name=surname + names.given_name(rng, birth.year, male=member.male),
        sex="1" if member.male else "2",
        birth_date=birth,
        hukou_code=home.hukou,
        live_code=making.community.place.code,
        grid_code=home.grid,
        address=home.address,
        household=home.number,
        relation=member.relation,
        marital=member.marital,
        live_since=max(home.since, birth),
        death_on=edge.died_on if edge else None,
    )


def _give_phones(making: Making, people: list[Resident]) -> None:
    """Children are reached through the head of the household."""
    head = phone(making.rng)
    child = years_before(making.today, _OWN_PHONE_FROM)
    for place, person in enumerate(people):
        person.phone = head if place == 0 or person.birth_date > child else phone(making.rng)


def _describe(making: Making, people: list[Resident]) -> None:
    """Whether they live alone and how able they are, as far as somebody recorded it."""
    for person in people:
        old = age_on(person.birth_date, making.today) >= 60
        if old or making.rng.random() >= shapes.ALONE_UNRECORDED:
            person.lives_alone = len(people) == 1
        if old:
            person.care_level = _care_level(making.rng)


def _care_level(rng: Random) -> int | None:
    chance = rng.random()
    if chance < shapes.CARE_SEVERE:
        return rng.choice((3, 4))
    if chance < shapes.CARE_SEVERE + shapes.CARE_PARTIAL:
        return rng.choice((1, 2))
    return None if rng.random() < shapes.CARE_UNRECORDED else 0


def some_day(making: Making, years_ago: int, days_ago: int = 0) -> date:
    """A day between `years_ago` years and `days_ago` days before today."""
    return between(making.rng, years_before(making.today, years_ago), making.today - timedelta(days=days_ago))
