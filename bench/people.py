"""The people of the made-up city: homes with their members, disability cards, and who is expecting."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from bench.city import COMMUNITY, INDEXED, SEALED, UNRECORDED, City, Row
from service.demo import shapes
from service.demo.families import draw

GRID = 350
NEARBY = ("330106", "330105", "330110", "330109")
FAR = ("340101", "360702", "411503", "430903", "331081", "330701")
EMPTY_NEST = 0.1
"""Of elders in households of two: recorded as living far from their children (chosen)."""


def residents(city: City, homes: list[Row]) -> Iterator[Row]:
    rng, chance, number = city.rng, city.rng.random, 0
    sizes = rng.choices(
        list(shapes.HOUSEHOLD_SIZES), list(shapes.HOUSEHOLD_SIZES.values()), k=city.sizes.residents
    )
    while number < city.sizes.residents:
        size = min(sizes[len(homes)], city.sizes.residents - number)
        members, registered = draw(rng, size)
        community = city.community(number)
        register = community if registered else _elsewhere(city)
        household, since = len(homes) + 1, rng.randrange(30, 9_000)
        homes.append(_household(city, household, number + 1, community, size, members[0].age, registered))
        grid = f"{community}{number % COMMUNITY // GRID + 1:03d}"
        for member in members:
            number += 1
            days = int(member.age * 365.25) + rng.randrange(365)
            dead, gone = chance() < 0.005, chance() < 0.03
            hukou = None if chance() < UNRECORDED else register
            old = member.age >= 60
            alone = None if not old and chance() < shapes.ALONE_UNRECORDED else int(size == 1)
            care = _care(city, old)
            situation = "empty_nest" if old and size == 2 and chance() < EMPTY_NEST else None
            _remember(city, number, member.age, dead or gone, hukou, alone, situation, care)
            yield (
                number, f"{SEALED}{number}", f"{INDEXED}{number:016d}", "陈小明" if member.male else "王秀英",
                "1" if member.male else "2", None if chance() < UNRECORDED else city.days[days],
                city.days[rng.randrange(1, 900)] if dead else None, member.marital, hukou, community, grid,
                f"湖滨街道涌泉里{household % 40 + 1}弄{household % 9 + 1}幢{household % 3 + 1}单元{household % 600}室",
                city.days[min(since, days)], city.days[rng.randrange(1, 900)] if gone else None,
                f"{SEALED}{number}", f"{INDEXED}{number:016d}", household, member.relation, alone, situation, care,
                int(chance() < 0.02),
            )  # fmt: skip


def _household(city: City, key: int, head: int, community: str, size: int, age: int, registered: bool) -> Row:
    chance = city.rng.random
    bereaved: int | None = 0
    if chance() < shapes.SPECIAL_FAMILY_UNRECORDED:
        bereaved = None
    elif registered and age >= shapes.SPECIAL_FAMILY_FROM_AGE:
        bereaved = int(chance() < shapes.SPECIAL_FAMILY)
    aid = "dibao" if chance() < 0.008 else "edge" if chance() < 0.006 else "none"
    income = None if chance() < shapes.INCOME_UNRECORDED else city.rng.randrange(300, 14_000)
    return (key, f"HB{key:09d}", head, community, size, income, 1, aid, bereaved)


def _elsewhere(city: City) -> str:
    nearby = city.rng.random() < shapes.NEIGHBOURING_REGISTER
    return city.rng.choice(NEARBY if nearby else FAR) + "001001"


def _care(city: City, old: bool) -> int | None:
    if not old:
        return None
    chance = city.rng.random()
    if chance < shapes.CARE_SEVERE:
        return city.rng.choice((3, 4))
    if chance < shapes.CARE_SEVERE + shapes.CARE_PARTIAL:
        return city.rng.choice((1, 2))
    return None if city.rng.random() < shapes.CARE_UNRECORDED else 0


def _remember(
    city: City,
    number: int,
    age: int,
    gone: bool,
    hukou: str | None,
    alone: int | None,
    situation: str | None,
    care: int | None,
) -> None:
    city.ages.append(age)
    city.living.append(not gone)
    city.hukou.append(hukou)
    if age >= 60 and (alone or care or situation):
        risk = 0 if alone and (care or 0) >= 3 else 1 if alone or (care or 0) >= 2 else 2
        city.hardship.append((number, risk))


def disabilities(city: City) -> Iterator[Row]:
    """Cards of one resident in forty; the unique key is (resident, kind), and nobody here has two."""
    rng, key = city.rng, 0
    kinds, kind_weights = (
        list(shapes.DISABILITY_KINDS),
        list(accumulate(shapes.DISABILITY_KINDS.values())),
    )
    grades, grade_weights = (
        list(shapes.DISABILITY_GRADES),
        list(accumulate(shapes.DISABILITY_GRADES.values())),
    )
    for resident, age in enumerate(city.ages, 1):
        share = 0.004 if age < 18 else 0.017 if age < 60 else 0.055
        if rng.random() >= share:
            continue
        key += 1
        kind = rng.choices(kinds, cum_weights=kind_weights)[0]
        grade = rng.choices(grades, cum_weights=grade_weights)[0]
        left = rng.randrange(-300, 3_600)
        if grade <= 2:
            city.severe.append(resident)
        yield (
            key, resident, f"{SEALED}{key}", f"{INDEXED}{key:016d}", kind, grade, city.day(left - 3_650),
            None if rng.random() < 0.02 else city.day(left),
        )  # fmt: skip


def pregnancies(city: City) -> Iterator[Row]:
    """One resident in 150 is expecting (births of a year, 5.8 per thousand, and what is on record of the last)."""
    rng = city.rng
    for key in range(1, city.sizes.residents // 150 + 1):
        booked = city.days[rng.randrange(1, 200)] if rng.random() < 0.8 else None
        yield key, key * 149, city.ahead[rng.randrange(1, 240)], booked
