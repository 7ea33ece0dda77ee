"""One worker's visits laid out on days: what must be, then by turn, neighbours together, up to the caps.

A visit's **turn** is the day by which it comes before whatever is found later: the earlier of its due date and so many
working days after it was found as its grade lets it wait. A turn does not move, so whatever waits rises with each
working day, and only what has an earlier turn comes before it: that is a finite number, and nothing waits for ever. A visit
whose turn has come and that does not fit keeps what is left of the day from those behind it.

Pure functions over plain values: the same visits give the same days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

PATIENCE = 5
"""Working days, a week, that each grade below urgent lets a visit wait before it is as pressing as an urgent one found now."""
_BUILDING = re.compile(r".*?\d(?:幢|栋|座|号楼)|.*\d(?:弄|号)|.*?(?:弄|里|巷)")


class Visit(NamedTuple):
    """What a plan knows of one task. `must`: on the first day whatever else is; `listed`: on its list already."""

    task_id: int
    minutes: int
    turn: date
    rank: int
    place: str
    must: bool = False
    listed: bool = False

    @property
    def equals(self) -> tuple[date, int]:
        """Visits of the same are of equal rank."""
        return self.turn, self.rank

    @property
    def order(self) -> tuple[date, int, str, int]:
        return self.turn, self.rank, self.place, self.task_id


@dataclass(frozen=True)
class Most:
    """How much fits into a day beside what must be: so many visits, so many minutes; None for no limit of minutes."""

    visits: int
    minutes: int | None = None


@dataclass
class _Day:
    """A day while it is filled."""

    day: date
    room: Most
    visits: int = 0
    minutes: int = 0
    closed: bool = False
    places: set[str] = field(default_factory=set)
    buildings: set[str] = field(default_factory=set)

    @property
    def full(self) -> bool:
        return self.closed or self.visits >= self.room.visits

    def fits(self, visit: Visit) -> bool:
        return self.room.minutes is None or self.minutes + visit.minutes <= self.room.minutes

    def add(self, visit: Visit) -> None:
        self.visits += 1
        self.minutes += visit.minutes
        self.pass_by(visit)

    def pass_by(self, visit: Visit) -> None:
        """Know that somebody is there that day."""
        if visit.place:
            self.places.add(visit.place)
            self.buildings.add(building_of(visit.place))

    def distance(self, visit: Visit) -> int:
        """0 for what is on the list already, 1 for the same address, 2 for the same building or lane, 3 for elsewhere."""
        if visit.listed:
            return 0
        if visit.place in self.places:
            return 1
        return 2 if visit.place and building_of(visit.place) in self.buildings else 3


@lru_cache(maxsize=65_536)
def building_of(place: str) -> str:
    """The part of an address that a building or lane shares; the whole address where it names none."""
    found = _BUILDING.match(place)
    return found[0] if found else place


def lay_out(visits: Iterable[Visit], days: Sequence[date], most: Most, first: Most) -> dict[int, date]:
    """Task → its day, of `days`; what fits on none has no entry.

    `most` is what fits into a whole day, `first` into the first one beside what must be. A visit that takes longer than a
    whole day has minutes fills one.
    """
    must, waiting = _parted(visits, most)
    today = _Day(days[0], first)
    for visit in must:
        today.pass_by(visit)
    found = {visit.task_id: days[0] for visit in must}
    for day in days:
        filling = today if day == days[0] else _Day(day, most)
        taken = set(_taken(waiting, filling))
        found |= dict.fromkeys((visit.task_id for visit in waiting if visit.task_id in taken), day)
        waiting = [visit for visit in waiting if visit.task_id not in taken]
        if not waiting:
            break
    return found


def _parted(visits: Iterable[Visit], most: Most) -> tuple[list[Visit], list[Visit]]:
    ordered = sorted(visits, key=lambda visit: visit.order)
    must = [visit for visit in ordered if visit.must]
    return must, [_within(visit, most) for visit in ordered if not visit.must]


def _within(visit: Visit, most: Most) -> Visit:
    if most.minutes is None or visit.minutes <= most.minutes:
        return visit
    return visit._replace(minutes=most.minutes)


def _taken(waiting: Sequence[Visit], day: _Day) -> Iterator[int]:
    """The tasks a day takes, in the order of their rank; of equal rank what is near to others of the day first."""
    for _, equals in groupby(waiting, key=lambda visit: visit.equals):
        if day.full:
            return
        for visit in sorted(equals, key=day.distance):
            if day.full:
                return
            if day.fits(visit):
                day.add(visit)
                yield visit.task_id
            elif visit.turn <= day.day:
                day.closed = True
