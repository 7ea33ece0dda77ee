"""Who holds which grid and who is away, and until when; why somebody is away is nobody's business and not recorded.

A supervisor looks after the workers of the own area, a security admin after everybody's. What has begun is ended as of
yesterday and stays on record; what has not begun yet is taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from service.access import audit
from service.access.accounts import take_post
from service.access.actors import visible
from service.access.permissions import Permission
from service.access.unit import Unit
from service.errors import Conflict, InvalidInput, NotFound
from service.tables import absences, accounts, posts

YESTERDAY = timedelta(days=-1)


@dataclass(frozen=True)
class Member:
    """A worker of the area; `away_until` is the last day of an absence that covers the day asked about."""

    account_id: int
    login: str
    name: str
    division_code: str | None
    away_until: date | None


@dataclass(frozen=True)
class Post:
    """That somebody is responsible (`main`) or deputy for a grid or community."""

    post_id: int
    account_id: int
    name: str
    division_code: str
    role: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class Absence:
    """That somebody is away, first and last day included."""

    absence_id: int
    account_id: int
    name: str
    from_on: date
    to_on: date


async def members(unit: Unit, on: date, *, after: int = 0, limit: int = 50) -> list[Member]:
    """The workers who are not disabled, in the order of their keys."""
    a = accounts.c
    away = (
        select(func.max(absences.c.to_on))
        .where(absences.c.account_id == a.account_id, _covers(absences, on))
        .scalar_subquery()
    )
    rows = await unit.connection.execute(
        select(a.account_id, a.login, a.name, a.division_code, away)
        .where(a.role == "worker", a.disabled_at.is_(None), a.account_id > after, looked_after(unit))
        .order_by(a.account_id)
        .limit(limit)
    )
    return [Member(*row) for row in rows]


async def posts_page(
    unit: Unit,
    *,
    on: date | None = None,
    account_id: int | None = None,
    division: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Post]:
    """Posts in the order they were entered; with `on` those of a day, with `division` those of it and below."""
    statement = _of(posts, on, account_id, after, limit, posts.c.division_code, posts.c.role)
    if division is not None:
        statement = statement.where(posts.c.division_code.startswith(division, autoescape=True))
    rows = await unit.connection.execute(statement.where(looked_after(unit)))
    return [
        Post(row.post_id, row.account_id, row.name, row.division_code, row.role, row.from_on, row.to_on)
        for row in rows
    ]


async def absences_page(
    unit: Unit,
    *,
    on: date | None = None,
    account_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Absence]:
    """Absences in the order they were entered; with `on` those of a day."""
    statement = _of(absences, on, account_id, after, limit)
    rows = await unit.connection.execute(statement.where(looked_after(unit)))
    return [Absence(row.absence_id, row.account_id, row.name, row.from_on, row.to_on) for row in rows]


async def give_post(
    unit: Unit, account_id: int, division_code: str, role: str, from_on: date, to_on: date | None = None
) -> Post:
    """Let a worker hold a post. Conflict where the same one is held in some of the days already."""
    await _require(unit, account_id)
    _check_days(from_on, to_on)
    same = and_(
        posts.c.account_id == account_id, posts.c.division_code == division_code, posts.c.role == role
    )
    await _refuse_overlap(unit, posts, same, from_on, to_on, "这个人在这段时间已经担任这个岗位。")
    post_id = await take_post(unit, account_id, division_code, role, from_on, to_on)
    (post,) = await posts_page(unit, after=post_id - 1, limit=1)
    return post


async def end_post(unit: Unit, post_id: int) -> Post:
    """End a post as of yesterday; NotFound outside the actor's sight. Ending twice is ending once."""
    row = await _one(unit, posts, post_id)
    if await _end(unit, posts, row):
        detail = {"division": row.division_code, "role": row.role}
        await audit.record(unit, "post.end", "account", row.account_id, detail=detail)
    return Post(post_id, row.account_id, row.name, row.division_code, row.role, row.from_on, row.to_on)


