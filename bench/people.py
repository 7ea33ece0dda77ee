"""The people of the made-up city: homes with their members, disability cards, and who is expecting."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from bench.made_city import AID, ELSEWHERE, INDEXED, LOCAL, SEALED, UNKNOWN, UNRECORDED, City, Row
from service.demo import shapes
from service.demo.families import Member, draw

NEARBY = ("330106", "330105", "330110", "330109")
FAR = ("340101", "360702", "411503", "430903", "331081", "330701")
EMPTY_NEST = 0.1
"""Of elders in households of two: recorded as living far from their children (chosen)."""
WORKING_AGE = (18, 59)
REGISTERED = 0.95
"""Of those from elsewhere: on the register of where they live (chosen)."""
UNEMPLOYED = 0.015
"""Of those of working age: registered as unemployed (chosen, near the rate surveyed in Zhejiang's towns)."""
ONE_CHILD = 0.3
"""Of registered families with one child under fourteen: hold the certificate of an only child (chosen)."""
COSTLY = 0.004
"""Households that paid more than the alert amount for treatment in a year (chosen)."""
SIZES = list(shapes.HOUSEHOLD_SIZES)
SIZE_WEIGHTS = list(accumulate(shapes.HOUSEHOLD_SIZES.values()))
AID_WEIGHTS = list(accumulate((0.983, 0.008, 0.006, 0.002, 0.001)))


def residents(city: City) -> Iterator[Row]:
    """Everybody, home by home; the homes are put into `city.homes`, to be taken from there."""
    rng, chance, number, household = city.rng, city.rng.random, 0, 0
    while number < city.sizes.residents:
        size = min(rng.choices(SIZES, cum_weights=SIZE_WEIGHTS)[0], city.sizes.residents - number)
        members, registered = draw(rng, size)
        community = city.community(number)
        register = community if registered else _elsewhere(city)
        household, since, aid = household + 1, rng.randrange(30, 9_000), _aid(city)
        city.homes.append(_household(city, household, number, community, members, registered, aid))
        grid = city.grid(number)
        for member in members:
            number += 1
            days = int(member.age * 365.25) + rng.randrange(365)
            dead, gone = chance() < 0.005, chance() < 0.03
            hukou = None if chance() < UNRECORDED else register
            old = member.age >= 60
            alone = None if not old and chance() < shapes.ALONE_UNRECORDED else int(size == 1)
            care = _care(city, old)
            situation = "empty_nest" if old and size == 2 and chance() < EMPTY_NEST else None
            jobless = not old and member.age >= 20 and chance() < UNEMPLOYED
            place = UNKNOWN if hukou is None else LOCAL if hukou[:4] == "3301" else ELSEWHERE
            lived = min(since, days)
            _remember(city, number, member.age, dead or gone, place, aid, alone, situation, care, jobless)
            yield (
                number, f"{SEALED}{number}", f"{INDEXED}{number:016d}", "陈小明" if member.male else "王秀英",
                "1" if member.male else "2", None if chance() < UNRECORDED else city.days[days],
                city.days[rng.randrange(1, 900)] if dead else None, member.marital, hukou, community, grid,
                f"湖滨街道涌泉里{household % 40 + 1}弄{household % 9 + 1}幢{household % 3 + 1}单元{household % 600}室",
                city.days[lived],
                city.days[lived] if place == ELSEWHERE and chance() < REGISTERED else None,
                city.days[rng.randrange(1, 900)] if gone else None,
                city.phone("residents", number), f"{INDEXED}{number:016d}", household, member.relation, alone, situation, care,
                city.days[rng.randrange(700)] if care and chance() < 0.8 else None,
                int(chance() < 0.02), *_means(city, member.age), *_work(city, jobless),
            )  # fmt: skip


def _household(
    city: City, key: int, before: int, community: str, members: list[Member], registered: bool, aid: int
) -> Row:
    chance, rng = city.rng.random, city.rng
    bereaved: int | None = 0
    if chance() < shapes.SPECIAL_FAMILY_UNRECORDED:
        bereaved = None
    elif registered and members[0].age >= shapes.SPECIAL_FAMILY_FROM_AGE:
        bereaved = int(chance() < shapes.SPECIAL_FAMILY)
    income = None if chance() < shapes.INCOME_UNRECORDED else rng.randrange(300, 14_000)
    paid = rng.randrange(50_000, 120_000) if chance() < COSTLY else rng.randrange(30_000)
    child = members[-1].age if len(members) == 3 and registered else 99
    one_child = (
        city.days[rng.randrange(int(child * 365.25) + 1)] if child < 14 and chance() < ONE_CHILD else None
    )
    if one_child:
        city.only_children.append(before + 1)
    return (
        key, f"HB{key:09d}", before + 1, community, len(members), income, 1, AID[aid],
        city.day(rng.randrange(-20, 365)) if aid else None, bereaved, one_child,
        None if chance() < UNRECORDED else paid,
    )  # fmt: skip


def _aid(city: City) -> int:
    return city.rng.choices(range(len(AID)), cum_weights=AID_WEIGHTS)[0]


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


def _means(city: City, age: int) -> Row:
    """Able to work, has an income, has somebody bound to support them, goes to school; chosen, by age."""
    able, income, supporter, missing = (city.rng.random() for _ in range(4))
    school = int(6 <= age < 16 or (16 <= age < 22 and able < 0.5))
    if missing < UNRECORDED:
        return (None, None, None, None)
    if age < 16:
        return (0, 0, int(supporter < 0.9995), school)
    if age >= 60:
        return (int(age < 70 and able < 0.4), int(income < 0.98), int(supporter < 0.99), 0)
    return (int(able < 0.97), int(income < 0.85), int(supporter < 0.99), school)


def _work(city: City, jobless: bool) -> Row:
    """Months paid into unemployment insurance, whether it was another's wish, the day of registering."""
    if not jobless:
        return (None, None, None)
    rng = city.rng
    return (rng.randrange(200), int(rng.random() < 0.8), city.days[rng.randrange(900)])


def _remember(
    city: City,
    number: int,
    age: int,
    gone: bool,
    place: int,
    aid: int,
    alone: int | None,
    situation: str | None,
    care: int | None,
    jobless: bool,
) -> None:
    city.ages.append(age)
    city.living.append(not gone)
    city.register.append(place)
    city.aid.append(aid)
    if jobless:
        city.unemployed.append(number)
    elif WORKING_AGE[0] <= age <= WORKING_AGE[1]:
        city.hands.append(number)
    if age >= 60 and (alone or care or situation):
        risk = 0 if alone and (care or 0) >= 3 else 1 if alone or (care or 0) >= 2 else 2
        city.hardship.append(number)
        city.risks.append(risk)
    if care and AID[aid] in ("dibao", "edge"):
        city.cared.append(number)


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
        city.disabled.append(resident)
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


def workers(city: City) -> Iterator[Row]:
    """One worker for each grid somebody lives in: (key, login, name, division)."""
    grids = dict.fromkeys(city.grid(number) for number in range(0, city.sizes.residents, 35))
    for key, grid in enumerate(grids, 1):
        yield key, f"w{grid}", "李敏", grid
