"""Plants the mistakes real records have. The rows show nothing of it; `Community.planted` and `spoiled` tell.

Kinds of `Planted`: dead_unmarked, moved, wrong_birth (`fact` is the true date), phone_missing, duplicate_person (`fact`
is the index of the community in whose file the second row stands), stale_employment; and the kinds of edges.py and
trade.py. Kinds in `spoiled`: rows that cannot be loaded as they stand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

from service.demo import places, shapes
from service.demo.days import age_on
from service.demo.numbers import phone
from service.demo.records import Resident
from service.demo.settle import Making

SPOILED = ("wrong_check_digit", "impossible_date", "typed_as_number")
_OLD = 60
_OLD_SHARE = 0.3  # of residents: the dead who are not marked are taken from the old
_ELSEWHERE = 0.4  # of second rows: in the next community's file [M]
_OLD_CARD = 0.2  # of second rows of those born before 2000: with the number of a card issued before 1999 [M]


def spoil(making: Making) -> None:
    """Choose the residents whose row will be unreadable: members of a household who are nobody's key to other records."""
    community, rng = making.community, making.rng
    taken = {planted.key for planted in community.planted}
    free = [
        person.id_number for person in community.residents
        if person.relation != "0" and person.id_number not in taken and age_on(person.birth_date, making.today) < _OLD
    ]  # fmt: skip
    index = community.place.index
    wanted = max(round(making.size * shapes.BAD_ROW), 1 if index < len(SPOILED) else 0)
    for place, id_number in enumerate(rng.sample(free, min(wanted, len(free)))):
        community.spoiled[id_number] = SPOILED[(index + place) % len(SPOILED)]


def plant(making: Making) -> list[Resident]:
    """Put the mistakes into a finished community; returns second rows for the file of the next one."""
    edges = {planted.key for planted in making.community.planted}
    sound = [
        person for person in making.community.residents
        if person.id_number not in making.community.spoiled and person.id_number not in edges
    ]  # fmt: skip
    _bury_silently(making, sound)
    _move_silently(making, edges)
    _misdate(making, sound)
    _lose_phones(making)
    _leave_silently(making)
    return _enter_twice(making, sound)


def _bury_silently(making: Making, sound: list[Resident]) -> None:
    for person in sound:
        old = age_on(person.birth_date, making.today) >= _OLD
        if old and making.rng.random() < shapes.DEAD_UNMARKED / _OLD_SHARE:
            making.plant("dead_unmarked", person.id_number)


def _move_silently(making: Making, edges: set[str]) -> None:
    """Whole households have gone; the records still have them here."""
    gone = {home.number for home in making.community.households if making.rng.random() < shapes.MOVED}
    kept = edges.union(making.community.spoiled)
    for person in making.community.residents:
        if person.household in gone and person.id_number not in kept:
            making.plant("moved", person.id_number)


def _misdate(making: Making, sound: list[Resident]) -> None:
    for person in sound:
        if making.rng.random() < shapes.WRONG_BIRTH:
            wrong = _slip(making.rng, person.birth_date)
            if wrong <= making.today and wrong.year >= 1900:
                making.plant("wrong_birth", person.id_number, person.birth_date.isoformat())
                person.birth_date = wrong


def _slip(rng: Random, birth: date) -> date:
    """A slip of the keyboard: ten years off, one year off, or day and month exchanged."""
    shift = rng.choice((-10, 10, -1, 1, 0))
    if shift == 0 and birth.day <= 12 and birth.day != birth.month:
        return birth.replace(month=birth.day, day=birth.month)
    day = 28 if (birth.month, birth.day) == (2, 29) else birth.day
    return birth.replace(year=birth.year + (shift or 10), day=day)


def _lose_phones(making: Making) -> None:
    for person in making.community.residents:
        if making.rng.random() < shapes.PHONE_MISSING and person.id_number not in making.community.spoiled:
            person.phone = None
            making.plant("phone_missing", person.id_number)


def _enter_twice(making: Making, sound: list[Resident]) -> list[Resident]:
    """Second rows of the same persons: most go into the same file; the returned ones into the next community's."""
    rng = making.rng
    away: list[Resident] = []
    index = making.community.place.index
    for person in sound:
        if rng.random() >= shapes.DUPLICATE_PERSON:
            continue
        elsewhere = index + 1 < len(places.PLACES) and rng.random() < _ELSEWHERE
        making.plant("duplicate_person", person.id_number, str(index + elsewhere))
        (away if elsewhere else making.community.repeated).append(_again(rng, person))
    return away


def _again(rng: Random, person: Resident) -> Resident:
    """The same person as somebody else wrote it down: another phone, now and then the 15-digit number of an old card."""
    old_card = person.id_number[6:8] == "19" and rng.random() < _OLD_CARD
    number = person.id_number[:6] + person.id_number[8:17] if old_card else person.id_number
    return replace(person, id_number=number, phone=phone(rng) if person.phone else None)


def welcome(making: Making, guests: list[Resident]) -> None:
    """Enter second rows that were meant for this community's file: the persons as living here."""
    for guest in guests:
        grid = making.rng.randrange(len(making.grids))
        making.dwellings[grid] += 1
        guest.live_code = making.community.place.code
        guest.grid_code = making.grids[grid]
        guest.address = places.home(making.community.place, grid, making.dwellings[grid] - 1)
        making.community.repeated.append(guest)


def _leave_silently(making: Making) -> None:
    for job in making.community.employments:
        if job.ended_on is None and making.rng.random() < shapes.STALE_EMPLOYMENT:
            making.plant("stale_employment", f"{job.uscc}/{job.id_number}")
