"""The shipped rules once more, in plain Python: whom each means, by the facts of one community.

Keys: `uscc/identity number` of an employment, the identity number of a resident, the credit code of an enterprise.
Thresholds repeat those of the rules' parameters (rules/library) on purpose; a difference is what a test is there to see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TypeVar

import holidays

from service.demo.days import age_on, years_after
from service.demo.records import Certificate, Community, Employment, Enterprise, Resident

HEALTH_NOTICE = timedelta(days=30)
ALLOWANCE_AGE = 80
ALLOWANCE_NOTICE = timedelta(days=30)
ELDER_AGE = 60
HIGH_RISK, KEY, GENERAL = timedelta(days=7), timedelta(days=30), timedelta(days=90)
LICENCE_WINDOW = 90  # working days before expiry
PERMIT_NOTICE = timedelta(days=30)
PERMIT_LATE = timedelta(days=60)
HANGZHOU = "3301"
_DRAWING = ("applied", "approved", "paid", "suspended")
_ONE_DAY = timedelta(days=1)

Key = TypeVar("Key")
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Facts:
    """One community's records, by holder; residents without those whose row cannot be loaded."""

    today: date
    residents: list[Resident]
    employments: list[Employment]
    enterprises: dict[str, Enterprise]
    certificates: dict[tuple[str, str], list[Certificate]]
    severe: set[str]
    bereaved: set[str]
    visited: dict[str, date]
    drawing: set[tuple[str, str]]

    @classmethod
    def of(
        cls,
        community: Community,
        residents: Iterable[Resident],
        employments: Iterable[Employment],
        today: date,
    ) -> Facts:
        """The facts of `community`, with these residents and employments of it."""
        return cls(
            today=today,
            residents=[person for person in residents if person.id_number not in community.spoiled],
            employments=list(employments),
            enterprises={shop.uscc: shop for shop in community.enterprises},
            certificates=_grouped(((one.holder, one.kind), one) for one in community.certificates),
            severe={
                card.id_number
                for card in community.disabilities
                if card.grade <= 2 and card.valid_to >= today
            },
            bereaved={home.number for home in community.households if home.special_family},
            visited=_latest_visits(community),
            drawing={
                (one.policy, one.id_number)
                for one in community.enrolments
                if one.state in _DRAWING and one.ended_on is None
            },
        )


def _grouped(pairs: Iterable[tuple[Key, Thing]]) -> dict[Key, list[Thing]]:
    groups: dict[Key, list[Thing]] = defaultdict(list)
    for key, thing in pairs:
        groups[key].append(thing)
    return groups


def _latest_visits(community: Community) -> dict[str, date]:
    latest: dict[str, date] = {}
    for event in community.service_events:
        if event.kind == "VISIT":
            latest[event.id_number] = max(event.happened_on, latest.get(event.id_number, date.min))
    return latest


def health_certificates(facts: Facts) -> Iterator[str]:
    """R01: those at work with food in an open shop without a health certificate that lasts beyond the notice."""
    dead = {person.id_number for person in facts.residents if person.death_on is not None}
    for job in facts.employments:
        at_work = (
            job.ended_on is None
            and job.id_number not in dead
            and facts.enterprises[job.uscc].status == "open"
        )
        held = facts.certificates.get((job.id_number, "HEALTH_FOOD"), [])
        lasting = [
            one for one in held if one.valid_to is not None and one.valid_to >= facts.today + HEALTH_NOTICE
        ]
        if at_work and job.handles_food and not lasting:
            yield f"{job.uscc}/{job.id_number}"


def allowances(facts: Facts) -> Iterator[str]:
    """R04: those registered in Hangzhou who are 80, or will be within the notice, and do not draw the allowance."""
    for person in _registered(facts):
        eighty = age_on(person.birth_date, facts.today + ALLOWANCE_NOTICE) >= ALLOWANCE_AGE
        if eighty and ("HIGH_AGE", person.id_number) not in facts.drawing:
            yield person.id_number


def visits(facts: Facts) -> Iterator[str]:
    """R08: elders in special difficulty who were not visited for too long."""
    for person in _living(facts):
        alone, care = bool(person.lives_alone), person.care_level or 0
        if age_on(person.birth_date, facts.today) < ELDER_AGE:
            continue
        if not (alone or care >= 1 or person.id_number in facts.severe or person.household in facts.bereaved):
            continue
        interval = HIGH_RISK if alone and care >= 3 else KEY if alone or care >= 2 else GENERAL
        last = facts.visited.get(person.id_number)
        if last is None or facts.today - last >= interval:
            yield person.id_number


def nursing(facts: Facts) -> Iterator[str]:
    """R11: the severely disabled registered in Hangzhou who do not draw the nursing subsidy."""
    for person in _registered(facts):
        if person.id_number in facts.severe and ("DISAB_NURSING", person.id_number) not in facts.drawing:
            yield person.id_number


def permits(facts: Facts) -> Iterator[str]:
    """R24: holders of a residence permit whose year ends within the notice, or ended of late, without endorsement."""
    for person in _living(facts):
        held = facts.certificates.get((person.id_number, "RESIDENCE"), ())
        if any(_needs_endorsement(permit, facts.today) for permit in held):
            yield person.id_number


def _needs_endorsement(permit: Certificate, today: date) -> bool:
    """Endorsed within 60 days of the reminder, or 120 of a late one, means endorsed for this year."""
    last = age_on(permit.issued_on, today)
    anniversaries = [years_after(permit.issued_on, years) for years in (last, last + 1) if years >= 1]
    endorsed = permit.endorsed_on or date.min
    soon = any(today <= day <= today + PERMIT_NOTICE for day in anniversaries)
    over = any(today - PERMIT_LATE <= day < today for day in anniversaries)
    return (soon and endorsed < today - PERMIT_LATE) or (over and endorsed < today - 2 * PERMIT_LATE)


def licences(facts: Facts) -> Iterator[str]:
    """E01: open enterprises whose food licence may be renewed by now, or should have been."""
    opened = _working_days_after(facts.today, LICENCE_WINDOW)
    for shop in facts.enterprises.values():
        held = facts.certificates.get((shop.uscc, "FOOD_LICENCE"), [])
        if shop.status == "open" and held and all(one.valid_to and one.valid_to <= opened for one in held):
            yield shop.uscc


def _living(facts: Facts) -> Iterator[Resident]:
    return (person for person in facts.residents if person.death_on is None)


def _registered(facts: Facts) -> Iterator[Resident]:
    return (person for person in _living(facts) if person.hukou_code.startswith(HANGZHOU))


@cache
def _working_days_after(day: date, count: int) -> date:
    """The `count`-th working day after `day` by the published holidays and make-up days."""
    calendar = holidays.country_holidays("CN", years=range(day.year, day.year + 2))
    while count:
        day += _ONE_DAY
        count -= calendar.is_working_day(day)
    return day


RULES: dict[str, Callable[[Facts], Iterator[str]]] = {
    "health-certificate-food": health_certificates,
    "old-age-allowance": allowances,
    "elder-visits": visits,
    "severe-disability-nursing": nursing,
    "residence-permit-endorsement": permits,
    "food-licence-renewal": licences,
}
