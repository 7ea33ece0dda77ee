"""Whom a visit goes to: name, address and a masked phone number, for many targets in three statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, case, select

from service.access.masks import mask_phone
from service.access.unit import Unit
from service.tables import enterprises, residents


@dataclass(frozen=True)
class Target:
    """A household, resident or enterprise as the responsible worker sees it.

    `phone` is masked; `phone_of` is the resident it belongs to, None for an enterprise's own. `contact` is named where
    it is not who the name says.
    """

    kind: str
    target_id: int
    name: str
    address: str
    phone: str | None
    contact: str | None
    members: int = 1
    phone_of: int | None = None
    uscc: str | None = None


_IDS: BindParameter[int] = bindparam("ids", expanding=True)
# Made once: every list asks them.
RESIDENTS = select(residents.c.resident_id, residents.c.name, residents.c.address, residents.c.phone).where(
    residents.c.resident_id.in_(_IDS)
)
HOUSEHOLDS = (
    select(
        residents.c.household_id, residents.c.resident_id, residents.c.name, residents.c.address, residents.c.phone
    )
    .where(residents.c.household_id.in_(_IDS), residents.c.death_on.is_(None), residents.c.moved_out_on.is_(None))
    .order_by(
        residents.c.household_id, case((residents.c.relation == "0", 0), else_=1), residents.c.resident_id
    )
)  # fmt: skip
"""Who lives there, the head first."""
ENTERPRISES = select(
    enterprises.c.enterprise_id, enterprises.c.name, enterprises.c.address, enterprises.c.phone, enterprises.c.contact_name,
    enterprises.c.uscc,
).where(enterprises.c.enterprise_id.in_(_IDS))  # fmt: skip


async def targets_of(unit: Unit, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Target]:
    """The targets of (kind, id) pairs. A target whose record is gone keeps an empty name."""
    pairs = set(wanted)
    found = {pair: Target(*pair, name="", address="", phone=None, contact=None, members=0) for pair in pairs}
    for kind, read in (("resident", _residents), ("household", _households), ("enterprise", _enterprises)):
        ids = [target_id for target_kind, target_id in pairs if target_kind == kind]
        if ids:
            found |= {(kind, target.target_id): target for target in await read(unit, ids)}
    return found


async def _residents(unit: Unit, ids: list[int]) -> list[Target]:
    rows = await unit.connection.execute(RESIDENTS, {"ids": ids})
    return [
        Target(
            "resident",
            row.resident_id,
            row.name,
            row.address or "",
            _phone(unit, "residents", row.phone),
            None,
            phone_of=row.resident_id,
        )
        for row in rows
    ]


async def _households(unit: Unit, ids: list[int]) -> list[Target]:
    members: dict[int, list[Any]] = {}
    for row in await unit.connection.execute(HOUSEHOLDS, {"ids": ids}):
        members.setdefault(row.household_id, []).append(row)
    return [_household(unit, household, people) for household, people in members.items()]


def _household(unit: Unit, household: int, people: list[Any]) -> Target:
    head = people[0]
    address = next((person.address for person in people if person.address), "")
    reachable = next((person for person in people if person.phone), head)
    return Target(
        kind="household",
        target_id=household,
        name=f"{head.name}家" if len(people) > 1 else head.name,
        address=address,
        phone=_phone(unit, "residents", reachable.phone),
        contact=reachable.name if reachable is not head else None,
        members=len(people),
        phone_of=reachable.resident_id,
    )


async def _enterprises(unit: Unit, ids: list[int]) -> list[Target]:
    rows = await unit.connection.execute(ENTERPRISES, {"ids": ids})
    return [
        Target(
            "enterprise",
            row.enterprise_id,
            row.name,
            row.address or "",
            _phone(unit, "enterprises", row.phone),
            row.contact_name,
            uscc=row.uscc,
        )
        for row in rows
    ]


def _phone(unit: Unit, table: str, sealed: str | None) -> str | None:
    return mask_phone(unit.vault.open(f"{table}.phone", sealed)) if sealed else None