async def note_absence(unit: Unit, account_id: int, from_on: date, to_on: date) -> Absence:
    """Somebody is away from a day to another one. Conflict where some of the days are noted already."""
    await _require(unit, account_id)
    _check_days(from_on, to_on)
    same = absences.c.account_id == account_id
    await _refuse_overlap(unit, absences, same, from_on, to_on, "这段时间里已经登记过离岗，请先取消原来的。")
    values = {"account_id": account_id, "from_on": from_on, "to_on": to_on}
    added = await unit.connection.execute(insert(absences).values(values).returning(absences.c.absence_id))
    absence_id = int(added.scalar_one())
    detail = {"from": str(from_on), "to": str(to_on)}
    await audit.record(unit, "absence.note", "account", account_id, detail=detail)
    (absence,) = await absences_page(unit, after=absence_id - 1, limit=1)
    return absence


async def end_absence(unit: Unit, absence_id: int) -> Absence:
    """Somebody is back from today on; NotFound outside the actor's sight. Coming back twice is coming back once."""
    row = await _one(unit, absences, absence_id)
    if await _end(unit, absences, row):
        await audit.record(unit, "absence.end", "account", row.account_id)
    return Absence(absence_id, row.account_id, row.name, row.from_on, row.to_on)


def looked_after(unit: Unit, division: ColumnElement[str] = accounts.c.division_code) -> ColumnElement[bool]:
    """The accounts whose posts and absences the actor may see and change, or else what lies in a `division` of theirs."""
    if unit.actor.may(Permission.ACCOUNTS):
        return true()
    return visible(unit.actor, division)


def _covers(table: Table, day: date) -> ColumnElement[bool]:
    return and_(table.c.from_on <= day, or_(table.c.to_on.is_(None), table.c.to_on >= day))


def _key(table: Table) -> ColumnElement[int]:
    (key,) = table.primary_key.columns
    return key


def _of(
    table: Table,
    on: date | None,
    account_id: int | None,
    after: int | None,
    limit: int,
    *more: ColumnElement[Any],
) -> Select[Any]:
    key = _key(table)
    columns = (key, table.c.account_id, accounts.c.name, *more, table.c.from_on, table.c.to_on)
    statement = select(*columns).join(accounts, accounts.c.account_id == table.c.account_id)
    if on is not None:
        statement = statement.where(_covers(table, on))
    if account_id is not None:
        statement = statement.where(table.c.account_id == account_id)
    if after is not None:
        statement = statement.where(key > after)
    return statement.order_by(key).limit(limit)


async def _one(unit: Unit, table: Table, key: int) -> Row[Any]:
    found = select(table, accounts.c.name).join(accounts, accounts.c.account_id == table.c.account_id)
    row = (await unit.connection.execute(found.where(_key(table) == key, looked_after(unit)))).first()
    if row is None:
        raise NotFound()
    return row


async def _require(unit: Unit, account_id: int) -> None:
    """NotFound unless the actor looks after this worker."""
    mine = and_(accounts.c.account_id == account_id, accounts.c.disabled_at.is_(None), looked_after(unit))
    role = await unit.connection.scalar(select(accounts.c.role).where(mine))
    if role is None:
        raise NotFound()
    if role != "worker":
        raise InvalidInput(errors=[{"field": "account_id", "message": "只有社区工作者有岗位和离岗"}])


def _check_days(from_on: date, to_on: date | None) -> None:
    if to_on is not None and to_on < from_on:
        raise InvalidInput(errors=[{"field": "to", "message": "不能早于起始日期"}])


async def _refuse_overlap(
    unit: Unit, table: Table, same: ColumnElement[bool], from_on: date, to_on: date | None, message: str
) -> None:
    overlaps = and_(same, or_(table.c.to_on.is_(None), table.c.to_on >= from_on))
    if to_on is not None:
        overlaps = and_(overlaps, table.c.from_on <= to_on)
    if (await unit.connection.execute(select(exists().where(overlaps)))).scalar():
        raise Conflict(message)


async def _end(unit: Unit, table: Table, row: Row[Any]) -> bool:
    """Whether something had to be ended."""
    key = _key(table)
    which = key == row._mapping[key.name]
    if row.from_on >= unit.today:
        await unit.connection.execute(delete(table).where(which))
        return True
    if row.to_on is not None and row.to_on < unit.today:
        return False
    await unit.connection.execute(update(table).where(which).values(to_on=unit.today + YESTERDAY))
    return True
