"""What the people and shops of the made-up city hold and were given: certificates, enrolments, service events."""

from __future__ import annotations

from collections.abc import Iterator

from bench.made_city import ELSEWHERE, LOCAL, PUBLIC_TRADES, UNRECORDED, City, Row
from bench.shops import TRADES
from service.demo import shapes

VISIT_EVERY = (7, 30, 90)
OTHER_CERTIFICATES = ("ID_CARD", "SPECIAL_WORK", "VETERAN_CARD")
OTHER_POLICIES = ("LONG_TERM_CARE", "EDGE", "DIBAO", "RIGID", "SPECIAL_FAMILY")
"""Drawn by anybody here: they only make the table as long as it would be."""
FIRE_TESTED = 0.93
"""Of public venues: have been tested within the last fourteen months (chosen)."""
TOLD = 0.96
"""Of elders: have been told of their privileges (chosen)."""


def certificates(city: City) -> Iterator[Row]:
    """One for two residents: those the rules ask for, then others."""
    rows = _needed_certificates(city)
    for key in range(1, city.sizes.certificates + 1):
        row = next(rows, None)
        yield (key, *(row or _other_certificate(city, key)))


def _needed_certificates(city: City) -> Iterator[Row]:
    rng, chance = city.rng, city.rng.random
    for resident in city.handlers:
        draw_ = chance()
        if draw_ < shapes.HEALTH_MISSING:
            continue
        draw_ -= shapes.HEALTH_MISSING
        left = (
            rng.randrange(-200, 0) if draw_ < shapes.HEALTH_EXPIRED
            else rng.randrange(0, 31) if draw_ < shapes.HEALTH_EXPIRED + shapes.HEALTH_EXPIRING
            else rng.randrange(31, 365)
        )  # fmt: skip
        yield _certificate(city, "HEALTH_FOOD", resident, None, left, 365)
        if chance() < 0.1:
            yield _certificate(city, "HEALTH_FOOD", resident, None, left - 365, 365)
    for resident in city.servers:
        if chance() < 0.85:
            yield _certificate(city, "HEALTH_PUBLIC", resident, None, rng.randrange(-40, 360), 365)
    yield from _licences(city)
    yield from _permits(city)


def _licences(city: City) -> Iterator[Row]:
    rng, chance = city.rng, city.rng.random
    for shop, number in enumerate(city.trades, 1):
        trade = TRADES[number]
        if shop in city.small:
            yield _certificate(city, "SMALL_FOOD_REG", None, shop, rng.randrange(30, 1_000), 1_095)
        elif trade in ("food", "grocery") and chance() < 0.97:
            soon = chance()
            left = (
                rng.randrange(-60, 0) if soon < 0.03 else rng.randrange(3, 19) if soon < 0.05
                else rng.randrange(28, 111) if soon < 0.13 else rng.randrange(150, 1_800)
            )  # fmt: skip
            yield _certificate(city, "FOOD_LICENCE", None, shop, left, 1_826)
        elif trade in PUBLIC_TRADES:
            yield _certificate(city, "HYGIENE_LICENCE", None, shop, rng.randrange(-20, 1_400), 1_461)
    for shop in city.venues:
        if chance() < FIRE_TESTED:
            yield _certificate(city, "FIRE_TEST", None, shop, rng.randrange(-60, 365), 365)


def _permits(city: City) -> Iterator[Row]:
    rng, chance = city.rng, city.rng.random
    for resident, (age, place) in enumerate(zip(city.ages, city.register, strict=True), 1):
        if age < 16 or place != ELSEWHERE or chance() >= shapes.PERMIT_HELD:
            continue
        issued = rng.randrange(20, 2_190)
        endorsed = None
        if issued >= 365 and chance() < shapes.PERMIT_ENDORSED:
            endorsed = city.days[issued % 365 + rng.randrange(30)]
        yield (
            "RESIDENCE", resident, None, f"JZ{resident:010d}", "公安局",
            None if chance() < UNRECORDED else city.days[issued], None, endorsed, _status(city),
        )  # fmt: skip


