"""Whose health certificate is valid, as the enterprise sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from record_files import COMMUNITY, TODAY, id_number, uscc, write_csv
from sqlalchemy import insert, select, update

from service.access.actors import SYSTEM, Actor
from service.access.permissions import Role
from service.access.unit import House, Unit
from service.errors import NotFound
from service.records.importing import import_file
from service.records.rosters import roster
from service.tables import certificates, employments, enterprises, residents

SHOP = uscc(1)
HEADER = [
    "企业名称",
    "统一社会信用代码",
    "经营地编码",
    "员工姓名",
    "身份证号",
    "岗位",
    "接触直接入口食品",
    "直接为顾客服务",
    "健康证号",
    "健康证有效期至",
]


def day(offset: int) -> str:
    return str(TODAY + timedelta(days=offset))


PEOPLE = [
    ("甲红", "是", "", "", ""),
    ("乙过期", "是", "", "A", day(-1)),
    ("丙今天", "是", "", "B", day(0)),
    ("丁将到期", "是", "", "C", day(30)),
    ("戊有效", "是", "", "D", day(31)),
    ("己会计", "否", "否", "", ""),
    ("庚长期", "是", "", "E", "长期"),
    ("辛无日期", "是", "", "F", ""),
    ("壬两样", "是", "是", "G", day(100)),
]


async def survey(house: House, folder: Path) -> None:
    rows = [
        ["面馆", SHOP, COMMUNITY, name, id_number(i + 11), "厨师", food, public, number, valid_to]
        for i, (name, food, public, number, valid_to) in enumerate(PEOPLE)
    ]
    report = await import_file(house, write_csv(folder / "s.csv", HEADER, rows), "survey", actor=SYSTEM)
    assert report.bad == 0, report.issues


async def test_each_person_has_the_colour_of_the_certificate_the_post_needs(
    house: House, tmp_path: Path
) -> None:
    await survey(house, tmp_path)
    async with house.read() as unit:
        status = await roster(unit, SHOP)
    colours = {entry.name: entry.colour for entry in status.roster}
    assert colours == {
        "甲*": "red", "乙**": "red", "丙**": "yellow", "丁***": "yellow", "戊**": "green", "己**": "grey", "庚**": "green",
        "辛***": "grey", "壬**": "red",
    }  # fmt: skip
    assert (status.colour, dict(status.counts)) == ("red", {"red": 3, "yellow": 2, "grey": 2, "green": 2})
    assert [entry.colour for entry in status.roster][:3] == ["red"] * 3
    assert (status.name, status.uscc, status.as_of) == ("面馆", SHOP, TODAY)
    both = next(entry for entry in status.roster if entry.name == "壬**")
    assert both.needs == ("HEALTH_FOOD", "HEALTH_PUBLIC")


async def test_the_notice_is_the_callers(house: House, tmp_path: Path) -> None:
    await survey(house, tmp_path)
    async with house.read() as unit:
        assert (await roster(unit, SHOP, notice_at=lambda _: 31)).counts["yellow"] == 3
        assert (await roster(unit, SHOP, notice_at=lambda _: 0)).counts["yellow"] == 1


async def test_the_newest_valid_certificate_counts_and_who_left_does_not(
    house: House, tmp_path: Path
) -> None:
    await survey(house, tmp_path)
    async with house.write() as unit:
        key = await _resident(unit, "乙过期")
        fresh = {
            "kind": "HEALTH_FOOD",
            "resident_id": key,
            "number": "NEW",
            "valid_to": TODAY + timedelta(days=300),
        }
        await unit.connection.execute(insert(certificates).values(fresh))
        revoked = certificates.c.resident_id == await _resident(unit, "戊有效")
        await unit.connection.execute(update(certificates).where(revoked).values(status="revoked"))
        left = employments.c.resident_id == await _resident(unit, "甲红")
        await unit.connection.execute(update(employments).where(left).values(ended_on=TODAY))
        colours = {entry.name: entry.colour for entry in (await roster(unit, SHOP)).roster}
    assert (colours["乙**"], colours["戊**"], "甲*" in colours) == ("green", "red", False)


async def test_only_who_is_responsible_or_owns_it_sees_the_roster(house: House, tmp_path: Path) -> None:
    await survey(house, tmp_path)
    async with house.read() as unit:
        key = (await unit.connection.execute(select(enterprises.c.enterprise_id))).scalar_one()
        worker = Actor(1, "w", Role.WORKER, division=COMMUNITY)
        owner = Actor(2, "o", Role.ENTERPRISE, enterprise_id=key)
        for actor in (worker, owner):
            assert (await roster(replace(unit, actor=actor), SHOP)).enterprise_id == key
        for actor in (replace(worker, division="330102003050"), replace(owner, enterprise_id=key + 1)):
            with pytest.raises(NotFound):
                await roster(replace(unit, actor=actor), SHOP)
        with pytest.raises(NotFound):
            await roster(unit, uscc(2))


async def _resident(unit: Unit, name: str) -> int:
    found = await unit.connection.execute(select(residents.c.resident_id).where(residents.c.name == name))
    return int(found.scalar_one())
