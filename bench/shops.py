"""The shops of the made-up city, who works there, and their lifts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from bench.made_city import INDEXED, JOBS_EACH, PUBLIC_TRADES, UNRECORDED, City, Row
from service.demo import shapes

TRADES = list(shapes.TRADES)
TRADE_WEIGHTS = list(accumulate(shapes.TRADES.values()))
FOOD_TRADES = ("food",)
SMALL_FOOD = 0.1
"""Of the shops that sell food: the small kind that is registered instead of licensed (chosen)."""
PUBLIC_VENUES = {"food": 0.3, "lodging": 0.9, "training": 0.3}
"""Where many people gather, by trade (chosen)."""


def enterprises(city: City) -> Iterator[Row]:
    """One for ten residents; what they are is kept for their people and papers."""
    rng, chance, year = city.rng, city.rng.random, city.today.year
    for key in range(1, city.sizes.enterprises + 1):
        number = rng.choices(range(len(TRADES)), cum_weights=TRADE_WEIGHTS)[0]
        trade = TRADES[number]
        city.trades.append(number)
        near = key * 10 % city.sizes.residents
        own = chance() < shapes.SELF_EMPLOYED.get(trade, 0.15)
        small = trade in ("food", "grocery") and chance() < SMALL_FOOD
        venue = chance() < PUBLIC_VENUES.get(trade, 0.02)
        if small:
            city.small.add(key)
        if venue:
            city.venues.append(key)
        status = None if chance() < 0.02 else "closed" if chance() < shapes.CLOSED else "open"
        yield (
            key, f"92330199MA2{key:07d}", f"上城区竹里居{key}号店",
            "small_food" if small else "self_employed" if own else "company",
            rng.choice(shapes.INDUSTRIES[trade]), None if chance() < UNRECORDED else int(venue),
            city.community(near), city.grid(near), f"湖滨街道涌泉里{key % 40}弄沿街{key % 90}号商铺", "陈建国",
            city.phone("enterprises", key), f"{INDEXED}{key:016d}", city.days[rng.randrange(200, 5_000)],
            year - 1 if chance() < 0.93 else year - 2, status,
        )  # fmt: skip


def employments(city: City) -> Iterator[Row]:
    """Ten a shop. Whoever is needed a second time has left the earlier place: nobody is twice in one shop."""
    rng, chance, hands = city.rng, city.rng.random, city.hands
    rng.shuffle(hands)
    for index in range(city.sizes.employments):
        resident, shop = hands[index % len(hands)], index // JOBS_EACH + 1
        trade, ended = TRADES[city.trades[shop - 1]], None
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
