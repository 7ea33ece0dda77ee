"""Two communities, a person and a shop in each, and accounts to look at them."""

from __future__ import annotations

from sqlalchemy import insert

from service.access import accounts
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.tables import divisions, enterprises, households, residents

STREET = "330102003000"
DONGPO = "330102003057"
WUSHAN = "330102003058"
GRID = DONGPO + "001"
PASSWORD = "Xihu-Longjing 26"
USCC = "92330199MA2AYN0017"
OTHER_USCC = "92330199MA2AYN0025"
PHONE = "19900000001"
ID_NUMBER = "33019919390305012X"


async def settle(house: House) -> None:
    """Divisions 东坡路 (with one grid) and 吴山路, resident 1 and shop 1 in the first, 2 and 2 in the second."""
    places = [
        (STREET, "330102003", "湖滨街道", "street"), (DONGPO, DONGPO, "东坡路社区", "community"),
        (WUSHAN, WUSHAN, "吴山路社区", "community"), (GRID, GRID, "第一网格", "grid"),
    ]  # fmt: skip
    async with house.write() as unit:
        await unit.connection.execute(
            insert(divisions),
            [
                {"code": code, "prefix": prefix, "name": name, "level": level}
                for code, prefix, name, level in places
            ],
        )
        await unit.connection.execute(insert(households).values(number="H1"))
        await unit.connection.execute(
            insert(residents), [person(unit, 1, GRID, 1), person(unit, 2, WUSHAN, None)]
        )
        await unit.connection.execute(
            insert(enterprises), [shop(unit, 1, USCC, DONGPO), shop(unit, 2, OTHER_USCC, WUSHAN)]
        )


def person(unit: Unit, number: int, place: str, household: int | None) -> dict[str, object]:
    return {
        "resident_id": number,
        "name": "陈阿婆",
        "id_number": unit.vault.seal("residents.id_number", ID_NUMBER),
        "id_number_index": f"index-{number}",
        "phone": unit.vault.seal("residents.phone", PHONE),
        "live_code": place[:12],
        "grid_code": place if len(place) > 12 else None,
        "household_id": household,
    }


def shop(unit: Unit, number: int, uscc: str, place: str) -> dict[str, object]:
    return {
        "enterprise_id": number,
        "uscc": uscc,
        "name": "湖滨小面",
        "site_code": place,
        "phone": unit.vault.seal("enterprises.phone", PHONE),
    }


SCOPES: dict[Role, dict[str, str]] = {
    Role.WORKER: {"division": DONGPO},
    Role.SUPERVISOR: {"division": STREET},
    Role.ENTERPRISE: {"enterprise": USCC},
    Role.DEPARTMENT: {"department": "市场监督管理局"},
}


async def add_account(house: House, role: Role, login: str = "", **more: str) -> int:
    """An account of `role` with the scope such a role needs; `more` overrides."""
    async with house.write() as unit:
        given = {**SCOPES.get(role, {}), **more}
        return await accounts.add(unit, login=login or role.value, name="李伟", role=role, **given)
