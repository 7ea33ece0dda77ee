"""Who is on duty where in the coming days, and which grids nobody looks after. What anybody does there is not counted.

A community is told whole, grid by grid and person by person; a larger area by its communities alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, exists, func, not_, or_, select

from service.access.actors import lies_in
from service.access.staff import Absence, Post, looked_after
from service.access.unit import Unit
from service.errors import NotFound
from service.tables import absences, accounts, divisions, posts
from service.work.assign import COMMUNITY_DIGITS, held, on_duty


@dataclass(frozen=True)
class Community:
    """One community on one day: workers on duty and away, grids, those without a responsible worker, and those where
    neither a responsible worker nor a deputy is on duty."""

    code: str
    name: str
    on_duty: int
    away: int
    grids: int
    vacant: int
    unattended: int


@dataclass(frozen=True)
class Person:
    """A worker of a community and when they are away in the days asked about."""

    account_id: int
    name: str
    absences: list[Absence]

    def away_on(self, day: date) -> bool:
        """Whether one of the absences covers `day`."""
        return any(one.from_on <= day <= one.to_on for one in self.absences)


@dataclass(frozen=True)
class Stretch:
    """Working days in a row, first and last."""

    from_on: date
    to_on: date


@dataclass(frozen=True)
class Seat:
    """A grid, or the community itself where posts name it; who holds it now or soon, and when nobody is on duty for it."""

    code: str
    name: str
    posts: list[Post]
    vacant: bool
    gaps: list[Stretch]


@dataclass(frozen=True)
class Rota:
    """A community over some days."""

    name: str
    people: list[Person]
    seats: list[Seat]


async def communities(unit: Unit, day: date) -> list[Community]:
    """Every community the actor looks after, in the order of codes, in three statements."""
    d, a = divisions.c, accounts.c
    named = select(d.code, d.name).where(d.level == "community", looked_after(unit, d.code)).order_by(d.code)
    rows = (await unit.connection.execute(named)).all()
    workers = and_(a.role == "worker", a.disabled_at.is_(None), looked_after(unit))
    team = await _by_community(unit, a.division_code, workers, [on_duty(day)])
    grids = and_(d.level == "grid", looked_after(unit, d.code))
    lacking = [not_(_held_on(day, posts.c.role == "main")), not_(_held_on(day, on_duty(day)))]
    land = await _by_community(unit, d.code, grids, lacking)
    return [_community(row.code, row.name, team[row.code], land[row.code]) for row in rows]


async def rota(unit: Unit, community: str, days: Sequence[date]) -> Rota:
    """One community over working `days`, the first being today, in four statements.

    NotFound for what is no community the actor looks after.
    """
    d = divisions.c
    mine = and_(d.code == community, d.level == "community", looked_after(unit, d.code))
    name = await unit.connection.scalar(select(d.name).where(mine))
    if name is None:
        raise NotFound()
    away = await _absences(unit, community, days)
    held = await _posts(unit, community, days)
    grids = await unit.connection.execute(
        select(d.code, d.name).where(d.level == "grid", lies_in(d.code, community)).order_by(d.code)
    )
    places = [(row.code, row.name) for row in grids]
    if community in held:  # of whoever is recorded in no grid
        places.insert(0, (community, name))
    seats = [_seat(code, named, held.get(code, []), away, days) for code, named in places]
    return Rota(name, await _people(unit, community, away), seats)


async def on_duty_by_day(unit: Unit, days: Sequence[date]) -> list[int]:
    """How many workers the actor looks after are on duty on each of `days`, in two statements."""
    a = accounts.c
    workers = and_(a.role == "worker", a.disabled_at.is_(None), looked_after(unit))
    team = int(await unit.connection.scalar(select(func.count()).select_from(accounts).where(workers)) or 0)
    rows = await unit.connection.execute(
        select(absences.c.account_id, absences.c.from_on, absences.c.to_on)
        .join(accounts, a.account_id == absences.c.account_id)
        .where(workers, _overlaps(absences, days))
    )
    away = [(row.account_id, row.from_on, row.to_on) for row in rows]
    return [team - len({who for who, from_on, to_on in away if from_on <= day <= to_on}) for day in days]


async def _by_community(
    unit: Unit, code: Column[Any], which: ColumnElement[bool], kinds: Sequence[ColumnElement[bool]]
) -> Mapping[str, Sequence[int]]:
    """Community → how many there are, and how many of each kind."""
    community = func.substr(code, 1, COMMUNITY_DIGITS)
    counted = select(community, func.count(), *(func.count().filter(kind) for kind in kinds))
    rows = await unit.connection.execute(counted.select_from(code.table).where(which).group_by(community))
    none = [0] * (len(kinds) + 1)
    return defaultdict(lambda: none, {row[0]: list(row[1:]) for row in rows})


def _community(code: str, name: str, team: Sequence[int], land: Sequence[int]) -> Community:
    workers, working = team
    return Community(code, name, working, workers - working, *land)


async def _people(unit: Unit, community: str, away: Mapping[int, list[Absence]]) -> list[Person]:
    a = accounts.c
    rows = await unit.connection.execute(
        select(a.account_id, a.name)
        .where(a.role == "worker", a.disabled_at.is_(None), lies_in(a.division_code, community))
        .order_by(a.name, a.account_id)
    )
    return [Person(row.account_id, row.name, away.get(row.account_id, [])) for row in rows]


async def _absences(unit: Unit, community: str, days: Sequence[date]) -> Mapping[int, list[Absence]]:
    """Account → when it is away, of whoever works in the community or holds a post there."""
    a, x = accounts.c, absences.c
    holds = exists().where(posts.c.account_id == a.account_id, lies_in(posts.c.division_code, community))
    rows = await unit.connection.execute(
        select(x.absence_id, x.account_id, a.name, x.from_on, x.to_on)
        .join(accounts, a.account_id == x.account_id)
        .where(or_(lies_in(a.division_code, community), holds), _overlaps(absences, days))
        .order_by(x.from_on, x.absence_id)
    )
    away: dict[int, list[Absence]] = defaultdict(list)
    for row in rows:
        away[row.account_id].append(Absence(*row))
    return away


async def _posts(unit: Unit, community: str, days: Sequence[date]) -> Mapping[str, list[Post]]:
    """Grid → its posts, the responsible ones first; those of disabled accounts are nobody's."""
    p, a = posts.c, accounts.c
    rows = await unit.connection.execute(
        select(p.post_id, p.account_id, a.name, p.division_code, p.role, p.from_on, p.to_on)
        .join(accounts, a.account_id == p.account_id)
        .where(a.role == "worker", a.disabled_at.is_(None), lies_in(p.division_code, community))
        .where(p.from_on <= days[-1], or_(p.to_on.is_(None), p.to_on >= days[0]))
        .order_by(p.division_code, p.role.desc(), p.from_on, p.post_id)
    )
    held: dict[str, list[Post]] = defaultdict(list)
    for row in rows:
        held[row.division_code].append(Post(*row))
    return held


