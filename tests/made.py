"""Small records written straight into the tables, for tests of what happens to them afterwards."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import Table, insert

from service.access.unit import House, Unit
from service.tables import (
    accounts,
    employments,
    enterprises,
    findings,
    households,
    posts,
    residents,
    rule_versions,
)

GRID = "330102003057001"
OTHER_GRID = "330102003057002"
COMMUNITY = "330102003057"
_numbers = count(1)
OTHER_COMMUNITY = "330102003050"
RULE = """\
rule: {rule}
title: 测试规则
department: 民政局
duty: SG-2026-001
legal_basis: statutory_duty
sources: [{{law: 测试法, article: 第一条, date: 2026-01-01, verified_on: 2026-01-01}}]
effective: {{from: 2026-01-01}}
subject: resident
applies: resident.death_on == null
when: age(resident.birth_date) >= 80
visit: resident.household
due: {{working_days: 5}}
again: {again}
unknown: count
task: {{title: "{{resident.name}}", advice: 上门核实}}
{done}
examples:
  - {{name: 八十岁, today: 2026-11-23, given: {{resident: {{birth_date: 1946-11-23}}}}, expect: match}}
  - {{name: 差一天, today: 2026-11-22, given: {{resident: {{birth_date: 1946-11-23}}}}, expect: no}}
"""


async def row(unit: Unit, table: Table, **values: Any) -> int:
    """Insert one row and return its key."""
    (key,) = (await unit.connection.execute(insert(table).values(**values))).inserted_primary_key
    return int(key)


async def resident(unit: Unit, name: str = "陈一", **values: Any) -> int:
    """A resident; `id_number` in clear is sealed here."""
    number = values.pop("id_number", f"33019919{next(_numbers):010d}")
    phone = values.pop("phone", None)
    if phone is not None:
        values |= {"phone": unit.vault.seal("residents.phone", phone)}
    sealed = {
        "id_number": unit.vault.seal("residents.id_number", number),
        "id_number_index": unit.vault.index("residents.id_number", number),
    }
    return await row(
        unit, residents, name=name, **{"grid_code": GRID, "live_code": COMMUNITY} | sealed | values
    )


async def household(unit: Unit, number: str = "H1", **values: Any) -> int:
    return await row(unit, households, number=number, **values)


async def enterprise(unit: Unit, uscc: str = "92330199MA2AYN0017", **values: Any) -> int:
    given = {
        "name": "老陈面馆",
        "grid_code": GRID,
        "site_code": COMMUNITY,
        "industry": "6210",
        "status": "open",
    }
    return await row(unit, enterprises, uscc=uscc, **given | values)


async def employment(unit: Unit, resident_id: int, enterprise_id: int, **values: Any) -> int:
    return await row(unit, employments, resident_id=resident_id, enterprise_id=enterprise_id, **values)


async def worker(unit: Unit, login: str = "w1", **values: Any) -> int:
    """A worker of COMMUNITY without a post."""
    given = {"name": login, "role": "worker", "division_code": COMMUNITY, "created_at": unit.now}
    return await row(unit, accounts, login=login, **given | values)


async def post(unit: Unit, account_id: int, grid: str = GRID, role: str = "main", **values: Any) -> int:
    given = {"from_on": date(2026, 1, 1)}
    return await row(unit, posts, account_id=account_id, division_code=grid, role=role, **given | values)


async def rule_version(
    unit: Unit,
    rule: str = "test-rule",
    *,
    version: int = 1,
    again: str = "never",
    done: str = "",
    **values: Any,
) -> int:
    """An active rule with a real document."""
    given = {
        "rule": rule, "version": version, "title": "测试规则", "department": "民政局", "advice": "上门核实",
        "document": RULE.format(rule=rule, again=again, done=done), "digest": rule, "state": "active",
        "effective_from": date(2026, 1, 1), "recorded_at": unit.now,
    }  # fmt: skip
    return await row(unit, rule_versions, **given | values)


async def finding(unit: Unit, version_id: int, subject_id: int, **values: Any) -> int:
    """An open match of a resident whose visit goes to the resident."""
    given = {
        "rule": "test-rule", "subject_kind": "resident", "target_kind": "resident", "target_id": subject_id,
        "verdict": "match", "grade": "normal", "since_on": unit.today,
    }  # fmt: skip
    return await row(unit, findings, version_id=version_id, subject_id=subject_id, **given | values)


async def many_findings(house: House, number_of: int, **values: Any) -> None:
    """`number_of` residents with one finding each, at addresses 000, 001, …"""
    async with house.write() as unit:
        version = await rule_version(unit)
        for number in range(number_of):
            person = await resident(unit, f"陈{number}", address=f"{number:03d} 号")
            await finding(unit, version, person, **values)
