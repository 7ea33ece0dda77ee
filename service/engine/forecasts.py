"""Reading what is expected, within the actor's sight: by day, by rule or by division."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, func, select, true

from service.access.actors import lies_in, visible
from service.access.unit import Unit
from service.errors import InvalidInput, NotFound
from service.tables import divisions, forecast_rules, forecasts, rule_versions, scans

By: TypeAlias = Literal["day", "rule", "division"]
COLUMNS: Mapping[By, ColumnElement[Any]] = {
    "day": forecasts.c.day,
    "rule": forecasts.c.rule,
    "division": forecasts.c.division_code,
}


@dataclass(frozen=True)
class Wish:
    """What is asked about: one rule, the divisions below one, the days up to one; everything where None."""

    rule: str | None = None
    division: str | None = None
    until: date | None = None


@dataclass(frozen=True)
class Group:
    """How much is expected on one day, by one rule or in one division. `name` is the rule's or the division's."""

    key: str
    name: str | None
    expected: int


@dataclass(frozen=True)
class Untold:
    """A rule that could not be told, or not from some day on, and why."""

    rule: str
    title: str
    error: str


@dataclass(frozen=True)
class Made:
    """Where a forecast comes from: the scan and its day, and when it was made; the oldest, where rules differ."""

    scan_id: int
    as_of: date
    made_at: datetime
    untold: list[Untold]


async def made(unit: Unit, rule: str | None = None) -> Made:
    """Where the forecast of all rules, or of one, comes from; NotFound while there is none."""
    f = forecast_rules.c
    mine = true() if rule is None else f.rule == rule
    columns = select(
        f.rule,
        f.scan_id,
        f.made_at,
        f.error,
        scans.c.as_of,
        _of_active(rule_versions.c.title, f.rule).label("title"),
    )
    joined = columns.join(scans, scans.c.scan_id == f.scan_id)
    rows = (await unit.connection.execute(joined.where(mine, f.made_at.is_not(None)).order_by(f.rule))).all()
    if not rows:
        raise NotFound("还没有推算过；每个工作日早晨扫描后推算一次，也可以运行 zhitui forecast。")
    oldest = min(rows, key=lambda row: (row.as_of, row.made_at))
    untold = [Untold(row.rule, row.title or row.rule, row.error) for row in rows if row.error]
    return Made(oldest.scan_id, oldest.as_of, oldest.made_at, untold)


async def total(unit: Unit, wish: Wish) -> int:
    """How much is expected in all."""
    summed = select(func.coalesce(func.sum(forecasts.c.expected), 0)).where(_asked(unit, wish))
    return int((await unit.connection.execute(summed)).scalar_one())


async def page(unit: Unit, by: By, wish: Wish, *, after: str | None = None, limit: int = 50) -> list[Group]:
    """Days, rules or divisions with something to expect, in the order of their keys; `after` is the last one seen."""
    column = COLUMNS[by]
    seen = true() if after is None else column > _key(by, after)
    return await _groups(unit, by, _grouped(unit, by, wish).where(seen).order_by(column).limit(limit))


async def most(unit: Unit, by: By, wish: Wish, limit: int | None = None) -> list[Group]:
    """The rules or divisions with most to expect, these first; all of them without a limit."""
    column = COLUMNS[by]
    statement = _grouped(unit, by, wish).order_by(func.sum(forecasts.c.expected).desc(), column)
    return await _groups(unit, by, statement.limit(limit))


async def by_day_and_rule(unit: Unit, wish: Wish) -> dict[date, dict[str, int]]:
    """Day → rule → how much is expected; days and rules with something to expect alone."""
    f = forecasts.c
    summed = select(f.day, f.rule, func.sum(f.expected)).where(_asked(unit, wish))
    found: dict[date, dict[str, int]] = {}
    for day, rule, expected in await unit.connection.execute(summed.group_by(f.day, f.rule).order_by(f.day)):
        found.setdefault(day, {})[rule] = int(expected)
    return found


def _key(by: By, after: str) -> date | str:
    if by != "day":
        return after
    try:
        return date.fromisoformat(after)
    except ValueError:
        raise InvalidInput("after 请照抄上一页返回的 next。") from None


def _grouped(unit: Unit, by: By, wish: Wish) -> Select[Any]:
    column = COLUMNS[by]
    summed = func.sum(forecasts.c.expected).label("expected")
    return select(column.label("key"), summed).where(_asked(unit, wish)).group_by(column)


async def _groups(unit: Unit, by: By, statement: Select[Any]) -> list[Group]:
    rows = (await unit.connection.execute(statement)).all()
    names = await _names(unit, by, [row.key for row in rows])
    return [Group(str(row.key), names.get(row.key), int(row.expected)) for row in rows]


async def _names(unit: Unit, by: By, keys: Sequence[Any]) -> Mapping[Any, str]:
    v, d = rule_versions.c, divisions.c
    named = {
        "rule": select(v.rule, v.title).where(v.state == "active", v.rule.in_(keys)),
        "division": select(d.prefix, d.name).where(d.prefix.in_(keys)),
    }.get(by)
    if named is None:
        return {}
    return {row[0]: row[1] for row in await unit.connection.execute(named)}


def _asked(unit: Unit, wish: Wish) -> ColumnElement[bool]:
    """The rows in the actor's sight that are asked about,"""
    f = forecasts.c
    department = _of_active(rule_versions.c.department, f.rule)
    conditions = [visible(unit.actor, f.division_code, department=department)]
    if wish.rule is not None:
        conditions.append(f.rule == wish.rule)
    if wish.division:
        conditions.append(lies_in(f.division_code, wish.division))
    if wish.until is not None:
        conditions.append(f.day <= wish.until)
    return and_(*conditions)


def _of_active(column: ColumnElement[str], rule: ColumnElement[str]) -> ColumnElement[str]:
    v = rule_versions.c
    return select(column).where(v.rule == rule, v.state == "active").limit(1).scalar_subquery()
