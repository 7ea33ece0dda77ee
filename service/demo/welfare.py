"""Gives residents what they draw or lack: aid, disability cards, enrolments, visits, residence permits."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate

from service.demo import shapes
from service.demo.days import age_on, between, years_after, years_before
from service.demo.places import FAR, STREET
from service.demo.records import Certificate, Disability, Enrolment, Household, Resident, ServiceEvent
from service.demo.settle import Making, some_day

_KINDS = list(shapes.DISABILITY_KINDS)
_KIND_WEIGHTS = list(accumulate(shapes.DISABILITY_KINDS.values()))
_GRADES = list(shapes.DISABILITY_GRADES)
_GRADE_WEIGHTS = list(accumulate(shapes.DISABILITY_GRADES.values()))
# yuan per person and month [M]
_INCOMES = {
    "tekun": (0, 900), "dibao": (300, 1300), "edge": (1400, 1950), "rigid": (2000, 3500), "none": (2200, 14000),
}  # fmt: skip
_DRAWN = ("paid", "paid", "paid", "approved")
_STREET_PREFIX = STREET[:9]
_HANGZHOU_PREFIX = STREET[:4]
_VISIT_EVERY = (7, 30, 90)  # days between visits: at high risk, in special need, others
_PERMIT_FROM_AGE = 16


def grant(making: Making) -> None:
    """Everything residents draw, household by household."""
    community = making.community
    residents = iter(community.residents)
    members: list[Resident] = []
    pending = next(residents, None)
    for household in community.households:
        members = []
        while pending is not None and pending.household == household.number:
            members.append(pending)
            pending = next(residents, None)
        _grant_household(making, household, members)


def _grant_household(making: Making, household: Household, members: list[Resident]) -> None:
    sound = [person for person in members if person.id_number not in making.community.spoiled]
    cards = {person.id_number: card for person in sound if (card := _disability(making, person)) is not None}
    making.community.disabilities.extend(cards.values())
    _aid(making, household, members, disabled=bool(cards))
    _loss(making, household, members[0])
    for person in sound:
        card = cards.get(person.id_number)
        _enrol(making, household, person, card)
        _visit(
            making,
            person,
            severe=card is not None and card.grade <= 2,
            special=bool(household.special_family),
        )
        _permit(making, person)


def _is_local(person: Resident) -> bool:
    return person.hukou_code.startswith(_STREET_PREFIX)


def _draws_here(person: Resident) -> bool:
    """Whether Hangzhou pays: wherever in the city the register is kept."""
    return person.hukou_code.startswith(_HANGZHOU_PREFIX)


def _disability(making: Making, person: Resident) -> Disability | None:
    rng, age = making.rng, age_on(person.birth_date, making.today)
    share = shapes.DISABLED["child" if age < 18 else "adult" if age < 60 else "elder"]
    if rng.random() >= (share if _is_local(person) else share / 4) or age < 1:
        return None
    issued = max(some_day(making, 11, 30), person.birth_date + timedelta(days=200))
    kind = rng.choices(_KINDS, cum_weights=_KIND_WEIGHTS)[0]
    grade = rng.choices(_GRADES, cum_weights=_GRADE_WEIGHTS)[0]
    return Disability(person.id_number, kind, grade, issued, years_after(issued, 10))


def _aid(making: Making, household: Household, members: list[Resident], *, disabled: bool) -> None:
    """Aid is likelier where somebody is disabled, or old and alone; only the registered draw it."""
    rng = making.rng
    if _is_local(members[0]):
        factor = shapes.AID_IF_DISABLED if disabled else 1.0
        if len(members) == 1 and age_on(members[0].birth_date, making.today) >= 60:
            factor *= shapes.AID_IF_OLD_AND_ALONE
        draw = rng.random() / factor
        for kind, share in shapes.AID.items():
            if draw < share:
                household.aid_type = kind
                break
            draw -= share
    if household.aid_type != "none" or rng.random() >= shapes.INCOME_UNRECORDED:
        household.income_pc_month = rng.randint(*_INCOMES[household.aid_type])


def _loss(making: Making, household: Household, head: Resident) -> None:
    """Mark a few families of the middle-aged and old as having lost their only child."""
    old_enough = age_on(head.birth_date, making.today) >= shapes.SPECIAL_FAMILY_FROM_AGE
    if old_enough and _is_local(head) and making.rng.random() < shapes.SPECIAL_FAMILY:
        household.special_family = True
    elif making.rng.random() < shapes.SPECIAL_FAMILY_UNRECORDED:
        household.special_family = None


def _enrol(making: Making, household: Household, person: Resident, card: Disability | None) -> None:
    if not _draws_here(person) or person.death_on is not None:
        return
    age = age_on(person.birth_date, making.today)
    if age >= 80 and (making.today - years_after(person.birth_date, 80)).days > 45:
        _draw(making, "HIGH_AGE", person, years_after(person.birth_date, 80))
    if card is not None and card.grade <= 2:
        _draw(making, "DISAB_NURSING", person, card.issued_on)
    if card is not None and household.aid_type in ("dibao", "edge"):
        _draw(making, "DISAB_LIVING", person, card.issued_on)
    if age < 3 and (making.today - person.birth_date).days > 60:
        _draw(making, "CHILD_CARE", person, max(person.birth_date, date(2025, 1, 1)))
    if (person.care_level or 0) >= 3 and making.rng.random() < 0.3:
        _put(making, "LONG_TERM_CARE", person, "paid", some_day(making, 3, 30))
    if household.aid_type in ("dibao", "tekun") and person.relation == "0":
        _put(making, household.aid_type.upper(), person, "paid", some_day(making, 4, 40))


def _draw(making: Making, policy: str, person: Resident, since: date) -> None:
    """Most draw it; of the others some said no, some were told, some lost it, and most never heard of it."""
    rng, drawing = making.rng, shapes.DRAWS[policy]
    if rng.random() < drawing:
        _put(making, policy, person, rng.choice(_DRAWN), since)
    elif rng.random() < 0.25:
        _put(making, policy, person, rng.choice(("declined", "offered", "stopped", "candidate")), since)


def _put(making: Making, policy: str, person: Resident, state: str, since: date) -> None:
    started = min(since, making.today) if state in ("paid", "approved", "stopped") else None
    ended = between(making.rng, started, making.today) if state == "stopped" and started else None
    making.community.enrolments.append(Enrolment(policy, person.id_number, state, started, ended))


def _visit(making: Making, person: Resident, *, severe: bool, special: bool) -> None:
    """Visits to elders in special difficulty: mostly on time, some late, a few never made."""
    rng, care, alone = making.rng, person.care_level or 0, bool(person.lives_alone)
    if age_on(person.birth_date, making.today) < 60 or not (alone or care or severe or special):
        return
    if person.death_on is not None or rng.random() < shapes.VISIT_NEVER:
        return
    every = _VISIT_EVERY[0 if alone and care >= 3 else 1 if alone or care >= 2 else 2]
    late = rng.random() < shapes.VISIT_LATE
    ago = rng.randint(every + 1, 8 * every) if late else rng.randint(0, every - 1)
    day = making.today - timedelta(days=ago)
    for _ in range(rng.randint(1, 4)):
        making.community.service_events.append(ServiceEvent(person.id_number, "VISIT", day))
        day -= timedelta(days=rng.randint(max(1, every - 5), every))


def _permit(making: Making, person: Resident) -> None:
    """A residence permit for most adults from outside Hangzhou, endorsed in the month before each full year, or not."""
    rng, today = making.rng, making.today
    if person.hukou_code not in FAR or age_on(person.birth_date, today) < _PERMIT_FROM_AGE:
        return
    if rng.random() >= shapes.PERMIT_HELD:
        return
    issued = some_day(making, 6, 20)
    if rng.random() < shapes.PERMIT_SOON:
        issued = years_before(today + timedelta(days=rng.randint(0, 30)), rng.randint(1, 5))
    number = f"JZ{making.community.place.code[-3:]}{issued:%Y}{len(making.community.certificates) + 1:06d}"
    endorsed = _endorsed_on(making, issued)
    making.community.certificates.append(
        Certificate("RESIDENCE", person.id_number, number, issued, None, endorsed_on=endorsed)
    )


def _endorsed_on(making: Making, issued: date) -> date | None:
    """The latest endorsement: for the coming year if done early, else for the running one, else an older one or none."""
    rng, today = making.rng, making.today
    years = age_on(issued, today)
    coming = years_after(issued, years + 1)
    if (coming - today).days <= 30 and rng.random() < shapes.PERMIT_EARLY:
        return between(rng, coming - timedelta(days=30), today)
    if years >= 1 and rng.random() < shapes.PERMIT_ENDORSED:
        return _within_month_before(making, years_after(issued, years))
    if years >= 2:
        return _within_month_before(making, years_after(issued, years - 1))
    return None


def _within_month_before(making: Making, anniversary: date) -> date:
    return anniversary - timedelta(days=making.rng.randrange(30))
