"""Who lives together: kinds of households by size, the ages of their members by role, and where they are registered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from service.demo import shapes


@dataclass(frozen=True, slots=True)
class Member:
    """A member to be: relation to the head (GB/T 4761), whether male, completed years, marital state (GB/T 2261.2)."""

    relation: str
    male: bool
    age: int
    marital: str


Draw = Callable[[Random], list[Member]]
_HEAD, _SPOUSE, _SON, _DAUGHTER, _PARENT, _OTHER = "0", "1", "2", "3", "5", "8"
_UNMARRIED, _MARRIED, _WIDOWED, _DIVORCED = "10", "20", "30", "40"
_BANDS = list(shapes.ELDER_BANDS)
_BAND_WEIGHTS = list(accumulate(shapes.ELDER_BANDS.values()))


def elder_age(rng: Random) -> int:
    return rng.randint(*rng.choices(_BANDS, cum_weights=_BAND_WEIGHTS)[0])


def draw(rng: Random, size: int) -> tuple[list[Member], bool]:
    """The members of one household of `size`, head first, and whether it is registered in the street."""
    kind, registered = rng.choices(_KINDS[size], cum_weights=_KIND_WEIGHTS[size])[0]
    return kind(rng), rng.random() < registered


def old_alone(rng: Random) -> list[Member]:
    marital = rng.choices((_WIDOWED, _DIVORCED, _UNMARRIED), (75, 15, 10))[0]
    return [Member(_HEAD, rng.random() < shapes.MEN_AMONG_OLD_SINGLES, elder_age(rng), marital)]


def young_alone(rng: Random) -> list[Member]:
    return [Member(_HEAD, rng.random() < 0.5, rng.randint(20, 38), _UNMARRIED)]


def middle_alone(rng: Random) -> list[Member]:
    marital = rng.choices((_DIVORCED, _UNMARRIED, _WIDOWED), (50, 40, 10))[0]
    return [Member(_HEAD, rng.random() < 0.55, rng.randint(39, 59), marital)]


def old_couple(rng: Random) -> list[Member]:
    return _couple(rng, elder_age(rng))


def young_couple(rng: Random) -> list[Member]:
    return _couple(rng, rng.randint(23, 38))


def middle_couple(rng: Random) -> list[Member]:
    return _couple(rng, rng.randint(45, 59))


def lone_parent(rng: Random) -> list[Member]:
    male, age = rng.random() < 0.25, rng.randint(28, 52)
    return [Member(_HEAD, male, age, _DIVORCED), _child(rng, age)]


def flatmates(rng: Random) -> list[Member]:
    male = rng.random() < 0.5
    return [Member(relation, male, rng.randint(20, 34), _UNMARRIED) for relation in (_HEAD, _OTHER)]


def parents_and_child(rng: Random) -> list[Member]:
    return _with_children(rng, rng.randint(27, 46), 1)


def old_parents_and_child(rng: Random) -> list[Member]:
    """The generation of one child each, at home beyond the age of leaving."""
    return _with_children(rng, rng.randint(54, 68), 1)


def two_children(rng: Random) -> list[Member]:
    return _with_children(rng, rng.randint(29, 46), 2)


def with_grandparent(rng: Random) -> list[Member]:
    family = parents_and_child(rng)
    return [*family, _parent(rng, family[0].age, male=rng.random() < 0.3, marital=_WIDOWED)]


def with_grandparents(rng: Random) -> list[Member]:
    return [*parents_and_child(rng), *_parents(rng)]


def with_grandparents_and_two(rng: Random) -> list[Member]:
    return [*two_children(rng), *_parents(rng)]


# by size: (kind of household, share registered in the street) and the kind's weight; all chosen [M]
_TABLE: dict[int, list[tuple[Draw, float, int]]] = {
    1: [(old_alone, 0.9, 39), (young_alone, 0.15, 39), (middle_alone, 0.42, 22)],
    2: [
        (old_couple, 0.9, 43), (young_couple, 0.22, 25), (middle_couple, 0.55, 14), (lone_parent, 0.55, 10),
        (flatmates, 0.03, 8),
    ],
    3: [(parents_and_child, 0.4, 54), (old_parents_and_child, 0.85, 46)],
    4: [(two_children, 0.38, 42), (with_grandparent, 0.7, 58)],
    5: [(with_grandparents, 0.72, 1)],
    6: [(with_grandparents_and_two, 0.72, 1)],
}  # fmt: skip
_KINDS = {size: [(kind, share) for kind, share, _ in rows] for size, rows in _TABLE.items()}
_KIND_WEIGHTS = {size: list(accumulate(weight for *_, weight in rows)) for size, rows in _TABLE.items()}


def _couple(rng: Random, age: int) -> list[Member]:
    male = rng.random() < 0.65
    other = max(22, age + rng.randint(-4, 2) if male else age + rng.randint(-2, 4))
    return [Member(_HEAD, male, age, _MARRIED), Member(_SPOUSE, not male, min(other, 104), _MARRIED)]


def _with_children(rng: Random, age: int, count: int) -> list[Member]:
    couple = _couple(rng, age)
    younger = min(member.age for member in couple)
    return [*couple, *(_child(rng, younger) for _ in range(count))]


def _child(rng: Random, parent_age: int) -> Member:
    male = rng.random() < 0.52
    age = max(0, parent_age - rng.randint(23, 34))
    return Member(_SON if male else _DAUGHTER, male, age, _UNMARRIED)


def _parents(rng: Random) -> list[Member]:
    """The grandparents of the house, married to each other; heads with parents at home are 27 to 46."""
    age = rng.randint(60, 76)
    return [
        Member(_PARENT, True, age, _MARRIED),
        Member(_PARENT, False, max(58, age - rng.randint(0, 4)), _MARRIED),
    ]


def _parent(rng: Random, head_age: int, *, male: bool, marital: str) -> Member:
    return Member(_PARENT, male, min(head_age + rng.randint(23, 33), 99), marital)
