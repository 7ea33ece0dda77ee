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
from service.demo.records import Certificate, Community, Disability, Employment, Enterprise, Resident

HEALTH_NOTICE = timedelta(days=30)
ALLOWANCE_AGE = 80
ALLOWANCE_NOTICE = timedelta(days=30)
LICENCE_WINDOW = (15, 90)  # working days before expiry
PERMIT_NOTICE = timedelta(days=30)
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
    cards: dict[str, list[Disability]]
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
            cards=_grouped((card.id_number, card) for card in community.disabilities),
            visited=_latest_visits(community),
            drawing={(one.policy, one.id_number) for one in community.enrolments if one.state in _DRAWING},
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
    """R01: those at work with food in catering without a health certificate that lasts beyond the notice."""
    for job in facts.employments:
        if (
            job.ended_on is None
            and job.handles_food
            and facts.enterprises[job.uscc].industry.startswith("62")
        ):
            held = facts.certificates.get((job.id_number, "HEALTH_FOOD"), [])
            if not any(
                one.valid_to is not None and one.valid_to >= facts.today + HEALTH_NOTICE for one in held
            ):
                yield f"{job.uscc}/{job.id_number}"


def allowances(facts: Facts) -> Iterator[str]:
    """R04: the registered who are 80, or will be within the notice, and do not draw the old-age allowance."""
    for person in _living(facts):
        eighty = age_on(person.birth_date, facts.today + ALLOWANCE_NOTICE) >= ALLOWANCE_AGE
        if (
            eighty
            and person.hukou_code.startswith("330102")
            and ("HIGH_AGE", person.id_number) not in facts.drawing
        ):
            yield person.id_number


def visits(facts: Facts) -> Iterator[str]:
    """R08: elders who live alone, have lost abilities or are severely disabled, not visited for too long."""
    for person in _living(facts):
        if age_on(person.birth_date, facts.today) < 60:
            continue
        severe = any(card.grade <= 2 for card in facts.cards.get(person.id_number, ()))
        care = person.care_level or 0
        if not (person.lives_alone or care >= 1 or severe):
            continue
        interval = 7 if care >= 3 else 30
        last = facts.visited.get(person.id_number)
        if last is None or last < facts.today - timedelta(days=interval):
            yield person.id_number


def nursing(facts: Facts) -> Iterator[str]:
    """R11: the severely disabled who do not draw the nursing subsidy, nor what excludes it."""
    for person in _living(facts):
        number = person.id_number
        if any(card.grade <= 2 for card in facts.cards.get(number, ())) and not any(
            (policy, number) in facts.drawing for policy in ("DISAB_NURSING", "TEKUN", "LONG_TERM_CARE")
        ):
            yield number


def permits(facts: Facts) -> Iterator[str]:
    """R24: holders of a residence permit whose year ends within the notice, or ended, without endorsement."""
    for person in _living(facts):
        for permit in facts.certificates.get((person.id_number, "RESIDENCE"), ()):
            if _needs_endorsement(permit, facts.today):
                yield person.id_number


def _needs_endorsement(permit: Certificate, today: date) -> bool:
    coming = years_after(permit.issued_on, age_on(permit.issued_on, today) + 1)
    endorsed = permit.endorsed_on
    return coming <= today + PERMIT_NOTICE and (endorsed is None or endorsed < coming - timedelta(days=31))


def licences(facts: Facts) -> Iterator[str]:
    """E01: open enterprises whose food licence is in its renewal window."""
    latest = _working_days_after(facts.today, LICENCE_WINDOW[1])
    earliest = _working_days_after(facts.today, LICENCE_WINDOW[0])
    for shop in facts.enterprises.values():
        held = facts.certificates.get((shop.uscc, "FOOD_LICENCE"), ())
        if shop.status == "open" and any(one.valid_to and earliest <= one.valid_to <= latest for one in held):
            yield shop.uscc


def _living(facts: Facts) -> Iterator[Resident]:
    return (person for person in facts.residents if person.death_on is None)


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
