"""A made-up city of any size as bare table rows, for measuring; no file and no importer in between.

The proportions are those of the demo (`service/demo/shapes.py`, with their sources): households first, ages by role,
then what follows from them. A given number of residents and seed gives the same rows. Sealed fields hold text as long
as the real thing, because the width of a row is part of what a scan costs. Dates are ISO text, truth values 0 and 1,
which both databases take.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import TypeAlias

from service.demo import shapes
from service.demo.families import draw

Cell: TypeAlias = str | int | None
Row: TypeAlias = tuple[Cell, ...]

COMMUNITY = 6_890
"""Residents of an average community of 上城区 (facts in docs/concepts.md)."""
GRID = 350
SEALED = "de42a21c:" + "x" * 84
INDEXED = "0" * 48
NEARBY = ("330106", "330105", "330110", "330109")
FAR = ("340101", "360702", "411503", "430903", "331081", "330701")
JOBS_EACH = 10
WORKING_AGE = (18, 59)
FOOD_TRADES, PUBLIC_TRADES = ("food",), ("lodging", "hair")
UNRECORDED = 0.005
"""Share of facts nobody recorded, where the demo says none."""
VISIT_EVERY = (7, 30, 90)
EMPTY_NEST = 0.1
"""Of elders in households of two: recorded as living far from their children (chosen)."""
OTHER_CERTIFICATES = ("ID_CARD", "SPECIAL_WORK", "VETERAN_CARD")
OTHER_POLICIES = ("ONE_CHILD", "LONG_TERM_CARE", "CARE_SUBSIDY", "EDGE", "DIBAO")

COLUMNS = {
    "households": (
        "household_id", "number", "head_id", "live_code", "size", "income_pc_month", "assets_ok", "aid_type",
        "special_family",
    ),
    "residents": (
        "resident_id", "id_number", "id_number_index", "name", "sex", "birth_date", "death_on", "marital", "hukou_code",
        "live_code", "grid_code", "address", "live_since", "moved_out_on", "phone", "phone_index", "household_id",
        "relation", "lives_alone", "elder_situation", "care_level", "is_veteran",
    ),
    "enterprises": (
        "enterprise_id", "uscc", "name", "kind", "industry", "site_code", "grid_code", "address", "contact_name", "phone",
        "phone_index", "established_on", "status",
    ),
    "employments": (
        "employment_id", "resident_id", "enterprise_id", "post", "handles_food", "serves_public", "started_on", "ended_on",
    ),
    "certificates": (
        "certificate_id", "kind", "resident_id", "enterprise_id", "number", "issuer", "issued_on", "valid_to",
        "endorsed_on", "status",
    ),
    "disabilities": (
        "disability_id", "resident_id", "number", "number_index", "kind", "grade", "issued_on", "valid_to",
    ),
    "enrolments": (
        "enrolment_id", "policy", "resident_id", "state", "started_on", "ended_on", "amount", "revisit_on",
    ),
    "service_events": ("service_event_id", "resident_id", "kind", "happened_on"),
    "pregnancies": ("pregnancy_id", "resident_id", "due_on", "booklet_on"),
    "equipment": ("equipment_id", "enterprise_id", "kind", "number", "tested_on", "next_test_on"),
}  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """How many of each; the reference for a million residents scales with them."""

    residents: int

    @property
    def enterprises(self) -> int:
        return max(1, self.residents // 10)

    @property
    def employments(self) -> int:
        return self.enterprises * JOBS_EACH

    @property
    def certificates(self) -> int:
        return self.residents // 2

    @property
    def enrolments(self) -> int:
        return self.residents * 3 // 10


@dataclass
class City:
    """What later tables have to know of earlier ones; `tables` yields them in an order that satisfies references."""

    sizes: Sizes
    today: date
    seed: int = 20261123
    ages: list[int] = field(default_factory=list)
    living: list[bool] = field(default_factory=list)
    hukou: list[str | None] = field(default_factory=list)
    hardship: list[tuple[int, int]] = field(default_factory=list)
    severe: list[int] = field(default_factory=list)
    trades: list[str] = field(default_factory=list)
    handlers: list[int] = field(default_factory=list)
    servers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.days = [(self.today - timedelta(days=n)).isoformat() for n in range(40_000)]
        self.ahead = [(self.today + timedelta(days=n)).isoformat() for n in range(4_000)]

    def tables(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """Each table's name with its rows; take the rows of one before the next."""
        homes: list[Row] = []
        yield "residents", self._residents(homes)
        yield "households", iter(homes)
        yield "enterprises", self._enterprises()
        yield "employments", self._employments()
        yield "disabilities", self._disabilities()
        yield "certificates", self._certificates()
        yield "enrolments", self._enrolments()
        yield "service_events", self._service_events()
        yield "pregnancies", self._pregnancies()
        yield "equipment", self._equipment()

    def _day(self, offset: int) -> str:
        """The day `offset` days after today, before it when negative."""
        return self.ahead[offset] if offset > 0 else self.days[-offset]

    def _community(self, number: int) -> str:
        place = number // COMMUNITY
        return f"330102{place // 14 + 1:03d}{place % 14 + 50:03d}"

    def _residents(self, homes: list[Row]) -> Iterator[Row]:
        rng, chance, number = self.rng, self.rng.random, 0
        sizes = rng.choices(
            list(shapes.HOUSEHOLD_SIZES), list(shapes.HOUSEHOLD_SIZES.values()), k=self.sizes.residents
        )
        while number < self.sizes.residents:
            size = min(sizes[len(homes)], self.sizes.residents - number)
            members, registered = draw(rng, size)
            community = self._community(number)
            register = community if registered else self._elsewhere()
            household, since = len(homes) + 1, rng.randrange(30, 9_000)
            homes.append(self._household(household, number + 1, community, size, members[0].age, registered))
            grid = f"{community}{number % COMMUNITY // GRID + 1:03d}"
            for member in members:
                number += 1
                days = int(member.age * 365.25) + rng.randrange(365)
                dead, gone = chance() < 0.005, chance() < 0.03
                hukou = None if chance() < UNRECORDED else register
                old = member.age >= 60
                alone = None if not old and chance() < shapes.ALONE_UNRECORDED else int(size == 1)
                care = self._care(old)
                situation = "empty_nest" if old and size == 2 and chance() < EMPTY_NEST else None
                self._remember(number, member.age, dead or gone, hukou, alone, situation, care)
                yield (
                    number, f"{SEALED}{number}", f"{INDEXED}{number:016d}", "陈小明" if member.male else "王秀英",
                    "1" if member.male else "2", None if chance() < UNRECORDED else self.days[days],
                    self.days[rng.randrange(1, 900)] if dead else None, member.marital, hukou, community, grid,
                    f"湖滨街道涌泉里{household % 40 + 1}弄{household % 9 + 1}幢{household % 3 + 1}单元{household % 600}室",
                    self.days[min(since, days)], self.days[rng.randrange(1, 900)] if gone else None,
                    f"{SEALED}{number}", f"{INDEXED}{number:016d}", household, member.relation, alone, situation, care,
                    int(chance() < 0.02),
                )  # fmt: skip

    def _household(self, key: int, head: int, community: str, size: int, age: int, registered: bool) -> Row:
        chance = self.rng.random
        bereaved: int | None = 0
        if chance() < shapes.SPECIAL_FAMILY_UNRECORDED:
            bereaved = None
        elif registered and age >= shapes.SPECIAL_FAMILY_FROM_AGE:
            bereaved = int(chance() < shapes.SPECIAL_FAMILY)
        aid = "dibao" if chance() < 0.008 else "edge" if chance() < 0.006 else "none"
        income = None if chance() < shapes.INCOME_UNRECORDED else self.rng.randrange(300, 14_000)
        return (key, f"HB{key:09d}", head, community, size, income, 1, aid, bereaved)

    def _elsewhere(self) -> str:
        nearby = self.rng.random() < shapes.NEIGHBOURING_REGISTER
        return self.rng.choice(NEARBY if nearby else FAR) + "001001"

    def _care(self, old: bool) -> int | None:
        if not old:
            return None
        chance = self.rng.random()
        if chance < shapes.CARE_SEVERE:
            return self.rng.choice((3, 4))
        if chance < shapes.CARE_SEVERE + shapes.CARE_PARTIAL:
            return self.rng.choice((1, 2))
        return None if self.rng.random() < shapes.CARE_UNRECORDED else 0

    def _remember(
        self,
        number: int,
        age: int,
        gone: bool,
        hukou: str | None,
        alone: int | None,
        situation: str | None,
        care: int | None,
    ) -> None:
        self.ages.append(age)
        self.living.append(not gone)
        self.hukou.append(hukou)
        if age >= 60 and (alone or care or situation):
            risk = 0 if alone and (care or 0) >= 3 else 1 if alone or (care or 0) >= 2 else 2
            self.hardship.append((number, risk))

    def _enterprises(self) -> Iterator[Row]:
        rng, chance = self.rng, self.rng.random
        self.trades = rng.choices(list(shapes.TRADES), list(shapes.TRADES.values()), k=self.sizes.enterprises)
        for key, trade in enumerate(self.trades, 1):
            community = self._community(key * 10 % self.sizes.residents)
            own = chance() < shapes.SELF_EMPLOYED.get(trade, 0.15)
            status = None if chance() < 0.02 else "closed" if chance() < shapes.CLOSED else "open"
            yield (
                key, f"92330199MA2{key:07d}", f"上城区竹里居{key}号店", "self_employed" if own else "company",
                rng.choice(shapes.INDUSTRIES[trade]), community, f"{community}{key % 20 + 1:03d}",
                f"湖滨街道涌泉里{key % 40}弄沿街{key % 90}号商铺", "陈建国", f"{SEALED}{key}", f"{INDEXED}{key:016d}",
                self.days[rng.randrange(200, 5_000)], status,
            )  # fmt: skip

    def _employments(self) -> Iterator[Row]:
        """Ten a shop. Whoever is needed a second time has left the earlier place: nobody is twice in one shop."""
        rng, chance = self.rng, self.rng.random
        low, high = WORKING_AGE
        hands = [number for number, age in enumerate(self.ages, 1) if low <= age <= high]
        rng.shuffle(hands)
        for index in range(self.sizes.employments):
            resident, shop = hands[index % len(hands)], index // JOBS_EACH + 1
            trade, ended = self.trades[shop - 1], None
            if index + len(hands) < self.sizes.employments or chance() < 0.15:
                ended = self.days[rng.randrange(5, 1_500)]
            handles: int | None = int(
                chance() < 0.9 if trade in FOOD_TRADES else trade == "grocery" and chance() < 0.33
            )
            if ended is None and handles:
                self.handlers.append(resident)
            if ended is None and trade in PUBLIC_TRADES:
                self.servers.append(resident)
            if chance() < 0.01:
                handles = None
            yield (
                index + 1, resident, shop, "服务员", handles, int(trade in PUBLIC_TRADES),
                self.days[rng.randrange(10, 3_000)], ended,
            )  # fmt: skip

    def _disabilities(self) -> Iterator[Row]:
        """Cards of one resident in forty; the unique key is (resident, kind), and nobody here has two."""
        rng, key = self.rng, 0
        kinds, kind_weights = (
            list(shapes.DISABILITY_KINDS),
            list(accumulate(shapes.DISABILITY_KINDS.values())),
        )
        grades, grade_weights = (
            list(shapes.DISABILITY_GRADES),
            list(accumulate(shapes.DISABILITY_GRADES.values())),
        )
        for resident, age in enumerate(self.ages, 1):
            share = 0.004 if age < 18 else 0.017 if age < 60 else 0.055
            if rng.random() >= share:
                continue
            key += 1
            kind = rng.choices(kinds, cum_weights=kind_weights)[0]
            grade = rng.choices(grades, cum_weights=grade_weights)[0]
            left = rng.randrange(-300, 3_600)
            if grade <= 2:
                self.severe.append(resident)
            yield (
                key, resident, f"{SEALED}{key}", f"{INDEXED}{key:016d}", kind, grade, self._day(left - 3_650),
                None if rng.random() < 0.02 else self._day(left),
            )  # fmt: skip

    def _certificates(self) -> Iterator[Row]:
        rows = self._needed_certificates()
        for key in range(1, self.sizes.certificates + 1):
            row = next(rows, None)
            yield (key, *(row or self._other_certificate(key)))

    def _needed_certificates(self) -> Iterator[Row]:
        rng, chance = self.rng, self.rng.random
        for resident in self.handlers:
            draw_ = chance()
            if draw_ < shapes.HEALTH_MISSING:
                continue
            draw_ -= shapes.HEALTH_MISSING
            left = (
                rng.randrange(-200, 0) if draw_ < shapes.HEALTH_EXPIRED
                else rng.randrange(0, 31) if draw_ < shapes.HEALTH_EXPIRED + shapes.HEALTH_EXPIRING
                else rng.randrange(31, 365)
            )  # fmt: skip
            yield self._certificate("HEALTH_FOOD", resident, None, left, 365)
            if chance() < 0.1:
                yield self._certificate("HEALTH_FOOD", resident, None, left - 365, 365)
        for resident in self.servers:
            if chance() < 0.85:
                yield self._certificate("HEALTH_PUBLIC", resident, None, rng.randrange(-40, 360), 365)
        for shop, trade in enumerate(self.trades, 1):
            if trade in ("food", "grocery") and chance() < 0.97:
                soon = chance()
                left = (
                    rng.randrange(-60, 0) if soon < 0.03 else rng.randrange(3, 19) if soon < 0.05
                    else rng.randrange(28, 111) if soon < 0.13 else rng.randrange(150, 1_800)
                )  # fmt: skip
                yield self._certificate("FOOD_LICENCE", None, shop, left, 1_826)
            elif trade in PUBLIC_TRADES:
                yield self._certificate("HYGIENE_LICENCE", None, shop, rng.randrange(-20, 1_400), 1_461)
        yield from self._permits()

    def _permits(self) -> Iterator[Row]:
        rng, chance = self.rng, self.rng.random
        for resident, (age, hukou) in enumerate(zip(self.ages, self.hukou, strict=True), 1):
            if age < 16 or hukou is None or hukou[:4] == "3301" or chance() >= shapes.PERMIT_HELD:
                continue
            issued = rng.randrange(20, 2_190)
            endorsed = None
            if issued >= 365 and chance() < shapes.PERMIT_ENDORSED:
                endorsed = self.days[issued % 365 + rng.randrange(30)]
            yield (
                "RESIDENCE", resident, None, f"JZ{resident:010d}", "公安局",
                None if chance() < UNRECORDED else self.days[issued], None, endorsed, self._status(),
            )  # fmt: skip

    def _other_certificate(self, key: int) -> Row:
        resident, left = self.rng.randrange(len(self.ages)) + 1, self.rng.randrange(-100, 3_600)
        kind = OTHER_CERTIFICATES[key % len(OTHER_CERTIFICATES)]
        return (
            kind,
            resident,
            None,
            f"QT{key:010d}",
            "公安局",
            self._day(left - 3_650),
            self._day(left),
            None,
            "valid",
        )

    def _certificate(self, kind: str, resident: int | None, shop: int | None, left: int, days: int) -> Row:
        number = f"{kind[:2]}{resident or shop:010d}{left}"
        ends = None if self.rng.random() < UNRECORDED else self._day(left)
        return (
            kind, resident, shop, number, "卫生健康委员会", self._day(left - days), ends, None, self._status(),
        )  # fmt: skip

    def _status(self) -> str:
        return "valid" if self.rng.random() < 0.98 else "revoked"

    def _enrolments(self) -> Iterator[Row]:
        rows = self._needed_enrolments()
        for key in range(1, self.sizes.enrolments + 1):
            policy, resident = next(rows)
            state = self._state(policy)
            since = self.rng.randrange(30, 4_000)
            revisit = self._day(self.rng.randrange(-200, 300)) if state == "declined" else None
            yield (
                key, policy, resident, state, self.days[since], self.days[since // 2] if state == "stopped" else None, None,
                revisit,
            )  # fmt: skip

    def _state(self, policy: str) -> str:
        chance = self.rng.random()
        drawn = ("paid", "paid", "paid", "approved", "applied", "suspended")
        if chance < 0.92:
            return self.rng.choice(drawn)
        return self.rng.choice(("declined", "offered", "stopped", "candidate"))

    def _needed_enrolments(self) -> Iterator[tuple[str, int]]:
        chance = self.rng.random
        for resident, (age, hukou) in enumerate(zip(self.ages, self.hukou, strict=True), 1):
            if age >= 80 and hukou is not None and hukou[:4] == "3301" and chance() < 0.91:
                yield "HIGH_AGE", resident
            elif age < 3 and chance() < 0.8:
                yield "CHILD_CARE", resident
        for resident in self.severe:
            if chance() < 0.88:
                yield "DISAB_NURSING", resident
        for policy in OTHER_POLICIES:
            for resident in self.rng.sample(range(1, len(self.ages) + 1), len(self.ages) // 5):
                yield policy, resident

    def _service_events(self) -> Iterator[Row]:
        for key, (resident, kind, ago) in enumerate(self._done(), 1):
            yield (key, resident, kind, self.days[ago])

    def _done(self) -> Iterator[tuple[int, str, int]]:
        rng, chance = self.rng, self.rng.random
        for resident, risk in self.hardship:
            if not self.living[resident - 1] or chance() < shapes.VISIT_NEVER:
                continue
            every = VISIT_EVERY[risk]
            late = chance() < shapes.VISIT_LATE
            ago = rng.randrange(every + 1, 8 * every) if late else rng.randrange(every)
            for _ in range(rng.randrange(1, 5)):
                yield resident, "VISIT", ago
                ago += rng.randrange(max(1, every - 5), every + 1)
        for resident, age in enumerate(self.ages, 1):
            if age >= 65 and chance() < 0.7:
                yield resident, "CHECKUP65", rng.randrange(330)

    def _pregnancies(self) -> Iterator[Row]:
        """One resident in 150 is expecting (births of a year, 5.8 per thousand, and what is on record of the last)."""
        rng = self.rng
        for key in range(1, self.sizes.residents // 150 + 1):
            booked = self.days[rng.randrange(1, 200)] if rng.random() < 0.8 else None
            yield key, key * 149, self.ahead[rng.randrange(1, 240)], booked

    def _equipment(self) -> Iterator[Row]:
        """One piece for every five enterprises."""
        rng = self.rng
        for key in range(1, self.sizes.enterprises // 5 + 1):
            left = rng.randrange(-30, 360)
            yield key, key * 5, "LIFT", f"TS{key:09d}", self._day(left - 365), self._day(left)