def _other_certificate(city: City, key: int) -> Row:
    resident, left = city.rng.randrange(len(city.ages)) + 1, city.rng.randrange(-100, 3_600)
    kind = OTHER_CERTIFICATES[key % len(OTHER_CERTIFICATES)]
    return (
        kind,
        resident,
        None,
        f"QT{key:010d}",
        "公安局",
        city.day(left - 3_650),
        city.day(left),
        None,
        "valid",
    )


def _certificate(city: City, kind: str, resident: int | None, shop: int | None, left: int, days: int) -> Row:
    number = f"{kind[:2]}{resident or shop:010d}{left}"
    ends = None if city.rng.random() < UNRECORDED else city.day(left)
    return (
        kind, resident, shop, number, "卫生健康委员会", city.day(left - days), ends, None, _status(city),
    )  # fmt: skip


def _status(city: City) -> str:
    return "valid" if city.rng.random() < 0.98 else "revoked"


def enrolments(city: City) -> Iterator[Row]:
    """Three for ten residents: what the entitled draw, then other policies."""
    rng, rows = city.rng, _needed_enrolments(city)
    for key in range(1, city.sizes.enrolments + 1):
        policy, resident = next(rows)
        state, since = _state(city), rng.randrange(30, 4_000)
        confirmed = city.days[rng.randrange(300)] if state != "declined" and rng.random() < 0.9 else None
        revisit = city.day(rng.randrange(-200, 300)) if state == "declined" else None
        yield (
            key, policy, resident, state, city.days[since], city.days[since // 2] if state == "stopped" else None, None,
            confirmed, revisit,
        )  # fmt: skip


def _state(city: City) -> str:
    chance = city.rng.random()
    drawn = ("paid", "paid", "paid", "approved", "applied", "suspended")
    if chance < 0.92:
        return city.rng.choice(drawn)
    return city.rng.choice(("declined", "offered", "stopped", "candidate"))


def _needed_enrolments(city: City) -> Iterator[tuple[str, int]]:
    chance = city.rng.random
    for resident, (age, place) in enumerate(zip(city.ages, city.register, strict=True), 1):
        if place == LOCAL and age >= 80 and chance() < 0.91:
            yield "HIGH_AGE", resident
        elif place == LOCAL and age < 3 and chance() < 0.8:
            yield "CHILD_CARE", resident
    aided = [resident for resident in city.disabled if city.aid[resident - 1] in (1, 2)]
    for policy, entitled, share in (
        ("DISAB_NURSING", city.severe, 0.88), ("DISAB_LIVING", aided, 0.85), ("CARE_SUBSIDY", city.cared, 0.85),
        ("ONE_CHILD", city.only_children, 0.9), ("UNEMPLOYMENT", city.unemployed, 0.7),
    ):  # fmt: skip
        for resident in entitled:
            if chance() < share:
                yield policy, resident
    for which, policy in enumerate(OTHER_POLICIES):
        for resident in city.scattered(which, len(city.ages) // 5):
            yield policy, resident


def service_events(city: City) -> Iterator[Row]:
    """Visits to elders, and what is done for people by their age."""
    for key, (resident, kind, ago) in enumerate(_done(city), 1):
        yield (key, resident, kind, city.days[ago])


def _done(city: City) -> Iterator[tuple[int, str, int]]:
    rng, chance = city.rng, city.rng.random
    for resident, risk in zip(city.hardship, city.risks, strict=True):
        if not city.living[resident - 1] or chance() < shapes.VISIT_NEVER:
            continue
        every = VISIT_EVERY[risk]
        late = chance() < shapes.VISIT_LATE
        ago = rng.randrange(every + 1, 8 * every) if late else rng.randrange(every)
        for _ in range(rng.randrange(1, 5)):
            yield resident, "VISIT", ago
            ago += rng.randrange(max(1, every - 5), every + 1)
    for resident, age in enumerate(city.ages, 1):
        if age >= 65 and chance() < 0.7:
            yield resident, "CHECKUP65", rng.randrange(330)
        if age >= 60 and chance() < TOLD:
            yield resident, "ELDER_CARD_INFO", rng.randrange(2_000)
        elif age < 7 and chance() < 0.98:
            yield resident, "VACCINE", rng.randrange(30, 2_000) if age else rng.randrange(300)
