"""Where a visit goes: grid and address of a household, resident or enterprise, as expressions over its key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, and_, case, func, select

from service.tables.business import enterprises
from service.tables.people import households, residents


@dataclass(frozen=True)
class Place:
    """The grid, or else the community, and the address; both empty where nobody has recorded them."""

    division: ColumnElement[str]
    address: ColumnElement[str]


def places_of(target_id: ColumnElement[int]) -> dict[str, Place]:
    """Target kind → where the target of this key is. A household is where its people live, else where it is kept."""
    members = and_(
        residents.c.household_id == target_id,
        residents.c.death_on.is_(None),
        residents.c.moved_out_on.is_(None),
    )
    of_members = _one(residents, func.min(_area(residents.c.grid_code, residents.c.live_code)), members)
    of_household = _one(households, households.c.live_code, households.c.household_id == target_id)
    return {
        "household": Place(
            func.coalesce(of_members, of_household, ""),
            func.coalesce(_one(residents, func.min(residents.c.address), members), ""),
        ),
        "resident": _own(residents, residents.c.resident_id == target_id, residents.c.live_code),
        "enterprise": _own(enterprises, enterprises.c.enterprise_id == target_id, enterprises.c.site_code),
    }


def division_of(target_kind: ColumnElement[str], target_id: ColumnElement[int]) -> ColumnElement[str]:
    """The grid, or else the community, of a target of any kind."""
    return case(
        *((target_kind == kind, place.division) for kind, place in places_of(target_id).items()), else_=""
    )


def _own(table: FromClause, itself: ColumnElement[bool], community: ColumnElement[str]) -> Place:
    return Place(
        func.coalesce(_one(table, _area(table.c.grid_code, community), itself), ""),
        func.coalesce(_one(table, table.c.address, itself), ""),
    )


def _area(grid: ColumnElement[str], community: ColumnElement[str]) -> ColumnElement[str]:
    return func.coalesce(func.nullif(grid, ""), community)


def _one(table: FromClause, value: ColumnElement[str], where: ColumnElement[bool]) -> ScalarSelect[str]:
    return select(value).select_from(table).where(where).scalar_subquery()