def _seat(
    code: str, name: str, held: Sequence[Post], away: Mapping[int, list[Absence]], days: Sequence[date]
) -> Seat:
    today = days[0]
    vacant = not any(post.role == "main" and _serves(post, today) for post in held)
    free = [
        day for day in days if not any(_serves(post, day) and not _is_away(post, day, away) for post in held)
    ]
    return Seat(code, name, list(held), vacant, _stretches(free, days))


def _serves(post: Post, day: date) -> bool:
    return post.from_on <= day and (post.to_on is None or day <= post.to_on)


def _is_away(post: Post, day: date, away: Mapping[int, list[Absence]]) -> bool:
    return any(one.from_on <= day <= one.to_on for one in away.get(post.account_id, []))


def _stretches(free: Sequence[date], days: Sequence[date]) -> list[Stretch]:
    """Days that follow one another among all days looked at, as stretches."""
    at = {day: place for place, day in enumerate(days)}
    rows = (list(some) for _, some in groupby(enumerate(free), lambda one: at[one[1]] - one[0]))
    return [Stretch(row[0][1], row[-1][1]) for row in rows]


def _held_on(day: date, who: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a division has a post that somebody holds on `day`, of whom `who` holds."""
    active = and_(accounts.c.account_id == posts.c.account_id, accounts.c.disabled_at.is_(None))
    return exists().where(posts.c.division_code == divisions.c.code, held(day), active, who)


def _overlaps(table: Table, days: Sequence[date]) -> ColumnElement[bool]:
    return and_(table.c.from_on <= days[-1], table.c.to_on >= days[0])
