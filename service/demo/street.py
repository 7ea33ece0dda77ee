"""The made-up street as a whole: six communities, one after another, the same for the same seed and day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from service.demo import mistakes, places, trade, welfare
from service.demo.dice import dice
from service.demo.numbers import IdentityNumbers
from service.demo.records import Community, Resident
from service.demo.settle import Making, settle
from service.demo.truth import Truth, find_truth
from service.demo.workers import Official, Worker, officials, workers

SEED = 20261123
LEAST = 20  # residents of a community that can hold its share of edges, a food shop and its staff


@dataclass(frozen=True)
class Street:
    """What there is to know of a made-up street before a single person is made.

    `communities` makes the people, one community at a time, anew at every call and always the same; so that a street
    of any size needs the memory of one community only. `truth` is made at the first look and kept.
    """

    residents_per_community: int
    seed: int
    today: date

    def communities(self) -> Iterator[Community]:
        """The records of each community, in the order of their codes."""
        numbers = IdentityNumbers()
        guests: list[Resident] = []
        for place in places.PLACES:
            making = Making(
                rng=dice(self.seed, self.today, place.code),
                today=self.today,
                numbers=numbers,
                community=Community(place),
                size=self.residents_per_community,
                grids=place.grids(self.residents_per_community),
            )
            guests = _fill(making, guests)
            yield making.community

    def divisions(self) -> list[tuple[str, str, str, str]]:
        """Code, name, level and parent code of every division the records name, parents first."""
        return places.divisions(self.residents_per_community)

    @cached_property
    def truth(self) -> Truth:
        """What was planted, and who should match which rule."""
        return find_truth(self.communities(), self.today)

    @cached_property
    def workers(self) -> list[Worker]:
        """One worker a grid."""
        return workers(self.residents_per_community)

    @cached_property
    def officials(self) -> list[Official]:
        """Those who are not grid workers: supervisors, an enterprise's contact, and the offices' people."""
        return officials(next(self.communities()).enterprises[0])


def make_street(*, residents_per_community: int = 7000, seed: int = SEED, today: date) -> Street:
    """A made-up 湖滨街道. `today` is the day its certificates, birthdays and visits are arranged around.

    Raises ValueError for fewer than LEAST residents in a community.
    """
    if residents_per_community < LEAST:
        raise ValueError(f"a community needs at least {LEAST} residents")
    return Street(residents_per_community, seed, today)


def _fill(making: Making, guests: list[Resident]) -> list[Resident]:
    """Make one community whole; returns the second rows meant for the next one's file."""
    settle(making)
    mistakes.spoil(making)
    trade.open_shops(making)
    welfare.grant(making)
    mistakes.welcome(making, guests)
    return mistakes.plant(making)
