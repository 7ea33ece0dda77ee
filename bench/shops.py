"""The shops of the made-up city, who works there, and their lifts."""

from __future__ import annotations

from collections.abc import Iterator

from bench.city import INDEXED, JOBS_EACH, PUBLIC_TRADES, SEALED, City, Row
from service.demo import shapes

WORKING_AGE = (18, 59)
FOOD_TRADES = ("food",)


def enterprises(city: City) -> Iterator[Row]:
    rng, chance = city.rng, city.rng.random
    city.trades = rng.choices(list(shapes.TRADES), list(shapes.TRADES.values()), k=city.sizes.enterprises)
    for key, trade in enumerate(city.trades, 1):
        community = city.community(key * 10 % city.sizes.residents)
        own = chance() < shapes.SELF_EMPLOYED.get(trade, 0.15)
        status = None if chance() < 0.02 else "closed" if chance() < shapes.CLOSED else "open"
        yield (
            key, f"92330199MA2{key:07d}", f"上城区竹里居{key}号店", "self_employed" if own else "company",
            rng.choice(shapes.INDUSTRIES[trade]), community, f"{community}{key % 20 + 1:03d}",
            f"湖滨街道涌泉里{key % 40}弄沿街{key % 90}号商铺", "陈建国", f"{SEALED}{key}", f"{INDEXED}{key:016d}",
            city.days[rng.randrange(200, 5_000)], status,
        )  # fmt: skip


def employments(city: City) -> Iterator[Row]:
    """Ten a shop. Whoever is needed a second time has left the earlier place: nobody is twice in one shop."""
    rng, chance = city.rng, city.rng.random
    low, high = WORKING_AGE
    hands = [number for number, age in enumerate(city.ages, 1) if low <= age <= high]
    rng.shuffle(hands)
    for index in range(city.sizes.employments):
        resident, shop = hands[index % len(hands)], index // JOBS_EACH + 1
        trade, ended = city.trades[shop - 1], None
        if index + len(hands) < city.sizes.employments or chance() < 0.15:
            ended = city.days[rng.randrange(5, 1_500)]
        handles: int | None = int(
            chance() < 0.9 if trade in FOOD_TRADES else trade == "grocery" and chance() < 0.33
        )
        if ended is None and handles:
            city.handlers.append(resident)
        if ended is None and trade in PUBLIC_TRADES:
            city.servers.append(resident)
        if chance() < 0.01:
            handles = None
        yield (
            index + 1, resident, shop, "服务员", handles, int(trade in PUBLIC_TRADES),
            city.days[rng.randrange(10, 3_000)], ended,
        )  # fmt: skip


def equipment(city: City) -> Iterator[Row]:
    """One piece for every five enterprises."""
    rng = city.rng
    for key in range(1, city.sizes.enterprises // 5 + 1):
        left = rng.randrange(-30, 360)
        yield key, key * 5, "LIFT", f"TS{key:09d}", city.day(left - 365), city.day(left)
