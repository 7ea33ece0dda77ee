"""A rule whose statement the database refuses: it is told as failed, keeps its findings, and stops no other."""

from __future__ import annotations

from datetime import date

import made
from sqlalchemy import select, text, update

from service.access.unit import House
from service.engine import scan
from service.records.changesets import correct
from service.tables import findings, rule_versions

ABOUT_SHOPS = (
    made.RULE.format(rule="shop-rule", again="never", done="")
    .replace("subject: resident", "subject: enterprise")
    .replace("applies: resident.death_on == null", "applies: 'true'")
    .replace("age(resident.birth_date) >= 80", 'enterprise.status == "open"')
    .replace("visit: resident.household", "visit: enterprise")
    .replace("{resident.name}", "{enterprise.name}")
)


async def _scan(house: House) -> scan.Scan:
    async with house.write() as unit:
        scan_id = await scan.begin(unit, as_of=unit.today)
    return await scan.run(house, scan_id)


async def _rename(house: House, before: str, after: str) -> None:
    async with house.write() as unit:
        await unit.connection.execute(text(f"ALTER TABLE residents RENAME COLUMN {before} TO {after}"))


async def test_a_statement_that_the_database_refuses_fails_its_rule_alone(house: House) -> None:
    async with house.write() as unit:
        await made.rule_version(unit)
        await made.rule_version(unit, "shop-rule")
        shops = update(rule_versions).where(rule_versions.c.rule == "shop-rule")
        await unit.connection.execute(shops.values(document=ABOUT_SHOPS))
        person = await made.resident(unit, birth_date=date(1940, 1, 1))
        shop = await made.enterprise(unit, status="closed")
    await _scan(house)
    async with house.write() as unit:
        await correct(unit, "resident", person, {"birth_date": date(1990, 1, 1)}, observed_on=unit.today)
        await correct(unit, "enterprise", shop, {"status": "open"}, observed_on=unit.today)
    await _rename(house, "birth_date", "born_on")
    broken = await _scan(house)
    await _rename(house, "born_on", "birth_date")
    by_rule = {rule.rule: rule for rule in broken.rules}
    assert broken.state == "incomplete"
    assert (by_rule["shop-rule"].state, by_rule["shop-rule"].opened) == ("done", 1)
    assert by_rule["test-rule"].state == "failed"
    assert "未能执行" in (by_rule["test-rule"].error or "")
    assert await _standing(house) == {("test-rule", person), ("shop-rule", shop)}
    mended = await _scan(house)
    assert [(rule.rule, rule.candidates, rule.resolved) for rule in mended.rules] == [("test-rule", 1, 1)]
    assert await _standing(house) == {("shop-rule", shop)}


async def _standing(house: House) -> set[tuple[str, int]]:
    f = findings.c
    async with house.read() as unit:
        rows = await unit.connection.execute(select(f.rule, f.subject_id).where(f.cleared_on.is_(None)))
        return {(row.rule, row.subject_id) for row in rows}
