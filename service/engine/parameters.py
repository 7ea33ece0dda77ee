"""Parameter values as the house keeps them. A value without a verified source is marked, and no rule uses it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Text, and_, cast, exists, func, or_, select

from rules.divisions import prefix_of
from rules.files.documents import Cited
from rules.files.parameters import KindName, Raw
from service.access.unit import Unit
from service.engine.rulebook import dated_of
from service.errors import NotFound
from service.tables import divisions, parameters

LONGEST_NAME = 100
Stored: TypeAlias = dict[str, Any]
"""A row of `parameters` by column name."""


@dataclass(frozen=True)
class Value:
    """One row of `parameters`. An unverified value is used by no rule; `origin` is "pack" or "house"."""

    parameter_id: int
    name: str
    label: str
    kind: KindName
    unit: str
    division: str
    effective_from: date
    effective_to: date | None
    value: Raw
    source: Cited | None
    verified: bool
    origin: str
    version: int
    recorded_at: datetime


async def page(
    unit: Unit,
    *,
    name: str | None = None,
    division: str | None = None,
    on: date | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Value]:
    """Values in the order they were entered. `division` takes those of one division, empty for the general ones; `on`
    the verified ones in force on a day, each in its own division."""
    p = parameters.c
    wanted = [p.parameter_id > (after or 0)]
    if name is not None:
        wanted.append(p.name == name)
    if division is not None:
        wanted.append(p.division_code == prefix_of(division))
    if on is not None:
        wanted.append(_in_force(on))
    found = select(parameters).where(*wanted).order_by(p.parameter_id).limit(limit)
    return [_value(dict(row)) for row in (await unit.connection.execute(found)).mappings()]


async def of_name(unit: Unit, name: str) -> list[Value]:
    """Every value of a parameter, general ones first, by division and day; NotFound when there is none."""
    found = [_value(row) for row in await stored(unit, parameters.c.name == name)]
    if not found:
        raise no_such(name)
    return sorted(found, key=lambda value: (value.division, value.effective_from))


async def get(unit: Unit, parameter_id: int) -> Value:
    """One value; NotFound when there is none."""
    return _value(await row_of(unit, parameter_id))


async def row_of(unit: Unit, parameter_id: int) -> Stored:
    """One row; NotFound when there is none."""
    found = await stored(unit, parameters.c.parameter_id == parameter_id)
    if not found:
        raise NotFound()
    return found[0]


def no_such(name: str, more: str = "请先查看参数列表") -> NotFound:
    """The refusal of an unknown name."""
    return NotFound(f"没有叫 {name[:LONGEST_NAME]} 的参数；{more}。")


async def unknown_divisions(unit: Unit, codes: Iterable[str]) -> list[str]:
    """The codes no imported division has; none while no division was imported at all."""
    d = divisions.c
    if (await unit.connection.execute(select(d.code).limit(1))).first() is None:
        return []
    wanted = {prefix_of(code) for code in codes if code}
    known = await unit.connection.execute(select(d.prefix).where(d.prefix.in_(sorted(wanted))))
    return sorted(wanted - set(known.scalars()))


async def stored(unit: Unit, *which: ColumnElement[bool]) -> list[Stored]:
    """The rows of `parameters` that fulfil these conditions, as columns by name."""
    rows = await unit.connection.execute(select(parameters).where(*which).order_by(parameters.c.parameter_id))
    return [dict(row) for row in rows.mappings()]


def _value(row: Stored) -> Value:
    dated = dated_of(row)
    plain = {name: row[name] for name in Value.__dataclass_fields__ if name in row}
    return Value(
        **plain
        | {
            "unit": row["unit"] or "",
            "division": row["division_code"],
            "value": dated.value,
            "source": dated.source,
            "verified": dated.verified,
        }
    )


def _in_force(on: date) -> ColumnElement[bool]:
    """Verified, begun, not ended, and not followed by a later verified value of the same division."""
    later = parameters.alias("later")
    p = parameters.c
    followed = exists().where(
        later.c.name == p.name,
        later.c.division_code == p.division_code,
        later.c.effective_from > p.effective_from,
        later.c.effective_from <= on,
        _verified(later),
    )
    begun = and_(p.effective_from <= on, or_(p.effective_to.is_(None), p.effective_to >= on))
    return and_(begun, _verified(parameters), ~followed)


def _verified(table: FromClause) -> ColumnElement[bool]:
    """`Dated.verified` in SQL; an empty JSON cell is the text `null`."""
    source = table.c.source
    return and_(
        func.coalesce(cast(table.c.value, Text), "null") != "null",
        source["verified_on"].as_string().is_not(None),
        func.coalesce(source["mark"].as_string(), "V") != "M",
    )
