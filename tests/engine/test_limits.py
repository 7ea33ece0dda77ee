"""A rule whose statement takes too long: PostgreSQL ends it, that is told, and the others go on."""

from __future__ import annotations

from datetime import date

import made
import pytest
from sqlalchemy import select, text, update

from service.access.unit import House
from service.engine import scan
from service.tables import findings, rule_versions
from service.tables.database import Database

SHOPS = (
    made.RULE.format(rule="shop-rule", again="never", done="")
    .replace("subject: resident", "subject: enterprise")
    .replace("applies: resident.death_on == null", "applies: 'true'")
    .replace("when: age(resident.birth_date) >= 80", """when: enterprise.status == "open" """)
    .replace("visit: resident.household", "visit: enterprise")
    .replace("{resident.name}", "{enterprise.name}")
    .replace("{resident: {birth_date: 1946-11-23}}", "{enterprise: {status: open}}")
)


async def test_a_rule_that_takes_too_long_keeps_its_findings_and_stops_no_other(
    house: House, database_url: str
) -> None:
    """The people are locked away from the scan, so that only the rule about them waits."""
    if house.database.dialect == "sqlite":
        pytest.skip("SQLite has no such limit")
    async with house.write() as unit:
        await made.rule_version(unit)
        await made.rule_version(unit, "shop-rule")
        await unit.connection.execute(
            update(rule_versions).where(rule_versions.c.rule == "shop-rule").values(document=SHOPS)
        )
        await made.resident(unit, birth_date=date(1940, 1, 1))
        await made.enterprise(unit)
        scan_id = await scan.begin(unit, as_of=unit.today)
    async with house.write() as unit:
        await unit.connection.execute(
            text("ANALYZE")
        )  # or the rows would be counted, by nobody in particular
    short = House(Database(database_url, session_seconds=0.5), house.clock, house.vault)
    async with house.write() as unit:
        await unit.connection.execute(text("LOCK TABLE residents IN ACCESS EXCLUSIVE MODE"))
        done = await scan.run(short, scan_id)
    again = await _scan(short)
    await short.database.close()
    by_rule = {rule.rule: rule for rule in done.rules}
    assert done.state == "incomplete"
    assert by_rule["shop-rule"].opened == 1
    assert by_rule["test-rule"].state == "failed"
    assert "用时超过了上限" in (by_rule["test-rule"].error or "")
    assert [(rule.rule, rule.opened) for rule in again.rules] == [("test-rule", 1)]
    async with house.read() as unit:
        found = await unit.connection.execute(select(findings.c.rule).order_by(findings.c.rule))
        assert list(found.scalars()) == ["shop-rule", "test-rule"]


async def _scan(house: House) -> scan.Scan:
    async with house.write() as unit:
        scan_id = await scan.begin(unit, as_of=unit.today)
    return await scan.run(house, scan_id)
